"""A long run of a worker on Kafka: does anything grow in it that should not?

    python -m bench.soak_kafka 1000000 > soak.jsonl
    python -m bench.soak_kafka --draw soak.jsonl docs/pictures/soak-kafka.svg
    python -m bench.soak_kafka 60000 6000 > rebalances.jsonl

The articles of `bench.soak`, a day of them kept, put onto a broker's topic as fast as one worker with all stages takes
them in.  Every 2,000 articles one line of JSON says what the worker holds; the last line says what that comes to.  With
a second number the worker is halted every so many articles until it is taken for dead, and takes its partitions anew.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import aiohttp
import msgspec

from bench.articles import generate
from bench.soak import EVERY, FIGURES, SENTENCES, Look, open_files, redraw, resident, summary
from tallywire.records import Article
from tests.support.installation import Installation
from tools.kafka import Cluster

EARLIER = timedelta(days=4000)  # ago: what has yet to come is not forgotten
AHEAD = 4_000  # articles that may wait on the topics
DAY = {
    "TALLYWIRE_RETENTION__KEEP": "1d",
    "TALLYWIRE_RETENTION__WINDOW": "1d",
    "TALLYWIRE_RETENTION__CLOSE": "12h",
}
PARTITIONS = 2
DEAD = 9.0  # seconds after which who is silent is taken for dead


def articles(count: int) -> Iterator[Article]:
    """Articles of days that are over."""
    for one in generate(count, sentences=SENTENCES, with_figures=FIGURES):
        yield msgspec.structs.replace(one, arrived=one.arrived - EARLIER, published=None)


class Watch:
    """Looks at the only worker of an installation."""

    def __init__(self, kafka: Installation, http: aiohttp.ClientSession) -> None:
        self._pid = kafka.workers[0].pid
        self._folder = kafka.folder / "worker-0"
        self._http = http
        self._began = time.monotonic()

    async def look(self) -> Look:
        """What it has done by now, and holds."""
        text = await (await self._http.get("/metrics")).text()
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        return {
            "articles": counted(text, "tallywire_stage_in_total", "assign"),
            "alerts": counted(text, "tallywire_stage_out_total", "alert"),
            "seconds": round(time.monotonic() - self._began),
            "resident_mb": round(resident(self._pid), 1),
            "open_files": open_files(self._pid),
            "files_mb": round(sum(path.stat().st_size for path in files if path.exists()) / 1e6, 1),
        }


def counted(exposed: str, metric: str, stage: str) -> float:
    """A stage's counter, as it is exposed."""
    found = re.search(rf'^{metric}{{stage="{stage}"}} (\S+)', exposed, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


async def soak(count: int, folder: Path, halts: int) -> list[Look]:
    """Run `count` articles through a worker, halted every `halts` of them; what it held on the way."""
    looks: list[Look] = []
    news = articles(count)
    with Cluster() as cluster:
        async with Installation(folder, cluster.brokers, "", PARTITIONS) as kafka:
            worker = await kafka.worker()
            await kafka.working(worker)
            address = kafka.log("worker").rsplit("health and metrics at ", 1)[1].split()[0]
            async with aiohttp.ClientSession(address) as http:
                watch, poured = Watch(kafka, http), 0
                while (now := await watch.look())["articles"] < count:
                    assert worker.returncode is None, kafka.log("worker")
                    if now["articles"] >= EVERY * (len(looks) + 1):
                        looks.append(now)
                        print(json.dumps(now), flush=True)
                        if EVERY * len(looks) % halts == 0:
                            worker.send_signal(signal.SIGSTOP)
                            await asyncio.sleep(DEAD)
                            worker.send_signal(signal.SIGCONT)
                    if poured - now["articles"] < AHEAD and (portion := list(islice(news, EVERY))):
                        await kafka.pour(portion)
                        poured += len(portion)
                    else:
                        await asyncio.sleep(1)
    return looks


def main() -> None:
    """Run, or draw what a run has printed."""
    if redraw(sys.argv[1:], "one worker on Kafka", "its tables"):
        return
    os.environ.update(DAY)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    halts = int(sys.argv[2]) if len(sys.argv) > 2 else count + EVERY
    with tempfile.TemporaryDirectory() as folder:
        looks = asyncio.run(soak(count, Path(folder), halts))
    print(json.dumps(summary(looks)))


if __name__ == "__main__":
    main()
