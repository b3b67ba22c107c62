"""`python -m tests.support.slow …`: the command `tallywire` with workers that take their time at each rebalance.

So between any two steps of Faust's there is time for records to come, and they pile up, as on a machine that is too
busy.  A worker to which records come with a hole among them says so: `HOLE`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

from faust.tables.recovery import Recovery

from streams import faust_app
from streams.kafka.partition import Partition
from streams.kafka.workers import Worker, inbox
from tallywire.__main__ import main

TIME = 0.7  # seconds after each step of a rebalance
TAKES = 0.05  # seconds for each record
ROOM = 4  # events that a stage has room for

_wait, _take, _hand_over = Recovery._wait, Partition.take, Worker._hand_over


async def _slowly(self: Recovery, *arguments: Any, **named: Any) -> None:
    await _wait(self, *arguments, **named)
    await asyncio.sleep(TIME)


def _slow(self: Partition, *arguments: Any) -> None:
    time.sleep(TAKES)
    _take(self, *arguments)


async def _watched(self: Worker[Any], stream: Any) -> None:
    """Hand over what comes, and say where something is missing before it."""
    await _hand_over(self, _Watched(self, stream))


class _Watched:
    """A stream that is seen through."""

    def __init__(self, stage: Worker[Any], stream: Any) -> None:
        self._stage = stage
        self._stream = stream

    def noack(self) -> _Watched:
        return _Watched(self._stage, self._stream.noack())

    async def events(self) -> AsyncIterator[Any]:
        last: dict[tuple[int, int], int] = {}
        async for event in self._stream.events():
            place = self._stage._generation, event.message.partition
            if event.message.offset > last.get(place, event.message.offset) + 1:
                sys.stderr.write(f"HOLE before {event.message}\n")
            last[place] = event.message.offset
            yield event


if __name__ == "__main__":
    Recovery._wait = _slowly
    Partition.take = _slow
    Worker._hand_over = _watched
    faust_app.BUFFER = inbox.AT_ONCE = ROOM
    main()
