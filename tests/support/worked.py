"""A worker without brokers: what stands on topics, and Faust's app as a worker sees it.

What runs is the worker itself, from the event that it is handed to its acknowledgement; only the clients, the store of
the tables and the thread are others, so that chance decides alike every time where it is killed, refused, or loses its
partitions.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, NamedTuple

from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from streams import codec
from streams.kafka import wire
from streams.kafka.wire import Stamp
from streams.kafka.workers import Worker
from streams.kafka.workers.inbox import Inbox


def chance(seed: object) -> random.Random:
    """Chance for a test, the same every time."""
    return random.Random(str(seed))  # noqa: S311


class Logged(NamedTuple):
    """A record on a topic."""

    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]


class Brokers:
    """The topics and the committed offsets; what is sent is theirs a moment later, or refused."""

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions
        self.logs: dict[TP, list[Logged]] = defaultdict(list)
        self.offsets: dict[TP, int] = defaultdict(int)
        self.done: list[str] = []  # what happened, in order: a record's topic, "written", "done with"
        self.away = False  # they refuse all, until the worker has heard of it
        self._flying: list[tuple[TP, Logged, asyncio.Future[Any]]] = []

    def put(self, topic: str, number: int, item: Any, stamp: Stamp) -> None:
        """A record of the stage before."""
        value = codec.encode(item) if item is not None else None
        self.logs[TP(topic, number)].append(Logged(b"", value, wire.headers(stamp)))

    async def send(
        self, topic: str, key: bytes, value: Any, number: int | None, _at: None, headers: Any
    ) -> Any:
        """As Faust's producer sends: what is awaited is awaited once more for the answer."""
        number = zlib.crc32(key) % self.partitions if number is None else number
        answer = asyncio.get_running_loop().create_future()
        self._flying.append((TP(topic, number), Logged(key, value, headers or []), answer))
        return answer

    def land(self, most: int = 1_000_000) -> None:
        """Take what is on its way, up to so many, in order; or refuse all of it."""
        most = len(self._flying) if self.away else most
        landing, self._flying = self._flying[:most], self._flying[most:]
        for place, record, answer in landing:
            if self.away:
                answer.set_exception(KafkaConnectionError("away"))
                continue
            self.logs[place].append(record)
            self.done.append(place.topic)
            answer.set_result(SimpleNamespace(topic_partition=place, offset=len(self.logs[place]) - 1))

    def lose(self, chance: random.Random) -> None:
        """Of what a process that is killed had on its way, take some: the first of each partition's."""
        flying, self._flying = self._flying, []
        for place in sorted({place for place, _, _ in flying}):
            there = [record for other, record, _ in flying if other == place]
            self.logs[place] += there[: chance.randint(0, len(there))]

    def values(self, topic: str, kind: type) -> list[Any]:
        """The records of a topic, partition by partition."""
        return [
            codec.decode(record.value, kind)
            for number in range(self.partitions)
            for record in self.logs[TP(topic, number)]
            if record.value is not None
        ]


class Database:
    """RocksDB's part of it."""

    def __init__(self, brokers: Brokers) -> None:
        self.rows: dict[bytes, bytes] = {}
        self._brokers = brokers

    def get(self, key: bytes) -> bytes | None:
        return self.rows.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self.rows[key] = value
        self._brokers.done.append("written")

    def delete(self, key: bytes) -> None:
        self.rows.pop(key, None)

    def items(self, from_key: bytes | None = None) -> Iterator[tuple[bytes, bytes]]:
        yield from sorted(row for row in self.rows.items() if from_key is None or row[0] >= from_key)


class Hosted:
    """A worker in a process that may be killed, in a group whose partitions are all its own."""

    offset_key = b"offset"

    def __init__(self, brokers: Brokers, make: Callable[[], Worker[Any]], chance: random.Random) -> None:
        self.brokers = brokers
        self._make = make
        self._chance = chance
        self._databases: dict[int, Database] = {}
        self._restored: dict[TP, int] = {}
        self.producer = brokers
        self.consumer = SimpleNamespace(assignment=lambda: set(self._places))
        self.start()

    # -- as a table's store ----------------------------------------------------------------------------------------

    def _db_for_partition(self, number: int) -> Database:
        return self._databases[number]

    def set_persisted_offset(self, place: TP, offset: int) -> None:
        self._restored[place] = offset

    # -- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A process that has just joined."""
        self.worker: Any = self._make()
        self._places = [TP(self.worker.stage.source, number) for number in range(self.brokers.partitions)]
        self.worker.app = self
        self.worker._table = SimpleNamespace(data=self)
        self.worker._in_thread = self._stepped
        self.worker._inbox = Inbox(room=0)  # for any number
        self.worker.refused = lambda: setattr(self.brokers, "away", False)
        self._give()
        self.working = asyncio.create_task(self.worker._work())

    async def kill(self, *, folder: bool) -> None:
        """The process goes, with its tables where `folder` does; another comes."""
        self.working.cancel()
        with suppress(asyncio.CancelledError):
            await self.working
        self.brokers.lose(self._chance)
        if folder:
            self._databases, self._restored = {}, {}
        self.start()

    async def rebalance(self) -> None:
        """All partitions are given out anew, and come back."""
        self.brokers.land()  # Faust's producer is flushed first
        await self.worker._on_revoked()
        self._give()

    def _give(self) -> None:
        """Restore the tables from their changelog, then hand over what follows the committed offsets."""
        for number, place in enumerate(self._places):
            self._restore(number, TP(f"{self.worker.stage.name}-states", number))
            for offset in range(self.brokers.offsets[place], len(self.brokers.logs[place])):
                event: Any = Event(self, place, offset)
                self.worker._inbox._queue.put_nowait((self.worker._generation, event))

    def _restore(self, number: int, changelog: TP) -> None:
        database = self._databases.setdefault(number, Database(self.brokers))
        for record in self.brokers.logs[changelog][self._restored.get(changelog, -1) + 1 :]:
            if record.value is None:
                database.rows.pop(record.key, None)
            else:
                database.rows[record.key] = record.value

    async def _stepped(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """In place of the thread; it may take a while before and after."""
        for _ in range(self._chance.randint(0, 2)):
            await asyncio.sleep(0)
        found = work(*arguments)
        for _ in range(self._chance.randint(0, 2)):
            await asyncio.sleep(0)
        return found


class Event:
    """An event as Faust hands it over.  What is acknowledged out of turn, or after a rebalance, is lost for good."""

    def __init__(self, hosted: Hosted, place: TP, offset: int) -> None:
        record = hosted.brokers.logs[place][offset]
        self.message = SimpleNamespace(
            topic=place.topic, partition=place.partition, offset=offset, key=record.key, value=record.value,
            headers=record.headers, timestamp=0.0, acked=False,
        )  # fmt: skip
        self._hosted, self._place = hosted, place
        self._worker, self._generation = hosted.worker, hosted.worker._generation

    def ack(self) -> None:
        hosted, offsets = self._hosted, self._hosted.brokers.offsets
        assert (hosted.worker, hosted.worker._generation) == (self._worker, self._generation)
        assert offsets[self._place] == self.message.offset
        offsets[self._place] += 1
        self.message.acked = True
        hosted.brokers.done.append("done with")


class Reader:
    """A client of aiokafka that reads one partition."""

    def __init__(self, brokers: Brokers, **_options: Any) -> None:
        self._brokers = brokers
        self._read = 0

    async def start(self) -> None:
        await asyncio.sleep(0)

    stop = start

    def assign(self, places: list[Any]) -> None:
        (self._place,) = places

    async def end_offsets(self, _places: Any) -> Mapping[Any, int]:
        await asyncio.sleep(0)
        return {self._place: len(self._log)}

    async def position(self, _place: Any) -> int:
        return self._read

    async def getmany(self, *_places: Any, timeout_ms: int) -> Mapping[Any, list[Any]]:
        await asyncio.sleep(0)
        found, self._read = self._log[self._read :], len(self._log)
        return {self._place: found}

    @property
    def _log(self) -> list[Logged]:
        return self._brokers.logs[TP(*self._place)]
