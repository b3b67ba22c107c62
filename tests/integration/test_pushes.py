"""The monitor reads what a source is sent as soon as it comes, and polls it no earlier for that."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from streams.monitor import Monitor
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.metrics import Metrics
from tallywire.ports import Batch, Pushed
from tallywire.records import Article

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


class Noon:
    def now(self) -> datetime:
        return NOW


class Sent:
    """A source that is due tomorrow, and is sent something."""

    name = "https://quay.example/rss"

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.fetched: list[bytes | None] = []
        self.waited: list[bytes | None] = []

    async def pushed(self, position: bytes | None) -> None:
        self.waited.append(position)
        await self.news.wait()

    async def fetch(self, position: bytes | None, now: datetime) -> Batch:
        self.fetched.append(position)
        self.news.clear()
        number = len(self.fetched)
        article = Article(id=f"a{number}", title="Quay fire", body=f"{number} hurt.", arrived=now)
        return Batch(
            articles=(article,), position=b"p%d" % number, next_due=now + timedelta(days=1), outcome="new"
        )


async def test_a_source_that_is_sent_something_is_read_before_it_is_due() -> None:
    store, source = Store(), Sent()
    assert isinstance(source, Pushed)
    monitor = Monitor(
        compose.engine(Settings(), store), [source], [], clock=Noon(), metrics=Metrics((), ()), keep=timedelta(days=30)
    )  # fmt: skip
    running = asyncio.create_task(monitor.run())
    async with asyncio.timeout(10):
        for count in (1, 2, 3):
            while len(source.fetched) < count or store.count("articles") < count:
                await asyncio.sleep(0.01)
            source.news.set() if count < 3 else None
    monitor.stop()
    await running
    assert source.fetched == [None, b"p1", b"p2"]
    assert source.waited[:2] == [b"p1", b"p2"]
