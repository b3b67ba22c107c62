"""Readings that came on several ways, put in the order of time before their stories are decided.

Articles are read on all partitions at once, and one may overtake another.  Which of two articles comes first decides
which story it opens, so they wait here until time has passed them on every way.  They do not wait for ever: a way that
is silent, since its worker is gone, holds nobody longer than the patience there is.
"""

from __future__ import annotations

import heapq
import itertools
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from streams.kafka.wire import Stamp, Tide

T = TypeVar("T")

MOST = 5000  # that wait; more than memory should hold go on in the order there is …
MOST_BYTES = 64_000_000  # … and so do more of them together


class _Entry(NamedTuple, Generic[T]):
    """An item that waits, in the order of its time."""

    clock: datetime
    turn: int
    cause: str
    since: float
    number: int  # no two are alike: items are not compared
    size: int
    item: T


class Queueing(Generic[T]):
    """Items in the order of their time.  `now` is the seconds of any clock that never goes back."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._tide = Tide()
        self._level: datetime | None = None
        self._waiting: list[_Entry[T]] = []
        self._numbers = itertools.count()
        self._bytes = 0

    def put(self, item: T, stamp: Stamp, now: float, size: int = 0) -> None:
        """Let an item of `size` bytes wait for its turn."""
        number = next(self._numbers)
        heapq.heappush(self._waiting, _Entry(stamp.clock, stamp.turn, stamp.cause, now, number, size, item))
        self._bytes += size

    def tick(self, tick: Stamp) -> None:
        """Take in how far time has come on one way."""
        level = self._tide.rise(tick)
        if level is not None:
            self._level = level if self._level is None else max(self._level, level)

    @property
    def level(self) -> datetime | None:
        """How far time has come on every way."""
        return self._level

    def ready(self, now: float) -> list[T]:
        """The items whose turn has come, in order."""
        upto = self._upto(now)
        found: list[T] = []
        while self._waiting and (self._full or (upto is not None and self._waiting[0].clock <= upto)):
            entry = heapq.heappop(self._waiting)
            self._bytes -= entry.size
            found.append(entry.item)
        return found

    @property
    def _full(self) -> bool:
        return len(self._waiting) > MOST or self._bytes > MOST_BYTES

    def __len__(self) -> int:
        return len(self._waiting)

    def _upto(self, now: float) -> datetime | None:
        """Until when items may go on: as time has passed, or as the longest wait is over."""
        tired = (entry.clock for entry in self._waiting if entry.since + self._patience <= now)
        return max(
            (time for time in (self._level, max(tired, default=None)) if time is not None), default=None
        )
