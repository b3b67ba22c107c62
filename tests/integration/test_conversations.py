"""A story's alerts go into one conversation of a destination that has such, across restarts and merged stories."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streams.monitor import Monitor
from streams.operators.circuit import TRIP
from streams.operators.deliver import Delivery, State
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.metrics import Metrics
from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert, Severity, UpdateKind

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


class Noon:
    def now(self) -> datetime:
        return NOW


class Channel:
    """A sink that names the conversation a message began."""

    name = "desk"

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    async def send(self, alert: Alert, now: datetime, thread: str | None = None) -> Outcome:
        self.told.append((alert.id, thread))
        return Outcome(verdict=Verdict.DELIVERED, says="ok", thread=thread or f"begun by {alert.id}")

    async def close(self) -> None:
        pass


def queue(store: Store, *alerts: tuple[str, str]) -> None:
    """Alerts (id, story) on their way to the desk."""
    with store.transaction():
        for name, story in alerts:
            store.add_alert(
                Alert(
                    id=name, kind=UpdateKind.CHANGED, severity=Severity.NOTICE, story=story, at=NOW, title=name,
                    text="", update=name,
                )
            )  # fmt: skip
            store.put_delivery(Delivery(alert=name, destination="desk", story=story, next_due=NOW), NOW)


async def deliver(store: Store) -> list[tuple[str, str | None]]:
    """Run a monitor until nothing waits; what the channel was told, each with its conversation."""
    channel = Channel()
    monitor = Monitor(
        compose.engine(Settings(), store), [], [channel], clock=Noon(), metrics=Metrics((), ("desk",)),
        keep=timedelta(days=30),
    )  # fmt: skip
    running = asyncio.create_task(monitor.run())
    async with asyncio.timeout(60):
        while store.outbox_size():
            await asyncio.sleep(0.01)
    monitor.stop()
    await running
    return channel.told


async def test_a_story_is_told_in_one_conversation_across_restarts(tmp_path: Path) -> None:
    path = str(tmp_path / "state.sqlite")
    store = Store(path)
    queue(store, ("a1", "ferry"), ("b1", "fire"), ("a2", "ferry"))
    first = await deliver(store)
    store.close()
    assert sorted(first) == [("a1", None), ("a2", "begun by a1"), ("b1", None)]
    store = Store(path)
    queue(store, ("a3", "ferry"), ("b2", "fire"))
    assert sorted(await deliver(store)) == [("a3", "begun by a1"), ("b2", "begun by b1")]
    store.close()


def test_a_story_that_goes_into_another_brings_its_conversation_along_where_that_has_none() -> None:
    store = Store()
    with store.transaction():
        for story, thread in (("ferry", "t1"), ("fire", "t2"), ("boat", "t3")):
            done = Delivery(
                alert=story,
                destination="desk",
                story=story,
                next_due=NOW,
                state=State.DELIVERED,
                thread=thread,
            )
            store.put_delivery(done, NOW)
        store.merge("fire", into="blaze")
        store.merge("boat", into="ferry")
    assert [store.thread("desk", story) for story in ("ferry", "blaze", "fire")] == ["t1", "t2", None]
    assert store.thread("elsewhere", "ferry") is None


def test_a_conversation_is_forgotten_with_its_story() -> None:
    store = Store()
    with store.transaction():
        done = Delivery(
            alert="a", destination="desk", story="ferry", next_due=NOW, state=State.DELIVERED, thread="t"
        )
        store.put_delivery(done, NOW)
    for days, thread in ((29, "t"), (31, None)):
        now = NOW + timedelta(days=days)
        with store.transaction():
            store.prune(now, timedelta(days=30), wall=now)
        assert store.thread("desk", "ferry") == thread


class Down(Channel):
    """A destination that answers nothing of use."""

    async def send(self, alert: Alert, now: datetime, thread: str | None = None) -> Outcome:
        self.told.append((alert.id, thread))
        return Outcome(verdict=Verdict.RETRY, says="answered 503 Service Unavailable")


async def test_a_destination_that_is_down_does_not_hear_from_every_story_that_waits() -> None:
    store, down = Store(), Down()
    queue(store, *((f"a{number}", f"story {number}") for number in range(50)))
    monitor = Monitor(
        compose.engine(Settings(), store), [], [down], clock=Noon(), metrics=Metrics((), ("desk",)),
        keep=timedelta(days=30),
    )  # fmt: skip
    running = asyncio.create_task(monitor.run())
    async with asyncio.timeout(60):
        while len(down.told) < TRIP:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # time enough for the others, were they sent
    monitor.stop()
    await running
    assert len(down.told) == TRIP
    assert store.outbox_size() == 50
