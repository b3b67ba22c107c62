"""When a feed is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources import rhythm
from connectors.sources.rhythm import Bounds

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
BOUNDS = Bounds(shortest=timedelta(minutes=5), longest=timedelta(hours=2))
MINUTE = timedelta(minutes=1)


def test_the_interval_is_the_feeds_own_rhythm_within_bounds() -> None:
    hourly = [NOW - timedelta(hours=n) for n in range(1, 25)]
    assert rhythm.learnt(hourly, NOW, BOUNDS) == timedelta(hours=1)
    assert rhythm.learnt([NOW - timedelta(seconds=n) for n in range(64)], NOW, BOUNDS) == BOUNDS.shortest
    assert rhythm.learnt([NOW - timedelta(days=n) for n in range(1, 5)], NOW, BOUNDS) == BOUNDS.longest
    assert rhythm.learnt([], NOW, BOUNDS) == BOUNDS.longest
    assert rhythm.learnt([NOW - timedelta(days=400)], NOW, BOUNDS) == BOUNDS.longest


@pytest.mark.parametrize(
    ("headers", "ttl", "minutes"),
    [
        ({}, None, 0),
        ({}, 3_600.0, 60),
        ({"Cache-Control": "public, max-age=1800"}, None, 30),
        ({"Cache-Control": "max-age=1800", "Age": "600"}, None, 20),
        ({"Cache-Control": "max-age=1800, no-cache"}, None, 0),
        ({"Cache-Control": "max-age=soon"}, None, 0),
        ({"Cache-Control": 'max-age="900"'}, 60.0, 15),
        ({"Expires": "Sun, 04 May 2031 12:45:00 GMT"}, None, 45),
        ({"Expires": "Sun, 04 May 2031 12:45:00 GMT", "Date": "Sun, 04 May 2031 12:30:00 GMT"}, None, 15),
        ({"Expires": "0"}, None, 0),
        ({"Expires": "Sun, 04 May 2031 11:00:00 GMT"}, None, 0),
        ({"Cache-Control": "max-age=99999999999"}, None, 120),
        ({}, 1e308, 120),
    ],
)
def test_the_publishers_wishes_are_floors_up_to_the_longest_interval(
    headers: dict[str, str], ttl: float | None, minutes: int
) -> None:
    assert rhythm.wished(headers, ttl, NOW, BOUNDS) == minutes * MINUTE


def test_a_failing_feed_is_asked_half_as_often_each_time_up_to_a_limit() -> None:
    waits = [rhythm.after_failure("f", n, None, NOW, BOUNDS) - NOW for n in range(1, 40)]
    assert waits[0] >= 2 * BOUNDS.shortest
    assert all(wait <= rhythm.LONGEST_BACKOFF * (1 + rhythm.JITTER) for wait in waits)
    assert waits[20] >= rhythm.LONGEST_BACKOFF


times = st.lists(st.timedeltas(min_value=timedelta(days=-400), max_value=timedelta(days=2)), max_size=70)


@given(times, st.integers(0, 10_000), st.none() | st.floats(0, 1e12), st.text())
def test_no_poll_is_early(ages: list[timedelta], wish: int, retry_after: float | None, name: str) -> None:
    learnt = rhythm.learnt([NOW + age for age in ages], NOW, BOUNDS)
    assert BOUNDS.shortest <= learnt <= BOUNDS.longest
    floor = timedelta(seconds=wish)
    due = rhythm.after_success(name, learnt, floor, retry_after, NOW, BOUNDS)
    asked = timedelta(seconds=min(retry_after or 0, rhythm.LONGEST_WISH.total_seconds()))
    assert due - NOW >= max(BOUNDS.shortest, learnt, floor, asked)
    assert due == rhythm.after_success(name, learnt, floor, retry_after, NOW, BOUNDS)


def test_in_its_quiet_hours_a_feed_is_asked_seldom() -> None:
    assert (NOW.weekday(), NOW.hour) == (6, 12)

    def wait(*quiet: int) -> timedelta:
        return rhythm.after_success("f", 30 * MINUTE, 0 * MINUTE, None, NOW, BOUNDS, quiet) - NOW

    assert wait() < 34 * MINUTE
    assert wait(6 * 24 + 11, 12) < 34 * MINUTE
    assert BOUNDS.longest <= wait(6 * 24 + 12) <= BOUNDS.longest * 1.1


def test_feeds_that_started_together_drift_apart() -> None:
    dues = {rhythm.after_success(f"feed {n}", 60 * MINUTE, 0 * MINUTE, None, NOW, BOUNDS) for n in range(50)}
    assert len(dues) == 50
    assert max(dues) - min(dues) <= 6 * MINUTE
