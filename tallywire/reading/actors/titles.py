"""Titles, offices and other words for what a person is, before the name: where they end and the name begins."""

from __future__ import annotations

from dataclasses import dataclass

from tallywire.reading.actors.signs import Side, is_head
from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import Form, place

_OF = frozenset(("of", "for"))
_BETWEEN = frozenset(("of", "for", "the", "and"))
_LONGEST = 7  # words of a role before a name
_DROPPED = frozenset(("the", "a", "an", "his", "her", "their", "its", "my", "our", "'s", "'", ","))


@dataclass(frozen=True, slots=True)
class Split:
    """A run cut in two: the first `role` words say what the person is, the rest is the name."""

    role: int
    walk: str  #: the walk of life of the head, "" for an honorific or a kinship


def split(tokens: list[str], words: Words) -> Split | None:
    """Where the title at the head of a run ends, or None where the run has none.

    `tokens` are the words of the run as written, folded.  A run that is nothing but a title ("Prime Minister") has a
    split after its last word.
    """
    low = [token.lower().rstrip(".") for token in tokens]
    for place_ in range(len(low) - 1, -1, -1):
        word = low[place_]
        title = word in words.honorifics or word in words.heads or word in words.kin or _compound(word, words)
        if not title or not _may_be_title(low, tokens, place_, words):
            continue
        end = _past_portfolio(low, tokens, place_ + 1, words)
        if end == len(low) and not _all_role(low, tokens, words):
            continue
        return Split(end, words.heads.get(word) or words.heads.get(word.rpartition("-")[2]) or "")
    return None


def _compound(word: str, words: Words) -> bool:
    return "-" in word and (word.rpartition("-")[2] in words.heads or word.partition("-")[0] in words.heads)


def _may_be_title(low: list[str], tokens: list[str], at: int, words: Words) -> bool:
    """Whether the title word at `at` is used as one: names may hold it too ("Martin Luther King")."""
    word = low[at]
    if at == 0:
        return True
    if word in words.never_inside:
        return False
    if word in words.also_names:
        return all(_role_word(low[i], tokens[i], words) for i in range(at))
    return not (low[at - 1] in words.given and at + 1 == len(low))


def _past_portfolio(low: list[str], tokens: list[str], at: int, words: Words) -> int:
    """The place after "of State", "of Mexico", "of Health and Human Services", where such words stand at `at`."""
    if at >= len(low) or low[at] not in _OF:
        return at
    while at < len(low) and (low[at] in _BETWEEN or _role_word(low[at], tokens[at], words)):
        at += 1
    return at


def _all_role(low: list[str], tokens: list[str], words: Words) -> bool:
    return all(low[i] in _BETWEEN or _role_word(low[i], tokens[i], words) for i in range(len(low)))


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


@dataclass(frozen=True, slots=True)
class Before:
    """A role in the words before a name: `folded[start:end]`."""

    start: int
    end: int
    walk: str
    apposed: bool  #: a comma stands between role and name


def role_before(side: Side, folded: str, words: Words) -> Before | None:
    """The role that the words before a name give it, or None.

    "his wife, ⟨Cilia⟩", "Venezuela's defence minister ⟨Padrino⟩", "the chief of police, ⟨Smith⟩".
    """
    near = side.words
    first = 1 if near and near[0] == "," else 0
    for at in range(first, min(first + 4, len(near))):
        word = near[at]
        if is_head(word, words) and (at == first or near[at - 1] in _OF):
            if first and not _definite(side, at, folded, words):
                return None
            walk = words.heads.get(word.rstrip(".")) or words.heads.get(word.rpartition("-")[2]) or ""
            begin = extended(side, at + 1, side.starts[at], folded, words)
            return Before(begin, side.ends[first], walk, bool(first))
        if word not in _BETWEEN and word not in words.portfolios and not _is_nation(side, at, folded):
            return None
    return None


def _definite(side: Side, head: int, folded: str, words: Words) -> bool:
    """Whether the noun at `head` is one certain person: "the mayor", "his wife", "Mexico's president"."""
    for at in range(head + 1, min(head + _LONGEST, len(side.words))):
        word = side.words[at]
        if word in _DROPPED and word != ",":
            return True
        if not (word in words.modifiers or word in words.heads or folded[side.starts[at]].isupper()):
            return False
    return True


def extended(side: Side, at: int, begin: int, folded: str, words: Words) -> int:
    """Where a role that begins at `begin` really begins, if words from `side.words[at]` leftwards belong to it.

    "Venezuela's former deputy ⟨foreign minister⟩" begins at "Venezuela".
    """
    owned = False
    for place_ in range(at, min(at + _LONGEST, len(side.words))):
        word, start = side.words[place_], side.starts[place_]
        if word in ("'s", "'"):
            owned = True
            continue
        capital = folded[start].isupper() and word not in words.openers
        if not capital and (owned or not (word in words.modifiers or word in words.heads)):
            break
        begin = start
    return begin


def _is_nation(side: Side, at: int, folded: str) -> bool:
    found = place(folded[side.starts[at] : side.ends[at]])
    return found is not None and found.form is not Form.CITY


def tidy(role: str) -> str:
    """A role to show: one space between words, no article, pronoun or comma at its ends."""
    parts = role.split()
    while parts and parts[0].lower().strip(",") in _DROPPED:
        parts.pop(0)
    return " ".join(parts).strip(" ,;:-\"'")
