"""What the commands on Kafka have in common: the pipeline, its topics and the way to the brokers, as configured."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from typing import Any

from connectors.kafka.access import Access
from connectors.kafka.contact import Contact
from connectors.kafka.producer import Producer
from connectors.kafka.topics import sessions
from streams.health import Check, HealthServer
from streams.kafka.topics import Sizes, Topic, topics
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.muting import Mutes, nobody
from streams.operators.reconcile import Reconcile
from streams.topology import Stage, stages
from tallywire.cli.options import ledger_policy
from tallywire.cli.rules import pace, rules
from tallywire.config import Settings
from tallywire.errors import ConfigError
from tallywire.metrics import Metrics

GRACE = 5.0  # seconds for what is under way at a stop


def access(settings: Settings) -> Access:
    """The way to the brokers.  Raises `ConfigError` where the password cannot be read."""
    kafka = settings.kafka
    return Access(
        brokers=kafka.brokers,
        tls=kafka.tls,
        ca_file=kafka.ca_file,
        certificate_file=kafka.certificate_file,
        key_file=kafka.key_file,
        sasl=kafka.sasl,
        username=kafka.username,
        password=kafka.secret(),
    )


def pipeline(settings: Settings, assigners: Assigners, mutes: Mutes = nobody) -> tuple[Stage, ...]:
    """The stages as the settings want them."""
    return stages(
        assigners.step, Reconcile(ledger_policy(settings)), Alerting(rules(settings), pace(settings), mutes)
    )


def wanted(settings: Settings) -> Sequence[Topic]:
    """The topics as they should be."""
    kafka = settings.kafka
    return topics(
        pipeline(settings, Assigners()),
        Sizes(
            prefix=kafka.prefix,
            partitions=kafka.partitions,
            replication=kafka.replication,
            message_limit=kafka.message_limit,
            keep=settings.retention.keep,
            window=settings.retention.window,
        ),
    )


def refuse_wrong_session(settings: Settings) -> None:
    """Raise `ConfigError` where the brokers take no member of a group with our session timeout."""
    seconds, allowed = settings.kafka.session_timeout.total_seconds(), sessions(access(settings))
    if allowed is not None and not allowed[0] <= seconds <= allowed[1]:
        raise ConfigError(
            f"[kafka] session_timeout is {seconds:g} s, and the brokers allow {allowed[0]:g} to {allowed[1]:g} s: "
            "choose one of these, or change group.min.session.timeout.ms there"
        )


def compression(settings: Settings) -> str | None:
    """How clients compress what they send; None where they do not."""
    return None if settings.kafka.compression == "none" else settings.kafka.compression


def producer(settings: Settings) -> Producer:
    """A producer of our own."""
    return Producer(access(settings), compression=compression(settings), largest=settings.kafka.message_limit)


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, metrics: Metrics, *, ready: Check, alive: Check = list
) -> AsyncIterator[str]:
    """/metrics, /healthz and /readyz, served inside; their address.  Raises `ConfigError` where it is taken.

    Nobody is ready whom no broker answers, whatever `ready` says.
    """
    contact = Contact(access(settings), metrics.refusals.inc)
    health = HealthServer(
        settings.monitor.listen, metrics, alive=alive, ready=lambda: contact.faults() or ready()
    )
    try:
        await health.start()
    except OSError as error:
        raise ConfigError(
            f"cannot serve on {settings.monitor.listen}: {error.strerror}. Choose another with --listen."
        ) from error
    looking = asyncio.create_task(contact.run())
    try:
        yield health.address
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await health.close()


def say(what: str) -> None:
    """A line for the person who has started the process."""
    sys.stderr.write(f"tallywire: {what}\n")


async def until_told(stop: asyncio.Event, loops: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run loops until a signal sets `stop`, which ends them within a grace.  Raises what one of them fails with."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    told: asyncio.Task[Any] = asyncio.create_task(stop.wait())
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(loop) for loop in loops]
    try:
        while not stop.is_set():
            done, _ = await asyncio.wait({told, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {told}:
                tasks.remove(task)
                task.result()
    finally:
        stop.set()
        await asyncio.wait({told, *tasks}, timeout=GRACE)
        for task in (told, *tasks):
            task.cancel()
        await asyncio.gather(told, *tasks, return_exceptions=True)
