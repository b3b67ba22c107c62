"""Roles compared: which nation and walk of life a role as stated belongs to, and when two roles are two people's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tallywire.reading.actors.words import Words
from tallywire.reading.folding import fold
from tallywire.reading.gazetteer import Form, place

_PAST = frozenset(
    ("former", "ex", "then", "late", "ousted", "deposed", "outgoing", "incoming", "interim", "acting")
)
_SAME = {"defense": "defence", "labor": "labour", "vice-president": "vicepresident"}
_LINKS = frozenset(("of", "the", "for", "and", "'s", "a", "an", "to", "in", "at"))


@dataclass(frozen=True, slots=True)
class Office:
    """A role in a form that compares: "Mexico's President", "Mexican President" and "President of Mexico" are one."""

    nations: frozenset[str]  #: ISO 3166 alpha-2
    walks: frozenset[str]  #: walks of life of its heads
    words: frozenset[str]  #: what it says beside nations and time: "defence", "minister"
    times: frozenset[str]  #: "former", "interim", "acting" …


def office(role: str, words: Words) -> Office:
    """`role` (as stated in a text) in comparable form."""
    return _office(role, words)


@lru_cache(maxsize=4_096)
def _office(role: str, words: Words) -> Office:
    nations, walks, rest, times = set(), set(), set(), set()
    parts = [
        part.strip(".,;")
        for part in fold(role).replace("'s", "").replace("Vice President", "vice-president").split()
    ]
    skip = 0
    for at, part in enumerate(parts):
        if skip:
            skip -= 1
            continue
        pair = place(" ".join(parts[at : at + 2])) if at + 1 < len(parts) else None
        found = pair or place(part)
        low = part.lower()
        if found and found.nation and found.form not in (Form.CITY, Form.STATE, Form.REGION):
            nations.add(found.nation)
            skip = 1 if pair else 0
        elif low in _PAST:
            times.add(low)
        elif low not in _LINKS:
            rest.add(_SAME.get(low, low))
            walk = words.heads.get(low) or words.heads.get(low.rpartition("-")[2])
            if walk:
                walks.add(walk)
    return Office(frozenset(nations), frozenset(walks), frozenset(rest), frozenset(times))


def contradict(one: str, other: str, words: Words) -> bool:
    """Whether two roles cannot be one person's within a story.

    A change of office is no contradiction (a deputy becomes president); a footballer and a minister, or ministers of
    two countries, are two people.  A role that says nothing contradicts nothing.
    """
    first, second = office(one, words), office(other, words)
    if first.nations and second.nations and not first.nations & second.nations:
        return bool(first.walks & second.walks)
    if not first.walks or not second.walks or first.walks & second.walks:
        return False
    return any(frozenset((a, b)) in words.apart for a in first.walks for b in second.walks)


def same_role(one: str, other: str, words: Words) -> bool:
    """Whether two roles say the same: "Mexico's President" and "Mexican president"; not "interim president"."""
    first, second = office(one, words), office(other, words)
    return (first.words, first.times) == (second.words, second.times) and (
        first.nations == second.nations or not first.nations or not second.nations
    )
