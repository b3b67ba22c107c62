"""How long a worker takes to begin on an empty disk, where the changelogs hold many stories.

    python -m bench.recovery 100000

So many stories with their ledgers and what was told of them, as many addresses, and placed articles are put on
the topics as a run over made-up articles leaves them; then a worker starts.  Measured: until it says that it works,
until it has all partitions, and until it has told of an article that came meanwhile; and the seconds of processor time
that it has had by then, on a machine with other work.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import aiohttp
import msgspec
from aiokafka import AIOKafkaProducer

from bench.articles import generate
from bench.bench_kafka import spent
from streams import codec
from streams.kafka import wire
from streams.kafka.partition import EPOCH, Kept
from streams.kafka.placing import Placing, Waiting
from streams.kafka.topics import PLACEMENTS, changelog
from streams.kafka.wire import Stamp
from streams.operators.alert import Told
from streams.operators.assign import Assigners
from streams.operators.read import step as read
from streams.operators.revise import Seen
from streams.store import Store
from tallywire.cli import compose
from tallywire.cli.on_kafka.common import pipeline
from tallywire.config import Settings
from tallywire.identity import digest
from tallywire.ledger import Ledger
from tests.support.installation import Installation
from tools.kafka import Cluster

PARTITIONS = 4
MADE = 600  # articles whose states are repeated under other names
RESTING = 2 / 3  # of stories: what closed within the month that is kept


def states(count: int) -> Iterator[tuple[str, str, bytes]]:
    """Changelog, key and value of so many keys of every table."""
    engine = compose.engine(Settings(), Store())
    engine.take(generate(MADE))
    kinds = {"revise": Seen, "reconcile": Ledger, "alert": Told}
    for stage in pipeline(Settings(), Assigners()):
        if stage.state is None:
            continue
        found = [state for _, state in engine.store.states(stage.name, kinds[stage.name])]
        for number in range(count):
            rests = stage.name != "revise" and number < count * RESTING
            kept = Kept(
                state=found[number % len(found)],
                seen=os.urandom(48),
                clock=engine.clock,
                cause="a",
                rests=rests,
            )
            value = codec.encode(kept)
            yield changelog(stage), digest(number), zlib.compress(value) if rests else value


def placements(count: int) -> Iterator[tuple[str, str, bytes]]:
    """The log of so many articles' places."""
    stage = next(stage for stage in pipeline(Settings(), Assigners()) if stage.name == "assign")
    placing = Placing(stage, Assigners(), lambda one: one.story, largest=16_000_000, patience=0)
    for article in generate(count):
        (reading,) = read(article, None, article.arrived).outputs
        stamp = Stamp(kind="Reading", clock=article.arrived, cause=article.id)
        for one in placing.decide([Waiting(reading, stamp, None)])[0]:
            yield PLACEMENTS, one.key, one.value


async def fill(brokers: str, prefix: str, records: Iterable[tuple[str, str, bytes]]) -> int:
    """Put records onto their topics; how many bytes they have."""
    size = 0
    async with AIOKafkaProducer(
        bootstrap_servers=brokers, compression_type="lz4", linger_ms=20, max_batch_size=500_000
    ) as producer:
        for topic, key, value in records:
            stamp = Stamp(kind="StoryReading", clock=EPOCH) if topic == PLACEMENTS else None
            await producer.send(
                prefix + topic, value, key.encode(), headers=wire.headers(stamp) if stamp else []
            )
            size += len(value)
    return size


async def measure(count: int, placed: int) -> dict[str, float]:
    """Seconds until a worker works, has everything, and has told of an article."""
    with Cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        async with Installation(Path(folder), cluster.brokers, "", PARTITIONS) as kafka:
            size = await fill(cluster.brokers, "", states(count))
            size += await fill(cluster.brokers, "", placements(placed))
            await kafka.feed(list(generate(20, seed=99, with_figures=1.0)))
            began = time.perf_counter()
            worker = await kafka.worker()
            await kafka.working(worker, within=600)
            works = time.perf_counter() - began
            address = kafka.log("worker").rsplit("health and metrics at ", 1)[1].split()[0]
            async with aiohttp.ClientSession(address) as http:
                while (await http.get("/readyz")).status != 200:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.1)
            ready = time.perf_counter() - began
            async with kafka.ticking():
                await kafka.resumed(within=600)
            return {
                "states": count,
                "placements": placed,
                "changelogs_mb": round(size / 1e6),
                "works_s": round(works, 1),
                "ready_s": round(ready, 1),
                "told_s": round(time.perf_counter() - began, 1),
                "processor_s": round(spent(worker.pid), 1),
            }


def main() -> None:
    """Print one JSON line: without placed articles, then with a fifth as many as states."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for placed in (0, count // 5):
        print(msgspec.json.encode(asyncio.run(measure(count, placed))).decode(), flush=True)


if __name__ == "__main__":
    main()
