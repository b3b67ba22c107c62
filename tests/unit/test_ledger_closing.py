"""Stories that fall silent: they close without a word, and open again with all their history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streams.operators.alert import Alerting
from streams.operators.pace import Pace
from streams.step import Reason
from tallywire.ledger import Policy
from tallywire.ledger.rules import Rule
from tallywire.records import Bounds, Due, Mute, UpdateKind
from tests.scenarios.build import at, claim, placed, told
from tests.support.runner import Runner, meets

WEEK = 7 * 24
QUAY = ("reconcile", "quay")


def followed(*items, **options) -> Runner:
    runner = Runner(**options)
    for item in items:
        runner.give(item, item.reading.article.arrived)
    return runner


def test_a_silent_story_closes_and_nobody_is_told() -> None:
    runner = followed(placed("a", at(0), claim("killed", 12, "police")))
    updates, alerts = len(runner.updates), len(runner.alerts)
    runner.wait(at(WEEK - 0.1))
    assert runner.resting == set()
    runner.wait(at(WEEK))
    assert runner.ledger().closed == at(WEEK)
    assert runner.resting == {QUAY, ("alert", "quay")}
    assert (len(runner.updates), len(runner.alerts)) == (updates, alerts)
    assert runner.reasons[-2:] == [Reason.CLOSED, Reason.CLOSED]


def test_who_is_spoken_of_stays_open_and_costs_one_timer() -> None:
    runner = Runner()
    for day in range(20):
        runner.give(placed(f"a{day}", at(24 * day), claim("killed", 12, "police")), at(24 * day))
        assert len(runner.dues) == 1
    runner.wait(at(24 * 19 + WEEK - 1))
    assert runner.ledger().closed is None
    runner.wait(at(24 * 19 + WEEK))
    assert runner.ledger().closed == at(24 * 19 + WEEK)
    assert runner.dues == set()


def test_a_new_article_opens_it_again_with_its_history() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 12, "police")),
        placed("b", at(1), claim("killed", 20, "the hospital")),
    )
    before = runner.ledger()
    runner.wait(at(12 * 24))
    runner.give(placed("c", at(12 * 24), claim("killed", 31, "police")), at(12 * 24))
    assert told(runner.updates)[-1] == "figure.changed killed 20 → 31"
    assert runner.resting == set()
    ledger = runner.ledger()
    assert (ledger.closed, ledger.opened, ledger.articles) == (None, before.opened, 3)
    assert runner.alerts[-1].title == "Quay blast, silent for 11 days: killed 20 → 31"
    assert runner.updates[-1].silent_since == at(1)


def test_a_late_article_that_says_nothing_new_opens_it_in_silence() -> None:
    runner = followed(placed("a", at(0), claim("killed", 12, "police")))
    runner.wait(at(10 * 24))
    alerts = len(runner.alerts)
    runner.give(placed("late", at(-2), claim("killed", 9, "police")), at(10 * 24))
    assert runner.ledger().closed is None
    assert len(runner.alerts) == alerts
    runner.wait(at(10 * 24 + WEEK))
    assert runner.ledger().closed == at(10 * 24 + WEEK)


def test_a_repeat_does_not_open_it() -> None:
    item = placed("a", at(0), claim("killed", 12, "police"))
    runner = followed(item)
    runner.wait(at(WEEK))
    runner.give(item, at(WEEK + 1))
    assert runner.ledger().closed is not None
    assert QUAY in runner.resting


def test_an_edit_of_an_old_article_opens_it_and_takes_its_figure_back() -> None:
    runner = followed(placed("a", at(0), claim("killed", 12, "police")))
    runner.wait(at(9 * 24))
    runner.give(placed("a2", at(9 * 24), claim("killed", 10, "police"), revises="a"), at(9 * 24))
    assert told(runner.updates)[-2:] == ["article.revised", "figure.corrected killed 12 → 10"]


def test_a_disagreement_is_told_no_more_once_the_story_is_closed() -> None:
    rules = (Rule(name="odds", kinds=(UpdateKind.DISAGREEMENT,), repeat=timedelta(days=1)),)
    odds = claim("killed", 23, "the government"), claim("killed", 40, "the hospital")
    runner = followed(placed("a", at(0), *odds), alerting=Alerting(rules))
    runner.wait(at(60 * 24))
    assert [one.at for one in runner.alerts] == [at(24 * day) for day in range(8)]
    runner.give(placed("b", at(60 * 24), claim("killed", 40, "the government")), at(60 * 24))
    assert told(runner.updates)[-1].startswith("figure.resolved"), "the ledger has not forgotten it"


def test_nothing_closes_before_what_has_still_to_settle() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 22, "the Red Cross")),
        placed("b", at(1), claim("killed", 14, "police")),
        policy=Policy(settle=timedelta(days=20)),
    )
    runner.wait(at(20 * 24))
    assert runner.ledger().closed is None
    runner.wait(at(20 * 24 + 1))
    assert told(runner.updates)[-1] == "figure.disagreement killed 22 → 14-22"
    assert runner.ledger().closed == at(20 * 24 + 1)


def test_what_a_mute_holds_is_told_though_the_story_has_closed() -> None:
    mute = Mute(scope="all", since=at(0), until=at(30 * 24))
    runner = followed(
        placed("a", at(0), claim("killed", 12, "police")), alerting=Alerting(mutes=lambda: (mute,))
    )
    runner.wait(at(30 * 24))
    assert [one.updates[0].to for one in runner.alerts] == [Bounds(12, 12)]


def test_a_story_that_opens_again_breaks_anew() -> None:
    pace = Pace(breaking=timedelta(hours=1), gap=timedelta(hours=12))
    runner = followed(placed("a", at(0), claim("killed", 12, "police")), alerting=Alerting(pace=pace))
    day = 24 * 10
    for minute, toll in ((0, 20), (0.2, 30), (0.4, 40)):
        runner.give(placed(f"n{toll}", at(day + minute), claim("killed", toll, "police")), at(day + minute))
    assert [one.at for one in runner.alerts[1:]] == [at(day), at(day + 0.2), at(day + 0.4)]


@pytest.mark.parametrize("closed", ["quay", "gorge", "both"])
def test_closed_stories_that_meet_are_one_open_story(closed: str) -> None:
    first = {"quay": 0.0, "gorge": 8 * 24.0, "both": 0.0}[closed]
    other = {"quay": 8 * 24.0, "gorge": 0.0, "both": 1.0}[closed]
    items = [
        placed("a", at(first), claim("killed", 12, "police")),
        placed("b", at(other), claim("injured", 30, "police"), story="gorge"),
    ]
    runner = followed(*sorted(items, key=lambda item: item.reading.article.arrived))
    runner.wait(at(9 * 24))
    runner.give(meets(when=at(9 * 24)), at(9 * 24))
    assert runner.ledger().closed is None
    assert {one.metric.value for one in runner.figures()} == {"killed", "injured"}
    runner.wait(at(60 * 24))
    assert runner.ledger().closed is not None
    assert runner.dues == set()


def test_an_idle_timer_leaves_a_closed_story_closed() -> None:
    runner = followed(placed("a", at(0), claim("killed", 12, "police")))
    runner.wait(at(WEEK))
    before = runner.ledger()
    runner.give(Due(stage="reconcile", key="quay", at=at(WEEK + 5)), at(WEEK + 5))
    assert runner.ledger() == before
