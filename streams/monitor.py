"""The monitor of one machine: sources polled, the pipeline driven, alerts delivered, until it is told to stop.

Network and timers live on the event loop; the engine and its file belong to one worker thread, so that a long article
never holds up an answer that is on its way.  Feeds are asked as fast as the engine takes in what they bring.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

import structlog

from streams.embedded import Engine, Taken
from streams.following import Brought, Following, pause
from streams.index import SAVE_AFTER
from streams.latency import Latency
from streams.operators.deliver import STANDARD, Delivery, Schedule
from streams.second import SecondReader
from streams.sending import Sending
from streams.store import SourceRow
from tallywire.metrics import Metrics
from tallywire.ports import Clock, Sink, Source
from tallywire.records import Alert

log = structlog.get_logger("tallywire.monitor")

P = ParamSpec("P")
T = TypeVar("T")

RETRY_STORE = (1.0, 60.0)  # seconds between tries of a refused transaction: first, longest
HOUSEKEEPING = 60.0  # seconds
HEARTBEAT = 15.0  # seconds
GRACE = 5.0  # seconds for deliveries and fetches under way at a stop


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
        self._sinks = tuple(sinks)
        self._clock = clock
        self._metrics = metrics
        self._keep = keep
        self._articles_clock = articles_clock
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._stop = asyncio.Event()
        self._latency = Latency(metrics, clock, articles_clock=articles_clock)
        self._loaded = False
        self._fault: str | None = None
        self._failure: BaseException | None = None
        self._following = Following(
            sources,
            self._take_in,
            self._keep_rows,
            stop=self._stop,
            clock=clock,
            metrics=metrics,
            articles_clock=articles_clock,
            second=second,
        )
        self._sending = Sending(
            sinks,
            _StoredOutbox(engine, self._call, self._stop, metrics),
            stop=self._stop,
            clock=clock,
            metrics=metrics,
            schedule=schedule,
            gaps=gaps,
            delivered=self._latency.delivered,
        )

    def stop(self) -> None:
        """Ask for a clean end: what is under way is finished, the rest is taken up at the next start."""
        self._stop.set()

    def alive(self) -> list[str]:
        """What is wrong with the process, in words."""
        return [self._fault] if self._fault else []

    def ready(self) -> list[str]:
        """Why no articles are taken in yet, in words."""
        return self.alive() + ([] if self._loaded else ["the likeness index is still being rebuilt"])

    async def run(self) -> None:
        """Work until `stop()`.  Raises whatever a part of the monitor fails with: nothing dies in silence."""
        rows = await self._call(self._engine.store.sources)
        workers = [self._task(loop) for loop in self._following.loops(rows)]
        workers += [self._task(work()) for work in (self._housekeeping, self._timers, self._heart)]
        senders: list[asyncio.Task[None]] = []
        try:
            await self._call(self._engine.load)
            self._loaded = True
            await self._sending.abandon_removed_destinations()
            senders = [self._task(self._sending.send_to(sink)) for sink in self._sinks]
            await self._stop.wait()
        finally:
            self._stop.set()
            self._sending.wake()
            await self._finish([*workers, *senders])
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

    async def _finish(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Let what is under way come to its end, within a grace.

        A delivery that is cut off is sent again under its id, a feed asked again after its shortest interval.
        """
        _, late = await asyncio.wait(tasks, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on the engine's thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, lambda: function(*args, **kwargs)
        )

    # -- feeds in --------------------------------------------------------------------------------------------------

    async def _take_in(self, brought: Brought) -> bool:
        """Take a batch in, however long that lasts.  False at a stop."""

        def take() -> Taken:
            began = time.monotonic()
            taken = self._engine.take(brought.articles, source=brought.row, problems=brought.problems)
            self._metrics.transaction.observe(time.monotonic() - began)
            return taken

        taken = await self._stored(take)
        if taken is not None and taken.alerts:
            self._latency.expect(taken.alerts, brought)
            self._sending.wake()
        return taken is not None

    async def _keep_rows(self, rows: Sequence[SourceRow]) -> bool:
        """Keep where sources stand, however long that lasts.  False at a stop."""

        def keep() -> bool:
            self._engine.keep(rows)
            return True

        return await self._stored(keep) or False

    async def _stored(self, work: Callable[[], T]) -> T | None:
        """What a transaction comes to; a file that refuses it is tried again until it takes it.  None at a stop."""
        wait = RETRY_STORE[0]
        while True:
            try:
                done = await self._call(work)
            except sqlite3.Error as error:
                self._fault = f"the state file refuses to be written: {error}"
                self._metrics.faults.inc()
                log.error("state file refused", error=str(error), path=self._engine.store.path, again_in=wait)
                await pause(self._stop, wait)
                if self._stop.is_set():
                    return None
                wait = min(wait * 2, RETRY_STORE[1])
            else:
                self._fault = None
                return done

    # -- timers and housekeeping -----------------------------------------------------------------------------------

    async def _timers(self) -> None:
        """Fire what falls due while no article comes; with the articles' clock, only articles move time."""
        while not self._stop.is_set() and not self._articles_clock:
            await pause(self._stop, 1.0)
            due = await self._call(self._engine.store.next_due)
            now = self._clock.now()
            if due is not None and due <= now and not self._stop.is_set():
                try:
                    taken = await self._call(self._engine.fire, now)
                except sqlite3.Error as error:
                    log.error("timers wait for the state file", error=str(error))
                    await pause(self._stop, RETRY_STORE[1])
                    continue
                if taken.alerts:
                    self._sending.wake()

    async def _heart(self) -> None:
        """Show from time to time that an article would go all the way: through the engine, and past the senders."""
        while not self._stop.is_set():
            try:
                await self._call(self._engine.beat)
            except sqlite3.Error as error:
                log.error("no heartbeat", error=str(error))
            else:
                self._metrics.heartbeat.labels("engine").set(self._clock.now().timestamp())
                self._sending.wake()
            await pause(self._stop, HEARTBEAT)

    async def _housekeeping(self) -> None:
        """Prune what is past its retention, and keep the index's snapshot fresh."""
        while not self._stop.is_set():
            await self._gauge_state()
            await pause(self._stop, HOUSEKEEPING)
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


class _StoredOutbox:
    """The outbox in the state file."""

    def __init__(
        self, engine: Engine, call: Callable[..., Awaitable[Any]], stop: asyncio.Event, metrics: Metrics
    ) -> None:
        """`call` runs a function on the engine's thread."""
        self._engine = engine
        self._call = call
        self._stop = stop
        self._metrics = metrics

    async def pending(self) -> Sequence[Delivery]:
        oldest = await self._call(self._engine.store.outbox_oldest)
        pending: Sequence[Delivery] = await self._call(self._engine.store.pending)
        self._metrics.outbox_oldest.set(oldest.timestamp() if oldest else 0)
        self._metrics.outbox.set(len(pending))
        return pending

    async def ours(self, delivery: Delivery) -> bool:  # noqa: ARG002 - nobody else has the file
        return True

    async def alert(self, delivery: Delivery) -> Alert | None:
        alert: Alert | None = await self._call(self._engine.store.alert, delivery.alert)
        return alert

    async def thread(self, delivery: Delivery) -> str | None:
        thread: str | None = await self._call(self._engine.store.thread, delivery.destination, delivery.story)
        return thread

    async def record(self, delivery: Delivery, cause: str | None = None) -> None:
        while True:
            try:
                await self._call(self._engine.record, delivery, cause)
            except sqlite3.Error as error:
                log.error("delivery not recorded yet", error=str(error))
                await pause(self._stop, RETRY_STORE[0])
                if self._stop.is_set():
                    return
            else:
                return
