"""What a stage puts out, on its way to the brokers: records in their order, and word of the time behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from streams import codec, letters
from streams.kafka import wire
from streams.kafka.partition import EPOCH, Sent
from streams.kafka.wire import Stamp
from streams.topology import DEAD_LETTERS, Stage
from tallywire.records import DeadLetter


class Tick(msgspec.Struct, frozen=True):
    """Word of the time on its way to one partition of a topic."""

    topic: str
    partition: int
    stamp: Stamp


class Horn:
    """Tells the next stage how far time has come on each of our partitions, where there is news of it."""

    def __init__(self, stage: Stage, partitions: int, *, fans_out: bool) -> None:
        """`fans_out` where the next stage goes by another key, so that a tick must go to all of its partitions."""
        self._stage = stage
        self._ways = partitions
        self._fans_out = fans_out
        self._told: dict[int, datetime] = {}  # partition → how far the next stage knows time to have come

    def forget(self) -> None:
        """Tell it again on all of them: they are given out anew."""
        self._told.clear()

    def pass_on(self, partition: int) -> None:
        """Tell it again in any case: who has just taken over behind us must hear it, too."""
        self._told.pop(partition, None)

    def ticks(self, partition: int, level: datetime | None) -> list[Tick]:
        """Word that time has come to `level`, if that is news."""
        if level is None or level <= self._told.get(partition, EPOCH):
            return []
        self._told[partition] = level
        if self._stage.sink == "alerts":  # nobody there goes by it
            return []
        if not self._fans_out:
            return [Tick(self._stage.sink, partition, wire.tick(level))]
        stamp = wire.tick(level, way=partition, ways=self._ways)
        return [Tick(self._stage.sink, way, stamp) for way in range(self._ways)]


async def send(producer: Any, prefix: str, sends: Sequence[Sent | Tick]) -> None:
    """Send, in order, by Faust's producer; returns once the brokers have all of it.

    Word of the time goes last, the latest of each way: should a record have to be sent again, no tick must have
    overtaken it.
    """
    records = [
        await producer.send(
            prefix + one.topic, one.key.encode(), one.value, None, None, wire.headers(one.stamp)
        )
        for one in sends
        if isinstance(one, Sent)
    ]
    await asyncio.gather(*records)
    latest = {(one.topic, one.partition, one.stamp.way): one.stamp for one in sends if isinstance(one, Tick)}
    ticks = [
        await producer.send(prefix + topic, wire.NO_KEY, None, partition, None, wire.headers(stamp))
        for (topic, partition, _way), stamp in latest.items()
    ]
    await asyncio.gather(*ticks)


def buried(dead: Iterable[DeadLetter], largest: int) -> list[Sent]:
    """Dead letters on their way to their topic, each of `largest` bytes at most: what is too large is shown in part."""
    return [
        Sent(DEAD_LETTERS, letter.id, codec.encode(letter), Stamp(kind=DeadLetter.__name__, clock=letter.at))
        for letter in (letters.fitting(one, largest) for one in dead)
    ]
