"""The mutes as a topic has them, followed: the view that the alert stage is handed on Kafka.

Every worker reads all of it, each on its own.  It is read to its end before the stage begins, so that no worker tells
what a mute holds for want of having heard of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from streams import codec
from streams.kafka import reading
from streams.kafka.farewell import leave
from streams.kafka.topics import MUTES
from tallywire.records import Mute

log = structlog.get_logger("tallywire.worker")

POLL = 500  # milliseconds
RETRY = 1.0  # seconds before the brokers are asked again


class TopicMutes:
    """The latest mute of every scope; called, it tells them."""

    def __init__(self, options: Mapping[str, Any], *, prefix: str, partitions: int) -> None:
        """`options` are what a client of aiokafka needs."""
        self._options = options
        self._places = [TopicPartition(prefix + MUTES, number) for number in range(partitions)]
        self._known: Mapping[
            str, Mute
        ] = {}  # replaced as a whole: the stage looks at it from a thread of its own
        self._news: deque[Mute] = deque()  # filled by the loop, emptied by the stage's thread
        self._consumer: AIOKafkaConsumer = None

    def __call__(self) -> tuple[Mute, ...]:
        """The mutes, those that have ended among them."""
        return tuple(self._known.values())

    def news(self) -> list[Mute]:
        """The mutes that came since the last call."""
        return [self._news.popleft() for _ in range(len(self._news))]

    async def open(self) -> None:
        """Read all there is.  Raises `KafkaError`."""
        self._consumer = AIOKafkaConsumer(
            **self._options, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await self._consumer.start()
        self._consumer.assign(self._places)
        async for records in reading.standing(self._consumer, self._places):
            for record in records:
                self._take(record)
        self.news()

    async def follow(self) -> None:
        """Read what comes, endlessly."""
        while True:
            try:
                await self._read()
            except KafkaError as error:
                log.error("mutes cannot be read", error=str(error), again_in=RETRY)
                await asyncio.sleep(RETRY)

    async def close(self) -> None:
        """Let go of connections."""
        await leave(self._consumer.stop())

    async def _read(self) -> None:
        for records in (await self._consumer.getmany(timeout_ms=POLL)).values():
            for record in records:
                self._take(record)

    def _take(self, record: ConsumerRecord) -> None:
        """One record; what is no mute is left out, and said."""
        scope = (record.key or b"").decode("utf-8", "replace")
        known = {**self._known}
        known.pop(scope, None)
        if record.value is not None:
            try:
                known[scope] = mute = codec.decode(record.value, Mute)
            except codec.CodecError as error:
                log.error("no mute", topic=record.topic, offset=record.offset, error=str(error))
                return
            self._news.append(mute)
        self._known = known
