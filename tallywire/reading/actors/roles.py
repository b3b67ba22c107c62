"""Roles compared: which nation and walk of life a role as stated belongs to, and when two roles are two people's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tallywire.reading.actors.words import Words
from tallywire.reading.folding import fold
from tallywire.reading.gazetteer import Form, place

_FALLEN = frozenset(("crime", "victim"))  # walks of life of those who are tried, held or killed


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
    parts = [part.strip(".,;") for part in fold(role).replace("'s", " ").split()]
    at = 0
    while at < len(parts):
        pair, part = " ".join(parts[at : at + 2]), parts[at]
        found, two = nation(pair), True
        if found is None and pair.lower() not in words.same:
            found, two = nation(part), False
        low = (pair if two else part).lower()
        if found:
            nations.add(found)
        elif low in words.past:
            times.add(low)
        elif low not in words.links:
            rest.add(words.same.get(low, low))
            walk = words.heads.get(part.lower()) or words.heads.get(low.rpartition("-")[2])
            if walk:
                walks.add(walk)
        at += 2 if two and at + 1 < len(parts) else 1
    return Office(frozenset(nations), frozenset(walks), frozenset(rest), frozenset(times))


def nation(words: str) -> str | None:
    """The nation that words of a role name; a city, a state or a region says where an office is, not whose."""
    found = place(words)
    return found.nation if found and found.form not in (Form.CITY, Form.STATE, Form.REGION) else None


def contradict(one: str, other: str, words: Words) -> bool:
    """Whether two roles cannot be one person's within a story.

    A change of office is no contradiction (a deputy becomes president), nor is the fall of who leads or led (a
    president is a defendant); a footballer and a minister, or ministers of two countries, are two people.  A role that
    says nothing contradicts nothing.
    """
    first, second = office(one, words), office(other, words)
    if first.nations and second.nations and not first.nations & second.nations:
        return bool(first.walks & second.walks)
    if not first.walks or not second.walks or first.walks & second.walks:
        return False
    if any(
        _may_fall(one, words) and other.walks & _FALLEN for one, other in ((first, second), (second, first))
    ):
        return False
    return any(frozenset((a, b)) in words.apart for a in first.walks for b in second.walks)


def _may_fall(role: Office, words: Words) -> bool:
    return bool(role.times) or not role.words.isdisjoint(words.leaders)


def same_role(one: str, other: str, words: Words) -> bool:
    """Whether two roles say the same: "Mexico's President" and "Mexican president"; not "interim president"."""
    first, second = office(one, words), office(other, words)
    return (first.words, first.times) == (second.words, second.times) and (
        first.nations == second.nations or not first.nations or not second.nations
    )
