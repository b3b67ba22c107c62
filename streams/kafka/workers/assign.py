"""The assign stage on this worker: readings wait for their turn, decisions are logged before they go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiokafka
from faust.types import EventT

from streams.embedded import Observer
from streams.faust_app import Cluster
from streams.kafka import reading, wire
from streams.kafka.farewell import begun
from streams.kafka.placing import Placing, Waiting
from streams.kafka.topics import PLACEMENTS
from streams.kafka.workers.intake import Intake
from streams.kafka.workers.outlet import buried
from streams.kafka.workers.worker import Worker, log
from streams.operators.assign import Assigners
from streams.topology import Stage


class AssignWorker(Worker[Placing]):
    """Decides what has waited its turn; each partition's memory is the log of what was decided there."""

    def __init__(
        self,
        cluster: Cluster,
        stage: Stage,
        onward: Callable[[Any], str],
        *,
        observer: Observer,
        assigners: Callable[[], Assigners],
    ) -> None:
        """`assigners` makes an index that knows nothing yet; each partition has its own."""
        super().__init__(cluster, stage, Intake(stage), observer=observer, fans_out=True)
        self._onward = onward
        self._assigners = assigners
        self._open: dict[int, dict[int, EventT[Any]]] = {}  # partition → offset → what is not acknowledged …
        self._done: dict[int, set[int]] = {}  # … and which of it is done with

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        await super()._on_revoked()
        self._open.clear()
        self._done.clear()

    def _restless(self) -> bool:
        return any(self._open.values())

    async def _worked(self, events: Sequence[EventT[Any]]) -> bool:
        for event in events:
            self._open.setdefault(event.message.partition, {})[event.message.offset] = event
            self._done.setdefault(event.message.partition, set())
        events = await self._taken_over(events)
        partitions = dict(self._partitions)
        done = await asyncio.to_thread(self._queued, partitions, events)
        for number, placing in partitions.items():
            done += await self._decided(number, placing)
        for event in done:
            if self._partitions.get(event.message.partition) is partitions.get(event.message.partition):
                self._done[event.message.partition].add(event.message.offset)
        for number in self._open:
            self._acknowledge(number)
        return True

    async def _taken_over(self, events: Sequence[EventT[Any]]) -> Sequence[EventT[Any]]:
        """Restore the partitions that are new; of those all that is open is to be worked, beside the new events."""
        generation = self._generation
        for number in sorted(self._open.keys() - self._partitions.keys()):
            placing = await self._restored(number)
            if generation != self._generation:  # others may have decided there meanwhile
                return []
            self._partitions[number] = placing
            others = [one for one in events if one.message.partition != number]
            events = [*others, *self._open[number].values()]
        return events

    async def _decided(self, number: int, placing: Placing) -> list[EventT[Any]]:
        """Decide what is due in a partition: into the log, then on; the events that are done with by that."""
        ready = placing.queue.ready(time.monotonic())
        logged, sends, work = await asyncio.to_thread(placing.decide, ready)
        await self._pulse.certain()
        if self._partitions.get(number) is not placing:
            return []
        await self._send(logged)
        if self._partitions.get(number) is not placing:
            return []
        letters = buried(work.dead, self._cluster.message_limit)
        await self._send([*sends, *letters, *self._horn.ticks(number, placing.queue.level)])
        self._tell(work)
        return [one.event for one in ready]

    def _acknowledge(self, number: int) -> None:
        """Events that are done with, up to the first that is not: Faust would commit past the one that waits."""
        waiting, done = self._open[number], self._done[number]
        for offset in list(waiting):
            if offset not in done:
                return
            done.remove(offset)
            waiting.pop(offset).ack()

    def _queued(self, partitions: dict[int, Placing], events: Sequence[EventT[Any]]) -> list[EventT[Any]]:
        """Let readings wait for their turn; the events that are done with."""
        done: list[EventT[Any]] = []
        for event in events:
            placing = partitions.get(event.message.partition)
            if placing is None:  # it has gone to another worker
                continue
            try:
                item, stamp = self._intake.understood(event.message)
            except ValueError as error:
                placing.bury(self._intake.unreadable(event.message, error))
                done.append(event)
                continue
            if stamp.kind == wire.TICK:
                self._horn.pass_on(event.message.partition)
                placing.queue.tick(stamp)
                done.append(event)
            else:
                placing.queue.put(Waiting(item, stamp, event), stamp, time.monotonic())
        return done

    async def _restored(self, number: int) -> Placing:
        """A partition's memory, from the log of what was decided there."""
        placing = Placing(
            self.stage,
            self._assigners(),
            self._onward,
            largest=self._cluster.message_limit,
            patience=self._cluster.patience,
        )
        tp = aiokafka.TopicPartition(self._cluster.prefix + PLACEMENTS, number)
        reader = aiokafka.AIOKafkaConsumer(**self._cluster.options(), auto_offset_reset="earliest")
        async with begun(reader) as consumer:
            consumer.assign([tp])
            async for records in reading.standing(consumer, [tp]):
                for says in await asyncio.to_thread(placing.restore, [one.value for one in records]):
                    log.error("passed by", topic=tp.topic, partition=number, error=says)
        return placing
