"""The archive kept up to date from Kafka, until told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable

from streams.archive import Database
from streams.health import HealthServer
from streams.kafka.archiving import TOPICS, Archiving, Progress
from tallywire.cli import compose
from tallywire.cli.archived import database
from tallywire.cli.on_kafka.common import access
from tallywire.cli.on_kafka.topics import refuse_wrong_topics
from tallywire.config import Settings
from tallywire.errors import ConfigError
from tallywire.metrics import Metrics


def run(settings: Settings) -> None:
    """Archive.  Raises `ConfigError` where no database is named, `StateError` where its file cannot be used."""
    place = database(settings)
    refuse_wrong_topics(settings)
    asyncio.run(_serve(settings, place))


async def _serve(settings: Settings, place: Database) -> None:
    metrics = compose.metrics(settings, beats=())
    kafka = settings.kafka
    archiving = Archiving(
        place,
        access(settings).options(),
        prefix=kafka.prefix,
        partitions=kafka.partitions,
        keep=settings.archive.keep or settings.retention.keep,
        clock=compose.SystemClock(),
        observer=_telling(metrics),
    )
    health = HealthServer(settings.monitor.listen, metrics, alive=archiving.refused, ready=archiving.trouble)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await health.start()
    except OSError as error:
        raise ConfigError(
            f"cannot serve on {settings.monitor.listen}: {error.strerror}. Choose another with --listen."
        ) from error
    sys.stderr.write(f"tallywire: archiving in {place}; health and metrics at {health.address}\n")
    try:
        await archiving.run(stop)
    finally:
        await health.close()


def _telling(metrics: Metrics) -> Callable[[Progress], None]:
    """What tells the metrics of each transaction; zeros from the start."""
    for topic in TOPICS:
        metrics.archive_behind.labels(topic)
    for table in ("articles", "updates", "alerts", "dead_letters"):
        metrics.archive_rows.labels(table)

    def tell(progress: Progress) -> None:
        for table, count in progress.rows.items():
            metrics.archive_rows.labels(table).inc(count)
        for topic, count in progress.behind.items():
            metrics.archive_behind.labels(topic).set(count)

    return tell
