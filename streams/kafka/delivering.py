"""Alerts off the topic `alerts` to their destinations, by any number of deliverers, each with some of the partitions.

An alert is queued in the topic `deliveries` before its place in `alerts` is committed, and every answer is written
there.  So whoever takes a partition over knows what was accepted, and goes on with the rest: a kill between an answer
and its record repeats one delivery, under the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from streams import codec
from streams.embedded import DELIVER
from streams.kafka import reading, wire
from streams.kafka.farewell import begun, leave
from streams.kafka.outbox import Queued, Shelf, name, untried
from streams.kafka.pulse import Pulse
from streams.kafka.topics import ALERTS, DELIVERIES, ROOM
from streams.kafka.wire import Stamp
from streams.letters import fitting, letter
from streams.operators.deliver import Delivery, State
from streams.topology import DEAD_LETTERS
from tallywire.errors import BrokerError
from tallywire.metrics import Metrics
from tallywire.ports import Clock
from tallywire.records import Alert, DeadLetter

log = structlog.get_logger("tallywire.deliver")

GROUP = "tallywire-deliver"
POLL = 500  # milliseconds
RETRY = 1.0  # seconds before what the brokers refused is tried again
AT_HAND = 1000  # alerts kept in memory; others are read again where they stand
TIDY = 3600.0  # seconds between two looks for what is past its retention
LAST_TRY = 30.0  # seconds for a try under way when a partition goes to another deliverer


class Try(NamedTuple):
    """A delivery that is being tried."""

    number: int  #: its partition
    shelf: Shelf
    row: Queued  #: before the try


class TopicOutbox(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """The outbox of `streams.sending`, on Kafka."""

    def __init__(
        self,
        options: Mapping[str, Any],
        *,
        prefix: str,
        destinations: Collection[str],
        compression: str | None,
        largest: int,
        session_timeout: float,
        clock: Clock,
        metrics: Metrics,
        stop: asyncio.Event,
    ) -> None:
        """`options` are what a client of aiokafka needs.

        `largest` is how many bytes a record may have, `session_timeout` the seconds after which the silent are dead.
        """
        self._prefix = prefix
        self._destinations = tuple(destinations)
        self._clock = clock
        self._metrics = metrics
        self._stop = stop
        self._pulse = Pulse(session_timeout)
        self._beating: asyncio.Task[None] | None = None
        self._largest = largest
        self._shelves: dict[int, Shelf] = {}
        self._alerts: dict[str, Alert] = {}
        self._trying: dict[str, Try] = {}
        self._queueing: int | None = None  # the partition whose alerts are being queued
        self._over = asyncio.Event()  # a try, or the queueing of an alert, has come to its end
        self._leaving: set[int] = set()
        self._turns = 0  # how often partitions were taken from us
        self._tidied = time.monotonic()
        self._fault: str | None = None
        common = dict(options) | {"client_id": GROUP}
        self._reading = common | {
            "auto_offset_reset": "earliest",
            "enable_auto_commit": False,
            "max_partition_fetch_bytes": largest,
        }
        self._consumer = AIOKafkaConsumer(
            group_id=prefix + GROUP,
            session_timeout_ms=int(session_timeout * 1000),
            heartbeat_interval_ms=int(session_timeout * 250),
            rebalance_timeout_ms=int((session_timeout + LAST_TRY) * 1000),
            **self._reading,
        )
        self._producer = AIOKafkaProducer(
            acks="all", compression_type=compression, max_request_size=largest + ROOM, **common
        )

    # -- life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Join the group.  Raises `BrokerError`."""
        try:
            await self._producer.start()
            self._consumer.subscribe([self._prefix + ALERTS], listener=self)
            await self._consumer.start()
            self._beating = asyncio.create_task(self._pulse.run())
        except KafkaError as error:
            await self.close()
            raise BrokerError(
                f"Kafka does not answer as it should: {type(error).__name__}: {error}"
            ) from error

    async def close(self) -> None:
        """Leave the group, once what was written is with the brokers: it would come behind what another writes."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await leave(self._producer.stop())
        await leave(self._consumer.stop())

    def faults(self) -> list[str]:
        """Why alerts are not taken in at present, in words."""
        waits = (
            []
            if self._shelves
            else ["no partition of the alerts is ours: others have them, or will hand over"]
        )
        return [self._fault] if self._fault else waits

    async def listen(self, told: Callable[[], Awaitable[None]]) -> None:
        """Take in alerts until the stop; `told` is called after each look for some."""
        while not self._stop.is_set():
            try:
                await self._look()
            except (KafkaError, codec.CodecError) as error:
                self._refused(error)
                await asyncio.sleep(RETRY)
            else:
                self._fault = None
            await told()

    async def _look(self) -> None:
        """Take in what has come; what comes of a partition before it is open is passed by, and read anew once it is."""
        for place in sorted(self._consumer.assignment()):
            if place.partition not in self._shelves:
                await self._open(place)
        if time.monotonic() >= self._tidied + TIDY:
            await self._tidy()
        try:
            found = await self._consumer.getmany(timeout_ms=POLL)
        except KafkaError:
            self._shelves.clear()  # what was fetched beside a fault of one partition is lost on us
            raise
        for place, records in found.items():
            await self._take_in(place, records)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Let what is under way come to its end; then whoever comes next knows of it."""
        numbers = {place.partition for place in revoked}
        self._leaving |= numbers
        self._turns += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._at_rest(numbers), LAST_TRY)
        for number in numbers:
            self._shelves.pop(number, None)

    async def _at_rest(self, numbers: set[int]) -> None:
        """Until nothing of these partitions is tried or queued."""
        while numbers & {self._queueing, *(one.number for one in self._trying.values())}:
            self._over.clear()
            await self._over.wait()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:  # noqa: ARG002 - aiokafka's
        """`listen` reads what is known of them: all of them, for what was read since they were revoked may be old."""
        self._turns += 1
        self._shelves.clear()
        self._leaving.clear()

    # -- alerts in -------------------------------------------------------------------------------------------------

    async def _take_in(self, place: TopicPartition, records: Sequence[Any]) -> None:
        """Queue alerts, then commit that they are; a partition that has gone meanwhile is another's to queue."""
        number = place.partition
        shelf = self._shelves.get(number)
        for record in records:
            if shelf is None or not await self._holds(number, shelf):
                return
            self._queueing = number
            try:
                if not await self._queue(shelf, place, record):
                    return
            finally:
                self._queueing = None
                self._over.set()
        try:
            await self._consumer.commit({place: records[-1].offset + 1})
        except KafkaError as error:  # it is on its way to another; or its place goes with the next alert's
            log.warning("not committed", partition=number, error=f"{type(error).__name__}: {error}")

    async def _queue(self, shelf: Shelf, place: TopicPartition, record: Any) -> bool:
        """Write down what a record asks for; False where that has become another's."""
        for row in await self._rows(shelf, place, record):
            if not await self._write(place.partition, name(row.delivery), row, shelf):
                return False
            shelf.put(row)
        return True

    async def _rows(self, shelf: Shelf, place: TopicPartition, record: Any) -> list[Queued]:
        """What is to be delivered for a record."""
        now = self._clock.now()
        try:
            stamp = wire.stamp(record.headers)
            if stamp is not None and stamp.kind == Delivery.__name__:
                return shelf.again(codec.decode(record.value or b"", Delivery), now)
            alert = codec.decode(record.value or b"", Alert)
        except ValueError as error:
            where = f"{place.topic}[{place.partition}]@{record.offset}"
            payload = (record.value or b"").decode("utf-8", "backslashreplace")
            await self._bury(where, f"{error} ({where})", payload)
            return []
        self._remember(alert)
        return shelf.fresh(alert, record.offset, alert.routes or self._destinations, now)

    def _remember(self, alert: Alert) -> None:
        self._alerts[alert.id] = alert
        while len(self._alerts) > AT_HAND:
            del self._alerts[next(iter(self._alerts))]

    # -- what is known of a partition ------------------------------------------------------------------------------

    async def _open(self, place: TopicPartition) -> None:
        """Read what is known of a partition's deliveries, forget what is past its retention, and go on behind it."""
        number, turns = place.partition, self._turns
        await self._at_rest({number})  # a try from before a rebalance, whose answer is part of it
        shelf = Shelf(await reading.part(self._reading, TopicPartition(self._prefix + DELIVERIES, number)))
        for says in shelf.unread:
            log.error("passed by", topic=self._prefix + DELIVERIES, partition=number, error=says)
        first = (await self._consumer.beginning_offsets([place]))[place]
        for key in shelf.forget(first):
            await self._write(number, key, None)
        behind = max(first, await self._consumer.committed(place) or 0)
        if turns == self._turns:  # else it may have been another's meanwhile, who knows more
            self._consumer.seek(place, behind)
            self._shelves[number] = shelf

    async def _tidy(self) -> None:
        """Forget what is past its retention by now: a deliverer runs for months."""
        self._tidied = time.monotonic()
        for place in self._consumer.assignment():
            if (shelf := self._shelves.get(place.partition)) is not None:
                first = (await self._consumer.beginning_offsets([place]))[place]
                for key in shelf.forget(first):
                    await self._write(place.partition, key, None)

    # -- the outbox ------------------------------------------------------------------------------------------------

    async def pending(self) -> Sequence[Delivery]:
        """What still has to be delivered, in the order it was decided."""
        rows = [row for shelf in self._shelves.values() for row in shelf.pending]
        oldest = min((row.decided for row in rows), default=None)
        self._metrics.outbox.set(len(rows))
        self._metrics.outbox_oldest.set(oldest.timestamp() if oldest else 0)
        return [row.delivery for row in rows]

    async def ours(self, delivery: Delivery) -> bool:
        """Whether a delivery is still ours to try."""
        place = self._place(delivery)
        if place is None or not await self._holds(place.number, place.shelf):
            return False
        self._trying[name(delivery)] = place
        return True

    async def alert(self, delivery: Delivery) -> Alert | None:
        """What is to be delivered: at hand, or read again where it stands."""
        while (known := self._alerts.get(delivery.alert)) is None and (place := self._place(delivery)):
            try:
                return await self._read(place.number, place.row.offset, delivery.alert)
            except KafkaError as error:
                self._refused(error)
                await asyncio.sleep(RETRY)
        return known

    async def thread(self, delivery: Delivery) -> str | None:
        """What the destination calls the conversation that the story is told in."""
        return self._trying[name(delivery)].shelf.thread(delivery)

    async def record(self, delivery: Delivery, cause: str | None = None) -> None:
        """Write down how a delivery stands; of what has become another's, only that it was accepted."""
        number, shelf, row = self._trying[name(delivery)]
        accepted = delivery.state is State.DELIVERED
        try:
            if accepted or await self._holds(number, shelf):
                if cause is not None:
                    await self._bury(delivery.destination, cause, codec.encode(untried(delivery)).decode())
                after = msgspec.structs.replace(row, delivery=delivery)
                if await self._write(number, name(delivery), after, None if accepted else shelf):
                    shelf.put(after)
        finally:
            del self._trying[name(delivery)]
            self._over.set()

    def _place(self, delivery: Delivery) -> Try | None:
        """Where a delivery is pending; None where it is not, or no longer with us."""
        for number, shelf in self._shelves.items():
            if (row := shelf.row(delivery)) is not None:
                return Try(number, shelf, row)
        return None

    async def _holds(self, number: int, shelf: Shelf) -> bool:
        """Whether a partition is ours, as certain as can be, and not on its way to another."""
        await self._pulse.certain()
        return self._shelves.get(number) is shelf and number not in self._leaving

    async def _read(self, number: int, offset: int, wanted: str) -> Alert | None:
        """The alert that stands at an offset; None where there is none, or another."""
        place = TopicPartition(self._prefix + ALERTS, number)
        async with begun(AIOKafkaConsumer(**self._reading)) as consumer:
            consumer.assign([place])
            if offset < (await consumer.beginning_offsets([place]))[place]:
                return None
            consumer.seek(place, offset)
            async for records in reading.standing(consumer, [place]):
                with contextlib.suppress(codec.CodecError):
                    alert = codec.decode(records[0].value or b"", Alert)
                    return alert if alert.id == wanted else None
                break
        return None

    # -- writing ---------------------------------------------------------------------------------------------------

    async def _bury(self, key: str, cause: str, payload: str) -> None:
        buried = fitting(letter(DELIVER, key, cause, payload, self._clock.now()), self._largest)
        headers = wire.headers(Stamp(kind=DeadLetter.__name__, clock=buried.at))
        await self._send(DEAD_LETTERS, buried.id, codec.encode(buried), None, headers)
        self._metrics.count_dead(DELIVER, cause)

    async def _write(self, number: int, key: str, row: Queued | None, shelf: Shelf | None = None) -> bool:
        """Write a row; False where it says what holds only as long as a shelf is ours, and that is another's now."""
        return await self._send(DELIVERIES, key, codec.encode(row) if row else None, number, shelf=shelf)

    async def _send(
        self,
        topic: str,
        key: str,
        value: bytes | None,
        number: int | None,
        headers: list[tuple[str, bytes]] | None = None,
        shelf: Shelf | None = None,
    ) -> bool:
        """Send until the brokers have it; False once the shelf it is about is no longer ours."""
        while True:
            try:
                await self._producer.send_and_wait(
                    self._prefix + topic, value, key.encode(), number, headers=headers
                )
            except KafkaError as error:
                self._refused(error)
                await asyncio.sleep(RETRY)
                if shelf is not None and number is not None and not await self._holds(number, shelf):
                    return False
            else:
                return True

    def _refused(self, error: Exception) -> None:
        self._fault = f"{type(error).__name__}: {error}"
        self._metrics.refusals.inc()
        log.error("brokers refuse", error=self._fault, again_in=RETRY)
