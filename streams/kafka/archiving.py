"""Archiving: the topics read, each partition in its order, and written down together with how far they were read.

One process writes an archive, and reads every partition: what it keeps of a story comes from several of them.  How far
it has come is in the archive alone, in the transaction of the rows, so that a kill at any instant loses and doubles
nothing.  A database or brokers out of reach are waited for; what is to be archived waits on the brokers meanwhile.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams import codec, letters
from streams.archive import Database, Entry, Writer
from streams.archive.writer import STAGE
from streams.kafka import wire
from streams.kafka.farewell import begun
from streams.kafka.partition import EPOCH, Kept, plain
from streams.topology import DEAD_LETTERS
from tallywire.errors import StateError
from tallywire.ledger import Ledger
from tallywire.ports import Clock
from tallywire.records import Alert, DeadLetter, StoryReading, Update

log = structlog.get_logger("tallywire.archive")

#: What is archived of each topic; what else a topic carries is between the stages.
LEDGERS = "reconcile-states"
KINDS: Mapping[str, type] = {
    "story-readings": StoryReading,
    "updates": Update,
    "alerts": Alert,
    DEAD_LETTERS: DeadLetter,
}
TOPICS = (*KINDS, LEDGERS)

AT_ONCE = 500  # records of one transaction
POLL_MS = 500
IDLE = 60.0  # seconds: how often it is written down that nothing but time has come
PRUNE = 60.0  # seconds between two looks at what is past its retention …
PRUNING = 1.0  # … and while there is more of that
RETRY = (0.5, 15.0)  # seconds before what is out of reach is tried again: first, longest


class Progress(msgspec.Struct, frozen=True):
    """What one transaction has brought."""

    rows: Counter[str]  #: new rows, by table
    behind: Mapping[str, int]  #: records that have yet to be read, by topic


class Archiving:
    """Keeps one archive up to date."""

    def __init__(
        self,
        database: Database,
        brokers: Mapping[str, Any],
        *,
        prefix: str,
        partitions: int,
        keep: timedelta,
        clock: Clock,
        observer: Callable[[Progress], None],
    ) -> None:
        """`brokers` are a client's options; `partitions` is how many each topic has; `keep` how long rows stay."""
        self._database = database
        self._brokers = brokers
        self._prefix = prefix
        self._places = [
            TopicPartition(prefix + topic, number) for topic in TOPICS for number in range(partitions)
        ]
        self._keep = keep
        self._clock = clock
        self._observer = observer
        self._wait = RETRY[0]
        self._trouble = ""
        self._works = False
        self._unwritten: dict[str, int] = {}
        self._written = self._pruned = time.monotonic()

    def refused(self) -> list[str]:
        """What keeps it from its work; nothing where it works, or has yet to begin."""
        return [self._trouble] if self._trouble else []

    def trouble(self) -> list[str]:
        """The same; that it has yet to begin, too."""
        return self.refused() or ([] if self._works else ["it has yet to begin"])

    async def run(self, stop: asyncio.Event) -> None:
        """Archive until told to stop.  Raises `StateError` where a file cannot be used from the start."""
        while not stop.is_set():
            try:
                await self._work(stop)
            except (StateError, KafkaError, OSError) as error:
                if self._database.path is not None and not self._works and isinstance(error, StateError):
                    raise
                self._trouble = str(error) or type(error).__name__
                log.error("archive waits", error=self._trouble, again_in=self._wait)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._wait)
                self._wait = min(2 * self._wait, RETRY[1])

    async def _work(self, stop: asyncio.Event) -> None:
        with ExitStack() as stack:
            connection = await asyncio.to_thread(stack.enter_context, self._database.writing())
            writer = await asyncio.to_thread(Writer, connection)
            cluster = await self._cluster()
            reader = AIOKafkaConsumer(**self._brokers, enable_auto_commit=False, auto_offset_reset="earliest")
            async with begun(reader) as consumer:
                consumer.assign(self._places)
                known = await asyncio.to_thread(writer.read)
                for place in self._places:
                    if (offset := known.get(_name(cluster, place))) is not None:
                        consumer.seek(place, offset)
                self._unwritten.clear()
                while not stop.is_set():
                    found = await consumer.getmany(timeout_ms=POLL_MS, max_records=AT_ONCE)
                    records = [record for some in found.values() for record in some]
                    rows = await asyncio.to_thread(self._take, writer, cluster, records)
                    self._observer(Progress(rows, await self._behind(consumer)))
                    self._works, self._trouble, self._wait = True, "", RETRY[0]

    async def _cluster(self) -> str:
        """The cluster's own name: another one, under the same address, begins anew."""
        admin = AIOKafkaAdminClient(**self._brokers)
        await admin.start()
        try:
            return str((await admin.describe_cluster())["cluster_id"])
        finally:
            await admin.close()

    async def _behind(self, consumer: AIOKafkaConsumer) -> dict[str, int]:
        behind = dict.fromkeys(TOPICS, 0)
        for place in self._places:
            if (end := consumer.highwater(place)) is not None:
                topic = place.topic.removeprefix(self._prefix)
                behind[topic] += max(0, end - await consumer.position(place))
        return behind

    # -- in a thread of its own: neither decoding nor the database holds up the loop -------------------------------

    def _take(self, writer: Writer, cluster: str, records: Sequence[ConsumerRecord]) -> Counter[str]:
        entries = [found for record in records if (found := self._entry(record)) is not None]
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            self._unwritten[_name(cluster, place)] = record.offset + 1
        now, rows = time.monotonic(), Counter[str]()
        if entries or (self._unwritten and now > self._written + IDLE):
            rows = writer.take(entries, self._unwritten)
            self._unwritten.clear()
            self._written = now
        if now > self._pruned and writer.clock is not None:
            # A clock that ran ahead must not age what is fresh.
            gone = writer.prune(min(writer.clock, self._clock.now()), self._keep)
            self._pruned = now + (PRUNING if gone else PRUNE)
        return rows

    def _entry(self, record: ConsumerRecord) -> Entry | None:
        """What is to be archived of a record; what cannot be read is archived as a dead letter."""
        try:
            return _ledger(record) if record.topic == self._prefix + LEDGERS else self._told(record)
        except (ValueError, zlib.error) as error:
            where = f"{record.topic}[{record.partition}]@{record.offset}"
            payload = (record.value or b"").decode("utf-8", "backslashreplace")
            at = wire.moment(record.timestamp / 1000)
            letter = letters.letter(STAGE, where, f"{error} ({where})", payload, at)
            return Entry(letter, letter.id, EPOCH)

    def _told(self, record: ConsumerRecord) -> Entry | None:
        kind = KINDS[record.topic.removeprefix(self._prefix)]
        stamp = wire.stamp(record.headers)
        if stamp is not None and stamp.kind != kind.__name__:
            return None
        at = stamp.clock if stamp is not None else EPOCH
        return Entry(codec.decode(record.value or b"", kind), (record.key or b"").decode(), at)


def _ledger(record: ConsumerRecord) -> Entry:
    key = (record.key or b"").decode()
    if record.value is None:
        return Entry(None, key, EPOCH)
    kept = codec.decode(plain(record.value), Kept[Ledger])
    return Entry(kept, key, kept.clock)


def _name(cluster: str, place: TopicPartition) -> str:
    return f"{cluster}/{place.topic}/{place.partition}"
