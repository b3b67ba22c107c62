"""When a feed is asked next: its own rhythm, what it asks for, and what has gone wrong.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors.http import http_date
from tallywire.identity import digest
from tallywire.records import Record

WEEK = timedelta(days=7)
REMEMBERED = 64  # times of articles: enough to tell the rhythm of the busiest feed that is worth telling
JITTER = 0.1  # share of the interval, added: feeds of one host that started together drift apart
LONGEST_BACKOFF = timedelta(hours=6)  # between tries of a feed that fails
LONGEST_WISH = timedelta(days=30)  # a server that asks for more is taken to have slipped


class Bounds(Record, frozen=True):
    """How often a feed may be asked (`shortest`) and must be (`longest`)."""

    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=2)


def learnt(times: Sequence[datetime], now: datetime, bounds: Bounds) -> timedelta:
    """The mean time between a feed's articles over the last week, within bounds.

    `times`: when its latest articles came, in any order.  A feed that is silent for a week is asked seldom.
    """
    recent = [time for time in times if now - WEEK <= time <= now]
    if not recent:
        return bounds.longest
    span = now - min(recent) if len(times) >= REMEMBERED else min(WEEK, now - min(times))
    return _within(span / len(recent), bounds)


def wished(headers: Mapping[str, str], ttl: float | None, now: datetime, bounds: Bounds) -> timedelta:
    """How long the publisher wants to be left alone: `ttl`, Cache-Control, Expires (RFC 9111 section 4.2.1).

    No more than the longest interval: a lifetime is about copies, and a monitor must look now and then.
    """
    seconds = max(ttl or 0.0, _fresh(headers, now))
    return min(timedelta(seconds=min(seconds, LONGEST_WISH.total_seconds())), bounds.longest)


def after_success(
    name: str,
    rhythm: timedelta,
    wish: timedelta,
    retry_after: float | None,
    now: datetime,
    bounds: Bounds,
    quiet: Sequence[int] = (),
) -> datetime:
    """When to ask again after an answer that could be used.

    In its `quiet` hours (of the week, from Monday 0:00 UTC) a feed is asked as seldom as may be.
    """
    due = _due(name, max(_within(rhythm, bounds), wish), retry_after, now)
    if due.weekday() * 24 + due.hour in quiet:
        return _due(name, bounds.longest, retry_after, now)
    return due


def after_failure(
    name: str, failures: int, retry_after: float | None, now: datetime, bounds: Bounds
) -> datetime:
    """When to try again after `failures` in a row: twice as long each time."""
    longest = max(LONGEST_BACKOFF, bounds.longest)
    interval = min(bounds.shortest * 2 ** min(failures, 30), longest)
    return _due(name, interval, retry_after, now)


def _due(name: str, interval: timedelta, retry_after: float | None, now: datetime) -> datetime:
    """`interval` from now and a little more, never before the server allows; the same for the same call."""
    share = int(digest(name, now.isoformat()), 16) / 2**64
    asked = timedelta(seconds=min(retry_after or 0.0, LONGEST_WISH.total_seconds()))
    return now + max(interval * (1 + JITTER * share), asked)


def _within(interval: timedelta, bounds: Bounds) -> timedelta:
    return min(max(interval, bounds.shortest), bounds.longest)


def _fresh(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds for which the answer stays fresh, by its headers."""
    directives = {
        name.strip().lower(): value.strip(' "')
        for name, _, value in (part.partition("=") for part in headers.get("Cache-Control", "").split(","))
    }
    if directives.keys() & {"no-store", "no-cache"}:
        return 0.0
    if "max-age" in directives:
        return max(0.0, _seconds(directives["max-age"]) - _seconds(headers.get("Age", "")))
    expires = http_date(headers.get("Expires", ""))
    if expires is None:
        return 0.0
    return max(0.0, (expires - (http_date(headers.get("Date", "")) or now)).total_seconds())


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0
