"""How long a worker is away that starts with nothing but the changelogs: its tables have so many stories.

    python -m bench.bench_recovery 100000

The stories' ledgers are those of made-up articles, each under many names.  A worker of all stages is started on an
empty folder, then once more on the tables that it has made; what is measured is the time until word of the time has
come through every stage, from the start of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from aiokafka import AIOKafkaProducer

from bench.articles import generate
from bench.bench_kafka import spent
from streams import codec
from streams.kafka.partition import Kept
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.ledger import Ledger
from tests.support.installation import Installation
from tools.kafka import Cluster

PARTITIONS = 4
ARTICLES = 200


def states() -> list[bytes]:
    """The ledgers of some stories as a table keeps them, each with a timer."""
    engine = compose.engine(Settings(), Store())
    articles = list(generate(ARTICLES))
    engine.take(articles)
    due = articles[-1].arrived + Settings().ledger.settle
    return [
        codec.encode(Kept[Ledger](state=ledger, dues=(due,), clock=articles[-1].arrived))
        for _, ledger in engine.store.states("reconcile", Ledger)
    ]


async def fill(kafka: Installation, count: int) -> int:
    """Put so many states onto the changelog; their bytes."""
    size = 0
    async with AIOKafkaProducer(
        bootstrap_servers=kafka.brokers, compression_type="lz4", linger_ms=20, max_batch_size=1 << 20
    ) as producer:
        for number, value in enumerate(islice(cycle(states()), count)):
            await producer.send(f"{kafka.prefix}reconcile-states", value, key=f"story {number}".encode())
            size += len(value)
        await producer.flush()
    return size


async def start(kafka: Installation) -> tuple[float, float, asyncio.subprocess.Process]:
    """Start a worker on the folder it may have had before.

    Seconds until time has come through every stage, and of processor time that the worker took for it.
    """
    began = time.perf_counter()
    process = await kafka.command("worker", "--data", str(kafka.folder / "tables"))
    kafka.others.append(process)
    async with kafka.ticking():
        await kafka.resumed(within=3600)
    return time.perf_counter() - began, spent(process.pid), process


async def measure(count: int) -> None:
    """Print how long each start took."""
    with Cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        async with Installation(Path(folder), cluster.brokers, "recovery.", PARTITIONS) as kafka:
            size = await fill(kafka, count)
            print(f"{count} stories of {size / count:.0f} bytes, {size / 1e6:.0f} MB", flush=True)
            first = next(iter(generate(1))).arrived
            for what in ("with nothing but the changelogs", "with the tables it had"):
                first = await kafka.go_on(first + Settings().ledger.settle / 1000)
                seconds, processor, process = await start(kafka)
                print(f"{what}: {seconds:.1f} s, {processor:.1f} s of processor time", flush=True)
                await kafka.stop(process)


def main() -> None:
    """Print a line a start."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_recovery")
    parser.add_argument("count", type=int, nargs="?", default=100_000, help="how many stories")
    asyncio.run(measure(parser.parse_args().count))


if __name__ == "__main__":
    main()
