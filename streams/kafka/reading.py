"""What stands on partitions by now: read from where a client is to where they end, or as a table.

Every reader here ends by the place it has reached, not by a record: a transaction's mark takes a place, and is shown to
nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from streams.kafka import wire
from streams.kafka.farewell import begun
from tallywire.errors import BrokerError

POLL = 500  # milliseconds


async def standing(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]
) -> AsyncIterator[list[ConsumerRecord]]:
    """The records of partitions that a client was assigned, up to where they end now.  Raises `KafkaError`."""
    ends = await consumer.end_offsets(places)
    while any([await consumer.position(place) < ends[place] for place in places]):
        for records in (await consumer.getmany(*places, timeout_ms=POLL)).values():
            yield records


async def each(options: Mapping[str, Any], topic: str) -> AsyncIterator[ConsumerRecord]:
    """Every record of a topic, each partition in its order; `options` are what a client of aiokafka needs.

    Raises `BrokerError` where there is no such topic, `KafkaError`.
    """
    async with begun(_reader(options)) as consumer:
        if topic not in await consumer.topics():  # a client waits for it as long as for an answer
            raise BrokerError(
                f"topic {topic} is missing: run `tallywire topics create`, or see [kafka] prefix"
            )
    async with begun(_reader(options, topic)) as consumer:
        async for records in standing(consumer, sorted(consumer.assignment())):
            for record in records:
                yield record


async def table(options: Mapping[str, Any], topic: str) -> dict[str, bytes]:
    """The latest value of every key of a topic, but for those deleted, in the order written.  Raises as `each`."""
    found: dict[str, bytes] = {}
    async for record in each(options, topic):
        keep(found, record)
    return found


async def part(options: Mapping[str, Any], place: TopicPartition) -> dict[str, bytes]:
    """The same of one partition.  Raises `KafkaError`."""
    found: dict[str, bytes] = {}
    async with begun(_reader(options)) as consumer:
        consumer.assign([place])
        async for records in standing(consumer, [place]):
            for record in records:
                keep(found, record)
    return found


async def last(options: Mapping[str, Any], place: TopicPartition, count: int) -> list[ConsumerRecord]:
    """The last records of a partition, at most so many.  Raises `KafkaError`."""
    async with begun(_reader(options)) as consumer:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        consumer.seek(place, max((await consumer.beginning_offsets([place]))[place], end - count))
        return [record async for records in standing(consumer, [place]) for record in records]


def keep(found: dict[str, bytes], record: ConsumerRecord) -> None:
    """Take a record into a table; one without a key that can be read is not of ours, and has no place there."""
    key = wire.text(record.key)
    if key is None:
        return
    found.pop(key, None)
    if record.value is not None:
        found[key] = record.value


def _reader(options: Mapping[str, Any], *topics: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        *topics, **{**options, "auto_offset_reset": "earliest", "enable_auto_commit": False}
    )
