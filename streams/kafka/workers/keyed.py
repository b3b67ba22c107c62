"""A keyed stage on this worker: each of its partitions is stepped (`kafka.partition`), its states in a table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from faust.types import EventT

from streams import codec, faust_app
from streams.embedded import Observer
from streams.faust_app import Cluster
from streams.kafka import wire
from streams.kafka.partition import EPOCH, Partition, Sent, Work
from streams.kafka.topics import changelog
from streams.kafka.wire import Stamp
from streams.kafka.workers.intake import Admit, Intake
from streams.kafka.workers.outlet import Tick, buried
from streams.kafka.workers.worker import Worker
from streams.topology import Stage
from tallywire.records import DeadLetter

AGED = 100  # keys of a table whose age is looked at with every tick: a million in three hours

#: Seconds that a stage steps before it sends what came of it: others wait for the thread, a rebalance for the step, and
#: readings of other partitions for word of the time, though not for ever.
SPELL = 1.0

T = TypeVar("T")


class Stepped(NamedTuple):
    """What was stepped, on its way to the brokers."""

    events: list[EventT[Any]]
    sends: list[Sent | Tick]
    done: dict[int, Work]  #: by partition


class KeyedWorker(Worker[Partition]):
    """Steps what comes, and writes its states once what it put out is acknowledged."""

    def __init__(
        self,
        cluster: Cluster,
        stage: Stage,
        onward: Callable[[Any], str],
        *,
        observer: Observer,
        admit: Admit | None = None,
        fans_out: bool = False,
    ) -> None:
        """`onward` gives an output's key on the next topic; `admit` takes in what other programs wrote (`Intake`)."""
        super().__init__(cluster, stage, Intake(stage, admit), observer=observer, fans_out=fans_out)
        self._onward = onward
        #: Called when partitions, and the states in them, have come or gone.
        self.moved: Callable[[], None] = lambda: None
        self._seen: set[int] = set()  # partitions that it has been called for
        self._tides: dict[int, wire.Tide] = {}
        self._aged: dict[int, str] = {}  # partition → the key that was looked at last, for its age
        self._table: Any = faust_app.table(self.app, cluster, stage) if stage.state else None

    def state(self, key: str) -> Any:
        """The state of a key in the partitions that are ours; None where there is none."""
        found = (partition.state(key) for partition in list(self._partitions.values()))
        return next((state for state in found if state is not None), None)

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        await super()._on_revoked()
        self._look()

    def _look(self) -> None:
        """Tell of partitions that have come or gone."""
        if self._seen != self._partitions.keys():
            self._seen = set(self._partitions)
            self.moved()

    def _forget(self) -> None:
        super()._forget()
        self._tides.clear()
        self._aged.clear()

    def _restless(self) -> bool:
        return any(partition.holding for partition in self._partitions.values())

    async def _worked(self, events: Sequence[EventT[Any]]) -> int:
        """Some events: stepped, what they put out acknowledged, the tables written, then they are done with.

        0 where partitions have been given out anew meanwhile: nothing is written, what is left must be stepped anew.
        """
        generation = self._generation
        async with self._stepping:
            stepped, sends, done = await self._in_thread(self._stepped, events)
        await self._pulse.certain()
        if generation == self._generation:
            await self._send(sends)
        if generation == self._generation:
            await self._write(done)
        if generation != self._generation:
            self._forget()
            return 0
        for work in done.values():
            self._tell(work)
        self._look()
        for event in stepped:
            event.ack()
        return len(stepped)

    def _stepped(self, events: Sequence[EventT[Any]]) -> Stepped:
        """In the thread: those of some events that there was time for."""
        stepped: list[EventT[Any]] = []
        sends: list[Sent | Tick] = []
        dead: dict[int, list[DeadLetter]] = {}
        touched = {
            number: partition for number, partition in list(self._partitions.items()) if partition.holding
        }
        for number, partition in touched.items():
            partition.give_up(time.monotonic() - self._cluster.patience)
            sends += [*partition.sent(), *self._horn.ticks(number, partition.level)]
        for event in _for_a_spell(events):
            stepped.append(event)
            number = event.message.partition
            partition = touched[number] = self._partition(number)
            try:
                item, stamp = self._intake.understood(event.message)
                if self._intake.foreign(event.message):
                    sends.append(self._addressed(item, stamp))
                    continue
            except ValueError as error:
                dead.setdefault(number, []).append(self._intake.unreadable(event.message, error))
                continue
            if stamp.kind == wire.TICK:
                self._horn.pass_on(number)
                level = self._tides.setdefault(number, wire.Tide()).rise(stamp)
                if level is not None:
                    partition.tick(level)
                    self._age(number, partition, level)
            else:
                partition.take(item, event.message.value or b"", stamp, time.monotonic())
            sends += [*partition.sent(), *self._horn.ticks(number, partition.level)]
        done = {number: partition.work() for number, partition in touched.items()}
        for number, some in dead.items():
            done[number].dead.extend(some)
        for work in done.values():
            sends += buried(work.dead, self._cluster.message_limit)
        return Stepped(stepped, sends, done)

    def _addressed(self, item: Any, stamp: Stamp) -> Sent:
        """What another program wrote, once more under the stage's own key: there its other versions are known.

        Raises `ValueError` where it is too large for that.
        """
        value, most = codec.encode(item), self._cluster.message_limit
        if len(value) > most:
            raise ValueError(
                f"too_large: {len(value)} bytes, a record has {most} at most: see [kafka] message_limit"
            )
        return Sent(self.stage.source, self.stage.key(item), value, stamp)

    def _partition(self, number: int) -> Partition:
        if number not in self._partitions:
            self._partitions[number] = self._opened(number)
        return self._partitions[number]

    def _opened(self, number: int) -> Partition:
        """A partition as its table has it."""
        opened = Partition(
            self.stage,
            self._onward,
            lambda key: self._database(number).get(key.encode()),
            largest=self._cluster.message_limit,
        )
        if self._table is not None:
            opened.revive(self._rows(number), time.monotonic())
        return opened

    def _age(self, number: int, partition: Partition, level: datetime) -> None:
        """Some of the table's keys with every tick, round and round: what is past its retention is forgotten."""
        if self._table is None:
            return
        some = list(islice(self._rows(number, self._aged.pop(number, None)), AGED))
        if len(some) == AGED:
            self._aged[number] = some[-1][0]
        # A clock that ran ahead must not age what is fresh.
        partition.forget(some, max(EPOCH, min(level, datetime.now(UTC))) - self._cluster.keep)

    def _database(self, partition: int) -> Any:
        """The RocksDB of a table's partition.  Faust's own way to it knows only the event under way, not many."""
        return self._table.data._db_for_partition(partition)

    def _rows(self, partition: int, first: str | None = None) -> Iterator[tuple[str, bytes]]:
        """The table of a partition from a key on, by key."""
        start = None if first is None else first.encode()
        for key, value in self._database(partition).items(from_key=start):
            if key != self._table.data.offset_key and (name := wire.text(key)) is not None:
                yield name, value

    async def _write(self, done: Mapping[int, Work]) -> None:
        """States into the tables and their changelogs; returns once the brokers have them.

        First into the table: who finds a state there with the mark of what comes again writes it to the changelog anew.
        """
        generation, topic = self._generation, self._cluster.prefix + changelog(self.stage)
        states = [
            (number, key.encode(), value) for number in done for key, value in done[number].states.items()
        ]
        for number, key, value in states:
            database = self._database(number)
            if value is None:
                database.delete(key)
            else:
                database.put(key, value)
        send = self.app.producer.send
        written = [await send(topic, key, value, number, None, None) for number, key, value in states]
        offsets = {one.topic_partition: one.offset for one in await asyncio.gather(*written)}
        await self._pulse.certain()
        if generation == self._generation:
            for place, offset in offsets.items():
                self._table.data.set_persisted_offset(place, offset)


def _for_a_spell(events: Iterable[T]) -> Iterator[T]:
    """The first event, and more of them until the spell is over."""
    over = time.monotonic() + SPELL
    for event in events:
        yield event
        if time.monotonic() >= over:
            return
