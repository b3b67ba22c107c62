"""The archive kept up to date from Kafka, until told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from streams.archive import Database
from streams.kafka.archiving import TOPICS, Archiving, Progress
from tallywire.cli import compose
from tallywire.cli.archived import database
from tallywire.cli.on_kafka.common import access, say, serving
from tallywire.cli.on_kafka.topics import refuse_wrong_topics
from tallywire.config import Settings
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
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings, metrics, ready=archiving.trouble, alive=archiving.refused) as address:
        say(f"archiving in {place}; health and metrics at {address}")
        await archiving.run(stop)


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
