"""Stories that meet again and again: articles that have their places, and word of each meeting before its article."""

from __future__ import annotations

import random
from datetime import datetime

import msgspec

from tallywire.records import Merge, StoryReading
from tests.scenarios.build import at, claim, placed
from tests.support.runner import meets

STORIES = 10
ARTICLES = 60
OPENS = 0.3  # how often an article opens a story, while there are fewer
MEETS = 0.15  # how often one shows two stories to be one, where there are some
WAITS = (0.01, 0.2, 0.5, 1, 2)  # hours to the next
CLAIMANTS = ("police", "the hospital", "the mayor")


def scene(chance: random.Random) -> list[Merge | StoryReading]:
    """Records in their order: tolls rise, claimants disagree, the younger of two stories goes into the older."""
    running: list[str] = []
    toll: dict[str, int] = {}
    hour = 0.0
    records: list[Merge | StoryReading] = []
    for name in (f"a{number}" for number in range(ARTICLES)):
        hour += chance.choice(WAITS)
        if not running or (len(toll) < STORIES and chance.random() < OPENS):
            running.append(f"s{len(toll)}")
            toll[running[-1]] = chance.randint(2, 20)
        story, gone = chance.choice(running), None
        if len(running) > 2 and chance.random() < MEETS:
            story, gone = sorted(chance.sample(running, 2), key=list(toll).index)
            running.remove(gone)
            records.append(meets(gone, story, at(hour), name))
        toll[story] += chance.choice((0, 1, 3, 7))
        claims = [
            claim(metric, toll[story] + chance.choice((0, 0, 0, 5)), chance.choice(CLAIMANTS))
            for metric in ("killed", "injured")
            if chance.random() < 0.7
        ]
        item = placed(name, at(hour), *claims, story=story, outlet=f"Outlet {chance.randint(1, 9)}")
        records.append(msgspec.structs.replace(item, met=gone))
    return records


def arrival(record: Merge | StoryReading) -> datetime:
    """When the article came that a record is about."""
    return record.at if isinstance(record, Merge) else record.reading.article.arrived
