"""A long run of the embedded monitor: does anything grow that should not?

    python -m bench.soak 1000000 > soak.jsonl
    python -m bench.soak --draw soak.jsonl docs/pictures/soak.svg

Made-up articles come 20 seconds apart on a clock of their own, 4,320 a day, and a day is kept: a million of them are
231 days.  They take the way of all articles: source, monitor, state file, alerts delivered, metrics scraped.  Every
2,000 articles one line of JSON says what the process holds; the last line says what that comes to.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from bench.articles import START, generate
from streams import monitor
from streams.monitor import Monitor
from streams.panels import stored
from streams.store import Store
from tallywire import logs
from tallywire.cli import compose
from tallywire.config import Destination, Retention, Settings
from tallywire.config import Monitor as MonitorSettings
from tallywire.metrics import Metrics
from tallywire.ports import Batch, Outcome, Verdict
from tallywire.records import Alert, Article
from tools.chart import Line, chart

KEEP = timedelta(days=1)
BATCH = 50  # articles of a fetch
WAITING = 200  # alerts; with more on their way nothing is fetched, for no feed is as fast as this one
SENTENCES = (6, 11)  # of an article: what counts here is how many there are
FIGURES = 0.15  # of the articles have some
EVERY = 2_000  # articles between two looks
WARM = 200_000  # articles, or half of a shorter run: tables of words fill, the vocabulary doubles to its full size
KEEPING_HOUSE = 4.0  # seconds: a day of articles passes in about twenty, and pruning must keep pace with it
ENDS = ("", "-wal", "-shm", ".index")  # of the names of the state file and what stands beside it

Look = dict[str, float]


class Taker:
    """A destination that takes every alert."""

    name = "desk"

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self.taken = 0

    def waiting(self) -> float:
        """How many alerts are on their way to it."""
        made = (sample.value for family in self._metrics.alerts.collect() for sample in family.samples)
        return sum(made) - self.taken

    async def send(self, alert: Alert, now: datetime, thread: str | None = None) -> Outcome:  # noqa: ARG002 - a Sink
        """Take it."""
        self.taken += 1
        return Outcome(verdict=Verdict.DELIVERED, says="taken")

    async def close(self) -> None:
        """Nothing is open."""


class Generated:
    """A source that always has more, and the clock that its articles come by."""

    name = "https://generated.example/feed"

    def __init__(self, count: int, waiting: Callable[[], float]) -> None:
        """`waiting` tells how many alerts are on their way."""
        self._articles: Iterator[Article] = generate(count, sentences=SENTENCES, with_figures=FIGURES)
        self._waiting = waiting
        self._now = START
        self.given = 0
        self.done = asyncio.Event()

    def now(self) -> datetime:
        """When the last article came."""
        return self._now

    async def fetch(self, position: bytes | None, now: datetime) -> Batch:  # noqa: ARG002 - a Source
        """The next articles; after the last, nothing for ever."""
        while self._waiting() > WAITING:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        articles = tuple(islice(self._articles, BATCH))
        if articles:
            self._now = articles[-1].arrived
            self.given += len(articles)
        else:
            self.done.set()
        due = self._now if articles else self._now + timedelta(days=3650)
        return Batch(articles=articles, position=str(self.given).encode(), next_due=due, outcome="new")


def resident(process: int | str = "self") -> float:
    """A process's resident memory in MB (Linux)."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(process: int | str = "self") -> int:
    """How many files a process has open (Linux)."""
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())


async def soak(count: int, folder: Path) -> list[Look]:
    """Run `count` articles through a monitor in `folder`; what it held on the way."""
    state = folder / "state.sqlite"
    settings = Settings(
        monitor=MonitorSettings(state=state),
        retention=Retention(keep=KEEP, window=KEEP),
        destinations=(Destination(name=Taker.name, kind="terminal"),),
    )
    monitor.HOUSEKEEPING = KEEPING_HOUSE
    store, metrics = Store(str(state)), compose.metrics(settings)
    taker = Taker(metrics)
    source = Generated(count, taker.waiting)
    observer = compose.observer(metrics, compose.panels(settings, stored(store), metrics))
    running = Monitor(
        compose.engine(settings, store, wall=source.now, observer=observer),
        [source],
        [taker],
        clock=source,
        metrics=metrics,
        keep=KEEP,
    )
    work = asyncio.create_task(running.run())
    looks: list[Look] = []
    began, ended = time.monotonic(), asyncio.create_task(source.done.wait())
    while not ended.done():
        await asyncio.wait((work, ended), timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()  # it failed: say why
        if source.given >= EVERY * (len(looks) + 1):
            seconds = round(time.monotonic() - began)
            looks.append(look(source.given, taker.taken, seconds, folder, len(metrics.expose("")[0])))
            print(json.dumps(looks[-1]), flush=True)
    running.stop()
    await work
    store.close()
    return looks


def look(articles: int, alerts: int, seconds: int, folder: Path, scraped: int) -> Look:
    """What the process holds by now."""
    files = [folder / f"state.sqlite{end}" for end in ENDS]
    return {
        "articles": articles,
        "alerts": alerts,
        "seconds": seconds,
        "resident_mb": round(resident(), 1),
        "open_files": open_files(),
        "files_mb": round(sum(file.stat().st_size for file in files if file.exists()) / 1e6, 1),
        "metrics_kb": round(scraped / 1e3),
    }


def slope(looks: Sequence[Look], what: str) -> float:
    """By least squares, how much of `what` comes to hundred thousand articles."""
    xs, ys = [look["articles"] / 1e5 for look in looks], [look[what] for look in looks]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def summary(looks: Sequence[Look]) -> dict[str, Any]:
    """What a run comes to once it is warm."""
    warm = [look for look in looks if look["articles"] >= min(WARM, looks[-1]["articles"] / 2)]
    return {
        "articles": looks[-1]["articles"],
        "per_second": round(looks[-1]["articles"] / looks[-1]["seconds"]),
        "warm_after": warm[0]["articles"],
        "resident_mb": [min(look["resident_mb"] for look in warm), max(look["resident_mb"] for look in warm)],
        "mb_per_100000": round(slope(warm, "resident_mb"), 2),
        "open_files": sorted({look["open_files"] for look in warm}),
        "files_mb": [min(look["files_mb"] for look in warm), max(look["files_mb"] for look in warm)],
        "files_mb_per_100000": round(slope(warm, "files_mb"), 2),
    }


def draw(looks: Sequence[Look], through: str, files: str) -> str:
    """The curves as SVG; `through` says what the articles went through, `files` what its files are."""
    xs = [look["articles"] for look in looks]
    lines = [
        Line(name, list(zip(xs, [look[what] for look in looks], strict=True)))
        for name, what in (
            ("resident memory", "resident_mb"),
            (files, "files_mb"),
        )
    ]
    days = looks[-1]["articles"] * 20 / 86400
    title = f"{looks[-1]['articles']:,.0f} articles through {through}: {days:.0f} days, one day kept"
    return chart(title, lines, unit="MB", across=lambda value: f"{value / 1000:,.0f} thousand articles")


def redraw(arguments: Sequence[str], through: str, files: str) -> bool:
    """Draw what a run has printed, where `--draw FROM TO` is asked for."""
    if arguments[:1] != ["--draw"]:
        return False
    lines = Path(arguments[1]).read_text(encoding="utf-8").splitlines()
    looks = [look for line in lines if "seconds" in (look := json.loads(line))]
    Path(arguments[2]).write_text(draw(looks, through, files), encoding="utf-8")
    print(json.dumps(summary(looks)))
    return True


def main() -> None:
    """Run, or draw what a run has printed."""
    if redraw(sys.argv[1:], "the embedded monitor", "state file with its log and index"):
        return
    logs.configure("warning", "text")
    with tempfile.TemporaryDirectory() as folder:
        looks = asyncio.run(soak(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(folder)))
    print(json.dumps(summary(looks)))


if __name__ == "__main__":
    main()
