"""Faust as the stages use it: an app for each, with a consumer that loses nothing at a rebalance.

Every stage is an app with a consumer group of its own, so that a worker may run all of them or some, and any number of
workers share each.  What the house does in another way than Faust, and why, is in docs/decisions/0011-kafka.md.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import faust
import msgspec
import rocksdict
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from yarl import URL

from streams.kafka.topics import ROOM, changelog
from streams.topology import Stage

BUFFER = 512  # events that wait in memory, for each stage
COMMIT = 1.0  # seconds between commits
FETCH_WAIT = 200  # milliseconds that a broker may hold a fetch back until there is something
PAUSE = 0.05  # seconds between two looks whether there is anything to read
NEVER = 10 * 365 * 86400.0  # seconds

#: Every partition of every table has a cache and buffers of its own.  RocksDB's defaults would give each two gigabytes;
#: what is small is soon full, and tables are small enough for the system to keep their files at hand.
TABLE_OPTIONS = {"driver": "rocksdict", "block_cache_size": 2 << 20, "write_buffer_size": 2 << 20}


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
    keep: timedelta  #: how long the state of a silent key is kept
    data: Path
    context: ssl.SSLContext | None = None
    sasl: str = ""
    username: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Without the password, wherever it may be shown."""
        return f"Cluster({', '.join(self.brokers)})"

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


class Thread(driver.AIOKafkaConsumerThread):
    """The thread of Faust's consumer, which takes a cancellation that aiokafka lets out for its end.

    Left as it is, the thread dies of it with a traceback, and whoever waits for its end waits for good.
    """

    def _create_worker_consumer(self, transport: Any) -> Any:
        """A client whose fetches wait shorter than Faust's: whatever else is asked of that broker waits behind them.

        A rebalance asks it half a dozen things, one after another.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT
        return consumer

    def _start_thread(self) -> None:
        try:
            super()._start_thread()
        except asyncio.CancelledError:
            self.set_shutdown()
            if not self.should_stop:
                raise


class Consumer(driver.Consumer):
    """Faust's consumer, which hands records over only once its place is found, and then from there on without a hole.

    After a rebalance Faust seeks to the committed offsets and throws away what waits in its queues.  But it lets
    partitions be read before it does either, and a rebalance that another has overtaken still comes to its end.  So
    records of before and after would mix: some thrown away, some taken for repeats, and the offsets committed past
    them.  Here topics are not read from the moment their partitions are given out anew until all of that is over for
    the last time, and nobody seeks while a fetch is under way, whose records would be from nobody knows where.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._moving = asyncio.Lock()  # of whoever changes our place: by reading on, or by seeking
        self._era = 0  # counts how often partitions were taken, or given
        self._sought = 0  # the era in which we last found our place …
        self._reads = 0  # … and the one in which we may read on from it

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Read nothing until partitions are ours again."""
        self._era += 1
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Read nothing but changelogs until our place is found."""
        self._era += 1
        await super().on_partitions_assigned(assigned, generation_id)

    def read_on(self) -> None:
        """A rebalance is over, and queues are clear: read on, if it was the last one, whose place was found."""
        self._reads = self._sought

    async def perform_seek(self) -> None:
        """Find our place: the committed offsets."""
        era = self._era
        async with self._moving:
            await super().perform_seek()
            self._sought = era

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek, as the recovery of tables does in changelogs."""
        async with self._moving:
            await super().seek_wait(partitions)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek the partitions to the committed offsets, or else to their beginning; the committed offsets.

        Where nothing was committed yet, aiokafka would stay where the fetching came to.  It is not told to seek to the
        beginning itself: it would have no position for a moment, which Faust takes for the end of the world.
        """
        committed = await super().seek_to_committed()
        fresh = [tp for tp, offset in committed.items() if not offset and not self._is_changelog_tp(tp)]
        if fresh:
            await self._thread.seek_wait(await self._thread.earliest_offsets(*fresh))
        return committed

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's
        async with self._moving:
            era = self._era
            wanted = {tp for tp in active_partitions or () if self._reads == era or self._is_changelog_tp(tp)}
            records = await super()._getmany(wanted, timeout) if wanted else {}
        if not wanted:
            await self.sleep(PAUSE)
        if not self.flow_active:  # Faust would seek on what comes back now, out of turn
            await self.wait(self.can_resume_flow.wait())
        return self._restored(records) if era == self._era else {}

    def _restored(self, records: Any) -> Any:
        """What tables are restored from goes into them at once; of each changelog Faust sees the last record.

        It knows by it how far the table is.  To take hundreds of thousands of records one by one through its queues
        would cost it twenty times as long as they take to be written.
        """
        recovery = cast(Any, self.app.tables).recovery
        if not recovery.in_recovery:
            return records
        for tp in recovery.active_tps & records.keys():
            restore(recovery.tp_to_table[tp].data, tp.partition, records[tp])
            recovery.active_offsets[tp] = records[tp][-1].offset
        return {tp: some[-1:] if tp in recovery.active_tps else some for tp, some in records.items()}


def restore(store: Any, partition: int, records: Sequence[Any]) -> None:
    """Write records of a changelog, in their order, into its partition's table."""
    batch = rocksdict.WriteBatch(raw_mode=True)
    for record in records:
        if record.value is None:
            batch.delete(record.key)
        else:
            batch.put(record.key, record.value)
    store._db_for_partition(partition).write(batch)
    store.set_persisted_offset(TP(records[0].topic, partition), records[-1].offset)


class Transport(driver.Transport):
    """Faust's transport, with the consumer above."""

    Consumer = Consumer


class App(faust.App):
    """Faust's app, which tells the consumer above when a rebalance is over."""

    def on_rebalance_end(self) -> None:
        """Read on."""
        super().on_rebalance_end()
        cast(Consumer, self.consumer).read_on()


def group(cluster: Cluster, stage: str) -> str:
    """The consumer group of a stage."""
    return f"{cluster.prefix}tallywire-{stage}"


def create_app(cluster: Cluster, stage: Stage) -> faust.App:
    """The Faust app of one stage, without agents yet."""
    data = cluster.data / stage.name
    data.mkdir(parents=True, exist_ok=True)
    app = App(
        group(cluster, stage.name),
        broker=[URL(f"kafka://{broker}") for broker in cluster.brokers],
        broker_credentials=cluster.credentials,
        broker_session_timeout=cluster.session_timeout,
        broker_heartbeat_interval=cluster.session_timeout / 4,
        broker_commit_interval=COMMIT,
        broker_max_poll_interval=NEVER,  # who asks for nothing stands by, or waits for brokers
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=cluster.message_limit,
        producer_compression_type=cluster.compression,
        producer_max_request_size=cluster.message_limit + ROOM,
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


def topic(app: faust.App, cluster: Cluster, name: str, *, compacting: bool = False) -> Any:
    """One of our topics, its keys and values as they are."""
    return app.topic(
        cluster.prefix + name,
        key_type=bytes,
        value_type=bytes,
        partitions=cluster.partitions,
        compacting=compacting,
    )


def table(app: faust.App, cluster: Cluster, stage: Stage) -> Any:
    """The table of a stage's states."""
    return app.Table(
        stage.name,
        partitions=cluster.partitions,
        key_type=bytes,
        value_type=bytes,
        changelog_topic=topic(app, cluster, changelog(stage), compacting=True),
        options=dict(TABLE_OPTIONS),
    )
