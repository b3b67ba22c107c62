"""Pictures of what the dashboards show, drawn from a Prometheus: for readers who have no Grafana at hand.

    python -m tools.pictures docs/pictures             # of the sample story, with a Prometheus of its own
    python -m tools.pictures --from http://127.0.0.1:9090 --minutes 60 FOLDER

The queries are the dashboards' own, asked as Grafana asks them; how the answers are drawn is plainer than Grafana.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from examples import demo
from examples.receiver import Receiver
from examples.server import SampleStory
from tools.chart import Line, chart, sheet, table

ROOT = Path(__file__).parents[1]
BOARDS = ROOT / "deploy" / "grafana" / "dashboards"

#: The main panels of each dashboard, by title.
MAIN = {
    "pipeline": (
        "Into each stage",
        "What became of them",
        "Time for an item",
        "From fetch to delivery",
        "Tries to deliver",
        "Outbox",
    ),
    "feeds": ("Feeds", "What came of polls", "Busiest feeds"),
    "stories": ("Killed", "Injured", "Independent claimants", "Figures by story"),
}
FACTORS = {"s": ("s", 1), "percentunit": ("%", 100), "bytes": ("MB", 1e-6)}
MOST = 8  # series of a chart

SECONDS = 90  # that the sample story lasts
PORTS = {"tallywire": 19460, "prometheus": 19090}

DESK = """
[[destinations]]
name = "desk"
kind = "webhook"
url = "{hook}"
"""

Json = dict[str, Any]


class Prometheus:
    """A Prometheus, and the span of time that is asked for."""

    def __init__(self, url: str, session: aiohttp.ClientSession, start: float, end: float) -> None:
        self._url = url
        self._session = session
        self._start, self._end = start, end
        self._rate = f"{max(15, int((end - start) / 60))}s"

    async def series(self, target: Json) -> list[Json]:
        """What a query comes to over the span, or at its end where a table asks."""
        expr = re.sub(r"\$(job|instance|story)", ".+", target["expr"].replace("$__rate_interval", self._rate))
        if target.get("instant"):
            return await self._asked("query", query=expr, time=str(self._end))
        step = str((self._end - self._start) / 240)
        return await self._asked(
            "query_range", query=expr, start=str(self._start), end=str(self._end), step=step
        )

    async def _asked(self, path: str, **parameters: str) -> list[Json]:
        async with self._session.get(f"{self._url}/api/v1/{path}", params=parameters) as answer:
            answer.raise_for_status()
            return list((await answer.json())["data"]["result"])

    def when(self, moment: float) -> str:
        """A moment of the span, as the axis names it."""
        return f"{(moment - self._start) / 60:.1f} min"


async def panel(board: Json, title: str, source: Prometheus) -> str:
    """One panel's data as a picture."""
    found: Json = next(one for one in board["panels"] if one["title"] == title)
    return await (_table if found["type"] == "table" else _chart)(found, source)


async def _chart(found: Json, source: Prometheus) -> str:
    unit, factor = FACTORS.get(found["fieldConfig"]["defaults"]["unit"], ("", 1))
    lines = []
    for target in found["targets"]:
        for one in await source.series(target):
            points = [
                (at, float(value) * factor) for at, value in one["values"] if value not in ("NaN", "+Inf")
            ]
            if points:
                lines.append(Line(_legend(target["legendFormat"], one["metric"]), points))
    lines.sort(key=lambda line: -max(value for _, value in line.points))
    stepped = found["fieldConfig"]["defaults"]["custom"].get("lineInterpolation") == "stepAfter"
    if not lines:
        return table(f"{found['title']}: nothing in this time", ("",), ())
    return chart(found["title"], lines[:MOST], unit=unit, across=source.when, stepped=stepped)


def _legend(form: str, labels: Json) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), form)


async def _table(found: Json, source: Prometheus) -> str:
    _, kept, organized = (step["options"] for step in found["transformations"])
    headings = list(organized["renameByName"].values())
    by = [name for name in kept["include"]["names"] if not name.startswith("Value")]
    rows: dict[str, dict[str, str]] = {}
    for heading, target in zip(headings, found["targets"], strict=True):
        for one in await source.series(target):
            name = ", ".join(one["metric"].get(label, "") for label in by)
            rows.setdefault(name, {})[heading] = f"{float(one['value'][1]):,.0f}".replace("-0", "0")
    cells = [
        (name, *(values.get(heading, "") for heading in headings)) for name, values in sorted(rows.items())
    ]
    return table(found["title"], (", ".join(by), *headings), cells)


async def draw(url: str, start: float, end: float, folder: Path) -> None:
    """Draw the dashboards' main panels into `folder`, one picture a dashboard."""
    async with aiohttp.ClientSession() as session:
        source = Prometheus(url, session, start, end)
        for name, titles in MAIN.items():
            board = json.loads((BOARDS / f"{name}.json").read_text(encoding="utf-8"))
            pictures = [await panel(board, title, source) for title in titles]
            (folder / f"{name}.svg").write_text(sheet(board["title"], pictures), encoding="utf-8")


async def watch(programs: Path, folder: Path, out: Path) -> None:
    """Tell the sample story to a monitor that a Prometheus scrapes, its destination away for a while; then draw."""
    scraped = f"127.0.0.1:{PORTS['tallywire']}"
    config = folder / "prometheus.yml"
    jobs = [{"job_name": "tallywire", "static_configs": [{"targets": [scraped]}]}]
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    rules = [str(ROOT / "deploy" / "prometheus" / "rules.yml")]
    config.write_text(yaml.safe_dump({"global": every, "rule_files": rules, "scrape_configs": jobs}))
    command = [str(programs / "prometheus"), f"--config.file={config}"]
    command += [f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{PORTS['prometheus']}"]
    server = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    async with (
        SampleStory(pace="clock", seconds=SECONDS) as story,
        Receiver(folder / "got.jsonl") as receiver,
    ):
        settings = folder / "tallywire.toml"
        text = (
            demo.CONFIGURATION.format(interval=1, state=demo.STATE)
            + demo.WATCH
            + DESK.format(hook=receiver.url)
        )
        settings.write_text(text + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in story.feeds))
        start = time.time()
        arguments = ("run", "--config", str(settings), "--listen", scraped)
        monitor = await asyncio.create_subprocess_exec(sys.executable, "-m", "tallywire", *arguments)
        try:
            await asyncio.sleep(SECONDS / 3)
            receiver.fail(2)
            await story.finished()
            await asyncio.sleep(SECONDS / 6)
            await draw(f"http://127.0.0.1:{PORTS['prometheus']}", start, time.time(), out)
        finally:
            monitor.terminate()
            server.terminate()
            await asyncio.gather(monitor.wait(), server.wait())


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw what a Prometheus knows, or what one learns of the sample story."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.pictures", description="Pictures of the dashboards."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--from", dest="url", help="a Prometheus; one of its own with the sample story otherwise"
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="how far back it is asked")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.url:
        now = time.time()
        asyncio.run(draw(chosen.url.rstrip("/"), now - 60 * chosen.minutes, now, chosen.folder))
        return
    found = subprocess.run([ROOT / "tools" / "prometheus.sh"], check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(watch(Path(found.stdout.strip()), Path(folder), chosen.folder))


if __name__ == "__main__":
    main()
