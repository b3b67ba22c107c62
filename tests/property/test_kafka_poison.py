"""Whatever stands on a topic, the stage that reads it goes on: real records, marred at one place or two."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.articles import generate
from streams.kafka import wire
from streams.kafka.partition import Partition
from streams.kafka.placing import Placing, Waiting
from streams.kafka.workers.intake import Intake
from streams.kafka.workers.outlet import buried
from streams.operators.assign import Assigners
from streams.topology import NAMES
from tallywire.cli.on_kafka.common import pipeline
from tallywire.cli.on_kafka.worker import _admitted
from tallywire.config import Settings
from tests.support.simulated import Simulated

LARGEST = 1_000_000
ODD = (
    None, 0, -1, 10**30, 1e308, True, "", "x" * 3000, "\0", "zz", [], {},
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2031-03-04T12:00:00",
)  # fmt: skip


@pytest.fixture(scope="module")
def topics() -> Simulated:
    """What a day's news leaves on every topic."""
    simulated = Simulated(1, random.Random(1))  # noqa: S311 - chance for a test, the same every time
    simulated.feed(list(generate(40, with_figures=0.9)))
    simulated.run()
    return simulated


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def marred(value: bytes, chance: random.Random) -> bytes:
    """A JSON object with something else, or nothing, in one of its places."""
    read = json.loads(value)
    *way, last = chance.choice(list(places(read)))
    inner = read
    for key in way:
        inner = inner[key]
    if chance.random() < 0.2:
        del inner[last]
    else:
        inner[last] = chance.choice(ODD)
    return json.dumps(read).encode()


def message(value: bytes, stamp: wire.Stamp, chance: random.Random) -> Any:
    """A record as a client hands it over, marred in its value, its header or both, or another program's."""
    ((name, header),) = wire.headers(stamp)
    is_tick = stamp.kind == wire.TICK
    return SimpleNamespace(
        topic="any",
        partition=0,
        offset=1,
        value=None if is_tick else marred(value, chance) if chance.random() < 0.7 else value,
        headers=[]
        if chance.random() < 0.1
        else [(name, marred(header, chance))]
        if chance.random() < 0.4
        else [(name, header)],
        timestamp=chance.choice((1.9e9, None, -0.001, 1e15)),
    )


class Bench:
    """One partition of a stage, as a worker drives it."""

    def __init__(self, name: str) -> None:
        assigners = Assigners()
        stages = pipeline(Settings(), assigners)
        stage = stages[NAMES.index(name)]
        self.intake = Intake(stage, _admitted if name == "revise" else None)
        self.table: dict[str, bytes] = {}
        self.tide = wire.Tide()
        after = stages[NAMES.index(name) + 1].key if name != NAMES[-1] else stage.key
        self.part: Any = (
            Placing(stage, assigners, after, largest=LARGEST, patience=0)
            if name == "assign"
            else Partition(stage, after, self.table.get, largest=LARGEST)
        )

    def take(self, given: Any) -> None:
        """A record, and all that comes of it."""
        try:
            item, stamp = self.intake.understood(given)
        except ValueError as error:
            letters = [self.intake.unreadable(given, error)]
        else:
            letters = (self.placed if isinstance(self.part, Placing) else self.stepped)(
                item, stamp, given.value
            )
        assert all(letter.cause for letter in letters)
        assert all(len(one.value) <= LARGEST for one in buried(letters, LARGEST))

    def placed(self, item: Any, stamp: wire.Stamp, _value: bytes) -> Any:
        if stamp.kind == wire.TICK:
            self.part.queue.tick(stamp)
        else:
            self.part.queue.put(Waiting(item, stamp, None), stamp, 0.0)
        return self.part.decide(self.part.queue.ready(1.0))[2].dead

    def stepped(self, item: Any, stamp: wire.Stamp, value: bytes) -> Any:
        if stamp.kind != wire.TICK:
            self.part.take(item, value, stamp, 0.0)
        elif (level := self.tide.rise(stamp)) is not None:
            self.part.tick(level)
        self.part.sent()
        work = self.part.work()
        for key, state in work.states.items():
            self.table.pop(key, None)
            if state is not None:
                self.table[key] = state
        return work.dead


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("name", NAMES)
def test_a_stage_goes_on_whatever_it_reads(topics, name, seed):
    chance, bench = random.Random(seed), Bench(name)  # noqa: S311 - as above
    source = pipeline(Settings(), Assigners())[NAMES.index(name)].source
    for value, stamp in chance.choices(topics._logs[source, 0], k=40):
        bench.take(message(value, stamp, chance))
