"""What a test finds on the topics of a broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.kafka import wire
from streams.kafka.wire import Stamp
from tallywire import config as configuration
from tallywire.cli.on_kafka import topics as command

CONFIGURATION = """
[monitor]
listen = "127.0.0.1:0"
[polling]
min_interval = "100ms"
max_interval = "100ms"
host_gap = 0
per_host = 16
allow_networks = ["127.0.0.0/8"]
[kafka]
brokers = ["{brokers}"]
prefix = "{prefix}"
partitions = {partitions}
session_timeout = "6s"
{more_kafka}
"""


class Found(msgspec.Struct, frozen=True):
    """A record on a topic."""

    partition: int
    offset: int
    key: bytes
    value: bytes | None
    stamp: Stamp | None


def configure(
    folder: Path, brokers: str, prefix: str, *, partitions: int = 2, more_kafka: str = "", more: str = ""
) -> Path:
    """A configuration in `folder`, its topics made; its path."""
    path = folder / "tallywire.toml"
    text = CONFIGURATION.format(brokers=brokers, prefix=prefix, partitions=partitions, more_kafka=more_kafka)
    path.write_text(text + more, encoding="utf-8")
    command.create(configuration.load(path))
    return path


async def read(
    brokers: str,
    topic: str,
    enough: Callable[[Sequence[Found]], bool],
    *,
    within: float = 60.0,
) -> list[Found]:
    """What a topic holds, from its beginning, once it is enough."""
    found: list[Found] = []
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=brokers, auto_offset_reset="earliest", max_partition_fetch_bytes=50_000_000
    ) as consumer:
        try:
            async with asyncio.timeout(within):
                while not enough(found):
                    for place, records in (await consumer.getmany(timeout_ms=200)).items():
                        found += [_found(place, record) for record in records]
        except TimeoutError:
            stamps = [one.stamp for one in found[-3:]]
            raise AssertionError(f"not enough on {topic} within {within} s: …{stamps}") from None
    return found


async def send(brokers: str, topic: str, *records: tuple[str, bytes, Stamp | None]) -> None:
    """Put records onto a topic: key, value and stamp of each, in their order."""
    async with AIOKafkaProducer(bootstrap_servers=brokers, acks="all") as producer:
        for key, value, stamp in records:
            headers = wire.headers(stamp) if stamp else None
            await producer.send_and_wait(topic, value, key=key.encode(), headers=headers)


def _found(place: TopicPartition, record: Any) -> Found:
    return Found(place.partition, record.offset, record.key, record.value, wire.stamp(record.headers))
