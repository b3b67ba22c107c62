"""What `make run-kafka` shows: the sample story over Kafka, with as many processes as it takes, on this machine.

    python -m examples.on_kafka

A broker, a connector that polls the nine feeds, two workers that share the stages, a deliverer that prints the alerts,
an archive that `tallywire explain` reads: the same alerts, under the same ids, as `make run` has with one process.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from connectors.kafka.topics import create
from examples import demo
from examples.server import SampleStory
from streams import codec
from streams.kafka import reading
from streams.kafka.outbox import Queued
from streams.kafka.topics import DELIVERIES
from streams.operators.assign import Assigners
from streams.operators.deliver import State
from streams.store import Store
from streams.topology import NAMES
from tallywire import config
from tallywire.cli.on_kafka.common import access, pipeline, wanted
from tallywire.config import Settings
from tallywire.config.settings import KafkaSettings
from tools.kafka import Cluster, missing

CONFIGURATION = """
[kafka]
brokers = ["{brokers}"]
prefix = "{prefix}"
partitions = 2
session_timeout = "6s"
patience = "1m"                                    # thirty hours in a minute: nothing is ever late

[archive]
url = "sqlite:///{archive}"
"""

ENDING = """\
  how Kafka comes into it      docs/explanation/architecture.md
  on machines of your own      docs/howto/run-on-kafka.md
"""

WORKERS = 2
PATIENCE = 120.0  # seconds for the workers to come to terms on a busy machine


async def play(folder: Path, interval: float, brokers: str, prefix: str = "") -> int | None:
    """Tell the story over `brokers`; how many alerts were delivered, None where a process failed."""
    async with SampleStory(pace="acked") as story:
        path = folder / "tallywire.toml"
        feeds = "".join(f'\n[[feeds]]\nurl = "{url}"\n' for url in story.feeds)
        text = demo.CONFIGURATION.format(interval=interval, state=demo.STATE)
        archive = folder / demo.STATE
        text += CONFIGURATION.format(brokers=brokers, prefix=prefix, archive=archive)
        path.write_text(text + feeds, encoding="utf-8")
        settings = config.load(path)
        create(access(settings), wanted(settings))
        tables = [str(folder / f"worker-{number}") for number in range(1, WORKERS + 1)]
        processes = [await _start(path, "worker", "--data", table) for table in tables]
        processes += [await _start(path, "deliver"), await _start(path, "archive")]
        await _shared(settings.kafka)
        processes.append(await _start(path, "connect"))
        told = asyncio.create_task(_told(story, settings, archive))
        ended = {asyncio.create_task(process.wait()): process for process in processes}
        try:
            done, _ = await asyncio.wait({told, *ended}, return_when=asyncio.FIRST_COMPLETED)
            return told.result() if told in done else None
        finally:  # whatever ends the demonstration ends its processes
            told.cancel()
            await asyncio.gather(*(demo.end(process, task) for task, process in ended.items()))


async def _start(path: Path, *command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tallywire", *command, "--config", str(path)
    )


async def _shared(kafka: KafkaSettings) -> None:
    """Wait until the workers share every stage: then the whole story is told by both."""
    groups = [f"{kafka.prefix}tallywire-{stage}" for stage in NAMES]
    admin = AIOKafkaAdminClient(bootstrap_servers=list(kafka.brokers))
    await admin.start()
    try:
        async with asyncio.timeout(PATIENCE):
            for group in groups:
                while await _members(admin, group) < WORKERS:  # noqa: ASYNC110 - nobody tells of a member
                    await asyncio.sleep(0.2)
    finally:
        await admin.close()


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    """How many share a group's work; none while they still come to terms."""
    try:
        (answer,) = await admin.describe_consumer_groups([group])
    except KafkaError:  # a broker that has just begun has no coordinator yet
        return 0
    ((_, _, state, _, _, members, *_),) = answer.groups
    return len(members) if state == "Stable" else 0


async def _told(story: SampleStory, settings: Settings, archive: Path) -> int:
    """Wait until the story is out, told and archived; the number of alerts delivered."""
    await story.finished()
    way, prefix = access(settings).options(), settings.kafka.prefix
    readers = [(stage.source, stage.name) for stage in pipeline(settings, Assigners())] + [
        ("alerts", "deliver")
    ]
    for _ in range(2):  # what a stage hands back to itself goes round once more
        for topic, reader in readers:
            await _read_through(settings.kafka, topic, reader)
    while True:
        rows = await reading.table(way, prefix + DELIVERIES)
        deliveries = [codec.decode(row, Queued).delivery for row in rows.values()]
        if all(delivery.state is not State.PENDING for delivery in deliveries):
            break
        await asyncio.sleep(0.5)
    while _archived(archive) < len(deliveries):  # noqa: ASYNC110 - nobody tells of a row
        await asyncio.sleep(0.5)
    return len(deliveries)


def _archived(archive: Path) -> int:
    """How many alerts the archive has."""
    with closing(Store(str(archive), read_only=True)) as store:
        return store.count("alerts")


async def _read_through(kafka: KafkaSettings, topic: str, reader: str) -> None:
    """Wait until a reader has done with all that a topic holds by now."""
    places = [TopicPartition(kafka.prefix + topic, number) for number in range(kafka.partitions)]
    async with AIOKafkaConsumer(
        bootstrap_servers=list(kafka.brokers),
        group_id=f"{kafka.prefix}tallywire-{reader}",
        enable_auto_commit=False,
    ) as consumer:
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
        for place in places:
            while (await consumer.committed(place) or 0) < ends[place]:  # noqa: ASYNC110 - nobody tells of a commit
                await asyncio.sleep(0.2)


async def _with_a_broker(folder: Path, interval: float) -> int:
    with Cluster() as cluster:
        sys.stderr.write(f"Kafka at {cluster.brokers}; two workers are on their way …\n")
        alerts = await play(folder, interval, cluster.brokers)
    if alerts is None:
        sys.stderr.write("a process has ended before the story did\n")
        return 1
    demo.show(folder)
    print(ENDING)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the story over a broker of its own."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.on_kafka", description="The sample story over Kafka."
    )
    parser.add_argument("--interval", type=float, default=0.6, help="seconds between two polls of a feed")
    parser.add_argument(
        "--folder", type=Path, help="where workers keep their tables; a temporary folder otherwise"
    )
    chosen = parser.parse_args(arguments)
    if (why := missing()) is not None:
        sys.stderr.write(f"{why}\n")
        return 2
    folder = (chosen.folder or Path(tempfile.mkdtemp(prefix="tallywire-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(demo.until_told_to_stop(_with_a_broker(folder, chosen.interval)))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
