"""`tallywire mute --kafka`: every worker obeys within a tick, and what a mute held is told as one machine tells it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

from streams import codec
from streams.store import Store, mutes
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article, Mute
from tests.support.installation import Installation

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
HEARD = 2.0  # seconds in which a worker has heard of a mute


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def toll(number: int, hours: float) -> Article:
    return Article(
        id=f"a{number}",
        title=f"Ferry toll at Ostermarsh rises to {number}",
        body=f"The coast guard said that {number} people were killed when a ferry sank off Ostermarsh.",
        outlet="The Lamp",
        url=f"https://lamp.example/{number}",
        published=at(hours),
        arrived=at(hours),
    )


TOLLS = [toll(12, 0), toll(20, 2), toll(31, 5), toll(40, 6)]


async def said(kafka: Installation, *arguments: str) -> str:
    """What a command has to say."""
    log = kafka.folder / f"{arguments[0]}.log"
    before = len(log.read_text()) if log.exists() else 0
    process = await kafka.command(*arguments, "--kafka")
    assert await process.wait() == 0, log.read_text()
    return log.read_text()[before:]


def alone(path: str, scope: str) -> list[dict[str, bytes]]:
    """The alerts of one machine before the mute ends, and after."""
    store = Store(path)
    engine = compose.engine(Settings(), store)
    engine.take(TOLLS[:1])
    mutes.put(path, Mute(scope=scope, since=at(0), until=at(24)))
    engine.take(TOLLS[1:])
    held = {one.id: codec.encode(one) for one in store.alerts()}
    mutes.lift(path, scope, at(6))
    engine.fire(at(6))
    told = {one.id: codec.encode(one) for one in store.alerts()}
    store.close()
    return [held, told]


async def test_a_mute_holds_through_a_restart_and_its_early_end_tells_what_it_held(brokers, prefix, tmp_path):
    async with Installation(tmp_path, brokers, prefix, 2) as kafka:
        first = await kafka.worker()
        (alert,) = (await kafka.outcome(await kafka.tell(TOLLS[0]))).alerts.values()
        held, told = alone(str(tmp_path / "state.sqlite"), alert.story)
        assert "muted until 2031-05-02 12:00Z" in await said(kafka, "mute", alert.story, "--for", "24h")
        await asyncio.sleep(HEARD)
        for article in TOLLS[1:3]:
            found = await kafka.outcome(await kafka.tell(article))
            assert encoded(found.alerts) == held
        assert await kafka.stop(first) == 0
        await kafka.worker()
        found = await kafka.outcome(await kafka.tell(TOLLS[3]))
        assert encoded(found.alerts) == held
        (line,) = (await said(kafka, "mutes", "--json")).splitlines()
        assert json.loads(line)["scope"] == alert.story
        assert "unmuted" in await said(kafka, "unmute", alert.story)
        found = await kafka.outcome(await kafka.go_on(at(6) + timedelta(minutes=1)))
        assert encoded(found.alerts) == told
        assert len(told) == len(held) + 1
        assert "no mutes" in await said(kafka, "mutes")


def encoded(alerts) -> dict[str, bytes]:
    return {key: codec.encode(one) for key, one in alerts.items()}


async def test_what_is_no_story_is_refused_with_what_helps(brokers, prefix, tmp_path):
    async with Installation(tmp_path, brokers, prefix, 2) as kafka:
        process = await kafka.command("mute", "3f2a", "--for", "6h", "--kafka")
        assert await process.wait() == 1
        assert "no whole id of a story, and without [archive] url" in kafka.log("mute")
