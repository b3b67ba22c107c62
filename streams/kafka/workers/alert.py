"""The alert stage on this worker: a keyed stage that obeys the mutes, and calls what one held when it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from faust.types import EventT

from streams.embedded import Observer
from streams.faust_app import Cluster
from streams.kafka.muted import TopicMutes
from streams.kafka.partition import Partition
from streams.kafka.workers.keyed import KeyedWorker, Stepped
from streams.operators.alert import Told
from streams.operators.muting import ALL
from streams.topology import Stage
from tallywire.records import Mute


class AlertWorker(KeyedWorker):
    """Steps what comes, with the mutes there are."""

    def __init__(
        self,
        cluster: Cluster,
        stage: Stage,
        onward: Callable[[Any], str],
        *,
        observer: Observer,
        mutes: TopicMutes,
    ) -> None:
        """`mutes` are those that the stage itself looks at."""
        super().__init__(cluster, stage, onward, observer=observer)
        self._mutes = mutes

    async def start(self) -> None:
        """Read the mutes, then join the group and begin to work."""
        await self._mutes.open()
        await super().start()
        self._tasks.append(asyncio.create_task(self._mutes.follow()))

    async def stop(self) -> None:
        """Leave the group."""
        await super().stop()
        await self._mutes.close()

    def _stepped(self, events: Sequence[EventT[Any]]) -> Stepped:
        for mute in self._mutes.news():
            for number, partition in list(self._partitions.items()):
                partition.call(mute.until, self._rows(number), _held(mute), since=mute.since)
        return super()._stepped(events)

    def _opened(self, number: int) -> Partition:
        """A mute that has ended while nobody worked here may have ended before its time."""
        opened = super()._opened(number)
        for mute in self._mutes():
            opened.call(mute.until, self._rows(number), _held(mute), since=mute.since, before=mute.until)
        return opened


def _held(mute: Mute) -> Callable[[str, Told | None], bool]:
    """Whether a mute may have held what waits for a story; one that has gone into another is told there."""
    return lambda story, told: mute.scope in (ALL, story, *(told.adopted if told is not None else ()))
