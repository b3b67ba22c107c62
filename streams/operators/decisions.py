"""What `assign` has decided, as long as it counts: the place of each article, which stories and origins became one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tallywire.records import Article, Citation, Kinship, Merge, Placing, Reading, StoryReading

FORGET = 4096  # decisions let go at a time


class Placement(msgspec.Struct, frozen=True, gc=False):
    """What was decided about an article."""

    article: str
    story: str
    label: str
    origin: str
    copy_of: str | None
    shared: float
    opens_story: bool
    placed: Placing
    kinship: Kinship | None
    outlet: int  #: hash of its outlet
    source: int  #: hash of its origin's outlet
    url: str | None  #: where it is found, as it was written
    taken: float  #: the index's clock at the time, seconds since 1970
    met: str | None = None  #: id of the story that the article shows to be its own story
    unites: tuple[str, ...] = ()  #: ids of the origins that the article shows to be its own


class Decisions:
    """The decisions of the last so many seconds, in order."""

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._known: dict[str, Placement] = {}
        self._order: list[Placement] = []  # the same by age
        self._first = 1  # the copy index's number of the first of these
        self._told: dict[str, str] = {}  # story that went into another → where it is told now
        self._united: dict[str, str] = {}  # origin that is another's → that one

    def freeze(self) -> dict[str, Any]:
        """All that is remembered, to be given to `thaw`."""
        return {
            "placed_first": self._first,
            "placements": msgspec.msgpack.encode(self._order),
            "told": list(self._told.items()),
            "united_origins": list(self._united.items()),
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become what was frozen."""
        self._first = frozen["placed_first"]
        self._order = msgspec.msgpack.decode(frozen["placements"], type=list[Placement])
        self._known = {placement.article: placement for placement in self._order}
        self._told, self._united = dict(frozen["told"]), dict(frozen["united_origins"])

    # -- asking ----------------------------------------------------------------------------------------------

    def of(self, article: str) -> Placement | None:
        """What was decided about an article, by its id."""
        return self._known.get(article)

    def numbered(self, text: int) -> Placement:
        """What was decided about a text of the copy index."""
        return self._order[text - self._first]

    def story(self, name: str) -> str:
        """The id under which a story is told by now."""
        return self._told.get(name, name)

    def origin(self, placement: Placement) -> str:
        """The id of an article's origin, as it is known by now."""
        return self._united.get(placement.origin, placement.origin)

    def source(self, origin: str, copy_of: str | None, own: int) -> int:
        """The outlet behind an article of a certain origin, hashed: as far as is known, else its `own`."""
        known = self._known.get(origin) or self._known.get(copy_of or "")
        return known.source if known is not None else own

    def oldest(self, origins: Iterable[str]) -> str:
        """The origin that came first; one that is no longer held before all others."""
        return min(origins, key=self._age)

    def _age(self, origin: str) -> tuple[bool, float, str]:
        known = self._known.get(origin)
        return known is not None, known.taken if known is not None else 0.0, origin

    # -- remembering -----------------------------------------------------------------------------------------

    def tell(self, story: str, into: str) -> None:
        """Remember that a story goes on in another."""
        _lead(self._told, story, into)

    def unite(self, origin: str, into: str) -> None:
        """Remember that what comes from a text comes from another."""
        _lead(self._united, origin, into)

    def add(self, placement: Placement) -> None:
        """Remember a decision, and forget the oldest, many at a time, once they no longer count."""
        self._known[placement.article] = placement
        self._order.append(placement)
        if len(self._order) < 2 * FORGET or self._order[FORGET].taken >= placement.taken - self._memory:
            return
        for old in self._order[:FORGET]:
            del self._known[old.article]
            self._told.pop(old.met or "", None)
            for origin in old.unites:
                self._united.pop(origin, None)
        del self._order[:FORGET]
        self._first += FORGET


def outputs(item: Reading, placement: Placement) -> tuple[Merge | StoryReading, ...]:
    """What is put out for an article: where it was put and, before it, that two stories have met."""
    put = StoryReading(
        reading=item,
        story=placement.story,
        label=placement.label,
        origin=placement.origin,
        copy_of=placement.copy_of,
        shared=placement.shared,
        opens_story=placement.opens_story,
        placed=placement.placed,
        kinship=placement.kinship,
        met=placement.met,
        unites=placement.unites,
    )
    return (put,) if placement.met is None else (_merge(item.article, placement, placement.met), put)


def _merge(article: Article, placement: Placement, gone: str) -> Merge:
    """The word that a story goes on in an article's."""
    shown = Citation(
        article=article.id, outlet=article.outlet, quote=article.title or article.body[:160], url=article.url
    )
    return Merge(story=gone, into=placement.story, label=placement.label, at=article.at, shown=shown)


def _lead(ways: dict[str, str], one: str, into: str) -> None:
    """Let one name, and all that lead to it, lead to another."""
    for name, now in ways.items():
        if now == one:
            ways[name] = into
    ways[one] = into
