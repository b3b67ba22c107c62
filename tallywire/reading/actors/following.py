"""Signs in the words after a name: an age, an apposition, a verb, something that is its own."""

from __future__ import annotations

from tallywire.reading.actors.sides import Side
from tallywire.reading.actors.signs import Sign
from tallywire.reading.actors.words import Words

_APPOSED = 9  # words within which an apposition names what the person is
_BRACKETS = 8  # words of a remark in brackets after a name, at most
_AGES = range(1, 121)
_STOPS = frozenset((".", ";", ":", "!", "?", "(", ")", '"', "-"))


def signs_after(side: Side, words: Words) -> int:
    """The signs in the words after a name."""
    near = side.words
    if not near:
        return Sign.NONE
    if near[0] in ("'s", "'"):
        return _owned(near, words)
    grammar, found, place = words.grammar, Sign.NONE, 0
    if near[0] in grammar.belongs and (at := 2 if near[1:2] and near[1] in grammar.the else 1) < len(near):
        return Sign.FROM if side.is_capital(at) else Sign.NONE
    if near[0] == "(" and len(near) > 2 and _is_age(near[1]) and near[2] == ")":
        found, place = Sign.AGE, 3
    elif near[0] == "(" and ")" in near[:_BRACKETS]:
        place = near.index(")") + 1  # "(D-Mich.)"
    elif near[0] == "," and len(near) > 1:
        found, place = _after_comma(side, words)
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


def _after_comma(side: Side, words: Words) -> tuple[int, int]:
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
    if near[1] in grammar.belongs and len(near) > 2 and side.is_capital(2):
        return Sign.FROM, near.index(",", 2) + 1 if "," in near[2:] else len(near)
    if (length := apposition(side, words)) is not None:
        return Sign.APPOSED, length + 1
    return Sign.NONE, 1 if near[1] in words.inverted or near[1] in words.speech else len(near)


def apposition(side: Side, words: Words) -> int | None:
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
            abbreviated = word == "." and head == place - 1 and side.is_capital(head)
            return place if head and not abbreviated else None
        if head == place - 1 > 0 and not _goes_on(side, place, words):
            head = 0
        if head == place - 3 > 0 and _is_titled(side, head, words):
            head = 0
        if head:
            continue
        if place > _APPOSED or word in words.acts or word in words.prepositions or word in stops:
            return None
        if word in people or ("-" in word and words.is_head(word)):
            head = place
    return len(near) if head else None


def _is_titled(side: Side, head: int, words: Words) -> bool:
    """Whether a head is the title of a name that follows, as in a list: "X, Chief of Police ⟨Y⟩ and Z"."""
    of, office, name = side.words[head + 1 : head + 4]
    capital = all(side.is_capital(at) for at in (head, head + 2, head + 3))
    return capital and of in words.grammar.of and office in words.portfolios and name not in words.portfolios


def _goes_on(side: Side, at: int, words: Words) -> bool:
    """Whether the word after a head can belong to the apposition: no verb, and not the name the head is a title of."""
    if side.is_capital(at):
        return False
    word = side.words[at]
    return word in words.after or words.is_head(word) or word in words.modifiers


def _predicate(near: list[str], place: int, words: Words) -> int:
    """The signs of the verb at or shortly after `place`."""
    word, grammar = near[place], words.grammar
    if word in grammar.who:
        return Sign.WHO
    if word in grammar.which:
        return Sign.WHICH
    if word.isdigit() or (place == 0 and (word in words.tails or words.is_head(word))):
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
