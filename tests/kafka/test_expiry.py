"""What a worker keeps of a silent story goes when its retention is over: from its table, and from the changelog."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tallywire.records import Article
from tests.support.installation import PATIENCE, Installation

START = datetime(2021, 5, 1, 12, tzinfo=UTC)


def wreck(place: str, at: datetime) -> Article:
    return Article(
        id=place,
        title=f"Ferry sinks off {place}",
        body=f"The coast guard said that nine people were killed when a ferry sank off {place}.",
        outlet="The Lamp",
        url=f"https://lamp.example/{place}",
        arrived=at,
    )


async def test_a_silent_story_leaves_table_and_changelog(brokers, prefix, tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYWIRE_RETENTION__KEEP", "30d")
    async with Installation(tmp_path, brokers, prefix, 2) as kafka:
        await kafka.worker()
        found = await kafka.outcome(await kafka.tell(wreck("Ostermarsh", START)))
        (old,) = found.ledgers
        later = await kafka.tell(wreck("Vikholm", START + timedelta(days=44)))  # its closing is told first
        async with asyncio.timeout(PATIENCE):
            while old in (found := await kafka.outcome(later)).ledgers:
                pass
        assert len(found.ledgers) == 1
        assert len(found.alerts) == 2
