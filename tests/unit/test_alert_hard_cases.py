"""Alerts and stories where it hurts: merges in flight, mutes and quiet hours at one instant, clocks, crowds."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from streams.operators.alert import Alerting, Told
from streams.operators.pace import Pace
from streams.operators.queue import WAITING
from streams.step import Reason
from tallywire.ledger.rules import Rule
from tallywire.records import Alert, Due, Mute, Severity, UpdateKind
from tests.scenarios.build import Desk, at, claim, placed, told
from tests.support.runner import Runner, meets

ODDS = claim("killed", 23, "the government"), claim("killed", 40, "the hospital")
TWO_VOICES = (
    placed("a", at(0), claim("killed", 12, "police")),
    placed("b", at(2), claim("killed", 12, "the hospital")),
)


def gorge(name: str, hours: float, *claims, **more):
    return placed(name, at(hours), *claims, story="gorge", **more)


def followed(*items, **options) -> Runner:
    runner = Runner(**options)
    for item in items:
        runner.give(item, item.reading.article.arrived)
    return runner


def titles(runner: Runner | Desk) -> list[str]:
    return [one.title.partition(": ")[2] for one in runner.alerts]


def tolls(*numbers: int, every: float = 1, story: str = "quay", by: str = "police"):
    return [
        placed(f"{story}{number}", at(every * place), claim("killed", number, by), story=story)
        for place, number in enumerate(numbers)
    ]


# -- stories that meet -------------------------------------------------------------------------------------------------


def test_the_word_of_a_merge_comes_before_any_article_of_the_younger_story() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)))
    runner.give(meets(when=at(1)), at(1))
    runner.give(gorge("b", 2, claim("killed", 9)), at(2))
    assert titles(runner) == ["6 killed", "killed 6 → 9"]


def test_a_merge_between_the_parts_of_a_cause_loses_no_part() -> None:
    alerting, state = Alerting(), None
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 6), claim("injured", 9), story="gorge"))
    for one in desk.updates[:2]:  # the last is cut off
        state = alerting.step(one, state, at(0)).state
    (handover,) = alerting.step(meets(when=at(0)), state, at(0)).outputs
    (alert,) = alerting.step(handover, None, at(0)).outputs
    assert [(one.story, one.id) for one in alert.updates] == [("quay", desk.updates[1].id)]


def test_both_stories_in_dispute_keep_one_dispute() -> None:
    rules = (Rule(name="odds", kinds=(UpdateKind.DISAGREEMENT,), repeat=timedelta(hours=12)),)
    runner = followed(placed("a", at(0), *ODDS), gorge("b", 1, *ODDS), alerting=Alerting(rules))
    runner.give(meets(when=at(2)), at(2))
    before = len(runner.alerts)
    runner.wait(at(30))
    assert [one.at for one in runner.alerts[before:]] == [at(12), at(24)]


def test_the_only_support_is_withdrawn_after_the_stories_have_met() -> None:
    runner = followed(placed("a", at(0)), gorge("b", 1, claim("killed", 9)))
    runner.give(meets(when=at(2)), at(2))
    runner.give(gorge("b2", 3, revises="b"), at(3))
    assert told(runner.updates)[-2:] == ["article.revised", "figure.corrected killed 9 → none"]
    assert runner.updates[-1].story == "quay"


def test_an_edit_after_the_merge_takes_its_own_old_version_back() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 6, "police")), gorge("b", 1, claim("killed", 9, "the mayor"))
    )
    runner.give(meets(when=at(2)), at(2))
    runner.give(gorge("b2", 3, claim("killed", 8, "the mayor"), revises="b"), at(3))
    assert told(runner.updates)[-1] == "figure.corrected killed 9 → 8"


def test_a_merge_into_a_story_that_is_merged_in_the_same_instant() -> None:
    runner = followed(
        placed("a", at(0), claim("killed", 6), story="hill"),
        placed("b", at(0), claim("injured", 7)),
        gorge("c", 0, claim("missing", 8)),
    )
    runner.give(meets("quay", "hill", at(1)), at(1))
    runner.give(meets("gorge", "quay", at(1)), at(1))
    assert {one.metric.value for one in runner.figures("hill")} == {"killed", "injured", "missing"}
    assert len(titles(runner)) == 3, "what was told is not told again"


def test_the_same_two_merges_the_other_way_round_end_alike() -> None:
    def meeting(*merges) -> Runner:
        runner = followed(
            placed("a", at(0), claim("killed", 6), story="hill"),
            placed("b", at(0), claim("killed", 7)),
            gorge("c", 0, claim("killed", 8)),
        )
        for merge in merges:
            runner.give(merge, at(1))
        return runner

    one = meeting(meets("quay", "hill", at(1)), meets("gorge", "quay", at(1)))
    other = meeting(meets("gorge", "quay", at(1)), meets("quay", "hill", at(1)))
    assert (
        [figure.low for figure in one.figures("hill")]
        == [figure.low for figure in other.figures("hill")]
        == [8]
    )
    assert one.ledger("hill").articles == other.ledger("hill").articles == 3


def test_a_story_cannot_be_taken_in_twice_by_two_ways() -> None:
    runner = followed(placed("a", at(0), claim("killed", 6)), gorge("b", 0, claim("killed", 8)))
    for hour in (1, 2, 3):
        runner.give(meets(when=at(hour)), at(hour))
    assert runner.ledger().articles == 2
    assert [one.kind for one in runner.updates].count(UpdateKind.MERGED) == 1


def test_a_digest_that_waits_in_both_stories_is_one_line() -> None:
    rules = (Rule(name="rest", kinds=(UpdateKind.FIRST,), digest=True),)
    alerting = Alerting(rules, Pace(digest=(time(12),)))
    runner = followed(
        placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("killed", 6)), alerting=alerting
    )
    runner.give(meets(when=at(2)), at(2))
    runner.wait(at(24))
    assert [(one.title, one.pages) for one in runner.alerts] == [("Quay blast: 6 killed", ())]


def test_a_merge_at_the_hour_of_the_digest_tells_everything_once() -> None:
    rules = (Rule(name="rest", kinds=(UpdateKind.FIRST,), digest=True),)
    alerting = Alerting(rules, Pace(digest=(time(12),)))
    runner = followed(
        placed("a", at(0), claim("killed", 6)), gorge("b", 1, claim("injured", 7)), alerting=alerting
    )
    runner.give(meets(when=at(6)), at(6))
    runner.wait(at(48))
    told_ids = [one.id for alert in runner.alerts for one in alert.updates]
    assert len(told_ids) == len(set(told_ids)) == 2


# -- mutes -------------------------------------------------------------------------------------------------------------


def test_two_mutes_that_end_at_the_same_instant_tell_once() -> None:
    mutes = (
        Mute(scope="all", since=at(0), until=at(6)),
        Mute(scope="quay", since=at(1), until=at(6)),
        Mute(scope="gorge", since=at(1), until=at(6), kinds=(UpdateKind.FIRST,)),
    )
    runner = followed(*tolls(10, 20, 30), alerting=Alerting(mutes=lambda: mutes))
    runner.wait(at(24))
    assert [(one.at, one.title) for one in runner.alerts] == [(at(6), "Quay blast: 30 killed")]


def test_a_mute_that_ends_where_another_begins_goes_on() -> None:
    mutes = Mute(scope="all", since=at(0), until=at(6)), Mute(scope="quay", since=at(6), until=at(9))
    runner = followed(*tolls(10), alerting=Alerting(mutes=lambda: mutes))
    runner.wait(at(24))
    assert [one.at for one in runner.alerts] == [at(9)]


def test_a_mute_that_ends_within_quiet_hours_waits_for_their_end() -> None:
    mutes = (Mute(scope="all", since=at(0), until=at(4)),)
    alerting = Alerting(
        pace=Pace(quiet_from=time(9), quiet_to=time(13)), mutes=lambda: mutes
    )  # at(3) to at(7)
    runner = followed(*tolls(10, 20), alerting=alerting)
    runner.wait(at(24))
    assert [one.at for one in runner.alerts] == [at(7)]


def test_a_mute_of_no_length_holds_nothing() -> None:
    mutes = (Mute(scope="all", since=at(0), until=at(0)),)
    assert len(followed(*tolls(10), alerting=Alerting(mutes=lambda: mutes)).alerts) == 1


def test_a_mute_of_a_dispute_ends_without_a_reminder_for_every_day_of_it() -> None:
    rules = (Rule(name="odds", kinds=(UpdateKind.DISAGREEMENT,), repeat=timedelta(days=1)),)
    mutes: list[Mute] = []
    runner = followed(placed("a", at(0), *ODDS), alerting=Alerting(rules, mutes=lambda: mutes))
    mutes.append(Mute(scope="quay", since=at(1), until=at(100)))
    runner.wait(at(110))
    assert [one.at for one in runner.alerts] == [at(0), at(100)]


# -- quiet hours, digests, clocks --------------------------------------------------------------------------------------

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.parametrize(
    ("asked", "told_at"),
    [
        (
            "2031-03-30T00:30+00:00",
            "2031-03-30T05:30+00:00",
        ),  # clocks go forward at one: 06:30 is summer time
        ("2031-10-26T00:30+01:00", "2031-10-26T06:30+00:00"),  # clocks go back at two: 06:30 is winter time
        ("2031-03-29T23:00+00:00", "2031-03-30T05:30+00:00"),
    ],
)
def test_quiet_hours_over_a_change_of_the_clocks(asked: str, told_at: str) -> None:
    pace = Pace(quiet_from=time(22), quiet_to=time(6, 30), zone=LISBON)
    moment = datetime.fromisoformat(asked).astimezone(UTC)
    assert pace.after_quiet(moment) == datetime.fromisoformat(told_at)


def test_a_digest_at_an_hour_that_the_clocks_leave_out_comes_that_day_all_the_same() -> None:
    pace = Pace(digest=(time(1, 30),), zone=LISBON)  # on 30 March there is no 01:30
    comes = pace.next_digest(datetime(2031, 3, 29, 22, tzinfo=UTC))
    assert datetime(2031, 3, 30, 0, tzinfo=UTC) < comes < datetime(2031, 3, 30, 3, tzinfo=UTC)
    assert pace.next_digest(comes) > comes


def test_a_digest_at_an_hour_that_comes_twice_comes_once() -> None:
    pace = Pace(digest=(time(1, 30),), zone=LISBON)  # on 26 October there are two
    first = pace.next_digest(datetime(2031, 10, 25, 22, tzinfo=UTC))
    second = pace.next_digest(first)
    assert second - first > timedelta(hours=20)


@pytest.mark.parametrize("minutes", range(0, 300, 20))
def test_quiet_hours_always_end_later_and_never_within_themselves(minutes: int) -> None:
    pace = Pace(quiet_from=time(1), quiet_to=time(2), zone=LISBON)
    for night in (datetime(2031, 3, 30, tzinfo=UTC), datetime(2031, 10, 26, tzinfo=UTC)):
        asked = night + timedelta(minutes=minutes)
        comes = pace.after_quiet(asked)
        assert comes >= asked
        assert pace.after_quiet(comes) == comes


def test_a_digest_within_quiet_hours_waits_for_their_end() -> None:
    rules = (Rule(name="rest", digest=True, kinds=(UpdateKind.FIRST,)),)
    pace = Pace(digest=(time(9),), quiet_from=time(8), quiet_to=time(10))
    runner = followed(*tolls(10), alerting=Alerting(rules, pace))
    runner.wait(at(24))
    assert [one.at for one in runner.alerts] == [at(4)]


LOUD = (
    Rule(name="loud", kinds=(UpdateKind.CORRECTED,), severity=Severity.CRITICAL),
    Rule(name="rest", kinds=(UpdateKind.FIRST, UpdateKind.CHANGED)),
)


def test_a_correction_of_what_nobody_has_heard_yet_wakes_nobody() -> None:
    runner = followed(
        *tolls(10, 20, 15), alerting=Alerting(LOUD, Pace(quiet_from=time(6), quiet_to=time(18)))
    )
    runner.wait(at(24))
    assert [(one.at, one.title) for one in runner.alerts] == [(at(12), "Quay blast: 15 killed")]


def test_a_correction_of_what_was_heard_breaks_the_quiet_hours_and_takes_along_what_waits() -> None:
    alerting = Alerting(LOUD, Pace(quiet_from=time(7), quiet_to=time(18)))
    runner = followed(*tolls(20), placed("b", at(2), claim("injured", 9, "police")), alerting=alerting)
    runner.give(placed("c", at(3), claim("killed", 15, "police")), at(3))
    runner.wait(at(24))
    assert [(one.at, one.severity) for one in runner.alerts] == [
        (at(0), Severity.NOTICE),
        (at(3), Severity.CRITICAL),
    ]
    assert titles(runner)[1] == "killed corrected 20 → 15; 9 injured"


def test_a_clock_that_goes_back_tells_nothing_twice_and_loses_nothing() -> None:
    alerting, told_state, alerts = Alerting(), None, []
    desk = Desk()
    desk.read(*tolls(10, 20, 40, every=0.1))
    for update, now in zip(desk.updates, (at(5), at(5), at(0), at(1)), strict=True):
        step = alerting.step(msgspec.structs.replace(update, at=now), told_state, now)
        told_state, alerts = step.state, [*alerts, *step.outputs]
    for hour in (0, 1, 6, 7, 9):
        step = alerting.step(Due(stage="alert", key="quay", at=at(hour)), told_state, at(hour))
        told_state, alerts = step.state, [*alerts, *step.outputs]
    ids = [one.id for alert in alerts for one in alert.updates]
    assert len(ids) == len(set(ids))
    assert alerts[-1].updates[0].to.low == 40


def test_a_story_whose_clock_goes_back_does_not_close_early() -> None:
    runner = followed(*tolls(10))
    runner.give(placed("late", at(-3000), claim("killed", 10, "police")), at(100))
    runner.wait(at(100 + 167))
    assert runner.ledger().closed is None
    runner.wait(at(100 + 168))
    assert runner.ledger().closed is not None


# -- crowds and odd texts ----------------------------------------------------------------------------------------------


def test_a_thousand_outlets_that_say_the_same_are_one_alert() -> None:
    desk = Desk()
    for number in range(1_000):
        item = placed(
            f"a{number}", at(number / 1000), claim("killed", 12, "police"), outlet=f"Outlet {number}"
        )
        desk.read(item)
    assert [one.title for one in desk.alerts] == ["Quay blast: 12 killed"]
    assert desk.ledger is not None
    assert desk.ledger.articles == 1_000


def test_a_state_weighs_the_same_however_many_claims_there_were() -> None:
    desk, sizes = Desk(), []
    for number in range(2_000):
        speaker = f"desk {number % 90}"
        desk.read(placed(f"a{number:05}", at(number / 10), claim("killed", 20 + number // 40, speaker)))
        if number >= 500 and number % 128 == 0:
            sizes.append(len(msgspec.json.encode(desk.ledger)))
    assert max(sizes) < 1.2 * min(sizes), "but for the articles that are remembered"


def test_a_queue_that_is_held_for_ever_stays_bounded() -> None:
    mutes = (Mute(scope="all", since=at(0), until=at(10**6)),)
    alerting = Alerting((Rule(name="all"),), mutes=lambda: mutes)
    desk = Desk(alerting=alerting)
    for number in range(3 * WAITING):
        who = {"group": f"people of village {number}", "scope": "part"}
        desk.read(placed(f"a{number}", at(number / 10), claim("killed", number + 10, "police", **who)))
    assert desk._told is not None
    assert all(len(queue.waiting) <= WAITING for queue in desk._told.queues)


@pytest.mark.parametrize(
    "label",
    [
        "",
        "Séisme à Tábua",
        "地震：死者が増える" * 20,
        "انفجار في الميناء",
        "💥" * 300,
        "a" * 500,
        "  ",
        "Fire: «Quay»; «Alder»",
        "\u202eevil",
    ],
)
def test_titles_hold_any_name_of_a_story(label: str) -> None:
    item = msgspec.structs.replace(placed("a", at(0), claim("killed", 12, "警察" * 60)), label=label)
    odds = msgspec.structs.replace(placed("b", at(1), *ODDS), label=label)
    desk = Desk()
    desk.read(item, odds)
    for alert in desk.alerts:
        assert 0 < len(alert.title) <= 140
        assert alert.title.strip() == alert.title
        assert "12 killed" in desk.alerts[0].title


def test_numbers_beyond_all_reason_are_told_as_they_are() -> None:
    desk = Desk()
    desk.read(
        placed("a", at(0), claim("killed", 10**12, "police")),
        placed("b", at(1), claim("killed", 10**15, "police")),
    )
    assert desk.alerts[-1].title == "Quay blast: killed 1,000,000,000,000 → 1,000,000,000,000,000"


def test_a_story_without_any_outlet_or_name_is_worded() -> None:
    item = placed("a", at(0), claim("killed", 12))
    article = msgspec.structs.replace(item.reading.article, outlet="", url=None, title="")
    bare = msgspec.structs.replace(
        item, label="", reading=msgspec.structs.replace(item.reading, article=article)
    )
    desk = Desk()
    desk.read(bare)
    assert desk.alerts[0].title == "12 killed"
    assert desk.alerts[0].text.startswith("First count of the dead: 12, according to")


# -- the same again ----------------------------------------------------------------------------------------------------


def test_an_update_that_comes_twice_is_told_once_by_its_id() -> None:
    alerting, told_state = Alerting(), None
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 12)))
    alerts: list[Alert] = []
    for update in [*desk.updates, *desk.updates]:
        step = alerting.step(update, told_state, at(0))
        told_state, alerts = step.state, [*alerts, *(one for one in step.outputs if isinstance(one, Alert))]
    assert len({one.id for one in alerts}) == 1


def test_a_timer_in_a_storm_changes_nothing() -> None:
    runner = followed(*tolls(10, 20, 30, every=0.3))
    states, alerts = dict(runner.states), len(runner.alerts)
    for _ in range(20):
        for stage in ("reconcile", "alert"):
            runner._step(runner._stages[stage], Due(stage=stage, key="quay", at=runner.clock))
    assert (runner.states, len(runner.alerts)) == (states, alerts)


def test_a_flapping_figure_is_told_no_more_than_its_cooldown_allows() -> None:
    rules = (
        Rule(
            name="all",
            kinds=(UpdateKind.FIRST, UpdateKind.CHANGED, UpdateKind.CORRECTED),
            cooldown=timedelta(hours=4),
        ),
    )
    runner = followed(*tolls(*(20 if n % 2 else 30 for n in range(24)), every=0.5), alerting=Alerting(rules))
    runner.wait(at(48))
    times = [one.at for one in runner.alerts]
    assert all(later - earlier >= timedelta(hours=4) for earlier, later in pairwise(times))


def test_a_dispute_that_ends_at_the_instant_of_its_reminder_is_not_reminded_of() -> None:
    rules = (
        Rule(name="odds", kinds=(UpdateKind.DISAGREEMENT, UpdateKind.RESOLVED), repeat=timedelta(hours=12)),
    )
    runner = followed(placed("a", at(0), *ODDS), alerting=Alerting(rules, Pace(gap=timedelta(0))))
    runner.give(placed("b", at(11.9), claim("killed", 40, "the government")), at(11.9))
    runner.wait(at(48))
    assert titles(runner) == ["killed disputed: government 23, hospital 40", "killed agreed at 40"]


def test_an_escalation_and_a_reminder_at_one_instant_are_one_alert() -> None:
    rules = (
        Rule(
            name="odds",
            kinds=(UpdateKind.DISAGREEMENT,),
            escalate=timedelta(hours=12),
            repeat=timedelta(hours=12),
        ),
    )
    runner = followed(placed("a", at(0), *ODDS), alerting=Alerting(rules))
    runner.wait(at(24))
    assert [(one.at, one.severity) for one in runner.alerts] == [
        (at(0), Severity.NOTICE),
        (at(12), Severity.WARNING),
        (at(24), Severity.WARNING),
    ]


def test_a_second_voice_after_the_figure_was_taken_back_bears_nothing_out() -> None:
    rules = (Rule(name="two", min_claimants=2, kinds=(UpdateKind.FIRST,)),)
    desk = Desk(alerting=Alerting(rules))
    desk.read(
        placed("a", at(0), claim("killed", 12, "police")),
        placed("a2", at(1), revises="a"),
        placed("b", at(2), claim("killed", 12, "the hospital")),
    )
    desk.wait(at(48))
    assert desk.alerts == []


def test_a_second_voice_in_quiet_hours_is_told_at_their_end() -> None:
    rules = (Rule(name="two", min_claimants=2, kinds=(UpdateKind.FIRST,)),)
    desk = Desk(alerting=Alerting(rules, Pace(quiet_from=time(6), quiet_to=time(12))))
    desk.read(
        placed("a", at(0), claim("killed", 12, "police")),
        placed("b", at(2), claim("killed", 12, "the hospital")),
    )
    assert desk.alerts == []
    desk.wait(at(24))
    assert [one.at for one in desk.alerts] == [at(6)]


def test_a_second_voice_that_is_muted_is_told_when_the_mute_ends() -> None:
    mutes = (Mute(scope="quay", since=at(1), until=at(8)),)
    rules = (Rule(name="two", min_claimants=2, kinds=(UpdateKind.FIRST,)),)
    desk = Desk(alerting=Alerting(rules, mutes=lambda: mutes))
    desk.read(
        placed("a", at(0), claim("killed", 12, "police")),
        placed("b", at(2), claim("killed", 12, "the hospital")),
    )
    desk.wait(at(24))
    assert [one.at for one in desk.alerts] == [at(8)]


def test_voices_that_come_and_go_tell_a_figure_once() -> None:
    rules = (Rule(name="two", min_claimants=2, kinds=(UpdateKind.FIRST,)),)
    desk = Desk(alerting=Alerting(rules))
    items = [placed("a", at(0), claim("killed", 12, "police"))]
    for number in range(6):
        items.append(placed(f"b{number}", at(1 + 2 * number), claim("killed", 12, "the hospital")))
        items.append(placed(f"c{number}", at(2 + 2 * number), revises=f"b{number}"))
    desk.read(*items)
    assert len(desk.alerts) == 1


def test_the_state_of_a_summary_survives_storage() -> None:
    rules = (Rule(name="rest", kinds=(UpdateKind.FIRST,), digest=True),)
    runner = followed(*tolls(10), alerting=Alerting(rules, Pace(digest=(time(12),))))
    runner.wait(at(6))
    (state,) = [state for (stage, key), state in runner.states.items() if stage == "alert" and key != "quay"]
    assert state.summary
    assert msgspec.json.decode(msgspec.json.encode(state), type=Told) == state
    assert runner.reasons[-1] is Reason.HELD
