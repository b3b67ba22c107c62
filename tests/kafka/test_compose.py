"""What docker-compose.yml starts, started here: its commands, its variables and its paths, and each answers healthy."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
import yaml

from examples.receiver import Receiver
from streams.archive import Database
from tests.support.archived import rows
from tests.support.feeds import Feeds
from tests.support.installation import PATIENCE
from tests.support.news import article

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
SERVICES = {
    name: service
    for name, service in yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].items()
    if service["image"].startswith("tallywire:")
}
IMAGE = dict(re.findall(r"(TALLYWIRE_\w+)=(\S+)", DOCKERFILE))
(PROBE,) = re.findall(r'HEALTHCHECK.*\\\s+CMD \["python", "-c", "(.*)"\]', DOCKERFILE)

CONFIGURATION = """
[polling]
min_interval = "200ms"
max_interval = "200ms"
host_gap = 0
allow_networks = ["127.0.0.0/8"]
[[feeds]]
url = "{feed}"
[[destinations]]
name = "hook"
kind = "webhook"
url_file = "secrets/hook"
"""


class Here:
    """Where this machine has what the containers know by other names."""

    def __init__(self, folder: Path, places: Mapping[str, str]) -> None:
        self._folder = folder
        self._places = dict(places)
        self.seen: set[str] = set()

    def __call__(self, text: str, service: str) -> str:
        """A value of the compose file, or of the image, as it is here."""
        own = self._folder / service
        own.mkdir(exist_ok=True)
        for there, here in (self._places | {"/var/lib/tallywire": str(own)}).items():
            if there in text:
                self.seen.add(there)
                text = text.replace(there, here)
        return text

    async def start(self, name: str) -> asyncio.subprocess.Process:
        """The process of a service, with what the image and the compose file set."""
        service = SERVICES[name]
        given = {key: self(str(value), name) for key, value in (IMAGE | service["environment"]).items()}
        command = [self(word, name) for word in service["command"]]
        with self._log(name).open("wb") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tallywire", *command,
                cwd=ROOT, env=os.environ | given, stdout=log, stderr=log,
            )  # fmt: skip

    async def address(self, name: str, process: asyncio.subprocess.Process) -> str:
        """Where a service that was started serves its health."""
        async with asyncio.timeout(PATIENCE):
            while "health and metrics at " not in (said := self._log(name).read_text()):
                assert process.returncode is None, said
                await asyncio.sleep(0.2)
        return said.rsplit("health and metrics at ", 1)[1].split()[0]

    def logs(self) -> str:
        """What all of them had to say last."""
        return "\n".join(self._log(name).read_text()[-1500:] for name in SERVICES if self._log(name).exists())

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


@pytest.fixture
def here(brokers, prefix, tmp_path, postgresql, monkeypatch) -> Here:
    url, password = postgresql
    (tmp_path / "word").write_text(password + "\n")
    (tmp_path / "secrets").mkdir()  # what is mounted beside the configuration
    monkeypatch.setenv("TALLYWIRE_KAFKA__PREFIX", prefix)  # the one thing that compose leaves as it is
    return Here(
        tmp_path,
        {
            "kafka:9092": brokers,
            "0.0.0.0:9460": "127.0.0.1:0",
            "/etc/tallywire/tallywire.toml": str(tmp_path / "tallywire.toml"),
            "postgresql://tallywire@postgres/tallywire": url,
            "/run/secrets/postgres_password": str(tmp_path / "word"),
        },
    )


async def test_every_service_starts_and_is_healthy_and_news_goes_through(here, tmp_path, postgresql):
    async with Feeds() as feeds, Receiver(tmp_path / "received.jsonl") as receiver:
        (tmp_path / "tallywire.toml").write_text(CONFIGURATION.format(feed=feeds.url("gull")))
        (tmp_path / "secrets" / "hook").write_text(receiver.url)
        made = await here.start("topics")
        assert await made.wait() == 0, here.logs()
        started: dict[str, asyncio.subprocess.Process] = {}
        try:
            for name in (service for service in SERVICES if service != "topics"):
                started[name] = await here.start(name)
                await healthy(await here.address(name, started[name]))
            assert here.seen == {*here._places, "/var/lib/tallywire"}
            feeds.publish("gull", article("wreck", "Ferry sinks", "Nine people were killed, police said."))
            async with asyncio.timeout(PATIENCE):
                while not receiver.ids or archived(*postgresql) < 1:
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(here.logs()) from None
        finally:
            for process in started.values():
                if process.returncode is None:
                    process.terminate()
            await asyncio.gather(*(process.wait() for process in started.values()))
        ends = {name: process.returncode for name, process in started.items()}
        assert ends == dict.fromkeys(started, 0), here.logs()


async def healthy(address: str) -> None:
    """Until a service is ready; then it is alive, too, as the image's own probe sees it, and has metrics."""
    async with aiohttp.ClientSession(address) as http, asyncio.timeout(PATIENCE):
        while (await http.get("/readyz")).status != 200:
            await asyncio.sleep(0.2)
        assert (await http.get("/healthz")).status == 200
        assert "tallywire_" in await (await http.get("/metrics")).text()
    probe = PROBE.replace("http://127.0.0.1:9460", address)
    assert probe != PROBE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", probe)
    assert await process.wait() == 0


def archived(url: str, password: str) -> int:
    """How many alerts the archive has."""
    try:
        with Database(url, password).reading() as connection:
            return len(rows(connection)["alerts"])
    except sa.exc.SQLAlchemyError:  # no tables yet
        return 0
