"""Roles compared: which nation and walk of life a role as stated belongs to, and when two roles are two people's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tallywire.reading.actors.titles import OFFICES
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
    for term in _terms(role, words):
        low = term.rstrip(".").lower()
        if found := nation(term):
            nations.add(found)
        elif low in words.past:
            times.add(words.same.get(low, low))
        elif low not in words.links:
            rest.add(words.same.get(low, low))
            head = low.rpartition(" ")[2]
            if walk := words.heads.get(head) or words.heads.get(head.rpartition("-")[2]):
                walks.add(walk)
    return Office(frozenset(nations), frozenset(walks), frozenset(rest), frozenset(times))


def _terms(role: str, words: Words) -> Iterator[str]:
    """The words of a role, two together where they are one: "South Korea", "vice president"; "ex-" is a word."""
    parts: list[str] = []
    for part in fold(role).replace("'s", " ").split():
        time, _, rest = part.partition("-")
        parts += (time, rest) if rest and time.lower() in words.past else (part.strip(",;"),)
    at = 0
    while at < len(parts):
        pair = " ".join(parts[at : at + 2])
        two = nation(pair) is not None or pair.rstrip(".").lower() in words.same
        yield pair if two else parts[at]
        at += 2 if two else 1


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


def same_office(one: str, other: str, words: Words) -> bool:
    """Whether two roles say the same and name an office, which few people hold: not "victim" or "student"."""
    return same_role(one, other, words) and not office(one, words).walks.isdisjoint(OFFICES)


def leads(role: str, words: Words) -> bool:
    """Whether a role is a leading office itself: a president or a minister, not who speaks for one."""
    found = office(role, words).words
    return not found.isdisjoint(words.leaders) and found.isdisjoint(words.deputies)


def is_family(role: str, words: Words) -> bool:
    """Whether a role says whose kin somebody is, and nothing else: "Maduro's son"."""
    found = office(role, words)
    return not found.words.isdisjoint(words.family) and found.walks.isdisjoint(OFFICES)
