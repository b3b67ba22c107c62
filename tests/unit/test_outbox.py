"""A shelf of the outbox: an alert is queued once, in its place, and what is done with is forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from streams import codec
from streams.kafka.outbox import Shelf, name
from streams.operators.deliver import State
from tallywire.records import Alert, Severity, UpdateKind

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


def alert(number, story="quay"):
    return Alert(
        id=f"a{number}",
        kind=UpdateKind.CHANGED,
        severity=Severity.NOTICE,
        story=story,
        at=NOW,
        title="",
        text="",
        update=f"u{number}",
    )


def queue(shelf, number, *destinations, written=None):
    rows = shelf.fresh(alert(number), number, destinations or ("desk",), NOW)
    for row in rows:
        shelf.put(row)
        if written is not None:
            written[name(row.delivery)] = codec.encode(row)
    return rows


def done(row, state=State.DELIVERED, **more):
    return msgspec.structs.replace(row, delivery=msgspec.structs.replace(row.delivery, state=state, **more))


def test_an_alert_is_queued_once_for_each_destination_however_often_it_comes():
    shelf = Shelf({})
    assert len(queue(shelf, 1, "desk", "wire")) == 2
    assert queue(shelf, 1, "desk", "wire") == []
    (row,) = queue(shelf, 1, "desk", "wire", "late")
    assert row.delivery.destination == "late"


def test_what_was_accepted_is_not_queued_again():
    shelf = Shelf({})
    (row,) = queue(shelf, 1)
    shelf.put(done(row))
    assert shelf.pending == []
    assert queue(shelf, 1) == []


def test_what_waits_stands_in_the_order_of_the_alerts_whatever_order_it_was_written_in():
    written = {}
    shelf = Shelf({})
    for number in (3, 1, 2):
        queue(shelf, number, written=written)
    assert [row.offset for row in shelf.pending] == [1, 2, 3]
    assert Shelf(written).pending == shelf.pending


def test_a_shelf_that_is_read_again_knows_what_was_accepted_and_where_the_story_is_told():
    written = {}
    (row, other) = queue(Shelf({}), 1, "desk", "wire", written=written)
    after = done(row, thread="t1")
    written[name(after.delivery)] = codec.encode(after)
    shelf = Shelf(written)
    assert [one.delivery for one in shelf.pending] == [other.delivery]
    assert shelf.thread(row.delivery) == "t1"
    assert shelf.thread(other.delivery) is None
    assert shelf.row(row.delivery) is None


def test_what_was_given_up_can_be_tried_again_where_it_stood():
    shelf = Shelf({})
    (row,) = queue(shelf, 7)
    shelf.put(done(row, State.DEAD, attempts=10))
    (asked,) = shelf.again(row.delivery, NOW + timedelta(days=1))
    shelf.put(asked)
    (waits,) = shelf.pending
    assert (waits.offset, waits.delivery.attempts, waits.delivery.state) == (7, 0, State.PENDING)


def test_what_waits_or_was_accepted_is_not_tried_again_and_what_nobody_knows_is():
    shelf = Shelf({})
    (row,) = queue(shelf, 7)
    assert shelf.again(row.delivery, NOW) == []
    shelf.put(done(row))
    assert shelf.again(row.delivery, NOW) == []
    assert [one.offset for one in Shelf({}).again(row.delivery, NOW)] == [-1]


def test_only_what_is_done_with_and_past_its_retention_is_forgotten():
    shelf = Shelf({})
    rows = [queue(shelf, number)[0] for number in range(4)]
    for row in rows[1:]:
        shelf.put(done(row))
    assert shelf.forget(3) == ["a1/desk", "a2/desk"]
    assert shelf.forget(3) == []
    assert [row.delivery.alert for row in shelf.pending] == ["a0"]


def test_a_conversation_is_remembered_as_long_as_an_alert_of_its_story():
    shelf = Shelf({})
    (early,), (late,) = queue(shelf, 1), queue(shelf, 5)
    for row in (early, late):
        shelf.put(done(row, thread="t1"))
    shelf.forget(4)
    assert shelf.thread(late.delivery) == "t1"
    shelf.forget(6)
    assert shelf.thread(late.delivery) is None


def test_a_row_that_is_none_is_passed_by_and_named():
    written = {"a1/desk": b"{}"}
    queue(Shelf({}), 2, written=written)
    shelf = Shelf(written)
    assert [row.delivery.alert for row in shelf.pending] == ["a2"]
    (says,) = shelf.unread
    assert says.startswith("a1/desk: not a Queued record")


def test_a_row_of_a_later_version_is_an_error():
    with pytest.raises(codec.LaterVersionError, match="upgrade it"):
        Shelf({"a1/desk": b'{"v":2}'})


def test_where_the_topic_was_made_anew_what_waits_is_found_where_it_stands_now():
    shelf = Shelf({})
    for number in (5_000, 5_001):
        queue(shelf, number)
    (row,) = shelf.fresh(alert(5_000), 3, ("desk",), NOW)
    shelf.put(row)
    assert [(one.delivery.alert, one.offset) for one in shelf.pending] == [("a5000", 3), ("a5001", 5_001)]


def test_an_alert_that_is_told_again_keeps_its_place():
    shelf = Shelf({})
    for number in (1, 2):
        queue(shelf, number)
    assert shelf.fresh(alert(1), 3, ("desk",), NOW) == []
