"""When a delivery is tried again, when it is given up, and what waits for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.operators.deliver import (
    JITTER,
    LONGEST_WAIT,
    STANDARD,
    Delivery,
    Schedule,
    State,
    after,
    next_time,
    ready,
)
from tallywire.ports import Outcome, Verdict

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


def delivery(
    alert: str = "a1", story: str = "s1", destination: str = "d", late: float = 0, **more: int
) -> Delivery:
    due = NOW + timedelta(seconds=late)
    return Delivery(alert=alert, destination=destination, story=story, next_due=due, **more)


def outcome(verdict: Verdict, wait: float | None = None) -> Outcome:
    return Outcome(verdict=verdict, says=f"it was {verdict}", retry_after=wait)


def test_delivered_is_done() -> None:
    told = after(delivery(), outcome(Verdict.DELIVERED), NOW)
    assert (told.state, told.attempts, told.says) == (State.DELIVERED, 1, "it was delivered")


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.GONE])
def test_what_will_never_be_taken_is_dead_at_once(verdict: Verdict) -> None:
    assert after(delivery(), outcome(verdict), NOW).state is State.DEAD


def test_the_schedule_is_kept_to_its_end() -> None:
    told, now, waits = delivery(), NOW, []
    while told.state is State.PENDING:
        told = after(told, outcome(Verdict.RETRY), now)
        waits.append(told.next_due - now)
        now = told.next_due
    assert told.state is State.DEAD
    assert told.attempts == len(STANDARD.waits) + 1
    for wait, planned in zip(waits, STANDARD.waits, strict=False):
        assert planned <= wait <= planned * (1 + JITTER)


def test_another_schedule_may_be_given() -> None:
    once = Schedule(waits=(timedelta(minutes=1),))
    first = after(delivery(), outcome(Verdict.RETRY), NOW, once)
    assert first.state is State.PENDING
    assert after(first, outcome(Verdict.RETRY), first.next_due, once).state is State.DEAD


@given(st.floats(allow_nan=False), st.integers(0, 8))
def test_retry_after_is_kept_up_to_a_day(asked: float, attempts: int) -> None:
    told = after(delivery(attempts=attempts), outcome(Verdict.RETRY, asked), NOW)
    wait = told.next_due - NOW
    assert wait >= min(timedelta(seconds=max(asked, 0) if asked < 86400 else 86400), LONGEST_WAIT)
    assert wait <= LONGEST_WAIT * (1 + JITTER)


def test_the_wait_is_the_same_on_every_run_and_differs_between_alerts() -> None:
    waits = {after(delivery(f"a{n}"), outcome(Verdict.RETRY), NOW).next_due for n in range(20)}
    again = {after(delivery(f"a{n}"), outcome(Verdict.RETRY), NOW).next_due for n in range(20)}
    assert waits == again
    assert len(waits) == 20


def test_a_storys_earlier_delivery_holds_back_its_later_ones() -> None:
    waiting, later, other = delivery("a1", late=60), delivery("a2"), delivery("b1", story="s2")
    assert ready([waiting, later, other], NOW) == (other,)
    assert next_time([waiting, later], NOW) == waiting.next_due


def test_destinations_do_not_wait_for_each_other() -> None:
    failing, well = delivery("a1", late=60), delivery("a1", destination="e")
    assert ready([failing, well], NOW) == (well,)


def test_a_gap_lets_one_through_at_a_time() -> None:
    gaps = {"d": timedelta(seconds=1)}
    waiting = [delivery("a1"), delivery("b1", story="s2"), delivery("c1", story="s3", destination="e")]
    assert ready(waiting, NOW, gaps=gaps) == (waiting[0], waiting[2])
    just_now = {"d": NOW - timedelta(milliseconds=300)}
    assert ready(waiting[:2], NOW, gaps=gaps, last_tried=just_now) == ()
    assert next_time(waiting[:2], NOW, gaps=gaps, last_tried=just_now) == NOW + timedelta(milliseconds=700)


@pytest.mark.parametrize("gaps", [{}, {"d": timedelta(seconds=1)}])
def test_a_clock_set_back_holds_nothing_up(gaps: dict[str, timedelta]) -> None:
    tomorrow = {"d": NOW + timedelta(days=1)}
    waiting = [delivery("a1")]
    assert ready(waiting, NOW, gaps=gaps, last_tried=tomorrow) == tuple(waiting)
    assert next_time(waiting, NOW, gaps=gaps, last_tried=tomorrow) == NOW


def test_nothing_pending_is_nothing_to_do() -> None:
    done = after(delivery(), outcome(Verdict.DELIVERED), NOW)
    assert ready([done], NOW) == ()
    assert next_time([done], NOW) is None


@given(
    st.lists(st.tuples(st.sampled_from("stu"), st.sampled_from("de"), st.integers(-60, 60)), max_size=30),
    st.lists(st.sampled_from([Verdict.DELIVERED, Verdict.RETRY, Verdict.REJECTED]), min_size=1, max_size=40),
)
def test_all_end_and_each_story_in_order(places: list[tuple[str, str, int]], answers: list[Verdict]) -> None:
    """However a sink answers, every delivery ends, and a story's deliveries end in the order decided."""
    table = [
        delivery(f"a{number}", story, destination, late)
        for number, (story, destination, late) in enumerate(places)
    ]
    ended: list[Delivery] = []
    now, turn = NOW, 0
    while (at := next_time(table, now)) is not None:
        now = max(now, at)
        batch = ready(table, now)
        assert batch, "next_time promised something to try"
        for one in batch:
            told = after(one, outcome(answers[turn % len(answers)]), now)
            turn += 1
            table[table.index(one)] = told
            if told.state is not State.PENDING:
                ended.append(told)
    assert len(ended) == len(places)
    for story in "stu":
        for destination in "de":
            order = [
                int(one.alert[1:]) for one in ended if (one.story, one.destination) == (story, destination)
            ]
            assert order == sorted(order)


def test_what_a_clock_that_ran_ahead_has_put_off_is_tried_once_the_clock_is_right() -> None:
    wrong = after(delivery(), outcome(Verdict.RETRY), NOW + timedelta(days=365))
    assert ready([wrong], NOW) == (wrong,)
    assert next_time([wrong], NOW) == NOW
    again = after(wrong, outcome(Verdict.RETRY), NOW)
    assert again.attempts == 2
    assert NOW < again.next_due < NOW + timedelta(hours=1)
