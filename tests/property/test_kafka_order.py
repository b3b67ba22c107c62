"""Whatever order workers take their turns in, and however often they are killed, Kafka gives what one machine gives."""

from __future__ import annotations

import random
from collections import Counter
from datetime import time, timedelta

import msgspec
import pytest

from bench.articles import generate
from connectors.sources.snapshots import load
from examples.story import ARTICLES
from streams import codec
from streams.embedded import Engine
from streams.index import Index
from streams.kafka.partition import Partition
from streams.kafka.wire import Stamp
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.pace import Pace
from streams.operators.reconcile import Reconcile
from streams.store import Store
from streams.topology import stages
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.ledger.rules import Rule
from tallywire.records import Article, StoryReading, UpdateKind
from tests.support.gorge import articles as gorge
from tests.support.meetings import arrival, scene
from tests.support.news import day
from tests.support.runner import Runner
from tests.support.simulated import LARGEST, Simulated

DAY = timedelta(days=1)


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance for a test, the same every time


def in_order(articles):
    return sorted(articles, key=lambda one: (one.arrived.timestamp(), one.at.timestamp(), one.id))


NEWS = {
    "sample story": in_order(one for one in load([ARTICLES]) if isinstance(one, Article)),
    "generated": in_order(generate(120, with_figures=0.8)),
    "two stories that meet": in_order((*day(30, hours=12), *gorge())),
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


def test_what_waits_for_a_story_that_never_hands_over_goes_on_when_patience_ends():
    stage = next(
        stage for stage in stages(Assigners().step, Reconcile(), Alerting()) if stage.name == "reconcile"
    )
    part = Partition(stage, lambda _: "", lambda _: None, largest=LARGEST)
    run = Simulated(1, dice(1))
    run.feed(in_order((*day(30, hours=12), *gorge())))
    run.run()
    shows = next(one for one in run.records("story-readings", StoryReading) if one.met)
    stamp = Stamp(kind="StoryReading", clock=shows.reading.article.arrived, cause=shows.reading.article.id)
    part.take(shows, codec.encode(shows), stamp, now=10.0)
    part.tick(stamp.clock)
    assert part.holding
    assert part.level < stamp.clock
    part.give_up(before=10.0)
    assert part.holding
    part.give_up(before=10.1)
    sent = part.sent()
    assert not part.holding
    assert part.level == stamp.clock
    assert {one.stamp.kind for one in sent} == {"Update"}


FIGURES = (UpdateKind.FIRST, UpdateKind.CHANGED, UpdateKind.DISAGREEMENT)
HELD = {
    "a digest": ((Rule(name="daily", kinds=FIGURES, digest=True),), Pace(digest=(time(7), time(18)))),
    "quiet hours": ((), Pace(quiet_from=time(20), quiet_to=time(8), gather=timedelta(minutes=20))),
    "all at once": (
        (
            Rule(name="all", cooldown=timedelta(hours=2)),
            Rule(name="mail", kinds=FIGURES, digest=True, routes=("mail",)),
        ),
        Pace(
            digest=(time(7), time(12), time(18)),
            quiet_from=time(22),
            quiet_to=time(6),
            gather=timedelta(minutes=30),
        ),
    ),
}
DAYS = in_order(generate(150, with_figures=0.9, per_story=5, gap=timedelta(minutes=30), sentences=(6, 10)))


def news(alerts):
    """What each set of destinations was told, in one message or another."""
    return Counter((alert.routes, one.id, one.because) for alert in alerts for one in alert.updates)


@pytest.fixture(scope="module", params=HELD)
def held(request):
    """What holds alerts back, and what one machine tells then."""
    made = HELD[request.param]
    store = Store()
    engine = Engine(
        store,
        stages((assigners := Assigners()).step, Reconcile(), Alerting(*made)),
        Index(assigners, window=14 * DAY),
    )
    engine.take(DAYS)
    engine.fire(engine.clock + 2 * DAY)
    assert any(alert.pages for alert in store.alerts())
    return made, news(store.alerts())


@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_of_many_stories_at_one_hour_is_told_once_whatever_lags_and_dies(held, seed):
    (rules, pace), wanted = held
    run = Simulated(3, dice(seed), kills=0.2, alerting=Alerting(rules, pace))
    run.feed(DAYS)
    for days in (1, 2, 3):  # time goes on, for what came late to its message as well
        run.wait(DAYS[-1].arrived + days * DAY)
        run.run()
    assert run.kills > 50
    assert news(run.alerts.values()) == wanted


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", HELD)
def test_stories_that_meet_again_and_again_tell_what_they_tell_on_one_machine(name, seed):
    records = scene(dice(seed))
    runner = Runner(alerting=Alerting(*HELD[name]))
    run = Simulated(1 + seed % 4, dice(seed), kills=0.2, alerting=Alerting(*HELD[name]))
    for record in records:
        runner.give(record, arrival(record))
    run.place(records)
    run.run()
    for days in (1, 2, 3):
        end = arrival(records[-1]) + days * DAY
        runner.wait(end)
        run.assigned(end)
        run.run()
    assert run.updates == {one.id: one for one in runner.updates}
    assert news(run.alerts.values()) == news(runner.alerts)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", NEWS)
def test_what_is_past_its_retention_is_forgotten_and_not_what_was_told(embedded, name, seed):
    run, end = Simulated(2, dice(seed), kills=0.1, keep=30 * DAY), NEWS[name][-1].arrived
    run.feed(NEWS[name])
    run.run()
    assert run.states
    for days in range(1, 80):
        run.wait(end + days * DAY)
        run.run()
    assert run.states == 0
    updates, alerts, _ = outcome(run)
    assert updates == embedded[name][0]
    assert embedded[name][1].items() <= alerts.items()  # and what was told when stories closed


def test_what_comes_again_in_time_is_not_forgotten():
    run, story = Simulated(1, dice(1), keep=30 * DAY), gorge()
    run.feed(story)
    for days in range(5, 60, 20):
        again = [msgspec.structs.replace(one, arrived=one.arrived + days * DAY) for one in story[:2]]
        run.feed(again)
    run.run()
    assert len(run.records("unique-articles", Article)) == len(story)
