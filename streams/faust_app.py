"""Faust as the stages use it: an app for each, with a consumer that loses nothing at a rebalance.

Every stage is an app with a consumer group of its own, so that a worker may run all of them or some, and any number of
workers share each.  What the house does in another way than Faust, and why, is in docs/decisions/0011-kafka.md.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import faust
import msgspec
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from yarl import URL

from streams.topics import changelog
from streams.topology import Stage

BUFFER = 256  # events that wait in memory, for each stage
COMMIT = 1.0  # seconds between commits

#: RocksDB's own defaults would give two gigabytes of cache to every partition.
TABLE_OPTIONS = {"driver": "rocksdict", "block_cache_size": 16 << 20, "write_buffer_size": 8 << 20}


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
