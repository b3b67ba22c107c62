"""Kafka in memory: topics of partitions, workers that take turns by chance and are killed by chance.

What runs in it is what runs on Kafka, all but the clients: stamps, queues, partitions, the order of effects.  A worker
that is killed loses what it held in memory; what it had sent stays sent, on some partitions more of it than on others,
and its offsets go back to where they were committed last, some batches ago.
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from streams import codec
from streams.kafka import wire
from streams.kafka.partition import Kept, Partition, Sent
from streams.kafka.placing import Placing, Waiting
from streams.kafka.topics import PLACEMENTS
from streams.kafka.wire import Stamp
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.reconcile import Reconcile
from streams.operators.revise import address
from streams.topology import Stage, stages
from tallywire.ledger import Ledger
from tallywire.records import Alert, Article, Due, Merge, StoryReading, Update
from tests.support.meetings import arrival

LARGEST = 16_000_000
TOLD = 0.6  # how often the time is told between two articles
SLEEPS = 0.05  # how often it is drawn anew which workers lag behind
COMMITS = 0.5  # how often a batch's offsets are known to the brokers before the next is worked


class Simulated:
    """The pipeline on `partitions` partitions, driven by chance."""

    def __init__(
        self,
        partitions: int,
        chance: random.Random,
        *,
        kills: float = 0.0,
        alerting: Alerting | None = None,
        keep: timedelta | None = None,
    ) -> None:
        """`kills` is how often a batch ends with the death of who worked on it; `keep` how long states are kept."""
        self._keep = keep
        self._partitions = partitions
        self._chance = chance
        self._kills = kills
        self._stages = stages(Assigners().step, Reconcile(), alerting or Alerting())
        self._logs: dict[tuple[str, int], list[tuple[bytes, Stamp]]] = defaultdict(list)
        self._tables: dict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
        self._offsets: dict[tuple[str, int], int] = defaultdict(int)  # read so far, by stage and partition …
        self._committed: dict[tuple[str, int], int] = defaultdict(int)  # … and as the brokers know it
        self._open: dict[int, list[Waiting]] = defaultdict(list)  # of assign: read, not done with
        self._live: dict[tuple[str, int], Any] = {}
        self._tides: dict[tuple[str, int], wire.Tide] = {}
        self._heard: dict[tuple[str, int], dict[int, datetime]] = defaultdict(dict)
        self._asleep: set[tuple[str, int]] = set()
        self.kills = 0

    def feed(self, articles: Sequence[Article], *, every: int = 7) -> None:
        """Articles in their order, with word of the time now and then, and at the end for long after."""
        for turn, article in enumerate(articles):
            stamp = Stamp(kind="Article", clock=article.arrived, cause=article.id, turn=turn)
            self._append("articles", self._place(address(article)), codec.encode(article), stamp)
            later = articles[turn + 1].arrived if turn + 1 < len(articles) else None
            if turn % every == 0 and later is not None and article.arrived < later:
                self._tick(article.arrived)
        self.wait(articles[-1].arrived + timedelta(hours=6))

    def place(self, records: Sequence[Merge | StoryReading]) -> None:
        """What `assign` puts out, in its order, with word of the time now and then, and at the end."""
        clock = None
        for record in records:
            article = record.shown.article if isinstance(record, Merge) else record.reading.article.id
            if clock is not None and clock < arrival(record) and self._chance.random() < TOLD:
                self.assigned(clock)
            clock = arrival(record)
            stamp = Stamp(kind=type(record).__name__, clock=clock, cause=article)
            self._append("story-readings", self._place(record.story), codec.encode(record), stamp)
        if clock is not None:
            self.assigned(clock)

    def wait(self, until: datetime) -> None:
        """Word that it is so late."""
        self._tick(until)

    def assigned(self, until: datetime) -> None:
        """Word from all of `assign` that it is so late."""
        for way in range(self._partitions):
            for number in range(self._partitions):
                tick = wire.tick(until, way=way, ways=self._partitions)
                self._append("story-readings", number, b"", tick)

    def run(self) -> None:
        """Until nothing is left to do."""
        while ready := [
            (stage, number)
            for stage in self._stages
            for number in range(self._partitions)
            if self._offsets[stage.name, number] < len(self._logs[stage.source, number])
        ]:
            stage, number = self._awake(ready)
            (self._assign if stage.name == "assign" else self._keyed)(stage, number)

    def records(self, topic: str, kind: type) -> list[Any]:
        """What a topic holds of one kind, repeats and all."""
        return [
            codec.decode(value, kind)
            for number in range(self._partitions)
            for value, stamp in self._logs[topic, number]
            if stamp.kind == kind.__name__
        ]

    @property
    def updates(self) -> dict[str, Update]:
        """By id."""
        return {update.id: update for update in self.records("updates", Update)}

    @property
    def alerts(self) -> dict[str, Alert]:
        """By id."""
        return {alert.id: alert for alert in self.records("alerts", Alert)}

    @property
    def ledgers(self) -> dict[str, Ledger]:
        """By story."""
        stage = next(stage for stage in self._stages if stage.name == "reconcile")
        found: dict[str, Ledger] = {}
        for number in range(self._partitions):
            for key, value in self._tables[stage.name, number].items():
                state = codec.decode(
                    value if value[:1] == b"{" else zlib.decompress(value), Kept[Ledger]
                ).state
                if state is not None:
                    found[key] = state
        return found

    @property
    def states(self) -> int:
        """How many keys the tables hold."""
        return sum(len(table) for table in self._tables.values())

    # -- what workers do -------------------------------------------------------------------------------------------

    def _awake(self, ready: list[tuple[Stage, int]]) -> tuple[Stage, int]:
        """Whose turn it is: now and then some fall asleep, so that the others get far ahead of them."""
        if self._chance.random() < SLEEPS:
            self._asleep = {(stage.name, number) for stage, number in ready if self._chance.random() < 0.5}
        awake = [(stage, number) for stage, number in ready if (stage.name, number) not in self._asleep]
        return self._chance.choice(awake or ready)

    def _keyed(self, stage: Stage, number: int) -> None:
        part = self._live.get((stage.name, number))
        if part is None:
            table = self._tables[stage.name, number]
            part = Partition(stage, self._onward(stage), table.get, largest=LARGEST)
            part.revive(table.items(), 0.0)
            self._live[stage.name, number] = part
        batch = self._batch(stage, number)
        sends: list[Any] = []
        for value, stamp in batch:
            if stamp.kind == wire.TICK:
                level = self._tides.setdefault((stage.name, number), wire.Tide()).rise(stamp)
                if level is not None:
                    part.tick(level)
                    if self._keep is not None:
                        part.forget(list(self._tables[stage.name, number].items()), level - self._keep)
            else:
                part.take(self._read(stage, value, stamp), value, stamp, 0.0)
            sends += [*part.sent(), *self._ticks(stage, number, part.level)]
        work = part.work()
        assert not work.dead, work.dead
        if self._killed():
            self._send(self._cut(sends))
            self._die(stage, number)
            return
        self._send(sends)
        states = list(work.states.items())
        dies = self._killed()
        for key, value in states[: self._chance.randint(0, len(states))] if dies else states:
            if value is None:
                self._tables[stage.name, number].pop(key, None)
            else:
                self._tables[stage.name, number][key] = value
        if dies:
            self._die(stage, number)
            return
        self._offsets[stage.name, number] += len(batch)
        if not self._kills or self._chance.random() < COMMITS:
            self._committed[stage.name, number] = self._offsets[stage.name, number]

    def _assign(self, stage: Stage, number: int) -> None:
        part = self._live.get((stage.name, number))
        if part is None:
            part = Placing(stage, Assigners(), self._onward(stage), largest=LARGEST, patience=1e9)
            part.restore(value for value, _ in self._logs[PLACEMENTS, number])
            self._live[stage.name, number] = part
            for one in self._open[number]:
                part.queue.put(one, one.stamp, 0.0)
        batch = self._batch(stage, number)
        for value, stamp in batch:
            if stamp.kind == wire.TICK:
                part.queue.tick(stamp)
            else:
                one = Waiting(self._read(stage, value, stamp), stamp, None)
                self._open[number].append(one)
                part.queue.put(one, stamp, 0.0)
        self._offsets[stage.name, number] += len(batch)
        self._committed[stage.name, number] = self._offsets[stage.name, number]
        ready = part.queue.ready(0.0)
        log, sends, work = part.decide(ready)
        assert not work.dead, work.dead
        ticks = self._ticks(stage, number, part.queue.level) if part.queue.level else []
        if self._killed():
            self._send(log[: self._chance.randint(0, len(log))])
            self._die(stage, number)
            return
        self._send(log)
        if self._killed():
            self._send(self._cut(sends))
            self._die(stage, number)
            return
        self._send([*sends, *ticks])
        for one in ready:
            self._open[number].remove(one)

    def _killed(self) -> bool:
        return self._chance.random() < self._kills / 2

    def _cut(self, sends: Sequence[Any]) -> list[Any]:
        """What the brokers had of it: of each partition the first, and no word of the time before they have all."""
        records = [one for one in sends if isinstance(one, Sent)]
        some: list[Sent] = []
        for place in {(one.topic, self._place(one.key)): None for one in records}:
            there = [one for one in records if (one.topic, self._place(one.key)) == place]
            some += there[: self._chance.randint(0, len(there))]
        ticks = [one for one in sends if not isinstance(one, Sent)]
        return some if len(some) < len(records) else [*some, *ticks[: self._chance.randint(0, len(ticks))]]

    def _die(self, stage: Stage, number: int) -> None:
        """Whoever comes next knows what is written, and hears of the time anew."""
        self.kills += 1
        self._offsets[stage.name, number] = self._committed[stage.name, number]
        del self._live[stage.name, number]
        self._tides.pop((stage.name, number), None)
        for way, clock in sorted(self._heard[stage.name, number].items()):
            tick = wire.tick(clock, way=way, ways=self._ways(stage))
            self._append(stage.source, number, b"", tick)

    # -- records ---------------------------------------------------------------------------------------------------

    def _batch(self, stage: Stage, number: int) -> list[tuple[bytes, Stamp]]:
        begin = self._offsets[stage.name, number]
        batch = self._logs[stage.source, number][begin : begin + self._chance.randint(1, 12)]
        for _, stamp in batch:
            if stamp.kind == wire.TICK:
                heard = self._heard[stage.name, number]
                heard[stamp.way] = max(stamp.clock, heard.get(stamp.way, stamp.clock))
        return batch

    def _ways(self, stage: Stage) -> int:
        return self._partitions if stage.name in ("assign", "reconcile") else 1

    def _read(self, stage: Stage, value: bytes, stamp: Stamp) -> Any:
        kinds = {kind.__name__: kind for kind in (stage.item, *stage.aside, Due)}
        return codec.decode(value, kinds[stamp.kind])

    def _onward(self, stage: Stage) -> Any:
        after = self._stages.index(stage) + 1
        return self._stages[after].key if after < len(self._stages) else stage.key

    def _place(self, key: str) -> int:
        return zlib.crc32(key.encode()) % self._partitions

    def _append(self, topic: str, number: int, value: bytes, stamp: Stamp) -> None:
        self._logs[topic, number].append((value, stamp))

    def _tick(self, at: datetime) -> None:
        for number in range(self._partitions):
            self._append("articles", number, b"", wire.tick(at))

    def _ticks(self, stage: Stage, number: int, level: datetime) -> list[tuple[str, int, Stamp]]:
        if stage.sink == "alerts":
            return []
        if self._onward(stage) is stage.key:
            return [(stage.sink, number, wire.tick(level))]
        stamp = wire.tick(level, way=number, ways=self._partitions)
        return [(stage.sink, partition, stamp) for partition in range(self._partitions)]

    def _send(self, sends: Sequence[Sent | tuple[str, int, Stamp]]) -> None:
        for one in sends:
            if isinstance(one, Sent):
                for _ in range(2 if self._chance.random() < self._kills / 2 else 1):
                    self._append(one.topic, self._place(one.key), one.value, one.stamp)
            else:
                self._append(one[0], one[1], b"", one[2])
