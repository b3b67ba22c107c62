"""Debian's Prometheus, its tool and Alertmanager, for tests of the real thing; a loud skip where they are not here."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

TOOL = Path(__file__).parents[2] / "tools" / "prometheus.sh"


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


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def alertmanager(folder: Path) -> Iterator[Server]:
    """An Alertmanager with the example's configuration."""
    port = free_port()
    config = Path(__file__).parents[2] / "deploy" / "alertmanager" / "alertmanager.yml"
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
def prometheus(folder: Path, scraped: str, alerts: Server) -> Iterator[Server]:
    """A Prometheus with our rules that scrapes `scraped` (host:port) five times a second."""
    port = free_port()
    config = folder / "prometheus.yml"
    rules = Path(__file__).parents[2] / "deploy" / "prometheus" / "rules.yml"
    config.write_text(
        yaml.safe_dump(
            {
                "global": {
                    "scrape_interval": "200ms",
                    "scrape_timeout": "200ms",
                    "evaluation_interval": "500ms",
                },
                "rule_files": [str(rules)],
                "alerting": {
                    "alertmanagers": [{"static_configs": [{"targets": [alerts.url.removeprefix("http://")]}]}]
                },
                "scrape_configs": [{"job_name": "tallywire", "static_configs": [{"targets": [scraped]}]}],
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
