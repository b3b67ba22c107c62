"""Who speaks in an article rather than acting in it: its publisher, and the bodies that vouch for its figures."""

from __future__ import annotations

from collections.abc import Iterable

from tallywire.ledger.claimants import Nations, akin, identify
from tallywire.ledger.state import Ledger
from tallywire.ledger.words import fold
from tallywire.records import Actor, Record, StoryReading


class Voices(Record, frozen=True):
    """Who speaks in an article."""

    publishers: frozenset[str]  #: outlets and agencies, folded
    claimants: frozenset[str]  #: keys of those who vouch for its figures
    nation: Nations

    def include(self, actor: Actor) -> bool:
        """Whether a body is one of them."""
        if actor.kind != "organisation":
            return False
        names = {_plain(name) for name in (actor.name, *actor.aliases)}
        if not names.isdisjoint(self.publishers):
            return True
        keys = identify(actor.name, self.nation)
        return any(akin(key, voice) for key in keys for voice in self.claimants)


def voices(ledger: Ledger, item: StoryReading, claimants: Iterable[str], nation: Nations) -> Voices:
    """Who speaks in an article: its publisher and those heard before it, and the `claimants` of its figures, by key."""
    outlets = {entry.outlet for track in ledger.tracks.values() for entry in track.entries}
    publishers = {*outlets, item.reading.article.outlet or "", item.reading.extract.agency or ""}
    return Voices(
        publishers=frozenset(_plain(name) for name in publishers if name),
        claimants=frozenset(claimants),
        nation=nation,
    )


def _plain(name: str) -> str:
    return fold(name).removeprefix("the ")
