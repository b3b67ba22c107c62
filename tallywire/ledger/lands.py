"""Where the people of a claim were: in one country, in several together, or nobody says.

A disaster that spans a border has a toll for each country and one for all of them; an article about another country's
disaster gives that one's toll, too.  The country is the one that the claim's sentence names as the place: "killed 12 in
Chile", "hit Chile and Argentina".  Whom a number counts is then seen among what the story has heard of before:

- Countries that one place names together are the story's.  A number for one of them is a part: that country's own.
- A number for a country that the story has not been heard in, where it is settled elsewhere, is another event's.
- Any other number counts everyone, as if no country were named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from tallywire.ledger.claimants import Nations, nation_of
from tallywire.ledger.groups import THERE, Facets
from tallywire.ledger.words import lexicon
from tallywire.records import Claim, Group, Metric, Record, Scope


class Land(Record, frozen=True):
    """A place: its countries, several where it names them together, and its name as written."""

    nations: tuple[str, ...] = ()
    name: str = ""


SETTLED = 3  # claims that tell of one place, before another is that of another event

_WORDS = lexicon()["lands"]
_NAME = r"(?:(?:[A-Z]\.){2,}|[A-Z][\w’'-]*)"
_BEFORE = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in _WORDS["before"].split())
_BETWEEN = "|".join(_WORDS["between"].split())
_PLACE = re.compile(
    rf"\b(?:{_BEFORE}) (?P<names>(?:(?:{_BETWEEN}) )*{_NAME}"
    rf"(?:,? (?:(?:{_BETWEEN}) )*{_NAME})*)"
)
_PARTED = re.compile(rf"(?:,? |^)(?:(?:{_BETWEEN}) )+|, |[’'](?:s\b)?[^,]*")  # "Chile's Andes" are Chile


class Scene(Record, frozen=True):
    """The countries that a story has been heard in."""

    together: frozenset[str] = frozenset()  #: named together as its place, or with figures of their own
    heard: frozenset[str] = frozenset()  #: in which claims were placed before
    settled: bool = False  #: claims enough to tell where it happens

    def has_part(self, land: Land) -> bool:
        """Whether the number for a place is that of one country among several."""
        return len(land.nations) == 1 and len(self.together) > 1 and land.nations[0] in self.together

    def is_elsewhere(self, land: Land) -> bool:
        """Whether a place is that of another event."""
        return self.settled and bool(land.nations) and not self.heard.intersection(land.nations)


def counted_together(claims: Sequence[Claim], places: Sequence[Land]) -> Iterator[Land]:
    """The countries for which one sentence counts the same one by one: "killed 12 in Chile and nine in Peru"."""
    told: dict[tuple[Metric, str], set[str]] = {}
    for claim, place in zip(claims, places, strict=True):
        if claim.scope is not Scope.BACKGROUND:
            told.setdefault((claim.metric, claim.evidence.quote), set()).update(place.nations)
    yield from (Land(nations=tuple(sorted(nations))) for nations in told.values() if len(nations) > 1)


def scene(parts: Iterable[str], before: Iterable[tuple[str, ...]], here: Iterable[Land]) -> Scene:
    """What an article may tell of a story's place: of countries that have figures of their own, and of those heard.

    `before` are the countries of earlier claims, `here` those of the article's own.
    """
    own, named = frozenset(parts), {land.nations for land in here if land.nations}
    if not own and not named:
        return Scene()
    heard = [nations for nations in before if nations]
    joint = (nations for nations in (*heard, *named) if len(nations) > 1)
    return Scene(
        together=own.union(*joint),
        heard=own.union(*heard),
        settled=len(heard) >= SETTLED,
    )


def placed(claims: Sequence[Claim], nation: Nations) -> list[Land]:
    """Where each claim's people were, by its sentence; where that names several places, by their order."""
    return [_land(claim, claims, nation) for claim in claims]


def _land(claim: Claim, claims: Sequence[Claim], nation: Nations) -> Land:
    quote = claim.evidence.quote
    lands = _lands(quote, nation)
    if len({land.nations for land in lands}) <= 1:
        return lands[0] if lands else Land()
    beside = [one for one in claims if one.metric is claim.metric and one.evidence.quote == quote]
    return lands[beside.index(claim)] if len(beside) == len(lands) else Land()


@lru_cache(maxsize=4096)  # a sentence has several claims
def _lands(quote: str, nation: Nations) -> tuple[Land, ...]:
    """The countries that a sentence names as places, place by place."""
    found = []
    for match in _PLACE.finditer(quote):
        names = {code: name for name in _PARTED.split(match["names"]) if name and (code := nation(name))}
        if names:
            found.append(Land(nations=tuple(sorted(names)), name=" and ".join(names.values())))
    return tuple(found)


def of_office(names: Iterable[str], scene: Scene) -> Land:
    """The country that an office counts for, where the story has several: its own; `names` are its claimants' keys."""
    nations = {code for key in names for code in nation_of(key)}
    return Land(nations=tuple(nations)) if len(nations) == 1 and nations <= scene.together else Land()


def part(land: Land) -> tuple[Facets, Group]:
    """The people of one country among several, as a group of a figure's own."""
    text = f"people in {land.name}" if land.name else ""
    return Facets(nations=land.nations, words=(THERE,)), Group(text=text, nations=land.nations)
