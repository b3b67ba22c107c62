"""How far the stages on Kafka are behind: what stands on their topics, less what their groups have done with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.faust_app import Cluster, group
from streams.kafka.farewell import begun
from streams.topology import Stage

log = structlog.get_logger("tallywire.worker")

OFTEN = 10.0  # seconds between two looks


class Lag:
    """Looks at the offsets of the stages' groups, wherever they are worked on."""

    def __init__(self, cluster: Cluster, stages: Sequence[Stage], tell: Callable[[str, int], None]) -> None:
        """`tell` hears of a stage's name and of how many records it has yet to be done with."""
        self._cluster = cluster
        self._stages = tuple(stages)
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
            for stage in self._stages:
                self._tell(stage.name, await self._behind(stage, consumer, admin))
            await asyncio.sleep(OFTEN)

    async def _behind(self, stage: Stage, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> int:
        topic = self._cluster.prefix + stage.source
        places = [TopicPartition(topic, number) for number in range(self._cluster.partitions)]
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        done = await admin.list_consumer_group_offsets(group(self._cluster, stage.name))
        return sum(
            ends[place] - max(begins[place], done[place].offset if place in done else 0) for place in places
        )
