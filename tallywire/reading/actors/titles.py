"""Titles, offices and other words for what a person is, before the name: where they end and the name begins."""

from __future__ import annotations

from msgspec import Struct

from tallywire.reading.actors.signs import Side, is_head
from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import Form, place

_LONGEST = 7  # words of a role before a name
_ABBREVIATED = 5  # letters of an abbreviated title at most, its full stop among them
OFFICES = frozenset(("state", "military", "police", "justice", "faith", "business", "learning"))
_SINGLE = frozenset(("state", "military", "police", "faith", "crime"))  # walks whose people go by one name
_FULL = 2  # words of a full name
_NEAR = 4  # words before a head among which its article stands


class Split(Struct, frozen=True):
    """A run cut in two: the first `role` words say what the person is, the rest is the name."""

    role: int
    walk: str  #: the walk of life of the head, "" for an honorific or a kinship


def split(tokens: list[str], low: list[str], opens: bool, words: Words) -> Split | None:
    """Where the title at the head of a run ends, or None where the run has none.

    `tokens` are the words of the run as written, folded, `low` the same in lower case; `opens` says that they
    open a sentence.  A run that is nothing but a title ("Prime Minister") has a split after its last word.
    """
    if (
        low[-1] not in words.names
        and len(low) > 1
        and not words.titles.isdisjoint(low)
        and is_role(tokens, low, words)
    ):
        return Split(len(low), "")
    for at in range(len(low) - 1, -1, -1):
        word = low[at]
        titled = word in words.titles or _compound(word, words) or _is_shared(low, at, words)
        if not titled or not tokens[at][0].isupper():
            continue
        if not _may_be_title(low, tokens, at, opens, words):
            continue
        end = _past_portfolio(low, tokens, at + 1, words)
        if words.suffixes.issuperset(low[end:]) and not (end == len(low) and is_role(tokens, low, words)):
            continue  # no name is left: "Dr. King Jr."
        named = low[end - 1] in words.grammar.of or (
            low[end - 1] in words.grammar.the and low[-1] in words.organisations
        )
        if named:
            end = len(low)  # "Minister of Innovation", "Head of the Relief Fund": what it is of is not known
        return Split(end, walk_of(word, words))
    return None


def taken(side: Side, folded: str, words: Words) -> tuple[str, str] | None:
    """The office that the words after a name say its bearer takes, and its walk of life; None where they say none.

    "⟨X⟩ was sworn in as interim president": a verb of taking office, then nothing but words of a role, which
    none is that others are counted in: "became the third adviser to plead guilty".
    """
    near = side.words
    verb = next((at for at, word in enumerate(near[:_LONGEST]) if word in words.takes_office), None)
    if verb is None:
        return None
    begin = verb + 1
    while begin < len(near) and near[begin] in words.grammar.into:
        begin += 1
    end, head = begin, ""
    if near[begin + 1 : begin + 2] == ["'s"]:
        end += 2  # "became ⟨the country's⟩ third president"
        begin = begin if folded[side.spans()[begin][0]].isupper() else end
    while end < len(near) and (near[end] in words.modifiers or is_head(near[end], words)):
        head = near[end] if is_head(near[end], words) else head
        end += 1
    if not head or (head not in words.leaders and not words.ranks.isdisjoint(near[begin:end])):
        return None
    spans = side.spans()
    return folded[spans[begin][0] : spans[end - 1][1]], walk_of(head, words)


def walk_of(head: str, words: Words) -> str:
    """The walk of life of a word for what a person is, "" where it has none."""
    return words.heads.get(head) or words.heads.get(head.rpartition("-")[2]) or ""


def _is_shared(low: list[str], at: int, words: Words) -> bool:
    """Whether a plural is the title of several, "Presidents ⟨Ada Reyes⟩ and …", not a name as in "Texas Rangers"."""
    single, rest = low[at].removesuffix(words.grammar.plural_ending), low[at + 1 :]
    if single == low[at] or len(rest) != _FULL or low[at] in words.things:
        return False
    return (
        words.heads.get(single) in OFFICES and words.soft.isdisjoint(rest) and words.doings.isdisjoint(rest)
    )


def single(role: str, words: Words) -> str:
    """A title before a name as one person has it: "HPD Officer" for "HPD Officers", but "Chief of Detectives"."""
    rest, _, last = role.rpartition(" ")
    alone = last.removesuffix(words.grammar.plural_ending)
    shared = last.lower() not in words.people and alone.lower() in words.people
    return f"{rest} {alone}".strip() if shared and rest.rpartition(" ")[2] not in words.grammar.of else role


def _compound(word: str, words: Words) -> bool:
    return "-" in word and (word.rpartition("-")[2] in words.heads or word.partition("-")[0] in words.heads)


def _may_be_title(low: list[str], tokens: list[str], at: int, opens: bool, words: Words) -> bool:
    """Whether the title word at `at` is used as one: names may hold it too ("Martin Luther King", "Crown Point")."""
    word = low[at]
    if at == 0:
        return word not in words.never_inside or opens
    if word in words.never_inside or (word in words.kin and word not in words.heads):
        return False
    if word in words.given and word in words.also_names:
        return False
    if word in words.also_names:
        return _role_word(low[at - 1], tokens[at - 1], words) or is_role(tokens[:at], low[:at], words)
    return not (low[at - 1] in words.given and at + 1 == len(low))


def _past_portfolio(low: list[str], tokens: list[str], at: int, words: Words) -> int:
    """The place after "of State", "of Mexico", "of Health and Human Services", where such words stand at `at`."""
    if at >= len(low) or low[at] not in words.grammar.of:
        return at
    while at < len(low):
        if low[at] in words.grammar.between or _role_word(low[at], tokens[at], words):
            at += 1
        elif place(" ".join(tokens[at : at + 2])) is not None:
            at += 2
        else:
            break
    return min(at, len(low))


def is_role(tokens: list[str], low: list[str], words: Words) -> bool:
    """Whether a run is a title from end to end: "Prime Minister", "Mayor of San Francisco"."""
    return all(
        low[i] in words.grammar.between
        or _role_word(low[i], tokens[i], words)
        or place(" ".join(tokens[max(0, i - 1) : i + 1])) is not None
        or place(" ".join(tokens[i : i + 2])) is not None
        for i in range(len(low))
    )


def _role_word(low: str, token: str, words: Words) -> bool:
    """Whether a word may stand within a role: an adjective, an office, a body, a nation."""
    return (
        low in words.modifiers
        or low in words.portfolios
        or low in words.heads
        or low in words.organisations
        or low in words.places
        or place(token) is not None
    )


class Before(Struct, frozen=True):
    """A role in the words before a name: `folded[start:end]`."""

    start: int
    end: int
    walk: str  #: the head's walk of life, "" for kin


def role_before(side: Side, folded: str, alone: bool, closed: bool, words: Words) -> Before | None:
    """The role that the words before a name give it, or None.

    `closed` says that a comma, a stop or "and" follows the name, as after an apposition: "a neighbour, ⟨X⟩, called".
    `alone` says that the name is a single word, which needs plainer speech: "his wife, ⟨Cilia⟩", but not "woman,
    ⟨Life⟩, freedom".  Otherwise "Venezuela's defence minister ⟨Padrino⟩", "the chief of police, ⟨Smith⟩".
    """
    near = side.words
    first = 1 if near and near[0] == "," else 0
    if near[first : first + 1] and (near[first] in words.grammar.the or near[first] in words.grammar.of):
        return None
    for at in range(first, min(first + 4, len(near))):
        word = near[at]
        if word in words.letters and "".join(near[at + 1 : at + 2]).isdigit():
            return None  # "at 10 PM ⟨X⟩"
        if is_head(word, words) and (at == first or (at > first + 1 and near[at - 1] in words.grammar.of)):
            if first and not (_definite(side, at, alone, words) and (closed or _is_one(side, at, words))):
                return None
            if alone and word not in words.kin and walk_of(word, words) not in _SINGLE:
                return None
            spans = side.spans()
            begin = extended(side, at + 1, spans[at][0], folded, words)
            return Before(begin, spans[first][1], walk_of(word, words))
        if words.grammar.of.isdisjoint(near[at : first + 3]):
            return None
        if (
            word not in words.grammar.between
            and word not in words.portfolios
            and not _is_nation(side, at, folded)
        ):
            return None
    return None


def _definite(side: Side, head: int, alone: bool, words: Words) -> bool:
    """Whether the noun at `head` is one certain person: "the mayor", "a 9-year-old boy", "Mexico's president".

    Where a preposition stands before, it is none: "shot in the head, ⟨X⟩ …".
    """
    near = side.words
    for at, word in enumerate(near[head + 1 : head + _LONGEST], head + 1):
        if word in words.grammar.dropped and word != ",":
            return word not in words.grammar.the or words.prepositions.isdisjoint(near[at + 1 : at + 2])
        if not word[0].isalnum() or word in words.prepositions or word in words.speech or word in words.be:
            return False
    return not alone


def _is_one(side: Side, head: int, words: Words) -> bool:
    """Whether no "a" stands before the noun at `head`, so that the comma may close what the noun belongs to."""
    return words.grammar.a.isdisjoint(side.words[head + 1 : head + _NEAR])


def extended(side: Side, at: int, begin: int, folded: str, words: Words) -> int:
    """Where a role that begins at `begin` really begins, if words from `side.words[at]` leftwards belong to it.

    "Venezuela's former deputy ⟨foreign minister⟩" begins at "Venezuela".
    """
    owned = False
    spans = side.spans()
    for place_ in range(at, min(at + _LONGEST, len(side.words))):
        word, start = side.words[place_], spans[place_][0]
        if word in ("'s", "'"):
            owned = True
            continue
        if word in words.doings and word not in words.modifiers:
            break  # "⟨Added⟩ neighbour X"
        capital = folded[start].isupper() and (word not in words.openers or word in words.modifiers)
        if not capital and (owned or not (word in words.modifiers or word in words.heads)):
            break
        begin = start
    return begin


def _is_nation(side: Side, at: int, folded: str) -> bool:
    start, end = side.spans()[at]
    found = place(folded[start:end])
    return found is not None and found.form is not Form.CITY


def tidy(role: str, words: Words) -> str:
    """A role to show: one space between words, no article, pronoun or comma at its ends."""
    parts = role.split()
    while parts and parts[0].lower().strip(",") in words.grammar.dropped:
        parts.pop(0)
    while len(parts) > 1 and _is_form(parts[-2].lower(), parts[-1].lower(), words):
        parts.pop()
    if parts and parts[-1].endswith(".") and len(parts[-1]) > _ABBREVIATED:
        parts[-1] = parts[-1].rstrip(".")
    while len(parts) > 1 and parts[-1].lower() in words.governing | words.links:
        parts.pop()
    if len(parts) == 1 and parts[0].lower().rstrip(".") in words.honorifics:
        return ""
    return " ".join(parts).strip(" ,;:-\"'")


def _is_form(office: str, title: str, words: Words) -> bool:
    """Whether a title behind an office is a mere form or rank: "Health Minister Dr", "Defence Minister Gen."."""
    plain = title.rstrip(".")
    rank = title != plain and words.heads.get(plain) == "military" and words.heads.get(office) == "state"
    return rank or plain in words.honorifics
