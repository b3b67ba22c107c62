"""A worker: stages of the pipeline over Kafka, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import structlog
from aiokafka.errors import KafkaError

from connectors.kafka.topics import ids
from connectors.sources.articles import read_articles
from streams.embedded import Observer, Taken
from streams.faust_app import Cluster
from streams.kafka.farewell import leave
from streams.kafka.lag import DELIVERERS, Lag, Reader
from streams.kafka.muted import TopicMutes
from streams.kafka.topics import changelog
from streams.kafka.workers import AlertWorker, AssignWorker, KeyedWorker, Worker
from streams.kafka.workers.folder import held
from streams.operators.assign import Assigners
from streams.panels import STAGE, Books, Panels
from streams.topology import NAMES, Stage
from tallywire.cli import compose
from tallywire.cli.on_kafka.common import access, pipeline, refuse_wrong_session, say, serving
from tallywire.cli.on_kafka.topics import refuse_wrong_topics
from tallywire.config import Settings
from tallywire.errors import BrokerError, ConfigError
from tallywire.ledger import Ledger
from tallywire.metrics import Metrics
from tallywire.ports import Problem
from tallywire.records import Article

log = structlog.get_logger("tallywire.worker")

ROOM = 30.0  # seconds between two looks at the room of the tables


def run(settings: Settings, names: Sequence[str]) -> None:
    """Work on the stages of these names.  Raises `BrokerError` where one of them ends by itself."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise ConfigError(f"--stages: no stage {unknown[0]!r}; there are {', '.join(NAMES)}")
    refuse_wrong_topics(settings)
    refuse_wrong_session(settings)
    names = names or NAMES
    with held(settings.kafka.data, _tables(settings, names)):
        asyncio.run(_serve(settings, names))


def _tables(settings: Settings, names: Sequence[str]) -> dict[str, str]:
    """The stages that keep a table, and the topic that each is made from, as this cluster knows it."""
    topics = {
        stage.name: settings.kafka.prefix + changelog(stage)
        for stage in pipeline(settings, Assigners())
        if stage.state and stage.name in names
    }
    known = ids(access(settings), tuple(topics.values())) if topics else {}
    return {
        name: f"{topic} ({known[topic]}) of {settings.kafka.partitions} partitions"
        for name, topic in topics.items()
    }


def cluster(settings: Settings) -> Cluster:
    """The brokers, and how a worker behaves towards them."""
    kafka, way = settings.kafka, access(settings)
    return Cluster(
        brokers=way.brokers,
        prefix=kafka.prefix,
        partitions=kafka.partitions,
        compression=None if kafka.compression == "none" else kafka.compression,
        message_limit=kafka.message_limit,
        session_timeout=kafka.session_timeout.total_seconds(),
        patience=kafka.patience.total_seconds(),
        standbys=kafka.standbys,
        keep=settings.retention.keep,
        data=kafka.data,
        context=way.context(),
        sasl=way.sasl,
        username=way.username,
        password=way.password,
    )


def workers(settings: Settings, names: Sequence[str], observer: Observer) -> list[Worker[Any]]:
    """A worker for each stage."""
    where = cluster(settings)
    mutes = TopicMutes(where.options(), prefix=where.prefix, partitions=where.partitions)
    every = pipeline(settings, Assigners(), mutes)
    made: list[Worker[Any]] = []
    for stage, after in zip(every, (*every[1:], None), strict=True):
        if stage.name in names:
            made.append(_worker(settings, where, stage, after, mutes, observer))
    return made


def _worker(
    settings: Settings,
    where: Cluster,
    stage: Stage,
    after: Stage | None,
    mutes: TopicMutes,
    observer: Observer,
) -> Worker[Any]:
    onward = after.key if after is not None else stage.key
    if stage.name == "alert":
        return AlertWorker(where, stage, onward, observer=observer, mutes=mutes)
    if stage.name == "assign":
        policy = compose.assign_policy(settings)
        return AssignWorker(where, stage, onward, observer=observer, assigners=lambda: Assigners(policy))
    admit = _admitted if stage.item is Article else None
    return KeyedWorker(where, stage, onward, observer=observer, admit=admit, fans_out=onward is not stage.key)


def _admitted(value: bytes, arrived: datetime) -> Any:
    """The article that another program wrote, as the contract shows it.  Raises `ValueError`."""
    for found in read_articles([value], "topic articles", arrived):
        if isinstance(found, Problem):
            raise ValueError(f"{found.cause}: {found.says}")
        return found
    raise ValueError("it is empty")


async def _serve(settings: Settings, names: Sequence[str]) -> None:
    metrics = compose.metrics(settings, beats=[f"stage/{name}" for name in names])
    made: list[Worker[Any]] = []
    panels = compose.panels(settings, _books(made), metrics)
    made += workers(settings, names, _observer(metrics, panels))
    for worker in made:
        worker.refused = metrics.refusals.inc
        if isinstance(worker, KeyedWorker):
            worker.moved = panels.load
    lag = Lag(
        cluster(settings),
        [*(Reader(worker.stage.name, worker.stage.source) for worker in made), DELIVERERS],
        lambda name, count: metrics.stage_behind.labels(name).set(count),
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings, metrics, ready=lambda: _faults(made)) as address:
        looking = asyncio.gather(lag.run(), _look_at_room(settings.kafka.data, metrics))
        try:
            if await _started(made, stop):
                say(f"working on {', '.join(names)}; health and metrics at {address}")
                await _until(stop, made)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            if not await leave(*(worker.stop() for worker in made)):
                _quit(sys.exc_info()[1])


async def _started(made: Sequence[Worker[Any]], stop: asyncio.Event) -> bool:
    """Whether all stages have joined their groups; False at a stop, which need not wait for brokers that are silent."""
    told: asyncio.Future[Any] = asyncio.create_task(stop.wait())
    starting: asyncio.Future[Any] = asyncio.gather(*(worker.start() for worker in made))
    try:
        await asyncio.wait({told, starting}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            return False
        await starting
    except KafkaError as error:
        raise BrokerError(f"Kafka does not answer as it should: {type(error).__name__}: {error}") from error
    else:
        return True
    finally:
        told.cancel()
        starting.cancel()
        await asyncio.gather(told, starting, return_exceptions=True)


def _faults(made: Sequence[Worker[Any]]) -> list[str]:
    return [fault for worker in made for fault in worker.faults()]


def _quit(reason: BaseException | None) -> NoReturn:
    """End at once: threads of Faust's still wait for a broker, and the interpreter would wait for them."""
    log.error("left without farewell, for the brokers do not answer", error=str(reason or ""))
    os._exit(os.EX_OK if reason is None else 1)


async def _look_at_room(folder: Path, metrics: Metrics) -> None:
    """Tell the size of the tables and the room beside them, again and again."""
    while True:
        with contextlib.suppress(
            OSError
        ):  # a table may be compacted meanwhile, and the folder not be made yet
            size, free = await asyncio.to_thread(_room, folder)
            metrics.state_bytes.set(size)
            metrics.disk_free.set(free)
        await asyncio.sleep(ROOM)


def _room(folder: Path) -> tuple[int, int]:
    """Bytes in a folder, and free beside it.  Raises `OSError`."""
    used = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    return used, shutil.disk_usage(folder).free


def _books(workers: Sequence[Worker[Any]]) -> Books:
    """The ledgers of the partitions that are ours."""

    def book(story: str) -> Ledger | None:
        for worker in workers:
            if worker.stage.name == STAGE and isinstance(worker, KeyedWorker):
                found: Ledger | None = worker.state(story)
                return found
        return None

    return book


def _observer(metrics: Metrics, panels: Panels) -> Observer:
    """What tells the metrics and the panels of what a stage has written down, if only that time goes on."""
    observe, clock = compose.observer(metrics, panels), compose.SystemClock()

    def observed(taken: Taken) -> None:
        observe(taken)
        for stage in taken.entered:
            metrics.heartbeat.labels(f"stage/{stage}").set(clock.now().timestamp())

    return observed


async def _until(stop: asyncio.Event, made: Sequence[Worker[Any]]) -> None:
    """Until told to stop.  Raises `BrokerError` where a stage ends before."""
    told = asyncio.create_task(stop.wait())
    ends: dict[asyncio.Task[Any], Worker[Any]] = {
        asyncio.create_task(worker.ended()): worker for worker in made
    }
    done, rest = await asyncio.wait({told, *ends}, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done - {told}:
        reason = task.exception()
        says = f": {type(reason).__name__}: {reason}" if reason is not None else ""
        raise BrokerError(f"the stage {ends[task].stage.name} ended by itself{says}") from reason
