"""Tallywire on a Kafka broker, as its users run it: topics by command, workers as processes, articles by a producer."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams import codec
from streams.kafka import reading, wire
from streams.kafka.outbox import Queued
from streams.kafka.partition import Kept
from streams.kafka.topics import DELIVERIES
from streams.kafka.wire import Stamp
from streams.operators.revise import address
from tallywire.ledger import Ledger
from tallywire.records import Alert, Article, DeadLetter, Update

ROOT = Path(__file__).parents[2]
SETTLE = timedelta(hours=6)
INSTANT = timedelta(microseconds=1)
EVER = datetime.max.replace(tzinfo=UTC)
AT_WORK = "health and metrics at "  # what each process says once it works
PATIENCE = 240.0  # seconds for anything to happen on a busy machine

CONFIGURATION = """\
[monitor]
listen = "127.0.0.1:0"
clock = "articles"

[retention]
keep = "3650d"                       # the sample story is years before other news

[polling]
min_interval = "100ms"
max_interval = "100ms"
host_gap = 0
allow_networks = ["127.0.0.0/8"]

[kafka]
brokers = [{brokers}]
prefix = "{prefix}"
partitions = {partitions}
patience = "1h"
session_timeout = "6s"
"""


class Outcome(msgspec.Struct):
    """What has come of the articles, repeats dropped."""

    updates: dict[str, Update] = {}
    alerts: dict[str, Alert] = {}
    dead: dict[str, DeadLetter] = {}
    ledgers: dict[str, Ledger] = {}
    passed: set[int] = set()  #: partitions of `updates` that time has passed


class Installation:
    """One configuration on a broker, and the processes that were started with it."""

    program = "tallywire"  #: what is run as a module

    def __init__(self, folder: Path, brokers: str, prefix: str, partitions: int, more: str = "") -> None:
        self.folder = folder
        self.brokers = brokers
        self.prefix = prefix
        self.partitions = partitions
        self.config = folder / "tallywire.toml"
        named = ", ".join(f'"{broker}"' for broker in brokers.split(","))
        text = CONFIGURATION.format(brokers=named, prefix=prefix, partitions=partitions)
        self.config.write_text(text + more, encoding="utf-8")
        self.workers: list[asyncio.subprocess.Process] = []
        self.others: list[asyncio.subprocess.Process] = []
        self.clock: datetime | None = None  #: how far time was last told to have come

    async def __aenter__(self) -> Installation:
        made = await self.command("topics", "create")
        assert await made.wait() == 0, self.log("topics")
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in (*self.others, *self.workers):
            await self.stop(process)

    # -- processes -------------------------------------------------------------------------------------------------

    async def command(self, *arguments: str) -> asyncio.subprocess.Process:
        """A command of Tallywire with this configuration; its log is named by its first word."""
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.program, *arguments, "--config", str(self.config),
                cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
            )  # fmt: skip

    async def begun(self, *arguments: str) -> asyncio.subprocess.Process:
        """A command, which is ended with the installation."""
        self.others.append(await self.command(*arguments))
        return self.others[-1]

    async def started(self, *arguments: str) -> asyncio.subprocess.Process:
        """The same, once it has said that it is at work."""
        before = self.log(arguments[0]).count(AT_WORK)
        process = await self.begun(*arguments)
        async with asyncio.timeout(PATIENCE):
            while self.log(arguments[0]).count(AT_WORK) == before:
                assert process.returncode is None, self.log(arguments[0])
                await asyncio.sleep(0.1)
        return process

    async def worker(self, *arguments: str) -> asyncio.subprocess.Process:
        """One more worker, with tables of its own."""
        data = self.folder / f"worker-{len(self.workers)}"
        process = await self.command("worker", "--data", str(data), *arguments)
        self.workers.append(process)
        return process

    async def worker_again(self, number: int) -> asyncio.subprocess.Process:
        """A worker that has died, started on the tables it left."""
        await self.workers[number].wait()
        process = await self.command("worker", "--data", str(self.folder / f"worker-{number}"))
        self.workers[number] = process
        return process

    async def working(self, process: asyncio.subprocess.Process, within: float = PATIENCE) -> None:
        """Until a worker has said that it works."""
        async with asyncio.timeout(within):
            while self.log("worker").count("working on") < len(self.workers):
                assert process.returncode is None, self.log("worker")
                await asyncio.sleep(0.1)

    async def stop(self, process: asyncio.subprocess.Process) -> int:
        """End a process as Ctrl-C does; its exit status."""
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            return await process.wait()

    def log(self, command: str) -> str:
        """What the processes of a command had to say."""
        path = self.folder / f"{command}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    # -- articles in -----------------------------------------------------------------------------------------------

    async def feed(self, articles: Sequence[Article], *, every: int = 20, pace: float = 0.0) -> datetime:
        """Articles as `pour` has them, and all that settles after them; until when time was told to have come."""
        await self.pour(articles, every=every, pace=pace)
        return await self.settle(articles[-1].arrived)

    async def pour(self, articles: Sequence[Article], *, every: int = 20, pace: float = 0.0) -> None:
        """Articles in their order, with word of the time now and then."""
        async with self.producer() as producer:
            sent = []
            for turn, article in enumerate(articles):
                sent.append(await self._put(producer, article, turn))
                last = turn + 1 == len(articles)
                if turn % every == 0 and not last and article.arrived < articles[turn + 1].arrived:
                    await self._tick(producer, article.arrived)
                    await asyncio.sleep(pace)
            await self._tick(producer, articles[-1].arrived)
            await asyncio.gather(*sent)  # raises where one is not there

    async def settle(self, last: datetime) -> datetime:
        """Word that time has gone on after the last article, until everything has settled; until when."""
        return await self.go_on(last + SETTLE)

    async def go_on(self, to: datetime) -> datetime:
        """Word that time has come `to` there, with nothing new."""
        async with self.producer() as producer:
            await self._tick(producer, to)
        return to

    async def tell(self, article: Article) -> datetime:
        """One article, and word that time has come to it; which time that is."""
        async with self.producer() as producer:
            await self._put(producer, article, 0)
            await producer.flush()
            await self._tick(producer, article.arrived)
        return article.arrived

    async def _put(self, producer: AIOKafkaProducer, article: Article, turn: int) -> Awaitable[Any]:
        stamp = Stamp(kind="Article", clock=article.arrived, cause=article.id, turn=turn)
        return await producer.send(
            f"{self.prefix}articles",
            codec.encode(article),
            key=address(article).encode(),
            headers=wire.headers(stamp),
        )

    async def _tick(self, producer: AIOKafkaProducer, at: datetime) -> None:
        """Word that time has come to `at`, to every partition; returns once the brokers have it, and all before."""
        for number in range(self.partitions):
            headers = wire.headers(wire.tick(at))
            await producer.send(
                f"{self.prefix}articles", None, key=wire.NO_KEY, partition=number, headers=headers
            )
        await producer.flush()
        self.clock = max(at, self.clock or at)

    @asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Tell the time again each second, as a connector does: who takes over from a dead worker must hear it."""

        async def tell() -> None:
            async with self.producer() as producer:
                while True:
                    await asyncio.sleep(1)
                    if self.clock is not None:
                        await self._tick(producer, self.clock)

        task = asyncio.create_task(tell())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def producer(self) -> AIOKafkaProducer:
        """A producer of one's own."""
        return AIOKafkaProducer(
            bootstrap_servers=self.brokers,
            compression_type="lz4",
            linger_ms=5,
            acks="all",
            max_request_size=20_000_000,
            request_timeout_ms=int(PATIENCE * 1000),  # a broker that is away comes back
        )

    # -- what has come of them -------------------------------------------------------------------------------------

    async def resumed(self, within: float = PATIENCE) -> None:
        """Until all that was told by now, and word of the time behind it, has gone through; time must be `ticking`."""
        assert self.clock is not None
        await self._passed(Outcome(), await self.go_on(self.clock + INSTANT), within)

    async def decided(self) -> set[str]:
        """The alerts that there are by now."""
        found = Outcome()
        await self._read(found, EVER)
        return set(found.alerts)

    async def outcome(self, until: datetime, within: float = PATIENCE) -> Outcome:
        """Everything, once time has come to `until` at the last stage and that stage has done with it."""
        found = Outcome()
        async with self.ticking():
            await self._passed(found, until, within)
        async with asyncio.timeout(within):
            while not await self._done():
                await asyncio.sleep(0.2)
        await self._read(found, until)
        found.ledgers = await self._ledgers()
        return found

    async def _passed(self, found: Outcome, until: datetime, within: float) -> None:
        """Until time has come to `until` at the last stage."""
        topic = f"{self.prefix}updates"
        async with AIOKafkaConsumer(
            topic, bootstrap_servers=self.brokers, auto_offset_reset="earliest"
        ) as consumer:
            try:
                async with asyncio.timeout(within):
                    while len(found.passed) < self.partitions:
                        self._collect(found, await consumer.getmany(timeout_ms=200), until)
            except TimeoutError:
                raise AssertionError(f"not done within {within} s: {self.log('worker')}") from None

    async def _read(self, found: Outcome, until: datetime) -> None:
        """All there is, to the last record."""
        names = [f"{self.prefix}{name}" for name in ("updates", "alerts", "dead-letters")]
        async with AIOKafkaConsumer(bootstrap_servers=self.brokers, auto_offset_reset="earliest") as consumer:
            places = [TopicPartition(name, number) for name in names for number in range(self.partitions)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                self._collect(found, await consumer.getmany(timeout_ms=200), until)

    async def deliveries(self) -> list[Queued]:
        """How each alert stands at each destination."""
        rows = await reading.table({"bootstrap_servers": self.brokers}, f"{self.prefix}{DELIVERIES}")
        return [codec.decode(row, Queued) for row in rows.values()]

    async def leader(self, topic: str, partition: int) -> int:
        """The number of the node that leads a partition."""
        async with AIOKafkaConsumer(f"{self.prefix}{topic}", bootstrap_servers=self.brokers) as consumer:
            place = TopicPartition(f"{self.prefix}{topic}", partition)
            return int(consumer._client.cluster.leader_for_partition(place))

    def _collect(self, found: Outcome, batches: dict[TopicPartition, Any], until: datetime) -> None:
        for place, records in batches.items():
            for record in records:
                stamp = wire.stamp(record.headers)
                if stamp is None:  # of another program
                    continue
                if stamp.kind == wire.TICK:
                    if stamp.clock >= until:
                        found.passed.add(place.partition)
                elif stamp.kind == "Update":
                    update = codec.decode(record.value, Update)
                    found.updates[update.id] = update
                elif stamp.kind == "Alert":
                    alert = codec.decode(record.value, Alert)
                    found.alerts[alert.id] = alert
                elif stamp.kind == "DeadLetter":
                    letter = codec.decode(record.value, DeadLetter)
                    found.dead[letter.id] = letter

    async def _done(self) -> bool:
        """Whether the alert stage has committed all that there is for it."""
        topic = f"{self.prefix}updates"
        places = [TopicPartition(topic, number) for number in range(self.partitions)]
        async with AIOKafkaConsumer(
            bootstrap_servers=self.brokers, group_id=f"{self.prefix}tallywire-alert", enable_auto_commit=False
        ) as consumer:
            ends = await consumer.end_offsets(places)
            committed = {place: await consumer.committed(place) for place in places}
        return all((committed[place] or 0) >= ends[place] for place in places)

    async def _ledgers(self) -> dict[str, Ledger]:
        """The ledgers as the changelog of their table has them."""
        topic = f"{self.prefix}reconcile-states"
        states: dict[str, bytes | None] = {}
        async with AIOKafkaConsumer(bootstrap_servers=self.brokers, auto_offset_reset="earliest") as consumer:
            places = [TopicPartition(topic, number) for number in range(self.partitions)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < ends[place] for place in places]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    states |= {record.key.decode(): record.value for record in records}
        return {
            key: ledger for key, value in states.items() if value and (ledger := _ledger(value)) is not None
        }


def _ledger(value: bytes) -> Ledger | None:
    plain = value if value.startswith(b"{") else zlib.decompress(value)
    return codec.decode(plain, Kept[Ledger]).state
