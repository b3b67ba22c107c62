"""Sources followed: each is fetched when it is due, and what it brings is handed over before it is asked again.

Whoever takes articles in may be slow, or out of reach for a while: then the sources are asked less often, and nothing
that they have brought is dropped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from streams.second import SecondReader
from streams.store import SourceRow
from tallywire.metrics import FEEDS_SHOWN, Metrics
from tallywire.ports import Batch, Clock, Polled, Problem, Pushed, Source
from tallywire.records import Article
from tallywire.urls import shown

log = structlog.get_logger("tallywire.monitor")

FINE = ("new", "unchanged", "not_modified")  # outcomes of a fetch that went well
ASKED = "asked"  # in place of an outcome, of a source that is asked for the first time


class Brought(msgspec.Struct, frozen=True):
    """What one fetch has brought."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    row: SourceRow  #: where the source goes on, to be kept with the articles
    began: float  #: when the fetch began, on the monotonic clock (seconds)


#: Takes in what was brought, all or nothing, however long that lasts; False at a stop: then it was not taken in.
Take = Callable[[Brought], Awaitable[bool]]
#: Keeps where sources stand, in the same way.
Keep = Callable[[Sequence[SourceRow]], Awaitable[bool]]


class Following:
    """Follows any number of sources."""

    def __init__(
        self,
        sources: Sequence[Source],
        take: Take,
        keep: Keep,
        *,
        stop: asyncio.Event,
        clock: Clock,
        metrics: Metrics,
        articles_clock: bool = False,
        second: SecondReader | None = None,
    ) -> None:
        """`articles_clock` lets articles tell when they arrived; `second` is consulted before they are handed over."""
        self._sources = tuple(sources)
        self._take = take
        self._keep = keep
        self._asking: list[SourceRow] = []  # about to be asked, and not kept yet
        self._one_by_one = asyncio.Lock()
        self._stop = stop
        self._clock = clock
        self._metrics = metrics
        self._articles_clock = articles_clock
        self._second = second
        self._states: dict[str, str] = {}

    def loops(self, rows: Mapping[str, SourceRow]) -> list[Coroutine[Any, Any, None]]:
        """One endless loop for each source, until the stop; `rows` say where each goes on."""
        return [
            self._follow(source, rows.get(source.name), number) for number, source in enumerate(self._sources)
        ]

    async def _follow(self, source: Source, row: SourceRow | None, number: int) -> None:
        """One source, fetched again and again when it is due."""
        due = _next_due(row, self._clock.now())
        self._note(source.name, _state(row))
        if number < FEEDS_SHOWN:
            self._metrics.feed_known(shown(source.name), row.succeeded if row else None)
        while not self._stop.is_set():
            await self._until(source, _position(row), due)
            if self._stop.is_set():
                return
            now = self._clock.now()
            if isinstance(source, Polled) and now >= due and not await self._announced(source, row, now):
                return
            began, now = time.monotonic(), self._clock.now()
            batch = await _fetch(source, _position(row), now)
            row = _row(source, batch, now, row)
            if not await self._hand_over(batch, row, began):
                return
            due = batch.next_due
            self._account(source.name, batch, now, number)

    async def _until(self, source: Source, position: bytes | None, due: datetime) -> None:
        """Sleep until a source is due or has been sent something, but not past a stop."""
        seconds = (due - self._clock.now()).total_seconds()
        if not isinstance(source, Pushed) or seconds <= 0:
            await pause(self._stop, seconds)
            return
        waits = [asyncio.create_task(self._stop.wait()), asyncio.create_task(source.pushed(position))]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _announced(self, source: Polled, row: SourceRow | None, now: datetime) -> bool:
        """Have it kept that a source is about to be asked, so that a crash does not ask it again; False at a stop.

        Many fall due together, and are kept together: whoever comes first takes what the others have put down.
        """
        asking = source.asking(_position(row), now)
        known = row or SourceRow(
            name=source.name, position=b"", next_due=now, outcome=ASKED, fetched=now, problem=None
        )
        self._asking.append(
            msgspec.structs.replace(known, position=asking.position, next_due=asking.next_due, fetched=now)
        )
        async with self._one_by_one:
            rows, self._asking = self._asking, []
            return await self._keep(rows) if rows else not self._stop.is_set()

    async def _hand_over(self, batch: Batch, row: SourceRow, began: float) -> bool:
        articles = self._dated(batch.articles)
        if self._second is not None:
            articles = await self._second.consult(articles)
        self._metrics.waiting.inc(len(articles))
        try:
            return await self._take(Brought(articles, batch.problems, row, began))
        finally:
            self._metrics.waiting.dec(len(articles))

    def _dated(self, articles: tuple[Article, ...]) -> tuple[Article, ...]:
        if not self._articles_clock:
            return articles
        return tuple(msgspec.structs.replace(article, arrived=article.at) for article in articles)

    def _account(self, name: str, batch: Batch, now: datetime, number: int) -> None:
        feed = shown(name)
        self._metrics.count_poll(batch.outcome)
        fine = batch.outcome in FINE
        self._note(name, "ok" if fine else "failing")
        if number < FEEDS_SHOWN:
            self._metrics.feed_answered(
                feed, now, due=batch.next_due, articles=len(batch.articles), fine=fine
            )
        if batch.articles:
            self._metrics.last_article.set(now.timestamp())
        for problem in batch.problems:
            log.warning("feed problem", feed=feed, cause=problem.cause, says=problem.says)
        log.info("polled", feed=feed, outcome=batch.outcome, articles=len(batch.articles))

    def _note(self, name: str, state: str) -> None:
        before = self._states.get(name)
        if before != state:
            if before is not None:
                self._metrics.feeds.labels(before).dec()
            self._metrics.feeds.labels(state).inc()
            self._states[name] = state


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not past a stop."""
    if seconds > 0:
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            return


def _next_due(row: SourceRow | None, now: datetime) -> datetime:
    """When a source is asked first; a fetch that seems to lie ahead was made under a wrong clock."""
    if row is None:
        return now
    return row.next_due if row.fetched <= now else now + (row.next_due - row.fetched)


def _state(row: SourceRow | None) -> str:
    if row is None or row.outcome == ASKED:
        return "new"
    return "ok" if row.outcome in FINE else "failing"


def _position(row: SourceRow | None) -> bytes | None:
    return (row.position if row else None) or None


def _row(source: Source, batch: Batch, now: datetime, before: SourceRow | None) -> SourceRow:
    """How a source stands after a fetch."""
    return SourceRow(
        name=source.name,
        position=batch.position,
        next_due=batch.next_due,
        outcome=batch.outcome,
        fetched=now,
        succeeded=now if batch.outcome in FINE else before.succeeded if before else None,
        problem=batch.problems[0].says if batch.problems else None,
    )


async def _fetch(source: Source, position: bytes | None, now: datetime) -> Batch:
    """A fetch that cannot raise: a fault of the source's own code is a problem like any other."""
    try:
        return await source.fetch(position, now)
    except Exception as error:  # noqa: BLE001 - one source's fault must not end the monitor
        log.error("source failed", feed=shown(source.name), error=f"{type(error).__name__}: {error}")
        problem = Problem(cause="internal", says=f"{type(error).__name__}: {error}")
        return Batch(
            articles=(),
            position=position or b"",
            next_due=now + timedelta(minutes=5),
            outcome="internal",
            problems=(problem,),
        )
