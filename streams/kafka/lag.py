"""How far the stages on Kafka, and the deliverers, are behind: what stands on their topics, less what their groups have
done with.

Those who are behind are not asked: a stage that hangs, or runs nowhere, is seen by all the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.embedded import DELIVER
from streams.faust_app import Cluster, group
from streams.kafka.farewell import begun
from streams.kafka.topics import ALERTS

log = structlog.get_logger("tallywire.worker")

OFTEN = 10.0  # seconds between two looks


class Reader(NamedTuple):
    """A stage, or the deliverers: whoever reads a topic as one group."""

    name: str
    topic: str


DELIVERERS = Reader(DELIVER, ALERTS)


class Lag:
    """Looks at the offsets of readers' groups, wherever they run."""

    def __init__(self, cluster: Cluster, readers: Sequence[Reader], tell: Callable[[str, int], None]) -> None:
        """`tell` hears of a reader's name and of how many records it has yet to be done with."""
        self._cluster = cluster
        self._readers = tuple(readers)
        self._tell = tell

    async def run(self) -> None:
        """Look again and again, endlessly; what the brokers refuse is asked again."""
        options = self._cluster.options()
        while True:
            try:
                async with begun(AIOKafkaConsumer(**options)) as consumer:
                    admin = AIOKafkaAdminClient(**options)
                    await admin.start()
                    try:
                        await self._look(consumer, admin)
                    finally:
                        await admin.close()
            except KafkaError as error:
                log.warning("lag not known", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(OFTEN)

    async def _look(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> None:
        while True:
            for reader in self._readers:
                self._tell(reader.name, await self._behind(reader, consumer, admin))
            await asyncio.sleep(OFTEN)

    async def _behind(self, reader: Reader, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> int:
        topic = self._cluster.prefix + reader.topic
        places = [TopicPartition(topic, number) for number in range(self._cluster.partitions)]
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        done = await admin.list_consumer_group_offsets(group(self._cluster, reader.name))
        return sum(
            ends[place] - max(begins[place], done[place].offset if place in done else 0) for place in places
        )
