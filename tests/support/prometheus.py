"""Debian's Prometheus, its tool and Alertmanager, for tests of the real thing; a loud skip where they are not here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web

from examples import demo

ROOT = Path(__file__).parents[2]
BOARDS = ROOT / "deploy" / "grafana" / "dashboards"
TOOL = ROOT / "tools" / "prometheus.sh"


#: What a story of a minute or two without a fault cannot show.
UNSHOWN = (
    "tallywire_publish_to_alert",  # the story is in the past: articles tell the time
    "tallywire_dead_letter",
    "tallywire:feed_gap",
    'metric="missing"',
)

CLOSED = """
[[destinations]]
name = "closed"
kind = "webhook"
url = "{url}"
"""


@asynccontextmanager
async def watched() -> AsyncIterator[str]:
    """Lines of a configuration that give dashboards and rules something to show.

    A watched story, and a destination that wants no more messages.
    """

    async def gone(_request: web.Request) -> web.Response:
        return web.Response(status=410)

    app = web.Application()
    app.router.add_post("/", gone)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield demo.WATCH + CLOSED.format(url=f"http://{host}:{port}/")
    await runner.cleanup()


@cache
def _folder() -> tuple[str | None, str]:
    """Where the programs are, or why they are nowhere."""
    done = subprocess.run([str(TOOL)], capture_output=True, text=True)
    return (done.stdout.strip() or None), done.stderr.strip()


def program(name: str) -> str:
    """The path of `prometheus`, `promtool`, `prometheus-alertmanager` or `amtool`; skips the test without it."""
    if (found := shutil.which(name)) is not None:
        return found
    folder, reason = _folder()
    if folder is not None and not os.path.exists(os.path.join(folder, name)):  # noqa: PTH110, PTH118
        folder, reason = None, f"{name} cannot run here: it needs a mount namespace of its own"
    if folder is None:
        warnings.warn(f"NOT TESTED against {name}: {reason}", stacklevel=2)
        pytest.skip(reason)
    return os.path.join(folder, name)  # noqa: PTH118 - a command


class Server:
    """A program of Prometheus' family that serves HTTP on loopback; asked by `get`, ended by its own pid."""

    def __init__(self, name: str, port: int, arguments: list[str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen([program(name), *arguments], stdout=out, stderr=out)

    async def ready(self, *, within: float = 30) -> None:
        """Wait until it answers; what it said where it ends instead."""
        async with asyncio.timeout(within), aiohttp.ClientSession() as session:
            while True:
                assert self._process.poll() is None, self._log.read_text()
                try:
                    async with session.get(f"{self.url}/-/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def get(self, path: str, **parameters: str) -> Any:
        """The JSON at a path."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.url}{path}", params=parameters) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def query(self, expr: str) -> list[Any]:
        """What Prometheus answers to an expression now."""
        found = await self.get("/api/v1/query", query=expr)
        return list(found["data"]["result"])

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


def queries() -> dict[str, str]:
    """Every query of the dashboards with its variables filled in, by where it stands."""
    found = {}
    for path in sorted(BOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets") or ():
                expr = target["expr"].replace("$__rate_interval", "1m")
                found[f"{path.stem}: {panel['title']} {target['refId']}"] = re.sub(
                    r"\$(job|instance|story)", ".+", expr
                )
    return found


async def silent(server: Server, but: Iterable[str], *, within: float = 20) -> dict[str, str]:
    """The dashboards' queries that have no answer within some seconds, but for those of which a word is in `but`."""
    asked = {place: expr for place, expr in queries().items() if not any(word in expr for word in but)}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):  # a busy machine misses a scrape
            while asked:
                asked = {place: expr for place, expr in asked.items() if not await server.query(expr)}
    return asked


async def faulty(server: Server) -> list[Any]:
    """The rules that could not be evaluated."""
    groups = (await server.get("/api/v1/rules"))["data"]["groups"]
    return [rule for group in groups for rule in group["rules"] if rule["health"] != "ok"]


async def until(server: Server, expr: str, *, within: float = 30) -> None:
    """Wait until Prometheus has an answer."""
    async with asyncio.timeout(within):
        while not await server.query(expr):
            await asyncio.sleep(0.2)


async def told(alerts: Server, name: str, *, within: float = 30) -> None:
    """Wait until Alertmanager has heard of an alert."""
    async with asyncio.timeout(within):
        while name not in [alert["labels"]["alertname"] for alert in await alerts.get("/api/v2/alerts")]:
            await asyncio.sleep(0.2)


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def alertmanager(folder: Path) -> Iterator[Server]:
    """An Alertmanager with the example's configuration."""
    port = free_port()
    config = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
    arguments = [
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    server = Server("prometheus-alertmanager", port, arguments, folder / "alertmanager.log")
    try:
        yield server
    finally:
        server.close()


@contextmanager
def prometheus(folder: Path, scraped: Sequence[str], alerts: Server) -> Iterator[Server]:
    """A Prometheus with our rules that scrapes `scraped` (each host:port) every second."""
    port = free_port()
    config = folder / "prometheus.yml"
    rules = ROOT / "deploy" / "prometheus" / "rules.yml"
    config.write_text(
        yaml.safe_dump(
            {
                "global": {
                    "scrape_interval": "1s",
                    "scrape_timeout": "1s",
                    "evaluation_interval": "500ms",
                },
                "rule_files": [str(rules)],
                "alerting": {
                    "alertmanagers": [{"static_configs": [{"targets": [alerts.url.removeprefix("http://")]}]}]
                },
                "scrape_configs": [{"job_name": "tallywire", "static_configs": [{"targets": list(scraped)}]}],
            }
        )
    )
    arguments = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ]
    server = Server("prometheus", port, arguments, folder / "prometheus.log")
    try:
        yield server
    finally:
        server.close()
