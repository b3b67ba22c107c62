"""A destination that is down rests, and one alert asks whether it is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streams.operators import deliver
from streams.operators.circuit import (
    CLOSED,
    LONGEST_ASKED,
    LONGEST_REST,
    SHORTEST_REST,
    TRIP,
    Circuit,
    answered,
)
from streams.operators.deliver import Delivery, next_time, ready
from tallywire.ports import Outcome, Verdict

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
FAILED = Outcome(verdict=Verdict.RETRY, says="503")


def deliveries(count: int, destination: str = "d") -> list[Delivery]:
    return [
        Delivery(alert=f"a{n}", destination=destination, story=f"s{n}", next_due=NOW) for n in range(count)
    ]


def after(*outcomes: Outcome) -> Circuit:
    circuit = CLOSED
    for outcome in outcomes:
        circuit = answered(circuit, outcome, NOW)
    return circuit


def test_one_failure_is_chance() -> None:
    circuit = after(*[FAILED] * (TRIP - 1))
    assert not circuit.open
    assert len(ready(deliveries(5), NOW, circuits={"d": circuit})) == 5


def test_failures_in_a_row_open_it_for_longer_each_time() -> None:
    rests = [after(*[FAILED] * count).free_at(NOW) - NOW for count in range(TRIP, TRIP + 40)]
    assert rests[0] == SHORTEST_REST
    assert rests == sorted(rests)
    assert rests[-1] == LONGEST_REST


def test_while_it_rests_nothing_is_tried_and_then_one_asks() -> None:
    circuits = {"d": after(*[FAILED] * TRIP)}
    waiting = deliveries(5) + deliveries(2, "other")
    assert {one.destination for one in ready(waiting, NOW, circuits=circuits)} == {"other"}
    assert next_time(deliveries(5), NOW, circuits=circuits) == NOW + SHORTEST_REST
    asking = ready(waiting, NOW + SHORTEST_REST, circuits=circuits)
    assert [one.alert for one in asking if one.destination == "d"] == ["a0"]


@pytest.mark.parametrize("verdict", [Verdict.DELIVERED, Verdict.REJECTED])
def test_an_answer_closes_it(verdict: Verdict) -> None:
    assert after(*[FAILED] * 9, Outcome(verdict=verdict, says="")) == CLOSED


def test_what_it_asks_for_itself_holds_for_all_its_alerts() -> None:
    slow = Outcome(verdict=Verdict.RETRY, says="429", retry_after=600.0)
    assert next_time(deliveries(2), NOW, circuits={"d": after(slow)}) == NOW + timedelta(minutes=10)
    assert (
        after(Outcome(verdict=Verdict.RETRY, says="", retry_after=1e12)).free_at(NOW) == NOW + LONGEST_ASKED
    )


def test_a_clock_set_back_does_not_keep_it_resting() -> None:
    circuit = after(*[FAILED] * TRIP)
    assert circuit.free_at(NOW - timedelta(days=30)) == NOW - timedelta(days=30)


def put_off(*minutes: int) -> list[Delivery]:
    """Deliveries that failed, each with its next try in so many minutes."""
    return [
        Delivery(
            alert=f"a{n}", destination="d", story=f"s{n}", next_due=NOW + timedelta(minutes=late), attempts=3
        )
        for n, late in enumerate(minutes)
    ]


def test_where_none_is_due_for_hours_one_by_lot_asks_all_the_same() -> None:
    circuits = {"d": after(*[FAILED] * TRIP)}
    waiting = put_off(120, 150, 180)
    asking = [
        ready(waiting, NOW + SHORTEST_REST + timedelta(seconds=second), circuits=circuits)
        for second in range(50)
    ]
    assert {len(chosen) for chosen in asking} == {1}
    assert {one.alert for (one,) in asking} == {"a0", "a1", "a2"}, (
        "an alert that it chokes on would keep it down"
    )
    assert next_time(waiting, NOW, circuits=circuits) == NOW + SHORTEST_REST
    [due] = ready([*waiting, *deliveries(4)[3:]], NOW + SHORTEST_REST, circuits=circuits)
    assert due.next_due == NOW


def test_a_try_before_its_time_does_not_count() -> None:
    [delivery] = put_off(120)
    again = deliver.after(delivery, FAILED, NOW)
    assert (again.attempts, again.next_due, again.says) == (3, delivery.next_due, "503")
    slow = Outcome(verdict=Verdict.RETRY, says="429", retry_after=86_000.0)
    assert deliver.after(delivery, slow, NOW).next_due == NOW + timedelta(seconds=86_000)
    taken = deliver.after(delivery, Outcome(verdict=Verdict.DELIVERED, says="200"), NOW)
    assert taken.state is deliver.State.DELIVERED


def test_once_it_is_back_what_failed_meanwhile_does_not_wait() -> None:
    waiting = put_off(120, 150)
    assert ready(waiting, NOW) == ()
    assert [one.alert for one in ready(waiting, NOW, early={"a1"})] == ["a1"]
    assert next_time(waiting, NOW, early={"a1"}) == NOW
    gap = {"d": timedelta(seconds=1)}
    assert next_time(waiting, NOW, early={"a1"}, gaps=gap, last_tried={"d": NOW}) == NOW + gap["d"]
