"""The assign stage on this worker: readings wait for their turn, decisions are logged before they go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import aiokafka
from faust.types import EventT

from streams.embedded import Observer
from streams.faust_app import Cluster
from streams.kafka import reading, wire
from streams.kafka.farewell import begun
from streams.kafka.partition import Sent, Work
from streams.kafka.placing import Placing, Waiting
from streams.kafka.topics import PLACEMENTS
from streams.kafka.workers.intake import Intake
from streams.kafka.workers.outlet import Tick, buried
from streams.kafka.workers.worker import Worker, log
from streams.operators.assign import Assigners
from streams.topology import Stage


class Decided(NamedTuple):
    """What was decided in a partition, on its way to the brokers."""

    number: int
    placing: Placing
    logged: list[Sent]
    sends: list[Sent]
    work: Work
    done: list[EventT[Any]]  #: what is done with once all of it is there


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

    async def _worked(self, events: Sequence[EventT[Any]]) -> int:
        for event in events:
            self._open.setdefault(event.message.partition, {})[event.message.offset] = event
            self._done.setdefault(event.message.partition, set())
        due = await self._taken_over(events)
        decided = await self._in_thread(self._stepped, dict(self._partitions), due)
        await self._pulse.certain()
        await self._send([sent for one in self._ours(decided) for sent in one.logged])
        ours = self._ours(decided)
        await self._send([sent for one in ours for sent in self._onwards(one)])
        for one in self._ours(ours):
            self._tell(one.work)
            self._done[one.number].update(event.message.offset for event in one.done)
            self._acknowledge(one.number)
        return len(events)

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

    def _ours(self, decided: Sequence[Decided]) -> list[Decided]:
        """Of what was decided, that of partitions which have not been given out anew meanwhile."""
        return [one for one in decided if self._partitions.get(one.number) is one.placing]

    def _onwards(self, one: Decided) -> list[Sent | Tick]:
        """What goes on once it is in the log: decisions, letters, and how far time has come."""
        letters = buried(one.work.dead, self._cluster.message_limit)
        return [*one.sends, *letters, *self._horn.ticks(one.number, one.placing.queue.level)]

    def _acknowledge(self, number: int) -> None:
        """Events that are done with, up to the first that is not: Faust would commit past the one that waits."""
        waiting, done = self._open[number], self._done[number]
        for offset in list(waiting):
            if offset not in done:
                return
            done.remove(offset)
            waiting.pop(offset).ack()

    def _stepped(self, partitions: dict[int, Placing], events: Sequence[EventT[Any]]) -> list[Decided]:
        """In the thread: readings wait for their turn, and those whose turn has come are decided."""
        found = []
        for number, placing in partitions.items():
            done = self._queued(placing, [one for one in events if one.message.partition == number])
            ready = placing.queue.ready(time.monotonic())
            logged, sends, work = placing.decide(ready)
            found.append(
                Decided(number, placing, logged, sends, work, [*done, *(one.event for one in ready)])
            )
        return found

    def _queued(self, placing: Placing, events: Sequence[EventT[Any]]) -> list[EventT[Any]]:
        """Let readings wait for their turn; the events that are done with."""
        done: list[EventT[Any]] = []
        for event in events:
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
                size = len(event.message.value or b"")
                placing.queue.put(Waiting(item, stamp, event), stamp, time.monotonic(), size)
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
