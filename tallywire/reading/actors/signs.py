"""Signs around a name: what the words before and after it say about whom or what it names.

Each sign is a fact of grammar ("a report verb follows", "an age follows"), never a guess from the name itself.
Signs that a person alone can show weigh `STRONG`; those that an organisation or a thing may show as well weigh less
and need company.
"""

from __future__ import annotations

import re

from msgspec import Struct

from tallywire.reading.actors.words import Words

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]++(?:(?!'s\b)['&-][^\W_]++)*|'s\b|'|[^\w\s]")
_REACH = 72  # characters looked at on either side …
_SHORT = 48  # … and where no comma, and no "as", says that more may follow
_NEAR = 20  # characters looked at to see whether a closer look is worth it
_OPENING = frozenset((" ", ",", "'"))
_FIGURES = frozenset("0123456789(")
_APPOSED = 9  # words within which an apposition names what the person is
_BRACKETS = 8  # words of a remark in brackets after a name, at most
_AGES = range(1, 121)
_QUOTED = frozenset((",", '"', "'", ".", "!", "?"))
_STOPS = frozenset((".", ";", ":", "!", "?", "(", ")", '"', "-"))


class Sign:
    """What stands around a name, as bits of an int: a name in several places has the union of their signs.

    Plain integers, since an `IntFlag` costs a hundred times as much and half the time of a whole reading.
    """

    NONE = 0
    TITLE = 1  # an office, a rank, a trade or a kinship before it
    APPOSED = 2  # … after it, between commas
    AGE = 4
    WHO = 8
    OWNS = 16  # what only a person has: a wife, a lawyer, a body
    SPEAKS = 32  # subject of a report verb that follows
    SAID = 1 << 18  # subject of a report verb before it: "said X"
    PRONOUN = 64  # subject of a report verb, and "he" or "she" takes the name up
    ACTS = 128  # subject of another verb that people are subjects of
    SUFFERS = 256  # what was done to it is done to people: arrested, sworn in
    TARGET = 512  # object of such a verb
    IDENTIFIED = 1024  # "identified as", "a man named"
    GIVEN = 2048  # opens with a given name
    AGAIN = 4096  # its last word stands alone later on
    BESIDE = 8192  # joined by "and" or a comma with a person
    AMONG = 1 << 19  # after a plural noun for people: "the victims, X and Y"
    FROM = 1 << 20  # "of" and a place follow, or "with" and a body
    HIS = 1 << 21  # subject of a report verb, and "his" or "her" takes the name up
    CODE = 1 << 22  # "codenamed": what follows is an operation's
    THE = 1 << 14  # against: an article before it
    PLACE = 1 << 15  # against: "in", "at", "near" before it
    THING = 1 << 16  # against: a vessel, a storm, a noun it is the name of
    WHICH = 1 << 17  # against: "which" takes it up


STRONG = Sign.TITLE | Sign.APPOSED | Sign.AGE | Sign.WHO | Sign.OWNS | Sign.PRONOUN | Sign.IDENTIFIED
ACTIVE = Sign.SPEAKS | Sign.SAID | Sign.PRONOUN | Sign.ACTS | Sign.SUFFERS | Sign.TARGET
SUBJECT = Sign.SPEAKS | Sign.PRONOUN | Sign.ACTS | Sign.SUFFERS
UNDERGOES = Sign.SUFFERS | Sign.TARGET
_ONE = (
    Sign.SPEAKS,
    Sign.ACTS | Sign.TARGET,
    Sign.GIVEN,
    Sign.AGAIN,
    Sign.BESIDE,
    Sign.AMONG,
    Sign.FROM,
    Sign.HIS,
)
_AGAINST = ((Sign.THE, 2), (Sign.PLACE, 1), (Sign.THING, 2), (Sign.WHICH, 3))


def weight(signs: int) -> int:
    """How much speaks for a person: 2 and more decides."""
    total = 2 * (signs & (STRONG | Sign.SUFFERS | Sign.SAID)).bit_count()
    for sign in _ONE:
        if signs & sign:
            total += 1
    for sign, loss in _AGAINST:
        if signs & sign:
            total -= loss
    return total


class Side(Struct):
    """The words on one side of a name, nearest first."""

    words: list[str]
    lowered: str
    start: int
    end: int
    left: bool  #: whether it is the side before the name
    places: list[tuple[int, int]] | None = None

    def spans(self) -> list[tuple[int, int]]:
        """Where each of the words stands in the field; looked up once, since few names need it."""
        if self.places is None:
            found = [match.span() for match in _TOKEN.finditer(self.lowered, self.start, self.end)]
            self.places = found[::-1] if self.left else found
        return self.places


NOTHING = Side([], "", 0, 0, left=True)


def before(lowered: str, floor: int, start: int, words: Words | None = None) -> Side:
    """The words between `floor` and `start`, nearest first.

    With `words`, nothing at all where the nearest word can be no sign: most names are met this way, at the price
    of one look-up.
    """
    if words is not None:
        near = lowered[max(floor, start - _NEAR) : start].rstrip(' ("')
        if not near or not (near[-1] == "," or near.rpartition(" ")[2] in words.left or "-" in near[-9:]):
            return NOTHING
    low = max(floor, start - _REACH)
    return Side(_TOKEN.findall(lowered, low, start)[::-1], lowered, low, start, left=True)


def after(lowered: str, end: int, ceiling: int, words: Words) -> Side:
    """The words between `end` and `ceiling`, nearest first; nothing where the nearest can be no sign."""
    following = lowered[end : end + 1]
    if following not in _OPENING:
        return NOTHING
    reach = _REACH
    if following == " ":
        reach = _SHORT
        near = lowered[end + 1 : end + _NEAR].split(None, 1)
        if not near or not (near[0].rstrip(",.:;") in words.right or near[0][0] in _FIGURES):
            return NOTHING
    high = min(ceiling, end + reach)
    return Side(_TOKEN.findall(lowered, end, high), lowered, end, high, left=False)


def around(left: Side, right: Side, folded: str, words: Words) -> int:
    """The signs on both sides of a name, with what only the two together tell."""
    found, beyond = signs_before(left, words), signs_after(right, folded, words)
    if nearest(left, words) in words.governing:
        beyond &= ~SUBJECT
    if beyond & Sign.THING:
        found &= ~Sign.AGE  # "a 10-year-old ⟨Springfield⟩ boy"
    return found | beyond


def nearest(left: Side, words: Words) -> str:
    """The word before a name, an article aside; "" where there is none."""
    for word in left.words[:2]:
        if word not in words.articles:
            return word
    return ""


def signs_before(side: Side, words: Words) -> int:
    """The signs in the words before a name; titles are read by `titles`."""
    near = side.words
    if not near:
        return Sign.NONE
    grammar = words.grammar
    last = near[0]
    second = near[1] if len(near) > 1 else ""
    if last in words.articles:
        return Sign.THE
    if (second if last == "," else last).endswith(grammar.aged_ending) or (
        last in grammar.old and second.rpartition("-")[2] in grammar.years
    ):
        return Sign.AGE
    if last in grammar.named or (last in grammar.as_ and _is_naming(near, words)):
        return Sign.IDENTIFIED
    if last in grammar.with_ and (second in words.heads or second[:-1] in words.heads):
        return Sign.NONE  # "investigators with ⟨X⟩" work for it
    if last in grammar.belongs and last not in grammar.with_:
        return Sign.IDENTIFIED if second in words.fates else Sign.OWNS if second in words.kin else Sign.NONE
    if last in words.before:
        return Sign.THING
    if last in words.codenamed or (last == '"' and second in words.codenamed):
        return Sign.CODE
    found = Sign.NONE
    noun = second if last == "," else last
    if noun.endswith(grammar.plural_ending) and noun[:-1] in words.people:
        found |= Sign.AMONG
    if last in words.prepositions:
        found |= Sign.PLACE
    if last in words.inverted and (last in grammar.said or second in _QUOTED):
        found |= Sign.SAID
    if last in words.objects:
        found |= Sign.TARGET
    return found


def _is_naming(near: list[str], words: Words) -> bool:
    """Whether a verb before "as" says that a person's name follows; things, too, are known as something."""
    verb = next((at for at, word in enumerate(near[1:_APPOSED], 1) if word in words.grammar.naming), None)
    if verb is None:
        return False
    return near[verb] not in words.grammar.known or any(
        is_head(word, words) for word in near[verb : verb + _APPOSED]
    )


def signs_after(side: Side, folded: str, words: Words) -> int:
    """The signs in the words after a name."""
    near = side.words
    if not near:
        return Sign.NONE
    if near[0] in ("'s", "'"):
        return _owned(near, words)
    grammar, found, place = words.grammar, Sign.NONE, 0
    if near[0] in grammar.belongs and (at := 2 if near[1:2] and near[1] in grammar.the else 1) < len(near):
        return Sign.FROM if folded[side.spans()[at][0]].isupper() else Sign.NONE
    if near[0] == "(" and len(near) > 2 and _is_age(near[1]) and near[2] == ")":
        found, place = Sign.AGE, 3
    elif near[0] == "(" and ")" in near[:_BRACKETS]:
        place = near.index(")") + 1  # "(D-Mich.)"
    elif near[0] == "," and len(near) > 1:
        found, place = _after_comma(side, folded, words)
    if place < len(near):
        predicate = _predicate(near, place, words)
        if near[0] == "," and not found:  # the comma may close what began before the name
            predicate &= ~Sign.PRONOUN
        found |= predicate
    return found


def _owned(near: list[str], words: Words) -> int:
    for word in near[1:4]:
        if word in words.belongings:
            return Sign.OWNS
        if word not in words.modifiers:
            return Sign.NONE
    return Sign.NONE


def _after_comma(side: Side, folded: str, words: Words) -> tuple[int, int]:
    """The signs of an apposition, and the place of the first word after it."""
    near, grammar = side.words, words.grammar
    if near[1] in grammar.who:
        return Sign.WHO, len(near)
    if near[1] in grammar.which:
        return Sign.WHICH, len(near)
    age = near[2] if near[1] in grammar.aged and len(near) > 2 else near[1]
    if _is_age(age):
        rest = near.index(age) + 1
        if rest >= len(near) or _ends_age(near[rest], words):
            return Sign.AGE, rest + (rest < len(near) and near[rest] == ",")
    if near[1] in grammar.possessives and len(near) > 2 and near[2] in words.kin:
        return Sign.OWNS, len(near)
    if near[1] in grammar.belongs and len(near) > 2 and folded[side.spans()[2][0]].isupper():
        return Sign.FROM, near.index(",", 2) + 1 if "," in near[2:] else len(near)
    if (length := apposition(side, folded, words)) is not None:
        return Sign.APPOSED, length + 1
    return Sign.NONE, 1 if near[1] in words.inverted or near[1] in words.speech else len(near)


def apposition(side: Side, folded: str, words: Words) -> int | None:
    """Where the words after a name and a comma say what a person is, the place of what closes them; else None.

    "the country's defence minister", "a student at the university", "chief of the navy": a head of `words.heads`
    or `words.kin` within a few words, before any verb.
    """
    near, head, people, grammar = side.words, 0, words.people, words.grammar
    stops = grammar.belongs | grammar.and_
    for place, word in enumerate(near[1:], 1):
        if word in grammar.finite and head == place - 1:
            return None  # a clause of its own: "According to X, the boy was"
        if word == "," or word in _STOPS or word in grammar.breaks or word in grammar.finite:
            abbreviated = word == "." and head == place - 1 and folded[side.spans()[head][0]].isupper()
            return place if head and not abbreviated else None
        if head == place - 1 > 0 and not _goes_on(word, folded[side.spans()[place][0]], words):
            head = 0
        if head == place - 3 > 0 and _is_titled(side, head, folded, words):
            head = 0
        if head:
            continue
        if place > _APPOSED or word in words.acts or word in words.prepositions or word in stops:
            return None
        if word in people or ("-" in word and is_head(word, words)):
            head = place
    return len(near) if head else None


def _is_titled(side: Side, head: int, folded: str, words: Words) -> bool:
    """Whether a head is the title of a name that follows, as in a list: "X, Chief of Police ⟨Y⟩ and Z"."""
    of, office, name = side.words[head + 1 : head + 4]
    capital = all(folded[side.spans()[at][0]].isupper() for at in (head, head + 2, head + 3))
    return capital and of in words.grammar.of and office in words.portfolios and name not in words.portfolios


def _goes_on(word: str, first: str, words: Words) -> bool:
    """Whether the word after a head can belong to the apposition: no verb, and not the name the head is a title of."""
    if first.isupper():
        return False
    return word in words.after or is_head(word, words) or word in words.modifiers


def is_head(word: str, words: Words) -> bool:
    """Whether a word says what a person is: an office, a trade, a part played, a kinship."""
    return word in words.people or ("-" in word and word.rpartition("-")[2] in words.heads)


def _predicate(near: list[str], place: int, words: Words) -> int:
    """The signs of the verb at or shortly after `place`."""
    word, grammar = near[place], words.grammar
    if word in grammar.who:
        return Sign.WHO
    if word in grammar.which:
        return Sign.WHICH
    if word.isdigit() or (place == 0 and (word in words.tails or is_head(word, words))):
        return Sign.THING
    if word in grammar.and_ and not grammar.possessives.isdisjoint(near[place + 1 : place + 2]):
        return Sign.OWNS if not words.belongings.isdisjoint(near[place + 2 : place + 4]) else Sign.NONE
    passive, perfect = False, Sign.NONE
    for step in range(place, min(place + 5, len(near))):
        word = near[step]
        if passive and word in words.passives:
            return Sign.SUFFERS
        if passive and word.endswith(grammar.ongoing_ending):
            return Sign.ACTS
        if word in words.be:
            passive = True
        elif word in words.speech:
            later = near[step + 1 : step + 5]
            if not grammar.pronouns.isdisjoint(later):
                return Sign.SPEAKS | Sign.PRONOUN
            return Sign.SPEAKS if grammar.possessives.isdisjoint(later) else Sign.SPEAKS | Sign.HIS
        elif word in words.acts:
            return Sign.ACTS
        elif word not in words.adverbs and word not in words.times:
            break
        elif word in grammar.perfect:
            perfect = Sign.ACTS  # whatever it is, somebody has done it
    return perfect


def _ends_age(word: str, words: Words) -> bool:
    """Whether a word after a number leaves it an age: "Marsh, 15 of Dayton", but not "Marsh, 15 miles"."""
    if not word.isalpha():
        return not word.isdigit()
    return (
        word in words.be
        or word in words.adverbs
        or word in words.inverted
        or word in words.passives
        or word in words.after
        or word in words.grammar.both
    )


def _is_age(word: str) -> bool:
    return word.isdecimal() and len(word) <= 3 and int(word) in _AGES
