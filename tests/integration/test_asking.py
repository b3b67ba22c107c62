"""Before a source is asked it is kept that it is, so that neither a crash nor a stop asks its publisher twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from streams.following import ASKED
from streams.monitor import Monitor
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.metrics import Metrics
from tallywire.ports import Asking, Batch

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
SOON = timedelta(minutes=10)


class Noon:
    def now(self) -> datetime:
        return NOW


class Slow:
    """A feed that answers when it is let."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[bytes | None] = []
        self.answers = asyncio.Event()

    def asking(self, position: bytes | None, now: datetime) -> Asking:
        return Asking(position=b"asked after " + (position or b"nothing"), next_due=now + SOON)

    async def fetch(self, position: bytes | None, now: datetime) -> Batch:
        self.asked.append(position)
        await self.answers.wait()
        return Batch(articles=(), position=b"p", next_due=now + 6 * SOON, outcome="unchanged")


def monitor(store: Store, *feeds: Slow) -> Monitor:
    return Monitor(
        compose.engine(Settings(), store), feeds, [], clock=Noon(), metrics=Metrics((), ()), keep=timedelta(days=30)
    )  # fmt: skip


async def asked(*feeds: Slow) -> None:
    async with asyncio.timeout(30):
        while not all(feed.asked for feed in feeds):
            await asyncio.sleep(0.01)


async def test_what_is_asked_is_kept_before_and_its_answer_after() -> None:
    store, feeds = Store(), [Slow(f"https://quay{n}.example/rss") for n in range(20)]
    running = asyncio.create_task((working := monitor(store, *feeds)).run())
    await asked(*feeds)
    rows = store.sources()
    assert {feed.name: (b"asked after nothing", NOW + SOON, ASKED) for feed in feeds} == {
        name: (row.position, row.next_due, row.outcome) for name, row in rows.items()
    }
    for feed in feeds:
        feed.answers.set()
    working.stop()  # what is under way comes to its end
    await running
    assert {(row.position, row.outcome) for row in store.sources().values()} == {(b"p", "unchanged")}
    assert all(feed.asked == [None] for feed in feeds)


async def test_one_that_a_crash_left_without_an_answer_is_asked_when_what_was_kept_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.monitor.GRACE", 0.1)
    store, feed = Store(), Slow("https://quay.example/rss")
    running = asyncio.create_task(monitor(store, feed).run())
    await asked(feed)
    running.cancel()  # the answer never comes: after a grace it is given up
    await asyncio.gather(running, return_exceptions=True)
    again = monitor(store, feed)
    waiting = asyncio.create_task(again.run())
    await asyncio.sleep(0.2)
    again.stop()
    await waiting
    assert len(feed.asked) == 1
