"""What travels on Kafka beside a record: the time it was made at, what set it off, where it stands in the order.

A record is its value, in the codec's JSON.  Its stamp is a header, which a runner needs and nobody else.  The
pipeline's time travels with the records: no stage on Kafka has a clock.  A tick is a record without a value that says
how far time has come on the way it took: nothing earlier follows on that way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from tallywire.records import Record

HEADER = "tallywire"
TICK = "Tick"  # the kind of a record that is none
NO_KEY = b""  # of a tick: clients send no record that has neither key nor value


class Stamp(Record, frozen=True):
    """What a runner must know of a record."""

    kind: str  #: the record's type; `TICK` for word of the time
    #: The pipeline's time when it was made; of a tick, how far time has come.
    clock: Annotated[datetime, msgspec.Meta(tz=True)]
    cause: str = ""  #: what set it off: an article, or a timer; what one cause puts out belongs together
    turn: int = 0  #: its place among what one connector sent at one time; that of a dead letter sent again
    way: int = 0  #: of a tick: the way it came, of several that lead to one partition …
    ways: int = 1  #: … and their number
    again: str = ""  #: of a dead letter that a person sends once more: which time that is


_decoder = msgspec.json.Decoder(Stamp)
_encoder = msgspec.json.Encoder()


def headers(stamp: Stamp) -> list[tuple[str, bytes]]:
    """A stamp as the headers of a record."""
    return [(HEADER, _encoder.encode(stamp))]


def stamp(found: Iterable[tuple[str, bytes]] | None) -> Stamp | None:
    """The stamp among a record's headers; None where another program wrote the record.  Raises `ValueError`."""
    for name, value in found or ():
        if name == HEADER:
            try:
                return _decoder.decode(value or b"")  # a header may be null
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise ValueError(f"its header {HEADER} cannot be read: {error}") from error
    return None


def text(key: bytes | None) -> str | None:
    """A record's key; None where there is none, or one that another program wrote and that is no text."""
    try:
        return key.decode() if key is not None else None
    except UnicodeDecodeError:
        return None


def moment(seconds: float | None) -> datetime:
    """A record's time as the brokers give it; the epoch where it has none, or one that no calendar knows."""
    try:
        return datetime.fromtimestamp(max(seconds or 0.0, 0.0), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def tick(at: datetime, *, way: int = 0, ways: int = 1) -> Stamp:
    """Word that time has come to `at` on one of `ways` ways."""
    return Stamp(kind=TICK, clock=at, way=way, ways=ways)


class Tide:
    """How far time has come where several ways meet: as far as on the way that is furthest behind."""

    def __init__(self) -> None:
        self._ways: dict[int, datetime] = {}

    def rise(self, tick: Stamp) -> datetime | None:
        """Take in a tick; how far time has come since, None where some way has not been heard of."""
        if len(self._ways) > tick.ways:  # fewer than there were: a stage before this one was made anew
            self._ways.clear()
        self._ways[tick.way] = max(tick.clock, self._ways.get(tick.way, tick.clock))
        return self.level if len(self._ways) == tick.ways else None

    @property
    def level(self) -> datetime | None:
        """As far as time has come on every way heard of."""
        return min(self._ways.values(), default=None)
