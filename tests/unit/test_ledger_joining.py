"""Two stories that meet: one ledger, every claim once, nothing told twice, and late-comers find the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streams.operators.alert import Alerting
from streams.operators.pace import Pace
from streams.step import Reason
from tallywire.ledger import cast
from tallywire.ledger.policy import LIMITS
from tallywire.ledger.rules import DEFAULT_RULES, Rule
from tallywire.reading import actors
from tallywire.records import Bounds, Due, Metric, Mute, UpdateKind
from tests.scenarios.build import actor, at, claim, placed, told
from tests.support.runner import Runner, meets


def gorge(name: str, hours: float, *claims, **more):
    """An article of the younger story."""
    return placed(name, at(hours), *claims, story="gorge", **more)


def followed(*items, **options) -> Runner:
    runner = Runner(**options)
    for item in items:
        runner.give(item, item.reading.article.arrived)
    return runner


def test_one_update_names_both_and_shows_why() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("injured", 12)))
    runner.give(meets(when=at(2)), at(2))
    merged = runner.updates[-1]
    assert (merged.kind, merged.story, merged.merged) == (UpdateKind.MERGED, "quay", "gorge")
    assert merged.cause == "merged:gorge"
    assert [one.article for one in merged.evidence] == ["m"]
    assert "is this story, too" in merged.because


def test_the_older_story_holds_what_both_held() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("injured", 12)))
    runner.give(meets(when=at(2)), at(2))
    ledger = runner.ledger()
    assert (ledger.articles, ledger.origins, ledger.adopted) == (2, 2, ("gorge",))
    assert [(one.metric, one.low) for one in runner.figures()] == [(Metric.INJURED, 12), (Metric.KILLED, 6)]


def test_no_figure_is_first_twice() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("killed", 6)))
    before = len(runner.alerts)
    runner.give(meets(when=at(2)), at(2))
    assert told(runner.updates)[4:] == ["story.merged"]
    assert len(runner.alerts) == before
    assert runner.figures()[0].claimants == 2


def test_what_the_younger_story_told_last_is_not_told_again() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("killed", 9)))
    runner.give(meets(when=at(2)), at(2))
    assert told(runner.updates)[4:] == ["story.merged"]
    assert runner.figures()[0].low == 9


def test_figures_that_cannot_both_be_true_disagree_by_the_usual_rules() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 22, "the Red Cross")), gorge("b", 1, claim("killed", 14, "police"))
    )
    runner.give(meets(when=at(2)), at(2))
    assert told(runner.updates)[4:] == ["story.merged"], "not before the settling time is over"
    runner.wait(at(12))
    assert told(runner.updates)[5:] == ["figure.disagreement killed 22 → 14-22"]
    assert runner.updates[-1].story == "quay"
    assert runner.updates[-1].at == at(7)


def test_a_disagreement_that_was_told_in_the_younger_story_is_not_told_again() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 22, "the Red Cross")),
        gorge("b", 1, claim("killed", 22, "the Red Cross")),
        gorge("c", 2, claim("killed", 14, "police")),
    )
    runner.wait(at(9))
    before = told(runner.updates)
    assert before[-1] == "figure.disagreement killed 22 → 14-22"
    runner.give(meets(when=at(10)), at(10))
    runner.wait(at(48))
    assert told(runner.updates)[len(before) :] == ["story.merged"]
    assert runner.figures()[0].disagreement


def test_a_late_article_for_the_younger_story_finds_the_way() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("injured", 12)))
    runner.give(meets(when=at(2)), at(2))
    runner.give(gorge("c", 3, claim("killed", 9)), at(3))
    assert told(runner.updates)[-1] == "figure.changed killed 6 → 9"
    assert runner.updates[-1].story == "quay"
    assert runner.ledger("gorge").articles == 1


def test_a_late_timer_for_the_younger_story_does_nothing() -> None:
    runner = followed(
        placed("a", at(0), claim("injured", 3)),
        gorge("b", 1, claim("killed", 22, "the Red Cross")),
        gorge("c", 2, claim("killed", 14, "police")),
    )
    runner.give(meets(when=at(3)), at(3))
    runner.wait(at(48))
    last = [one for one in runner.updates if one.kind is UpdateKind.DISAGREEMENT]
    assert [one.story for one in last] == ["quay"]
    runner.give(Due(stage="reconcile", key="gorge", at=at(49)), at(49))
    assert runner.reasons[-1] is Reason.DUE


def test_the_word_and_the_ledger_may_come_again() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("injured", 12)))
    runner.give(meets(when=at(2)), at(2))
    states, updates = dict(runner.states), len(runner.updates)
    runner.give(meets(when=at(2)), at(2))
    runner.give(gorge("b", 1, claim("injured", 12)), at(2))
    assert (runner.states, len(runner.updates)) == (states, updates)


def test_a_story_that_went_on_twice_is_found_at_its_last_place() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 6), story="hill"),
        placed("b", at(1)),
        gorge("c", 2, claim("injured", 12)),
    )
    runner.give(meets("quay", "hill", at(3)), at(3))
    runner.give(meets("gorge", "quay", at(4)), at(4))
    assert runner.ledger("hill").adopted == ("quay", "gorge")
    assert {one.metric for one in runner.figures("hill")} == {Metric.KILLED, Metric.INJURED}
    runner.give(gorge("d", 5, claim("killed", 9)), at(5))
    assert runner.updates[-1].story == "hill"


def test_a_story_past_its_retention_still_goes_on() -> None:
    runner = Runner()
    runner.give(meets(when=at(2)), at(2))
    assert [one.kind for one in runner.updates] == [UpdateKind.MERGED]
    runner.give(gorge("late", 3, claim("killed", 9)), at(3))
    assert runner.updates[-1].story == "quay"


def test_folded_claims_count_as_each_voice_last_made_them() -> None:
    runner = Runner()
    for number in range(LIMITS.claims + 4):
        for story in ("quay", "gorge"):
            voice = f"{story} desk"
            item = placed(f"{story}{number}", at(number), claim("killed", number + 1, voice), story=story)
            runner.give(item, at(number))
    assert runner.ledger().tracks["killed|"].base.held
    assert runner.ledger("gorge").tracks["killed|"].base.held
    runner.give(meets(when=at(40)), at(40))
    figure = runner.figures()[0]
    assert (figure.low, figure.high, figure.claimants) == (LIMITS.claims + 4, LIMITS.claims + 4, 2)
    assert len(runner.ledger().tracks["killed|"].entries) <= LIMITS.claims


def test_the_casts_are_one_and_nobody_comes_in_again() -> None:
    reyes = actor("Ada Reyes", role="Governor", field="title", quote="Governor Ada Reyes resigned.")
    runner = followed(
        placed("a", at(0), actors=(actor("Ada Reyes"),)),
        gorge("b", 1),
        gorge("c", 5, actors=(reyes,), title="Governor Ada Reyes resigned."),
    )
    runner.give(meets(when=at(6)), at(6))
    assert [one.actor.name for one in cast.members(runner.ledger(), actors)] == ["Ada Reyes"]
    before = len(runner.updates)
    runner.give(gorge("d", 7, actors=(reyes,), title="Governor Ada Reyes resigned."), at(7))
    assert len(runner.updates) == before


def test_sums_that_did_not_add_up_are_not_told_again() -> None:
    parts = (
        claim("killed", 40),
        claim("killed", 28, group="soldiers", roles="military", scope="part"),
        claim("killed", 19, group="civilians", roles="civilian", scope="part"),
    )
    runner = followed(placed("a", at(0)), gorge("b", 1, *parts))
    assert any(one.kind is UpdateKind.SUM_MISMATCH for one in runner.updates)
    before = len(runner.updates)
    runner.give(meets(when=at(2)), at(2))
    assert told(runner.updates[before:]) == ["story.merged"]


# -- alerts ------------------------------------------------------------------------------------------------------------


def test_nobody_is_woken_because_stories_meet_unless_a_rule_asks() -> None:
    items = placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("killed", 6))
    quiet = followed(*items)
    quiet.give(meets(when=at(2)), at(2))
    assert all(one.kind is not UpdateKind.MERGED for one in quiet.alerts)
    asked = followed(
        *items, alerting=Alerting((*DEFAULT_RULES, Rule(name="met", kinds=(UpdateKind.MERGED,))))
    )
    asked.give(meets(when=at(2)), at(2))
    assert asked.alerts[-1].kind is UpdateKind.MERGED
    assert "is this story, too" in asked.alerts[-1].title


def test_a_cooldown_goes_with_the_story() -> None:
    rules = (Rule(name="any", cooldown=timedelta(hours=6)),)
    runner = followed(
        placed("a", at(0)),
        gorge("b", 1, claim("killed", 6)),
        alerting=Alerting(rules, Pace(gap=timedelta(0))),
    )
    runner.give(meets(when=at(2)), at(2))
    before = len(runner.alerts)
    runner.give(gorge("c", 3, claim("killed", 9)), at(3))
    runner.wait(at(6.9))
    assert len(runner.alerts) == before
    runner.wait(at(7))
    assert [(one.story, one.updates[0].to) for one in runner.alerts[before:]] == [("quay", Bounds(9, 9))]


def test_what_waits_to_be_told_is_told_once_under_the_older_story() -> None:
    runner = followed(
        placed("a", at(0), claim("injured", 3)),
        gorge("b", 0.1, claim("killed", 6)),
        gorge("c", 2, claim("killed", 9)),
        gorge("d", 2.2, claim("killed", 15)),
    )
    assert [one.updates[0].to.low for one in runner.alerts] == [3, 6, 9]
    runner.give(meets(when=at(2.3)), at(2.3))
    runner.wait(at(12))
    last = runner.alerts[3:]
    assert [(one.story, one.updates[0].to) for one in last] == [("quay", Bounds(15, 15))]
    assert {one.story for one in last[0].updates} == {"quay"}


def silent(scope: str, hours: float) -> Alerting:
    return Alerting(mutes=lambda: (Mute(scope=scope, since=at(0), until=at(hours)),))


@pytest.mark.parametrize("muted", ["gorge", "quay"])
def test_a_mute_of_either_story_holds_for_both_once_they_are_one(muted: str) -> None:
    runner = followed(
        placed("a", at(0)),
        gorge("b", 1),
        alerting=silent(muted, 12),
    )
    runner.give(meets(when=at(2)), at(2))
    runner.give(placed("c", at(3), claim("killed", 9)), at(3))
    runner.wait(at(11))
    assert runner.alerts == []
    runner.wait(at(12))
    assert [(one.at, one.story) for one in runner.alerts] == [(at(12), "quay")]


def test_a_mute_follows_a_story_that_went_into_one_that_went_into_another() -> None:
    runner = followed(
        placed("a", at(0), story="hill"), placed("b", at(1)), gorge("c", 2), alerting=silent("gorge", 24)
    )
    runner.give(meets("gorge", "quay", at(3)), at(3))
    runner.give(meets("quay", "hill", at(4)), at(4))
    runner.give(placed("d", at(5), claim("killed", 9), story="hill"), at(5))
    runner.wait(at(23))
    assert runner.alerts == []
    runner.wait(at(24))
    assert [one.story for one in runner.alerts] == ["hill"]


def test_a_rule_for_the_younger_story_is_for_the_one_that_it_went_into() -> None:
    alerting = Alerting((Rule(name="mine", watches=("gorge",)),))
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 1), alerting=alerting)
    before = len(runner.alerts)
    runner.give(placed("c", at(1.5), claim("killed", 9)), at(1.5))
    assert len(runner.alerts) == before, "not before they are one"
    runner.give(meets(when=at(2)), at(2))
    runner.give(placed("d", at(5), claim("killed", 15)), at(5))
    assert runner.alerts[-1].story == "quay"
    assert runner.alerts[-1].title.endswith("killed 9 → 15")


def test_a_second_voice_from_the_younger_story_bears_a_figure_out() -> None:
    alerting = Alerting((Rule(name="two", min_claimants=2),))
    runner = followed(
        placed("a", at(0), claim("killed", 6, "police")),
        gorge("b", 1, claim("killed", 6, "the Red Cross")),
        alerting=alerting,
    )
    assert [one for one in runner.alerts if one.kind is UpdateKind.FIRST] == []
    runner.give(meets(when=at(2)), at(2))
    firsts = [one for alert in runner.alerts for one in alert.updates if one.kind is UpdateKind.FIRST]
    assert [(one.story, one.to) for one in firsts] == [("quay", Bounds(6, 6))]
