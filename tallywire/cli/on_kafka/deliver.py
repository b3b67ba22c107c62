"""A deliverer: the alerts on Kafka sent to the destinations, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from streams.kafka.delivering import TopicOutbox
from streams.sending import Sending
from tallywire.cli import compose
from tallywire.cli.on_kafka.common import (
    access,
    compression,
    refuse_wrong_session,
    say,
    serving,
    until_told,
)
from tallywire.cli.on_kafka.topics import refuse_wrong_topics
from tallywire.cli.options import counted
from tallywire.config import Settings
from tallywire.metrics import Metrics, at_senders
from tallywire.ports import Clock, Sink
from tallywire.records import Alert


def run(settings: Settings) -> None:
    """Deliver.  Raises `BrokerError`, or `DeliveryError` once every destination is gone."""
    refuse_wrong_topics(settings)
    refuse_wrong_session(settings)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with compose.http_client(settings) as http:
        sinks = compose.sinks(settings, http)
        try:
            await _deliver(settings, sinks)
        finally:
            for sink in sinks:
                with contextlib.suppress(OSError):
                    await sink.close()


async def _deliver(settings: Settings, sinks: list[Sink]) -> None:
    beats = at_senders(destination.name for destination in settings.destinations)
    stop, metrics, clock = asyncio.Event(), compose.metrics(settings, beats=beats), compose.SystemClock()
    outbox = TopicOutbox(
        access(settings).options(),
        prefix=settings.kafka.prefix,
        destinations=[sink.name for sink in sinks],
        compression=compression(settings),
        largest=settings.kafka.message_limit,
        session_timeout=settings.kafka.session_timeout.total_seconds(),
        clock=clock,
        metrics=metrics,
        stop=stop,
    )
    sending = Sending(
        sinks,
        outbox,
        stop=stop,
        clock=clock,
        metrics=metrics,
        gaps=compose.gaps(settings),
        delivered=_timed(settings, metrics, clock),
    )

    async def told() -> None:
        await sending.abandon_removed_destinations()
        sending.wake()

    await outbox.start()
    try:
        async with serving(settings, metrics, ready=outbox.faults) as address:
            say(f"delivering to {counted(len(sinks), 'destination')}; health and metrics at {address}")
            senders = [sending.send_to(sink) for sink in sinks]
            await until_told(stop, [outbox.listen(told), *senders])
    finally:
        await outbox.close()


def _timed(settings: Settings, metrics: Metrics, clock: Clock) -> Callable[[Alert], None]:
    """What observes how long an alert took from its decision, where that was made at the system's time."""

    def observe(alert: Alert) -> None:
        if settings.monitor.clock == "system":
            age = (clock.now() - alert.at).total_seconds()
            metrics.latency.observe(max(age, 0.0), {"alert": alert.id})

    return observe
