"""What travels beside a record, and the queue before `assign`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streams.kafka import wire
from streams.kafka.queueing import MOST, MOST_BYTES, Queueing
from streams.kafka.wire import Stamp, Tide, tick

START = datetime(2031, 5, 4, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def stamped(minute: int, turn: int = 0, cause: str = "") -> Stamp:
    return Stamp(kind="Reading", clock=at(minute), turn=turn, cause=cause)


def test_a_stamp_comes_back_from_the_headers_of_its_record():
    stamp = Stamp(kind="Update", clock=at(3), cause="a1", turn=7)
    assert wire.stamp([("other", b"x"), *wire.headers(stamp)]) == stamp


def test_a_record_of_another_program_has_no_stamp():
    assert wire.stamp([("other", b"x")]) is None
    assert wire.stamp(None) is None


def test_a_stamp_that_is_none_is_an_error():
    with pytest.raises(ValueError, match="truncated"):
        wire.stamp([(wire.HEADER, b"{")])


def test_time_has_come_as_far_as_on_the_way_that_is_furthest_behind():
    tide = Tide()
    assert tide.rise(tick(at(5), way=0, ways=2)) is None
    assert tide.rise(tick(at(3), way=1, ways=2)) == at(3)
    assert tide.rise(tick(at(9), way=1, ways=2)) == at(5)


def test_time_does_not_go_back():
    tide = Tide()
    tide.rise(tick(at(5)))
    assert tide.rise(tick(at(4))) == at(5)


def test_items_wait_until_time_has_passed_them_on_every_way_and_go_in_its_order():
    queue: Queueing[str] = Queueing(patience=60)
    queue.put("late", stamped(4), 0)
    queue.put("early", stamped(2), 0)
    queue.tick(tick(at(9), way=0, ways=2))
    assert queue.ready(1) == []
    queue.tick(tick(at(3), way=1, ways=2))
    assert queue.ready(1) == ["early"]
    assert len(queue) == 1


def test_of_one_time_the_connectors_order_decides():
    queue: Queueing[str] = Queueing(patience=60)
    for name, turn in (("c", 3), ("a", 1), ("b", 2)):
        queue.put(name, stamped(1, turn), 0)
    queue.tick(tick(at(1)))
    assert queue.ready(0) == ["a", "b", "c"]


def test_a_silent_way_holds_nobody_longer_than_the_patience_and_what_is_earlier_goes_along():
    queue: Queueing[str] = Queueing(patience=5)
    queue.put("waited", stamped(4), 0)
    queue.put("came later, is earlier", stamped(2), 4)
    queue.put("not yet", stamped(6), 4)
    assert queue.ready(4.9) == []
    assert queue.ready(5) == ["came later, is earlier", "waited"]


def test_more_than_memory_should_hold_go_on():
    queue: Queueing[int] = Queueing(patience=1e9)
    for number in range(MOST + 3):
        queue.put(number, stamped(0, number), 0)
    assert queue.ready(0) == [0, 1, 2]


def test_large_ones_go_on_before_they_are_many():
    queue: Queueing[int] = Queueing(patience=1e9)
    for number in range(5):
        queue.put(number, stamped(0, number), 0, MOST_BYTES // 3)
    assert queue.ready(0) == [0, 1]
    queue.tick(tick(at(1)))
    assert queue.ready(0) == [2, 3, 4]
    queue.put(5, stamped(2), 0, MOST_BYTES)
    assert queue.ready(0) == []


def test_what_nothing_tells_apart_goes_on_as_it_came():
    queue: Queueing[object] = Queueing(patience=0)
    alike = [object(), object(), object()]
    for one in alike:
        queue.put(one, stamped(1), 0)
    assert queue.ready(0) == alike
