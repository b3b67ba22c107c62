"""Alerts sent: each destination at its own pace, a story's alerts in their order, every answer written down.

`operators.deliver` decides what may be tried and what an answer means; an outbox keeps how deliveries stand.  One
destination's silence holds up no other's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from streams.operators import circuit, deliver
from streams.operators.circuit import CLOSED, Circuit
from streams.operators.deliver import STANDARD, Delivery, Schedule
from tallywire.errors import DeliveryError
from tallywire.metrics import Metrics
from tallywire.ports import Clock, Outcome, Sink, Verdict
from tallywire.records import Alert

log = structlog.get_logger("tallywire.monitor")


class Outbox(Protocol):
    """Deliveries and how they stand."""

    async def pending(self) -> Sequence[Delivery]:
        """What still has to be delivered, in the order it was decided."""
        ...

    async def alert(self, delivery: Delivery) -> Alert | None:
        """What is to be delivered, however long it takes to find; None where it is past its retention, or not ours."""
        ...

    async def ours(self, delivery: Delivery) -> bool:
        """Whether a pending delivery is still ours to try, then at once and with its answer recorded."""
        ...

    async def thread(self, delivery: Delivery) -> str | None:
        """What the destination calls the conversation that the story is told in; None where it has none."""
        ...

    async def record(self, delivery: Delivery, cause: str | None = None) -> None:
        """Write down how a delivery stands, however long that takes.

        With a `cause` it is given up, and buried as a dead letter.
        """
        ...


class Sending:
    """Sends what an outbox holds."""

    def __init__(
        self,
        sinks: Sequence[Sink],
        outbox: Outbox,
        *,
        stop: asyncio.Event,
        clock: Clock,
        metrics: Metrics,
        schedule: Schedule = STANDARD,
        gaps: Mapping[str, timedelta] | None = None,
        delivered: Callable[[Alert], None] = lambda _: None,
    ) -> None:
        """`gaps` are the least time between two tries at a destination; `delivered` hears of what was accepted."""
        self._sinks = {sink.name: sink for sink in sinks}
        self._outbox = outbox
        self._stop = stop
        self._clock = clock
        self._metrics = metrics
        self._schedule = schedule
        self._gaps = dict(gaps or {})
        self._delivered = delivered
        self._tried: dict[str, datetime] = {}  # destination → its last try
        self._circuits: dict[str, Circuit] = {}  # destination → how it has answered of late
        self._news = {name: asyncio.Event() for name in self._sinks}  # destination → an alert was queued
        self._gone: set[str] = set()  # destinations that want no more

    def wake(self) -> None:
        """Alerts were queued, or the end has come."""
        for news in self._news.values():
            news.set()

    async def abandon_removed_destinations(self) -> None:
        """Alerts for a destination that is no longer configured become dead letters rather than wait for ever."""
        for delivery in await self._outbox.pending():
            if delivery.destination not in self._sinks and await self._outbox.ours(delivery):
                await self._outbox.record(_given_up(delivery), "the destination is no longer configured")

    async def send_to(self, sink: Sink) -> None:
        """Deliver to one destination, in order and at its pace, until told to stop.

        Raises `DeliveryError` once the last destination is gone.
        """
        news, gaps, tried, circuits = self._news[sink.name], self._gaps, self._tried, self._circuits
        early: set[str] = set()  # alerts that failed while the destination was down, now that it is back
        while not self._stop.is_set():
            news.clear()  # before looking, so that an alert queued meanwhile wakes us again
            pending = [d for d in await self._outbox.pending() if d.destination == sink.name]
            now = self._clock.now()
            ready = deliver.ready(pending, now, last_tried=tried, gaps=gaps, circuits=circuits, early=early)
            down = circuits.get(sink.name, CLOSED).open
            for delivery in ready:
                now = self._clock.now()
                if self._stop.is_set():
                    return
                if circuits.get(sink.name, CLOSED).free_at(now) > now:
                    break
                alert = await self._outbox.alert(delivery)
                if not await self._outbox.ours(delivery):
                    continue
                self._tried[sink.name] = self._clock.now()
                early.discard(delivery.alert)
                if await self._deliver(sink, delivery, alert) is Verdict.GONE:
                    self._part_with(sink)
                    return
            self._metrics.heartbeat.labels(f"deliver/{sink.name}").set(self._clock.now().timestamp())
            if down and not circuits.get(sink.name, CLOSED).open:
                early = {delivery.alert for delivery in pending if delivery.attempts}
            if not ready:
                now = self._clock.now()
                soonest = deliver.next_time(
                    pending, now, last_tried=tried, gaps=gaps, circuits=circuits, early=early
                )
                await self._wait_for(news, soonest)

    def _part_with(self, sink: Sink) -> None:
        """A destination that is gone is not used again before a restart; without any, there is nobody to tell."""
        log.error("destination gone: not used again before a restart", destination=sink.name)
        self._gone.add(sink.name)
        if self._gone == self._sinks.keys():
            raise DeliveryError("every destination is gone: alerts reach nobody")

    async def _wait_for(self, news: asyncio.Event, soonest: datetime | None) -> None:
        """Until a new alert, the next try, or a stop."""
        seconds = max(0.01, (soonest - self._clock.now()).total_seconds()) if soonest else None
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except TimeoutError:
            return

    async def _deliver(self, sink: Sink, delivery: Delivery, alert: Alert | None) -> Verdict:
        """One try, recorded after it was made."""
        if alert is None:  # nothing left to send
            await self._outbox.record(_given_up(delivery), "the alert is past its retention")
            return Verdict.REJECTED
        outcome = await self._try(sink, alert, await self._outbox.thread(delivery))
        self._judge(sink.name, outcome)
        after = deliver.after(delivery, outcome, self._clock.now(), self._schedule)
        cause = f"{outcome.verdict}: {outcome.says}" if after.state is deliver.State.DEAD else None
        await self._outbox.record(after, cause)
        self._metrics.deliveries.labels(sink.name, outcome.verdict.value).inc()
        if outcome.verdict is Verdict.DELIVERED:
            self._delivered(alert)
        else:
            log.warning(
                "not delivered", destination=sink.name, verdict=outcome.verdict.value, says=outcome.says
            )
        return outcome.verdict

    async def _try(self, sink: Sink, alert: Alert, thread: str | None) -> Outcome:
        try:
            return await sink.send(alert, self._clock.now(), thread)
        except Exception as error:  # noqa: BLE001 - a fault of the sink's own code must not lose the alert
            log.error("sink failed", destination=sink.name, error=type(error).__name__)
            return Outcome(verdict=Verdict.RETRY, says=f"internal: {type(error).__name__}")

    def _judge(self, destination: str, outcome: Outcome) -> None:
        """Open or close a destination's circuit, and say so."""
        before = self._circuits.get(destination, CLOSED)
        after = self._circuits[destination] = circuit.answered(before, outcome, self._clock.now())
        self._metrics.destination_down.labels(destination).set(after.open or outcome.verdict is Verdict.GONE)
        if after.open and not before.open:
            log.error("destination down: its alerts wait", destination=destination, says=outcome.says)
        elif before.open and not after.open:
            log.warning("destination is back", destination=destination)


def _given_up(delivery: Delivery) -> Delivery:
    return msgspec.structs.replace(delivery, state=deliver.State.DEAD)
