"""The monitor of one machine: sources polled, the pipeline driven, alerts delivered, until it is told to stop.

Network and timers live on the event loop; the engine and its file belong to one worker thread, so that a long article
never holds up a poll.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, NamedTuple, ParamSpec, TypeVar

import msgspec
import structlog

from streams.embedded import Engine, Taken
from streams.index import SAVE_AFTER
from streams.operators import circuit, deliver
from streams.operators.circuit import CLOSED, Circuit
from streams.operators.deliver import STANDARD, Delivery, Schedule
from streams.second import SecondReader
from streams.store import SourceRow
from tallywire.errors import DeliveryError
from tallywire.metrics import FEEDS_SHOWN, Metrics
from tallywire.ports import Batch, Clock, Outcome, Problem, Pushed, Sink, Source, Verdict
from tallywire.records import Alert, Article
from tallywire.urls import shown

log = structlog.get_logger("tallywire.monitor")

P = ParamSpec("P")
T = TypeVar("T")

FINE = ("new", "unchanged", "not_modified")  # outcomes of a fetch that went well
RETRY_STORE = (1.0, 60.0)  # seconds between tries of a refused transaction: first, longest
HOUSEKEEPING = 60.0  # seconds
HEARTBEAT = 15.0  # seconds
GRACE = 5.0  # seconds for deliveries under way at a stop


class Monitor:
    """Runs sources, engine and sinks together."""

    def __init__(
        self,
        engine: Engine,
        sources: Sequence[Source],
        sinks: Sequence[Sink],
        *,
        clock: Clock,
        metrics: Metrics,
        keep: timedelta,
        schedule: Schedule = STANDARD,
        gaps: Mapping[str, timedelta] | None = None,
        articles_clock: bool = False,
        second: SecondReader | None = None,
    ) -> None:
        """`keep` is the retention; `gaps` the least time between two tries at a destination.

        `articles_clock` lets articles tell the time, for demonstrations; `second` is consulted before they are read.
        """
        self._engine = engine
        self._sources = tuple(sources)
        self._sinks = {sink.name: sink for sink in sinks}
        self._clock = clock
        self._metrics = metrics
        self._schedule = schedule
        self._gaps = dict(gaps or {})
        self._tried: dict[str, datetime] = {}  # destination → its last try
        self._circuits: dict[str, Circuit] = {}  # destination → how it has answered of late
        self._keep = keep
        self._articles_clock = articles_clock
        self._second = second
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._stop = asyncio.Event()
        self._news = {name: asyncio.Event() for name in self._sinks}  # destination → an alert was queued
        self._states: dict[str, str] = {}
        self._fetched: dict[str, _Fetched] = {}  # alert → its article's times, for the latency
        self._gone: set[str] = set()  # destinations that want no more
        self._loaded = False
        self._fault: str | None = None
        self._failure: BaseException | None = None

    def stop(self) -> None:
        """Ask for a clean end: what is under way is finished, the rest is taken up at the next start."""
        self._stop.set()

    def _wake(self) -> None:
        for news in self._news.values():
            news.set()

    def alive(self) -> list[str]:
        """What is wrong with the process, in words."""
        return [self._fault] if self._fault else []

    def ready(self) -> list[str]:
        """Why no articles are taken in yet, in words."""
        return self.alive() + ([] if self._loaded else ["the likeness index is still being rebuilt"])

    async def run(self) -> None:
        """Work until `stop()`.  Raises whatever a part of the monitor fails with: nothing dies in silence."""
        rows = await self._call(self._engine.store.sources)
        workers = [
            self._task(self._follow(source, rows.get(source.name), number))
            for number, source in enumerate(self._sources)
        ]
        workers += [self._task(work()) for work in (self._housekeeping, self._timers, self._heart)]
        senders: list[asyncio.Task[None]] = []
        try:
            await self._call(self._engine.load)
            self._loaded = True
            await self._abandon_removed_destinations()
            senders = [self._task(self._send_to(sink)) for sink in self._sinks.values()]
            await self._stop.wait()
        finally:
            self._stop.set()
            self._wake()
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await self._finish(senders)
            await self._save_index(at_least=1)
            self._worker.shutdown()
        if self._failure is not None:
            raise self._failure

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a part of the monitor; should it ever fail, the monitor ends and says why."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            self._stop.set()

    async def _save_index(self, at_least: int = SAVE_AFTER) -> None:
        """Keep a snapshot for the next start, which can do without."""
        try:
            await self._call(self._engine.save_index, at_least=at_least)
        except (OSError, sqlite3.Error) as error:
            log.error("no snapshot of the likeness index", error=str(error))

    async def _finish(self, senders: Sequence[asyncio.Task[None]]) -> None:
        """Let deliveries under way come to their end, within a grace; what is cut off is sent again under its id."""
        if senders:
            _, late = await asyncio.wait(senders, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*senders, return_exceptions=True)

    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on the engine's thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, lambda: function(*args, **kwargs)
        )

    async def _pause(self, seconds: float) -> None:
        """Sleep, but not past a stop."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stop.wait(), seconds)
            except TimeoutError:
                return

    # -- feeds in --------------------------------------------------------------------------------------------------

    async def _follow(self, source: Source, row: SourceRow | None, number: int) -> None:
        """One source, fetched again and again when it is due."""
        position = (row.position if row else None) or None
        due = _next_due(row, self._clock.now())
        self._note(source.name, "new" if row is None else "ok" if row.outcome in FINE else "failing")
        if number < FEEDS_SHOWN:
            self._metrics.feed_known(shown(source.name), row.succeeded if row else None)
        while not self._stop.is_set():
            await self._until(source, position, due)
            if self._stop.is_set():
                return
            began, now = time.monotonic(), self._clock.now()
            batch = await _fetch(source, position, now)
            taken = await self._persist(source, batch, now)
            if taken is None:
                return
            position, due = batch.position or None, batch.next_due
            self._account(source.name, batch, now, number)
            published = {article.id: article.published for article in batch.articles}
            for alert in taken.alerts:
                cause = alert.updates[0].cause if alert.updates else ""
                self._fetched[alert.id] = _Fetched(began, published.get(cause))
            if taken.alerts:
                self._wake()

    async def _until(self, source: Source, position: bytes | None, due: datetime) -> None:
        """Sleep until a source is due or has been sent something, but not past a stop."""
        seconds = (due - self._clock.now()).total_seconds()
        if not isinstance(source, Pushed) or seconds <= 0:
            await self._pause(seconds)
            return
        waits = [asyncio.create_task(self._stop.wait()), asyncio.create_task(source.pushed(position))]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _persist(self, source: Source, batch: Batch, now: datetime) -> Taken | None:
        """Take a batch in; a file that refuses it is tried again until it takes it.  None at a stop."""
        fine = batch.outcome in FINE
        row = SourceRow(
            name=source.name,
            position=batch.position,
            next_due=batch.next_due,
            outcome=batch.outcome,
            fetched=now,
            succeeded=now if fine else None,
            problem=batch.problems[0].says if batch.problems else None,
        )
        articles = self._dated(batch.articles)
        if self._second is not None:
            articles = await self._second.consult(articles)
        self._metrics.waiting.inc(len(articles))
        try:
            return await self._take(articles, row, batch.problems)
        finally:
            self._metrics.waiting.dec(len(articles))

    async def _take(
        self, articles: Sequence[Article], row: SourceRow, problems: Sequence[Problem]
    ) -> Taken | None:
        wait = RETRY_STORE[0]
        while True:
            try:
                began = time.monotonic()
                taken = await self._call(self._engine.take, articles, source=row, problems=problems)
            except sqlite3.Error as error:
                self._fault = f"the state file refuses to be written: {error}"
                self._metrics.faults.inc()
                log.error("state file refused", error=str(error), path=self._engine.store.path, again_in=wait)
                await self._pause(wait)
                if self._stop.is_set():
                    return None
                wait = min(wait * 2, RETRY_STORE[1])
            else:
                self._fault = None
                self._metrics.transaction.observe(time.monotonic() - began)
                return taken

    def _dated(self, articles: tuple[Article, ...]) -> tuple[Article, ...]:
        if not self._articles_clock:
            return articles
        return tuple(msgspec.structs.replace(article, arrived=article.at) for article in articles)

    def _account(self, name: str, batch: Batch, now: datetime, number: int) -> None:
        feed = shown(name)
        self._metrics.polls.labels(batch.outcome).inc()
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

    # -- timers and housekeeping -----------------------------------------------------------------------------------

    async def _timers(self) -> None:
        """Fire what falls due while no article comes; with the articles' clock, only articles move time."""
        while not self._stop.is_set() and not self._articles_clock:
            await self._pause(1.0)
            due = await self._call(self._engine.store.next_due)
            now = self._clock.now()
            if due is not None and due <= now and not self._stop.is_set():
                try:
                    taken = await self._call(self._engine.fire, now)
                except sqlite3.Error as error:
                    log.error("timers wait for the state file", error=str(error))
                    await self._pause(RETRY_STORE[1])
                    continue
                if taken.alerts:
                    self._wake()

    async def _heart(self) -> None:
        """Show from time to time that an article would go all the way: through the engine, and past the senders."""
        while not self._stop.is_set():
            try:
                await self._call(self._engine.beat)
            except sqlite3.Error as error:
                log.error("no heartbeat", error=str(error))
            else:
                self._beat("engine")
                self._wake()
            await self._pause(HEARTBEAT)

    def _beat(self, at: str) -> None:
        self._metrics.heartbeat.labels(at).set(self._clock.now().timestamp())

    async def _housekeeping(self) -> None:
        """Prune what is past its retention, and keep the index's snapshot fresh."""
        while not self._stop.is_set():
            await self._gauge_state()
            await self._pause(HOUSEKEEPING)
            try:
                while not self._stop.is_set() and await self._call(self._engine.prune, self._keep) > 0:
                    pass
            except sqlite3.Error as error:
                log.error("housekeeping put off", error=str(error))
            await self._save_index()

    async def _gauge_state(self) -> None:
        try:
            size = await self._call(self._engine.store.size)
        except (OSError, sqlite3.Error) as error:
            log.error("size of the state not known", error=str(error))
            return
        self._metrics.state_bytes.set(size.bytes)
        self._metrics.disk_free.set(size.free)
        self._metrics.stories.set(size.stories)

    # -- alerts out ------------------------------------------------------------------------------------------------

    async def _abandon_removed_destinations(self) -> None:
        """Alerts for a destination that is no longer configured become dead letters rather than wait for ever."""
        for delivery in await self._call(self._engine.store.pending):
            if delivery.destination not in self._sinks:
                await self._record(_given_up(delivery), "the destination is no longer configured")

    async def _send_to(self, sink: Sink) -> None:
        """Deliver to one destination, in order and at its pace, until told to stop."""
        news, gaps, tried, circuits = self._news[sink.name], self._gaps, self._tried, self._circuits
        while not self._stop.is_set():
            news.clear()  # before looking, so that an alert queued meanwhile wakes us again
            pending = [d for d in await self._call(self._engine.store.pending) if d.destination == sink.name]
            now = self._clock.now()
            ready = deliver.ready(pending, now, last_tried=tried, gaps=gaps, circuits=circuits)
            for delivery in ready:
                now = self._clock.now()
                if self._stop.is_set():
                    return
                if circuits.get(sink.name, CLOSED).free_at(now) > now:
                    break
                self._tried[sink.name] = now
                if await self._deliver(sink, delivery) is Verdict.GONE:
                    self._part_with(sink)
                    return
            await self._gauge_outbox()
            self._beat(f"deliver/{sink.name}")
            if not ready:
                now = self._clock.now()
                soonest = deliver.next_time(pending, now, last_tried=tried, gaps=gaps, circuits=circuits)
                await self._wait_for(news, soonest)

    def _part_with(self, sink: Sink) -> None:
        """A destination that is gone is not used again before a restart; without any, there is nobody to tell."""
        log.error("destination gone: not used again before a restart", destination=sink.name)
        self._gone.add(sink.name)
        if self._gone == self._sinks.keys():
            self._failure = DeliveryError("every destination is gone: alerts reach nobody")
            self._stop.set()

    async def _wait_for(self, news: asyncio.Event, soonest: datetime | None) -> None:
        """Until a new alert, the next try, or a stop."""
        seconds = max(0.01, (soonest - self._clock.now()).total_seconds()) if soonest else None
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except TimeoutError:
            return

    async def _deliver(self, sink: Sink, delivery: Delivery) -> Verdict:
        """One try, recorded after it was made."""
        alert = await self._call(self._engine.store.alert, delivery.alert)
        if alert is None:  # past its retention: nothing left to send
            await self._record(_given_up(delivery), "the alert is past its retention")
            return Verdict.REJECTED
        outcome = await self._try(
            sink, alert, await self._call(self._engine.store.thread, sink.name, alert.story)
        )
        self._judge(sink.name, outcome)
        after = deliver.after(delivery, outcome, self._clock.now(), self._schedule)
        cause = f"{outcome.verdict}: {outcome.says}" if after.state is deliver.State.DEAD else None
        await self._record(after, cause)
        self._metrics.deliveries.labels(sink.name, outcome.verdict.value).inc()
        if outcome.verdict is Verdict.DELIVERED:
            self._observe_latency(alert)
        else:
            log.warning(
                "not delivered", destination=sink.name, verdict=outcome.verdict.value, says=outcome.says
            )
        return outcome.verdict

    def _observe_latency(self, alert: Alert) -> None:
        """Once an alert: how long it took to its first destination, with the alert as the example of that long."""
        fetched = self._fetched.pop(alert.id, None)
        if fetched is None:
            return
        example = {"alert": alert.id}
        self._metrics.latency.observe(time.monotonic() - fetched.began, example)
        if fetched.published is not None and not self._articles_clock:
            age = (self._clock.now() - fetched.published).total_seconds()
            self._metrics.published.observe(max(age, 0.0), example)

    def _judge(self, destination: str, outcome: Outcome) -> None:
        """Open or close a destination's circuit, and say so."""
        before = self._circuits.get(destination, CLOSED)
        after = self._circuits[destination] = circuit.answered(before, outcome, self._clock.now())
        if after.open and not before.open:
            log.error("destination down: its alerts wait", destination=destination, says=outcome.says)
        elif before.open and not after.open:
            log.warning("destination is back", destination=destination)

    async def _try(self, sink: Sink, alert: Alert, thread: str | None) -> Outcome:
        try:
            return await sink.send(alert, self._clock.now(), thread)
        except Exception as error:  # noqa: BLE001 - a fault of the sink's own code must not lose the alert
            log.error("sink failed", destination=sink.name, error=type(error).__name__)
            return Outcome(verdict=Verdict.RETRY, says=f"internal: {type(error).__name__}")

    async def _record(self, delivery: Delivery, cause: str | None = None) -> None:
        """Write down how a delivery stands, however often the file must be asked."""
        while True:
            try:
                await self._call(self._engine.record, delivery, cause)
            except sqlite3.Error as error:
                log.error("delivery not recorded yet", error=str(error))
                await self._pause(RETRY_STORE[0])
                if self._stop.is_set():
                    return
            else:
                return

    async def _gauge_outbox(self) -> None:
        oldest = await self._call(self._engine.store.outbox_oldest)
        self._metrics.outbox_oldest.set(oldest.timestamp() if oldest else 0)
        self._metrics.outbox.set(await self._call(self._engine.store.outbox_size))


class _Fetched(NamedTuple):
    """When the article behind an alert came."""

    began: float  #: its fetch, on the monotonic clock (seconds)
    published: datetime | None  #: as the article says (UTC)


def _next_due(row: SourceRow | None, now: datetime) -> datetime:
    """When a source is asked first; a fetch that seems to lie ahead was made under a wrong clock."""
    if row is None:
        return now
    return row.next_due if row.fetched <= now else now + (row.next_due - row.fetched)


def _given_up(delivery: Delivery) -> Delivery:
    return msgspec.structs.replace(delivery, state=deliver.State.DEAD)


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
