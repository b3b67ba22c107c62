"""Articles a second over Kafka, end to end, beside one machine's and beside a loop that does nothing but pass on.

    python -m bench.bench_kafka 2000

The same articles go through the embedded pipeline; through one worker, then two, on a broker of this machine; and the
records that the stages wrote are read and written once more by a bare loop of aiokafka.  Seconds of processor time a
thousand articles are what compares on a machine with other work; the broker's are told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.articles import generate
from streams.kafka.topics import ALERTS
from streams.operators.assign import Assigners
from streams.store import Store
from tallywire.cli import compose
from tallywire.cli.on_kafka.common import pipeline
from tallywire.config import Settings
from tests.support.installation import Installation
from tools.kafka import Cluster

BATCH = 20  # articles a transaction, as one poll brings them
AT_ONCE = 64  # records that the bare loop passes on before it waits for the brokers
PARTITIONS = 4
TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 3600.0


class Cost(msgspec.Struct):
    """What a way cost."""

    what: str
    articles: int
    wall: float  #: seconds
    processor: float  #: seconds, of the processes that did the work
    broker: float = 0.0  #: seconds of processor time of the broker meanwhile

    def __str__(self) -> str:
        each = self.processor / self.articles * 1000
        return (
            f"{self.what:28} {self.articles / self.wall:7.0f} a second   {each:6.2f} s of processor a thousand"
            f"   {self.articles / self.processor:5.0f} a core-second   broker {self.broker:5.1f} s"
        )


def spent(*pids: int) -> float:
    """Seconds of processor time that processes have had (Linux)."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def embedded(count: int) -> Cost:
    """One process, a state file on disk."""
    articles = list(generate(count))
    with tempfile.TemporaryDirectory() as folder:
        engine = compose.engine(Settings(), Store(str(Path(folder) / "state.sqlite")))
        engine.load()
        engine.take(articles[:BATCH])
        began, before = time.perf_counter(), time.process_time()
        for start in range(BATCH, count, BATCH):
            engine.take(articles[start : start + BATCH])
        cost = Cost("embedded", count - BATCH, time.perf_counter() - began, time.process_time() - before)
        engine.store.close()
    return cost


async def workers(
    number: int, count: int, cluster: Cluster, prefix: str, watch: Callable[[int], None]
) -> Cost:
    """So many workers; the articles are on their topic before these begin.  `watch` is told the first one's id."""
    with tempfile.TemporaryDirectory() as folder:
        async with Installation(Path(folder), cluster.brokers, prefix, PARTITIONS) as kafka:
            until = await kafka.feed(list(generate(count)))
            made = [await kafka.worker() for _ in range(number)]
            await kafka.working(made[-1])
            pids = [process.pid for process in made]
            watch(pids[0])
            began, before, broker = time.perf_counter(), spent(*pids), spent(cluster.nodes[0].pid)
            found = await kafka.outcome(until, within=PATIENCE)
            wall, processor = time.perf_counter() - began, spent(*pids) - before
            assert not found.dead, found.dead
    return Cost(f"{number} workers", count, wall, processor, spent(cluster.nodes[0].pid) - broker)


async def bare(count: int, cluster: Cluster, prefix: str) -> Cost:
    """Every record that the stages wrote, read and written once more, as many at once as a stage works."""
    topics = [stage.source for stage in pipeline(Settings(), Assigners())] + [ALERTS]
    scratch = f"{prefix}again"
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.brokers)
    await admin.start()
    await admin.create_topics([NewTopic(scratch, PARTITIONS, 1)])
    await admin.close()
    began, before, broker = time.perf_counter(), time.process_time(), spent(cluster.nodes[0].pid)
    reading = {"bootstrap_servers": cluster.brokers, "auto_offset_reset": "earliest"}
    writing = {"bootstrap_servers": cluster.brokers, "acks": "all", "compression_type": "lz4"}
    async with (
        AIOKafkaConsumer(**reading, enable_auto_commit=False) as consumer,
        AIOKafkaProducer(**writing, max_request_size=20_000_000) as producer,
    ):
        places = [TopicPartition(prefix + topic, number) for topic in topics for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200, max_records=AT_ONCE)).values():
                sent = [
                    await producer.send(scratch, one.value, one.key, headers=list(one.headers))
                    for one in records
                ]
                await asyncio.gather(*sent)
    wall, processor = time.perf_counter() - began, time.process_time() - before
    return Cost("a bare loop, same records", count, wall, processor, spent(cluster.nodes[0].pid) - broker)


def main() -> None:
    """Print a line a way."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_kafka")
    parser.add_argument("count", type=int, nargs="?", default=2000, help="how many articles")
    parser.add_argument("--only", type=int, help="measure so many workers alone, and say their ids")
    parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.embedded:
        print(msgspec.json.encode(embedded(chosen.count)).decode())
        return
    child = [sys.executable, "-m", "bench.bench_kafka", "--embedded", str(chosen.count)]
    with Cluster() as cluster:
        if chosen.only:
            print(
                asyncio.run(
                    workers(chosen.only, chosen.count, cluster, "only.", lambda pid: print(pid, flush=True))
                )
            )
            return
        done = subprocess.run(child, check=True, capture_output=True).stdout
        print(msgspec.json.decode(done, type=Cost), flush=True)
        for number in (1, 2):
            print(
                asyncio.run(workers(number, chosen.count, cluster, f"{number}.", lambda _: None)), flush=True
            )
        print(asyncio.run(bare(chosen.count, cluster, "1.")), flush=True)


if __name__ == "__main__":
    main()
