"""How a feed is, by what its stored position tells.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.sources import rhythm
from connectors.sources.feeds import Position, restored
from connectors.sources.rhythm import Bounds
from tallywire.records import Record


class Health(Record, frozen=True):
    """What is known of a feed that has been asked."""

    interval: timedelta  #: between two polls, as its articles have taught
    entries: int  #: in its last document
    conditional: str  #: what spares it a whole answer: "ETag", "date", or "no"
    hub: str  #: "subscribed until …", "offered", or "no"
    failures: int  #: in a row
    moved: str | None  #: the address it has moved to for good


def health(url: str, position: bytes, now: datetime, bounds: Bounds) -> Health:
    """What `position` tells of the feed at `url`."""
    known = restored(position, url)
    return Health(
        interval=rhythm.learnt(known.times, now, bounds),
        entries=known.entries,
        conditional="ETag" if known.etag else "date" if known.modified else "no",
        hub=_hub(known, now),
        failures=known.failures,
        moved=known.url if known.url != url else None,
    )


def _hub(known: Position, now: datetime) -> str:
    until = known.subscription.until if known.subscription else None
    if until is not None and until > now:
        return f"subscribed until {until:%d %b %H:%M}"
    return "offered" if known.hub else "no"
