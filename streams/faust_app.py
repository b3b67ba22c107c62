"""The stages as Faust agents on Kafka: a topic, a table and an agent for each, made by one function.

Every stage is an app with a consumer group of its own, so that a worker may run all of them or some, and any number of
workers share each.  The order of effects makes what happens at least once look as if it happened once: outputs are
sent and acknowledged, then the table is written, then the offset is committed.  Whoever is killed in between is
followed by one who derives the same outputs, under the same ids, from the same state; what they reach has a mark of
them already.

An agent only hands its events over; a task takes those that have come, as many as there are, and works them as one:
waiting for the brokers once for all of them is what makes it fast.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import aiokafka
import faust
import msgspec
import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, EventT
from yarl import URL

from streams import codec, letters, wire
from streams.embedded import EPOCH, Observer, Taken
from streams.operators.assign import Assigners
from streams.partition import Partition, Sent, Work
from streams.placing import Placing, Waiting
from streams.topics import PLACEMENTS, changelog
from streams.topology import DEAD_LETTERS, Stage
from streams.wire import Stamp
from tallywire.records import Alert, Article, DeadLetter, Due, Update

log = structlog.get_logger("tallywire.worker")

AT_ONCE = 64  # events worked as one
BUFFER = 256  # events that wait in memory, for each stage
COMMIT = 1.0  # seconds between commits
RETRY = (0.5, 15.0)  # seconds before work that the brokers refused is tried again: first, longest
RESTLESS = 0.25  # seconds: how often what waits for its turn is looked at

#: RocksDB's own defaults would give two gigabytes of cache to every partition.
TABLE_OPTIONS = {"driver": "rocksdict", "block_cache_size": 16 << 20, "write_buffer_size": 8 << 20}

Admit = Callable[[bytes, datetime], Any]


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """The brokers, and how a worker behaves towards them."""

    brokers: tuple[str, ...]
    prefix: str
    partitions: int
    compression: str | None
    message_limit: int
    session_timeout: float  #: seconds
    patience: float  #: seconds
    standbys: int
    data: Path
    context: ssl.SSLContext | None = None
    sasl: str = ""
    username: str = ""
    password: str = ""

    def options(self) -> dict[str, Any]:
        """The same for a client of aiokafka."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.brokers),
            "security_protocol": ("SASL_" if self.sasl else "") + ("SSL" if self.context else "PLAINTEXT"),
            "ssl_context": self.context,
        }
        if self.sasl:
            options |= {
                "sasl_mechanism": self.sasl,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options

    @property
    def credentials(self) -> Any:
        """The same for Faust."""
        if self.sasl:
            return faust.SASLCredentials(
                username=self.username,
                password=self.password,
                ssl_context=self.context,
                mechanism=self.sasl,
            )
        return faust.SSLCredentials(self.context) if self.context else None


class Consumer(driver.Consumer):
    """Faust's consumer, which after a rebalance goes back to where a group without commits begins, too.

    What was fetched while a worker joined is thrown away, to be read again from the committed offset.  Where there is
    none yet, aiokafka stays where the fetching came to: all before would be lost, and committed past.  It is not told
    to seek to the beginning itself: it would have no position for a moment, which Faust takes for the end of the world.
    """

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek the partitions to the committed offsets, or else to their beginning; the committed offsets."""
        committed = await super().seek_to_committed()
        fresh = [tp for tp, offset in committed.items() if not offset and not self._is_changelog_tp(tp)]
        if fresh:
            await self._thread.seek_wait(await self._thread.earliest_offsets(*fresh))
        return committed


class Transport(driver.Transport):
    """Faust's transport, with the consumer above."""

    Consumer = Consumer


def group(cluster: Cluster, stage: str) -> str:
    """The consumer group of a stage."""
    return f"{cluster.prefix}tallywire-{stage}"


def create_app(cluster: Cluster, stage: Stage) -> faust.App:
    """The Faust app of one stage, without agents yet."""
    data = cluster.data / stage.name
    data.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        group(cluster, stage.name),
        broker=[URL(f"kafka://{broker}") for broker in cluster.brokers],
        broker_credentials=cluster.credentials,
        broker_session_timeout=cluster.session_timeout,
        broker_heartbeat_interval=cluster.session_timeout / 4,
        broker_commit_interval=COMMIT,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=cluster.message_limit,
        producer_compression_type=cluster.compression,
        producer_max_request_size=cluster.message_limit
        + 1_000_000,  # headers and key come on top of the value
        producer_acks=-1,
        producer_linger=0.0,  # many are sent before any is waited for
        stream_buffer_maxsize=BUFFER,
        stream_wait_empty=False,  # what waits its turn must not hold up a rebalance or the end
        store="rocksdb://?driver=rocksdict",
        datadir=str(data),
        table_standby_replicas=cluster.standbys,
        topic_partitions=cluster.partitions,
        topic_allow_declare=False,  # `tallywire topics create` makes them, as they should be
        topic_disable_leader=True,
        key_serializer="raw",
        value_serializer="raw",
        autodiscover=False,
        web_enabled=False,
    )
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


class Worker:
    """One stage on this worker: the keyed ones step partitions, `assign` places (see `AssignWorker`)."""

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
        """`onward` gives an output's key on the next topic.

        `admit` makes an item of a value that another program wrote, given when it arrived, or raises `ValueError`;
        `fans_out` where the next stage goes by another key, so that a tick must go to all of its partitions.
        """
        self.stage = stage
        self._cluster = cluster
        self._onward = onward
        self._observer = observer
        self._admit = admit
        self._fans_out = fans_out
        self._kinds = {kind.__name__: kind for kind in (stage.item, *stage.aside, Due)}
        self._partitions: dict[int, Any] = {}
        self._tides: dict[int, wire.Tide] = {}
        self._told: dict[int, datetime] = {}  # partition → how far the next stage knows time to have come
        self._beat = time.monotonic()  # when the loop was last seen alive
        self._doubt = 0.0  # until when it is not certain that partitions are still ours
        self._generation = 0  # of partitions: what came before a rebalance comes again after it, in order
        self._inbox: asyncio.Queue[tuple[int, EventT[Any]]] = asyncio.Queue(BUFFER)
        self._task: asyncio.Task[None] | None = None
        self._pulse: asyncio.Task[None] | None = None
        self.app = create_app(cluster, stage)
        topic = self._topic(stage.source)
        self._table: Any = self._made_table() if stage.state else None
        self.app.agent(topic, name=f"{stage.name}")(self._hand_over)
        self.app.on_partitions_revoked.connect(cast(Any, self._on_revoked), weak=False)

    # -- life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Join the group and begin to work."""
        self.app.finalize()
        await self.app.start()
        self._pulse = asyncio.create_task(self._watch())
        self._task = asyncio.create_task(self._work(), name=self.stage.name)

    async def stop(self) -> None:
        """Leave the group; what is under way is worked again by whoever comes next."""
        for task in (self._task, self._pulse):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self.app.stop()

    async def ended(self) -> None:
        """Until the stage ends by itself, which it should not; raises what ended it."""
        if self._task is None:
            return
        over = asyncio.ensure_future(self.app.wait_until_stopped())
        await asyncio.wait({self._task, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if self._task.done() and not self._task.cancelled():
            self._task.result()

    @property
    def ready(self) -> bool:
        """Whether the worker's partitions are known and their tables recovered."""
        return bool(self.app.started and self.app.rebalancing is False and self.app.consumer.assignment())

    def _topic(self, name: str, *, compacting: bool = False) -> Any:
        return self.app.topic(
            self._cluster.prefix + name,
            key_type=bytes,
            value_type=bytes,
            partitions=self._cluster.partitions,
            compacting=compacting,
        )

    def _made_table(self) -> Any:
        return self.app.Table(
            self.stage.name,
            partitions=self._cluster.partitions,
            key_type=bytes,
            value_type=bytes,
            changelog_topic=self._topic(changelog(self.stage), compacting=True),
            options=dict(TABLE_OPTIONS),
        )

    async def _hand_over(self, stream: Any) -> None:
        async for event in stream.noack().events():
            await self._inbox.put((self._generation, event))

    async def _on_revoked(self, _app: Any, revoked: set[TP], *_: Any, **__: Any) -> None:
        self._generation += 1
        self._forget({one.partition for one in revoked})

    def _forget(self, partitions: set[int]) -> None:
        """What was known of a partition is not true any longer once another worker has had it.

        Nor is what was stepped and could not be sent or written.
        """
        for partition in partitions:
            self._partitions.pop(partition, None)
            self._tides.pop(partition, None)
            self._told.pop(partition, None)

    # -- work ------------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            came = await self._gathered()
            wait = RETRY[0]
            while True:
                try:
                    while not await self._worked(self._still_due(came)):
                        pass
                except (aiokafka.errors.KafkaError, faust.exceptions.FaustError, OSError) as error:
                    log.error("brokers refuse work", stage=self.stage.name, error=str(error), again_in=wait)
                    self._forget(set(self._partitions))
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, RETRY[1])
                else:
                    break

    async def _gathered(self) -> list[tuple[int, EventT[Any]]]:
        """The events that have come, `AT_ONCE` at most; waits for the first, but not while something waits its turn."""
        try:
            came = [await asyncio.wait_for(self._inbox.get(), RESTLESS if self._restless() else None)]
        except TimeoutError:
            return []
        while len(came) < AT_ONCE and not self._inbox.empty():
            came.append(self._inbox.get_nowait())
        return came

    def _still_due(self, came: Sequence[tuple[int, EventT[Any]]]) -> list[EventT[Any]]:
        """The events that are ours to work."""
        return [
            event
            for generation, event in came
            if generation == self._generation and self._owned(event.message.partition)
        ]

    def _restless(self) -> bool:
        """Whether something waits that time alone may let go on."""
        return any(partition.holding for partition in self._partitions.values())

    def _owned(self, partition: int) -> bool:
        tp = TP(self._cluster.prefix + self.stage.source, partition)
        return tp in self.app.consumer.assignment()

    async def _worked(self, events: Sequence[EventT[Any]]) -> bool:
        """Some events: stepped, what they put out acknowledged, the tables written, then they are done with.

        False where some have gone to another worker meanwhile: nothing is sent, the rest must be stepped anew.
        """
        sends, done = await asyncio.to_thread(self._stepped, events)
        await self._certain()
        if self._kept_of(done) != done.keys():
            self._forget(set(done))
            return False
        await self._send(sends)
        await self._certain()
        ours = self._kept_of(done)
        for number in ours:
            self._write(number, done[number][1])
            self._tell(done[number][1])
        for event in events:
            if event.message.partition in ours:
                event.ack()
        return True

    def _kept_of(self, done: dict[int, tuple[Partition, Work]]) -> set[int]:
        """Which partitions have been ours all along."""
        return {
            number for number, (partition, _) in done.items() if self._partitions.get(number) is partition
        }

    def _stepped(
        self, events: Sequence[EventT[Any]]
    ) -> tuple[list[Sent | Tick], dict[int, tuple[Partition, Work]]]:
        """In a thread of its own: a long article must not hold up the loop.  What to send; what each partition did."""
        sends: list[Sent | Tick] = []
        dead: dict[int, list[DeadLetter]] = {}
        touched = {
            number: partition for number, partition in list(self._partitions.items()) if partition.holding
        }
        for number, partition in touched.items():
            partition.give_up(time.monotonic() - self._cluster.patience)
            sends += [*partition.sent(), *self._risen(number, partition.level)]
        for event in events:
            number = event.message.partition
            partition = touched[number] = self._partition(number)
            try:
                item, stamp = self._understood(event)
            except ValueError as error:
                dead.setdefault(number, []).append(self._unreadable(event, error))
                continue
            if stamp.kind == wire.TICK:
                self._told.pop(
                    number, None
                )  # passed on in any case: who has just taken over must hear it, too
                level = self._tides.setdefault(number, wire.Tide()).rise(stamp)
                if level is not None:
                    partition.tick(level)
            else:
                partition.take(item, event.message.value or b"", stamp, time.monotonic())
            sends += [*partition.sent(), *self._risen(number, partition.level)]
        done = {number: (partition, partition.work()) for number, partition in touched.items()}
        for number, some in dead.items():
            done[number][1].dead.extend(some)
        sends += [_buried(letter) for _, work in done.values() for letter in work.dead]
        return sends, done

    def _partition(self, number: int) -> Partition:
        found: Partition | None = self._partitions.get(number)
        if found is None:
            found = Partition(
                self.stage,
                self._onward,
                lambda key: self._database(number).get(key.encode()),
                largest=self._cluster.message_limit,
            )
            if self._table is not None:
                found.revive(self._rows(number), time.monotonic())
            self._partitions[number] = found
        return found

    def _database(self, partition: int) -> Any:
        """The RocksDB of a table's partition.  Faust's own way to it knows only the event under way, not many."""
        return self._table.data._db_for_partition(partition)

    def _rows(self, partition: int) -> Iterator[tuple[str, bytes]]:
        for key, value in self._table.data._visible_items(self._database(partition)):
            yield key.decode(), value

    def _write(self, partition: int, work: Work) -> None:
        """States to the table and its changelog, which is flushed before offsets are committed."""
        for key, value in work.states.items():
            name, database = key.encode(), self._database(partition)
            self._table.send_changelog(partition, name, value, value_serializer="raw")
            if value is None:
                database.delete(name)
            else:
                database.put(name, value)

    async def _watch(self) -> None:
        """Notice when the process has stood still: it may have been taken for dead meanwhile."""
        while True:
            self._look()
            await asyncio.sleep(RESTLESS)

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._beat > self._cluster.session_timeout / 2:
            self._doubt = now + self._cluster.session_timeout
        self._beat = now

    async def _certain(self) -> None:
        """After the process has stood still, wait to hear whether others have taken over."""
        self._look()
        await asyncio.sleep(max(0.0, self._doubt - time.monotonic()))

    # -- records in and out ----------------------------------------------------------------------------------------

    def _understood(self, event: EventT[Any]) -> tuple[Any, Stamp]:
        """A record and its stamp.  Raises `ValueError` for what is neither ours nor fit to be taken in."""
        message = event.message
        try:
            stamp = wire.stamp(cast("list[tuple[str, bytes]] | None", message.headers))
        except msgspec.DecodeError as error:
            raise ValueError(f"its header {wire.HEADER} cannot be read: {error}") from error
        if stamp is not None and stamp.kind == wire.TICK:
            return None, stamp
        if message.value is None:
            raise ValueError("it has no value")
        if stamp is None:
            return self._admitted(message)
        if stamp.kind not in self._kinds:
            raise ValueError(f"a {stamp.kind} has no place on {self.stage.source}")
        return codec.decode(message.value, self._kinds[stamp.kind]), stamp

    def _admitted(self, message: Any) -> tuple[Any, Stamp]:
        """What another program wrote, at the time the brokers took it in."""
        arrived = datetime.fromtimestamp(message.timestamp, UTC)
        if self._admit is not None:
            item = self._admit(message.value, arrived)
        else:
            item = letters.item(message.value.decode(), self.stage)
        cause = item.id if isinstance(item, Article) else ""
        return item, Stamp(kind=type(item).__name__, clock=arrived, cause=cause)

    def _unreadable(self, event: EventT[Any], error: ValueError) -> DeadLetter:
        message = event.message
        payload = (message.value or b"").decode("utf-8", "backslashreplace")
        where = f"{message.topic}[{message.partition}]@{message.offset}"
        at = datetime.fromtimestamp(message.timestamp, UTC)
        return letters.letter(self.stage.name, where, f"{error} ({where})", payload, at)

    def _risen(self, number: int, level: datetime | None) -> list[Sent | Tick]:
        """Word of the time for the next stage, where there is news of it."""
        if level is None or level <= self._told.get(number, EPOCH):
            return []
        self._told[number] = level
        return self._ticks(number, level)

    def _ticks(self, number: int, level: datetime) -> list[Sent | Tick]:
        """Word of the time for the next stage."""
        if self.stage.sink == "alerts":  # nobody there goes by it
            return []
        if not self._fans_out:
            return [Tick(self.stage.sink, number, wire.tick(level))]
        ways = self._cluster.partitions
        stamp = wire.tick(level, way=number, ways=ways)
        return [Tick(self.stage.sink, partition, stamp) for partition in range(ways)]

    async def _send(self, sends: Sequence[Sent | Tick]) -> None:
        """Send, in order; returns once the brokers have all of it.

        Word of the time goes last: should a record have to be sent again, no tick must have overtaken it.
        """
        producer, prefix = self.app.producer, self._cluster.prefix
        records = [
            await producer.send(
                prefix + one.topic, one.key.encode(), one.value, None, None, wire.headers(one.stamp)
            )
            for one in sends
            if isinstance(one, Sent)
        ]
        await asyncio.gather(*records)
        latest = {(one.topic, one.partition): one.stamp for one in sends if isinstance(one, Tick)}
        ticks = [
            await producer.send(prefix + topic, wire.NO_KEY, None, partition, None, wire.headers(stamp))
            for (topic, partition), stamp in latest.items()
        ]
        await asyncio.gather(*ticks)

    def _tell(self, work: Work) -> None:
        """The metrics, once what was done is written down."""
        name = self.stage.name
        self._observer(
            Taken(
                updates=[record for record in work.told if isinstance(record, Update)],
                alerts=[record for record in work.told if isinstance(record, Alert)],
                dead=list(work.dead),
                entered=Counter({name: work.entered}),
                done=Counter({(name, reason): count for reason, count in work.done.items()}),
                out=Counter({name: len(work.told)}),
                seconds=[(name, seconds) for seconds in work.seconds],
            )
        )


class AssignWorker(Worker):
    """The assign stage: readings wait for their turn, decisions are logged before they go on."""

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
        super().__init__(cluster, stage, onward, observer=observer, fans_out=True)
        self._assigners = assigners
        self._open: dict[int, dict[int, EventT[Any]]] = {}  # partition → offset → what is not acknowledged …
        self._done: dict[int, set[int]] = {}  # … and which of it is done with

    async def _on_revoked(self, _app: Any, revoked: set[TP], *_: Any, **__: Any) -> None:
        await super()._on_revoked(_app, revoked)
        for tp in revoked:
            self._open.pop(tp.partition, None)
            self._done.pop(tp.partition, None)

    def _restless(self) -> bool:
        return any(self._open.values())

    async def _worked(self, events: Sequence[EventT[Any]]) -> bool:
        for event in events:
            self._open.setdefault(event.message.partition, {})[event.message.offset] = event
            self._done.setdefault(event.message.partition, set())
        for number in sorted(self._open.keys() - self._partitions.keys()):
            placing = await self._restored(number)
            if self._owned(number):
                self._partitions[number] = placing
                events = [one for one in events if one.message.partition != number]
                events += self._open.get(number, {}).values()
        partitions = dict(self._partitions)
        done = await asyncio.to_thread(self._queued, partitions, events)
        for number, placing in partitions.items():
            ready = placing.queue.ready(time.monotonic())
            logged, sends, work = await asyncio.to_thread(placing.decide, ready)
            await self._certain()
            if self._partitions.get(number) is not placing:
                continue
            await self._send(logged)
            await self._certain()
            if self._partitions.get(number) is not placing:
                continue
            risen = self._risen(number, placing.queue.level)
            await self._send([*sends, *(_buried(letter) for letter in work.dead), *risen])
            if work.entered or work.dead:
                self._tell(work)
            done += [one.event for one in ready]
        for event in done:
            number = event.message.partition
            if number in partitions and self._partitions.get(number) is partitions[number]:
                self._done[number].add(event.message.offset)
        for number in self._open:
            self._acknowledge(number)
        return True

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
                item, stamp = self._understood(event)
            except ValueError as error:
                placing.bury(self._unreadable(event, error))
                done.append(event)
                continue
            if stamp.kind == wire.TICK:
                self._told.pop(event.message.partition, None)  # as at the other stages
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
        consumer = aiokafka.AIOKafkaConsumer(**self._cluster.options(), auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([tp])
            end = (await consumer.end_offsets([tp]))[tp]
            while await consumer.position(tp) < end:
                found = await consumer.getmany(tp, timeout_ms=1000)
                values = [record.value for records in found.values() for record in records]
                await asyncio.to_thread(placing.restore, values)
        finally:
            await consumer.stop()
        return placing


class Tick(msgspec.Struct, frozen=True):
    """Word of the time on its way to one partition of a topic."""

    topic: str
    partition: int
    stamp: Stamp


def _buried(letter: DeadLetter) -> Sent:
    stamp = Stamp(kind=DeadLetter.__name__, clock=letter.at)
    return Sent(DEAD_LETTERS, letter.id, codec.encode(letter), stamp)
