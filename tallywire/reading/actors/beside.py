"""What the words beside a name say its bearer is: the role before it, the office it takes, and how a role is shown."""

from __future__ import annotations

from msgspec import Struct

from tallywire.reading.actors.sides import Side
from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import Form, place

_LONGEST = 7  # words of a role before a name
_ABBREVIATED = 5  # letters of an abbreviated title at most, its full stop among them
_SINGLE = frozenset(("state", "military", "police", "faith", "crime"))  # walks whose people go by one name
_NEAR = 4  # words before a head among which its article stands


class Before(Struct, frozen=True):
    """A role in the words before a name: `folded[start:end]`."""

    start: int
    end: int
    walk: str  #: the head's walk of life, "" for kin


def role_before(side: Side, alone: bool, closed: bool, words: Words) -> Before | None:
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
        if word in words.letters and "".join(near[at + 1 : at + 2])[:1].isdigit():
            return None  # "at 10 PM ⟨X⟩"
        if words.is_head(word) and (at == first or (at > first + 1 and near[at - 1] in words.grammar.of)):
            if first and not (_definite(side, at, alone, words) and (closed or _is_one(side, at, words))):
                return None
            if alone and word not in words.kin and words.walk_of(word) not in _SINGLE:
                return None
            begin = extended(side, at + 1, side.start(at), words)
            return Before(begin, side.end(first), words.walk_of(word))
        if words.grammar.of.isdisjoint(near[at : first + 3]):
            return None
        inner = word in words.grammar.between or word in words.portfolios or _is_nation(side, at)
        if not (inner or (closed and _is_governed(side, at, words))):
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


def extended(side: Side, at: int, begin: int, words: Words) -> int:
    """Where a role that begins at `begin` really begins, if words from `side.words[at]` leftwards belong to it.

    "Venezuela's former deputy ⟨foreign minister⟩" begins at "Venezuela".
    """
    owned = False
    for place_ in range(at, min(at + _LONGEST, len(side.words))):
        word = side.words[place_]
        if word in ("'s", "'"):
            owned = True
            continue
        if word in words.doings and word not in words.modifiers:
            break  # "⟨Added⟩ neighbour X"
        capital = side.is_capital(place_) and (word not in words.openers or word in words.modifiers)
        if not capital and (owned or not (word in words.modifiers or word in words.heads)):
            break
        begin = side.start(place_)
    return begin


def _is_nation(side: Side, at: int) -> bool:
    found = place(side.written(at))
    return found is not None and found.form is not Form.CITY


def _is_governed(side: Side, at: int, words: Words) -> bool:
    """Whether a name of one word not known is what an office is of: "the governor of ⟨Oberland⟩, X, …"."""
    return side.is_capital(at) and not words.grammar.of.isdisjoint(side.words[at + 1 : at + 2])


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
        begin = begin if begin < len(near) and side.is_capital(begin) else end
    while end < len(near) and (near[end] in words.modifiers or words.is_head(near[end])):
        head = near[end] if words.is_head(near[end]) else head
        end += 1
    if not head or (head not in words.leaders and not words.ranks.isdisjoint(near[begin:end])):
        return None
    return folded[side.start(begin) : side.end(end - 1)], words.walk_of(head)


def tidy(role: str, words: Words) -> str:
    """A role to show: one space between words, no article, pronoun or comma at its ends."""
    parts = role.split()
    while parts and parts[0].lower().strip(",") in words.grammar.dropped:
        parts.pop(0)
    while len(parts) > 1 and _is_form(parts[-2].lower(), parts[-1].lower(), words):
        parts.pop()
    if parts and parts[-1].endswith(".") and len(parts[-1]) > _ABBREVIATED:
        parts[-1] = parts[-1].rstrip(".")
    while len(parts) > 1 and ((last := parts[-1].lower()) in words.governing or last in words.links):
        parts.pop()
    if len(parts) == 1 and parts[0].lower().rstrip(".") in words.honorifics:
        return ""
    return " ".join(parts).strip(" ,;:-\"'")


def _is_form(office: str, title: str, words: Words) -> bool:
    """Whether a title behind an office is a mere form or rank: "Health Minister Dr", "Defence Minister Gen."."""
    plain = title.rstrip(".")
    rank = title != plain and words.heads.get(plain) == "military" and words.heads.get(office) == "state"
    return rank or plain in words.honorifics
