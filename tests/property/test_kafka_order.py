"""Whatever order workers take their turns in, and however often they are killed, Kafka gives what one machine gives."""

from __future__ import annotations

import random

import pytest

from bench.articles import generate
from connectors.sources.snapshots import load
from examples.story import ARTICLES
from streams import codec
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article
from tests.support.gorge import articles as gorge
from tests.support.news import day
from tests.support.simulated import Simulated


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance for a test, the same every time


def in_order(articles):
    return sorted(articles, key=lambda one: (one.arrived.timestamp(), one.at.timestamp(), one.id))


NEWS = {
    "sample story": in_order(one for one in load([ARTICLES]) if isinstance(one, Article)),
    "generated": in_order(generate(120, with_figures=0.8)),
}


@pytest.fixture(scope="module")
def embedded():
    """What one machine makes of each: updates, alerts and ledgers, as bytes."""
    made = {}
    for name, articles in NEWS.items():
        engine = compose.engine(Settings(), Store())
        engine.take(articles)
        engine.fire(engine.clock + Settings().ledger.settle)
        made[name] = (
            {one.id: codec.encode(one) for one in engine.store.updates()},
            {one.id: codec.encode(one) for one in engine.store.alerts()},
            {key: codec.encode(state) for key, state in engine.store.states("reconcile", ledger.Ledger)},
        )
    return made


def outcome(run: Simulated):
    return tuple(
        {name: codec.encode(one) for name, one in found.items()}
        for found in (run.updates, run.alerts, run.ledgers)
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("name", NEWS)
def test_the_same_articles_give_the_same_updates_alerts_and_ledgers(embedded, name, partitions, seed):
    run = Simulated(partitions, dice(seed))
    run.feed(NEWS[name])
    run.run()
    assert outcome(run) == embedded[name]
    assert len(run.alerts) == len(run.records("alerts", type(next(iter(run.alerts.values())))))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", NEWS)
def test_kills_lose_nothing_and_change_nothing(embedded, name, seed):
    run = Simulated(3, dice(seed), kills=0.2)
    run.feed(NEWS[name])
    run.run()
    assert run.kills > 5
    assert outcome(run) == embedded[name]


@pytest.mark.parametrize("seed", range(4))
def test_two_stories_that_meet_are_one_on_any_partitions(seed):
    run = Simulated(4, dice(seed), kills=0.1 * (seed % 2))
    run.feed(in_order((*day(30, hours=12), *gorge())))
    run.run()
    engine = compose.engine(Settings(), Store())
    engine.take(in_order((*day(30, hours=12), *gorge())))
    gone = {key: state.into for key, state in run.ledgers.items() if state.into}
    assert gone == {
        key: state.into for key, state in engine.store.states("reconcile", ledger.Ledger) if state.into
    }
    into = run.ledgers[next(iter(gone.values()))]
    theirs = engine.store.state("reconcile", next(iter(gone.values())), ledger.Ledger)
    assert ledger.view(into)[1] == ledger.view(theirs)[1]
