"""The embedded runner: the whole pipeline in one process, over one SQLite file.

Everything a batch of articles causes (the state of every stage, the archive, timers, deliveries, where its source goes
on) is one transaction: a kill at any instant loses nothing and doubles nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog

from streams import codec, letters
from streams.index import SAVE_AFTER, Index
from streams.operators.deliver import Delivery
from streams.step import Reason
from streams.store import SourceRow, Store
from streams.topology import Stage
from tallywire.ports import Problem
from tallywire.records import Alert, Article, DeadLetter, Due, Merge, Record, StoryReading, Update

log = structlog.get_logger("tallywire.engine")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = datetime(9999, 1, 1, tzinfo=UTC)  # the system's time where nothing goes by it
AHEAD = timedelta(
    hours=1
)  # a pipeline's clock further ahead of the system's than this was set by a wrong one

DELIVER = "deliver"  # the stage name of dead letters that hold a delivery
FEED = "feed"  # the stage name of dead letters that hold an item no article could be made of


class Disposition(Record, frozen=True):
    """What became of one article: the `article` line of a replay."""

    id: str
    story: str | None
    origin: str | None
    copy_of: str | None = None
    revision_of: str | None = None
    duplicate: bool = False


class Taken(msgspec.Struct):
    """What one transaction did, told once it is committed."""

    dispositions: list[Disposition] = []
    updates: list[Update] = []
    alerts: list[Alert] = []
    dead: list[DeadLetter] = []
    entered: Counter[str] = msgspec.field(default_factory=Counter)  #: stage → items
    done: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)  #: (stage, reason) → items
    out: Counter[str] = msgspec.field(default_factory=Counter)  #: stage → records put out
    seconds: list[tuple[str, float]] = []  #: (stage, time it took for an item)


Observer = Callable[[Taken], None]


class Engine:
    """Drives the stages over a store.  One thread at a time."""

    def __init__(
        self,
        store: Store,
        stages: tuple[Stage, ...],
        index: Index,
        *,
        destinations: Sequence[str] = (),
        wall: Callable[[], datetime] = lambda: FAR,
        follows_wall: bool = False,
        observer: Observer | None = None,
    ) -> None:
        """`index` is what the assign stage steps with; `destinations` are told what no rule routes elsewhere.

        `wall` tells the system's time, which the outbox goes by; the pipeline's own time comes from its articles.
        Where articles arrive on the system's clock, `follows_wall` sets the pipeline's time back when that clock was
        wrong for a while and has been put right.
        """
        self.store = store
        self._stages = stages
        self._numbers = {stage.name: number for number, stage in enumerate(stages)}
        self._index = index
        self._destinations = tuple(destinations)
        self._wall = wall
        self._follows_wall = follows_wall
        self._observer = observer
        self._clock = store.clock() or EPOCH
        self._taken = Taken()
        self._placed: list[StoryReading] = []  # of the article being admitted: one, or none
        self._ready = False

    @property
    def clock(self) -> datetime:
        """The latest time the pipeline has worked at (UTC)."""
        return self._clock

    # -- the index -------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Bring the likeness index to what the archive holds; called by itself before the first article."""
        if not self._ready:
            self._index.load(self.store, self._clock)
            self._ready = True

    def save_index(self, *, at_least: int = SAVE_AFTER) -> None:
        """Write a snapshot of the index, if at least so many articles came since the last.  Raises `OSError`."""
        if self._ready:
            self._index.save(self.store, at_least=at_least)

    def _forget(self) -> None:
        """Drop what a failed transaction left in memory; it is rebuilt from what was committed."""
        self._index.clear()
        self._clock = self.store.clock() or EPOCH
        self._ready = False

    # -- taking in -------------------------------------------------------------------------------------------------

    def take(
        self,
        articles: Iterable[Article],
        *,
        source: SourceRow | None = None,
        problems: Sequence[Problem] = (),
    ) -> Taken:
        """Send articles through the whole pipeline, in the order given, in one transaction.

        Timers that fall due before an article arrives fire first.  `source` is stored with them.  Raises
        `sqlite3.Error` where the file cannot take it: then nothing has happened, and the call can be made again.
        """
        return self._commit(lambda: self._take(articles, source, problems))

    def keep(self, rows: Iterable[SourceRow]) -> None:
        """Keep where sources stand, in one transaction.  Raises `sqlite3.Error` as `take` does."""
        with self.store.transaction():
            for row in rows:
                self.store.put_source(row)

    def fire(self, until: datetime) -> Taken:
        """Fire the timers that have fallen due by `until` (UTC), in one transaction."""
        return self._commit(lambda: self._fire(until))

    def beat(self) -> None:
        """A transaction of nothing: whether articles would be taken in now.  Raises `sqlite3.Error` as `take` does."""
        self._commit(lambda: None)

    def record(self, delivery: Delivery, cause: str | None = None) -> None:
        """Keep how a delivery stands after a try; with a `cause` it is given up and buried as a dead letter."""

        def work() -> None:
            self.store.put_delivery(delivery, self._wall())
            if cause is not None:
                fresh = Delivery(
                    alert=delivery.alert,
                    destination=delivery.destination,
                    story=delivery.story,
                    next_due=EPOCH,
                )
                self._bury(DELIVER, delivery.destination, cause, codec.encode(fresh).decode())

        self._commit(work)

    def prune(self, keep: timedelta) -> int:
        """Forget what is older than `keep`, a bounded number of rows a call; how many went."""
        now = min(self._clock, self._wall())  # a clock that ran ahead must not age what is fresh
        with self.store.transaction():
            gone = self.store.prune(now, keep, wall=self._wall())
        self.store.shrink()
        return gone

    def replay(self, letter: DeadLetter) -> Taken:
        """Send a dead letter through the stage it failed at, and on; a second failure buries it again."""
        return self._commit(lambda: self._replay(letter))

    def _commit(self, work: Callable[[], None]) -> Taken:
        self._set_right()
        self.load()
        self._taken = Taken()
        try:
            with self.store.transaction():
                work()
                self.store.put_meta("clock", self._clock.isoformat())
        except BaseException:
            self._forget()
            raise
        if self._observer is not None:
            self._observer(self._taken)
        return self._taken

    def _set_right(self) -> None:
        wall = self._wall()
        if self._follows_wall and self._clock > wall + AHEAD:
            log.error("clock set back", was=self._clock.isoformat(), now=wall.isoformat())
            self._clock = wall

    def _take(
        self, articles: Iterable[Article], source: SourceRow | None, problems: Sequence[Problem]
    ) -> None:
        for article in articles:
            self._fire(article.arrived)
            self._admit(article)
        for problem in problems:
            if problem.payload is not None:
                name = source.name if source else ""
                self._bury(FEED, name, f"{problem.cause}: {problem.says}", problem.payload)
        if source is not None:
            self.store.put_source(source)

    def _admit(self, article: Article) -> None:
        self._placed.clear()
        dead = len(self._taken.dead)
        self._enter(0, article)
        if self._placed:
            placed = self._placed[0]
            disposition = Disposition(
                id=placed.reading.article.id,
                story=placed.story,
                origin=placed.origin,
                copy_of=placed.copy_of,
                revision_of=placed.reading.article.revision_of,
            )
        else:
            before = self.store.placed(article.id)
            disposition = Disposition(
                id=article.id,
                story=before.story if before else None,
                origin=before.origin if before else None,
                duplicate=len(self._taken.dead) == dead,
            )
        self._taken.dispositions.append(disposition)

    def _fire(self, until: datetime) -> None:
        while (due := self.store.take_due(until)) is not None:
            self._clock = max(self._clock, due.at)
            self._step(self._numbers[due.stage], due.key, due)
        self._clock = max(self._clock, until)

    def _replay(self, letter: DeadLetter) -> None:
        number = self._numbers.get(letter.stage)
        self.store.drop_dead_letter(letter.id)
        if letter.stage == DELIVER:
            delivery = codec.decode(letter.payload.encode(), Delivery)
            self.store.put_delivery(delivery, self._wall())
            return
        if number is None:
            self._bury(letter.stage, letter.key, letter.cause, letter.payload)
            return
        try:
            item = letters.item(letter.payload, self._stages[number])
        except codec.CodecError as error:
            self._bury(letter.stage, letter.key, f"{letter.cause}; tried again: {error}", letter.payload)
            return
        self._enter(number, item)

    # -- the stages ------------------------------------------------------------------------------------------------

    def _enter(self, number: int, item: Any) -> None:
        stage = self._stages[number]
        self._step(number, item.key if isinstance(item, Due) else stage.key(item), item)

    def _step(self, number: int, key: str, item: Any) -> None:
        """One item through one stage, and what it puts out through the rest."""
        stage = self._stages[number]
        self._taken.entered[stage.name] += 1
        try:
            before = self.store.state(stage.name, key, stage.state) if stage.state else None
            began = time.perf_counter()
            step = stage.step(item, before, self._clock)
            self._taken.seconds.append((stage.name, time.perf_counter() - began))
        except Exception as error:  # noqa: BLE001 - the one wrapper around every operator: nothing is lost
            self._count(stage.name, Reason.DEAD)
            self._bury(stage.name, key, letters.cause(error), letters.payload(item))
            return
        self._count(stage.name, step.reason)
        if stage.state and (step.rests or step.state is not before):
            self.store.put_state(stage.name, key, step.state, self._clock, rests=step.rests)
        if step.due is not None:
            self.store.wish(Due(stage=stage.name, key=key, at=step.due))
        for output in step.outputs:
            if isinstance(output, stage.loops):
                self._enter(number, output)
            elif self._keep(stage, key, item, output):
                self._taken.out[stage.name] += 1
                if number + 1 < len(self._stages):
                    self._enter(number + 1, output)

    def _keep(self, stage: Stage, key: str, item: Any, output: Any) -> bool:
        """Archive what a stage put out; False for what goes no further: told before, or not to be written."""
        try:
            return self._archive(output)
        except (ValueError, OverflowError) as error:  # text or numbers that JSON cannot hold
            self._bury(stage.name, key, letters.cause(error), letters.payload(item))
            return False

    def _archive(self, output: Any) -> bool:
        """Write an output down; False for what was put out before."""
        match output:
            case StoryReading():
                self.store.add_reading(output)
                for gone in output.unites:
                    self.store.unite(output.story, output.origin, gone)
                self._placed.append(output)
            case Merge():
                self.store.merge(output.story, output.into)
            case Update():
                if not self.store.add_update(output):
                    return False
                self._taken.updates.append(output)
            case Alert():
                if not self.store.add_alert(output):
                    return False
                self._taken.alerts.append(output)
                self._queue(output)
        return True

    def _queue(self, alert: Alert) -> None:
        for destination in alert.routes or self._destinations:
            delivery = Delivery(alert=alert.id, destination=destination, story=alert.story, next_due=EPOCH)
            self.store.put_delivery(delivery, self._wall())

    def _count(self, stage: str, reason: Reason) -> None:
        self._taken.done[stage, reason.value] += 1

    def _bury(self, stage: str, key: str, cause: str, payload: str) -> None:
        letter = letters.letter(stage, key, cause, payload, self._clock)
        self.store.bury(letter)
        self._taken.dead.append(letter)
