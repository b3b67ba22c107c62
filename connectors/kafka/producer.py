"""Records put onto Kafka: acknowledged by every broker that keeps a copy, none overtaken by another, none twice.

kafka-python's producer blocks, so it has a thread of its own.  What it could not hand over in time is sent again by
whoever called, through a new client: one that has given up on a record would leave a gap in its count of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from kafka import KafkaProducer, errors

from connectors.kafka.access import Access, reached

TRY = 10_000  # milliseconds that one attempt may last
ANSWER = 5_000  # milliseconds for an answer of a broker
ROOM = 1_000_000  # bytes of a request beside the value of its largest record


class Outgoing(Protocol):
    """A record on its way."""

    @property
    def topic(self) -> str: ...
    @property
    def key(self) -> bytes: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> list[tuple[str, bytes]]: ...
    @property
    def partition(self) -> int | None:
        """None: by its key."""
        ...


class Producer:
    """Sends records, one call after the other."""

    def __init__(self, access: Access, *, compression: str | None, largest: int) -> None:
        """`largest` is how many bytes a record's value may have."""
        self._options: dict[str, Any] = access.options() | {
            "client_id": "tallywire-producer",
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": compression,
            "linger_ms": 5,
            "max_request_size": largest + ROOM,
            "max_block_ms": TRY,
            "bootstrap_timeout_ms": TRY,
            "delivery_timeout_ms": TRY,
            "request_timeout_ms": ANSWER,
            "reconnect_backoff_max_ms": 1_000,
            "allow_auto_create_topics": False,
        }
        self._access = access
        self._client: KafkaProducer | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="producer")

    async def send(self, records: Sequence[Outgoing]) -> Mapping[int, str]:
        """Send, in order, and wait until the brokers have them; the places of those too large for them, with words.

        Raises `BrokerError` where it is not known that all others are there: they are to be sent again.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._send, records)

    async def close(self) -> None:
        """Let go of connections."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        self._thread.shutdown()

    def _send(self, records: Sequence[Outgoing]) -> Mapping[int, str]:
        try:
            with reached(self._access):
                return self._acknowledged(records)
        except BaseException:
            self._let_go()
            raise

    def _acknowledged(self, records: Sequence[Outgoing]) -> Mapping[int, str]:
        if self._client is None:
            self._client = KafkaProducer(**self._options)
        refused: dict[int, str] = {}
        under_way = {}
        for place, one in enumerate(records):
            try:
                under_way[place] = self._client.send(
                    one.topic, one.value, one.key, list(one.headers), one.partition
                )
            except errors.MessageSizeTooLargeError as error:
                refused[place] = str(error)
        for place, future in under_way.items():
            try:
                future.get(timeout=TRY / 1000)
            except errors.MessageSizeTooLargeError:
                refused[place] = "the brokers take no record so large"
        return refused

    def _let_go(self) -> None:
        """Close the client, whatever it has under way: who sends waits for an answer, and sends again."""
        client, self._client = self._client, None
        if client is not None:
            try:
                client.close(timeout=0)
            except errors.KafkaTimeoutError:
                # kafka-python 3.0 does not close for what is under way, and would go on sending it.
                client._sender.force_close()
