"""The order of effects in a worker: what is put out, then the table and its changelog, then the offset.

So nothing is forgotten, and nothing told once more under another id, wherever it is killed, is refused, or loses its
partitions.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from faust.types import TP

from streams import codec
from streams.faust_app import Cluster
from streams.kafka import wire
from streams.kafka.partition import Kept
from streams.kafka.topics import PLACEMENTS
from streams.kafka.wire import Stamp
from streams.kafka.workers import AssignWorker, KeyedWorker, assign, inbox, worker
from streams.kafka.workers import keyed as keyed_worker
from streams.step import Reason, Step
from streams.topology import Stage
from tallywire.likeness import sketch
from tallywire.records import Article, Due, Extract, Reading, Record, StoryReading
from tests.support.worked import Brokers, Hosted, Logged, Reader, chance

START = datetime(2031, 5, 4, tzinfo=UTC)
PARTITIONS = 2
SEEDS = 25  # of what chance brings
LANGUAGES = ("en", "de")  # by the partition that each is on


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


class Count(Record, frozen=True):
    """How many have come."""

    items: int = 0


def count(item: Article | Due, state: Count | None, now: datetime) -> Step[Count, Article]:
    """Each article's place among those of its outlet; and half an hour later once more how many there were."""
    items = (state or Count()).items + (0 if isinstance(item, Due) else 1)
    key, name = (item.key, f"after {item.at:%H:%M}") if isinstance(item, Due) else (item.outlet, item.id)
    told = Article(id=f"{name} is {items}", body="", outlet=key, arrived=now)
    due = None if isinstance(item, Due) else now + timedelta(minutes=30)
    return Step(state=Count(items=items), outputs=(told,), due=due, reason=Reason.NEW)


COUNT = Stage(
    name="count", source="in", sink="out", item=Article, output=Article, key=lambda one: one.outlet, state=Count,
    step=count,
)  # fmt: skip
ASSIGN = Stage(
    name="assign", source="readings", sink="story-readings", item=Reading, output=StoryReading,
    key=lambda one: one.extract.language, step=lambda *_: None,
)  # fmt: skip


class Chain:
    """Assigners for whom each article belongs to the one that was decided before it: nothing may be forgotten."""

    def __init__(self) -> None:
        self._known: dict[str, StoryReading] = {}

    def restore(self, decided: list[StoryReading]) -> None:
        self._known |= {one.reading.article.id: one for one in decided}

    def step(self, reading: Reading, _state: None, _now: datetime) -> Step[None, StoryReading]:
        name = reading.article.id
        if (known := self._known.get(name)) is not None:
            return Step(state=None, outputs=(known,), reason=Reason.DUPLICATE)
        before = next(reversed(self._known), "")
        self._known[name] = StoryReading(reading=reading, story=before, label="", origin=name)
        return Step(state=None, outputs=(self._known[name],), reason=Reason.ALONE)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(worker, "RETRY", (0.0, 0.0))
    monkeypatch.setattr(worker, "RESTLESS", 0.001)
    monkeypatch.setattr(inbox, "AT_ONCE", 7)


@pytest.fixture
def cluster(tmp_path):
    return Cluster(
        brokers=("127.0.0.1:1",), prefix="", partitions=PARTITIONS, compression=None, message_limit=1_000_000,
        session_timeout=10.0, patience=1e6, standbys=0, keep=timedelta(days=900), data=tmp_path,
    )  # fmt: skip


def keyed(cluster):
    return KeyedWorker(cluster, COUNT, lambda one: one.outlet, observer=lambda _: None)


def articles(brokers, each):
    """On every partition articles of two outlets in turn, a minute apart, and word of the time behind them."""
    for number in range(PARTITIONS):
        for minute in range(each):
            one = Article(
                id=f"{number}.{minute}", body="", outlet=f"{number}{'ab'[minute % 2]}", arrived=at(minute)
            )
            brokers.put("in", number, one, Stamp(kind="Article", clock=at(minute), cause=one.id))
            brokers.put("in", number, None, wire.tick(at(minute)))
        brokers.put("in", number, None, wire.tick(at(each + 60)))


def told(brokers):
    """What each outlet was told of in the order it came first; what comes again is known by its id."""
    found: dict[str, dict[str, None]] = {}
    for one in brokers.values("out", Article):
        found.setdefault(one.outlet, {})[one.id] = None
    return {outlet: list(ids) for outlet, ids in sorted(found.items())}


async def worked(brokers, make, trouble=lambda _: None, seed=0):
    """Until all is done with, with some trouble on the way."""
    hosted = Hosted(brokers, make, chance(seed))
    places = [TP(hosted.worker.stage.source, number) for number in range(PARTITIONS)]
    for _ in range(100_000):
        if all(brokers.offsets[place] == len(brokers.logs[place]) for place in places):
            break
        await asyncio.sleep(0)
        if (coming := trouble(hosted)) is not None:
            await coming
        brokers.land(3)
        if hosted.working.done():
            hosted.working.result()
    else:
        pytest.fail("it does not come to its end")
    hosted.working.cancel()


def states(brokers):
    """What the changelogs hold of each outlet."""
    return {
        record.key: codec.decode(record.value, Kept[Count]).state
        for number in range(PARTITIONS)
        for record in brokers.logs[TP("count-states", number)]
    }


async def undisturbed(cluster, each):
    brokers = Brokers(PARTITIONS)
    articles(brokers, each)
    await worked(brokers, lambda: keyed(cluster))
    return brokers


async def test_what_is_put_out_is_there_before_the_table_is_written_and_that_before_it_is_done_with(
    cluster, monkeypatch
):
    monkeypatch.setattr(inbox, "AT_ONCE", 100)
    brokers = await undisturbed(cluster, 3)
    assert [effect for effect, _ in itertools.groupby(brokers.done)] == [
        "out", "written", "count-states", "done with",
    ]  # fmt: skip
    assert told(brokers)["0a"] == ["0.0 is 1", "0.2 is 2", "after 00:30 is 2", "after 00:32 is 2"]


async def test_what_took_long_to_step_is_sent_on_and_done_with_before_the_rest_is_stepped(
    cluster, monkeypatch
):
    monkeypatch.setattr(inbox, "AT_ONCE", 100)
    monkeypatch.setattr(keyed_worker, "SPELL", 0.0)
    brokers = await undisturbed(cluster, 1)
    assert brokers.done[:5] == ["out", "written", "count-states", "done with", "out"]


class Trouble:
    """Kills, rebalances and brokers that refuse, by chance, until it is enough."""

    def __init__(self, seed):
        self._chance = chance(f"trouble {seed}")
        self._left = 12

    def __call__(self, hosted):
        if not self._left or self._chance.random() > 0.06:
            return None
        self._left -= 1
        match self._chance.randrange(3):
            case 0:
                return hosted.kill(folder=self._chance.random() < 0.5)
            case 1:
                return hosted.rebalance()
            case _:
                hosted.brokers.away = True
                return None


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_a_keyed_stage_forgets_and_repeats_nothing(cluster, monkeypatch, seed):
    monkeypatch.setattr(keyed_worker, "SPELL", seed % 2)
    brokers, expected = Brokers(PARTITIONS), await undisturbed(cluster, 12)
    articles(brokers, 12)
    await worked(brokers, lambda: keyed(cluster), Trouble(seed), seed)
    assert told(brokers) == told(expected)
    assert states(brokers) == states(expected)


async def test_a_row_of_the_table_that_another_program_wrote_under_no_text_harms_nobody(cluster):
    brokers, expected = Brokers(PARTITIONS), await undisturbed(cluster, 3)
    brokers.logs[TP("count-states", 0)].append(Logged(b"\xff", b"{}", []))
    articles(brokers, 3)
    await worked(brokers, lambda: keyed(cluster))
    assert told(brokers) == told(expected)


def assigning(cluster):
    return AssignWorker(cluster, ASSIGN, lambda one: one.story, observer=lambda _: None, assigners=Chain)


@pytest.fixture
def brokers(monkeypatch):
    made = Brokers(PARTITIONS)
    clients = SimpleNamespace(AIOKafkaConsumer=partial(Reader, made), TopicPartition=TP)
    monkeypatch.setattr(assign, "aiokafka", clients)
    return made


def readings(brokers, each, order):
    """On every partition readings that came on two ways, each in the order of time, one of them ahead by chance."""
    for number, language in enumerate(LANGUAGES):
        ways = [deque(range(way, each, 2)) for way in range(2)]
        while any(ways):
            way = order.choice([way for way in range(2) if ways[way]])
            minute = ways[way].popleft()
            article = Article(id=f"{number}.{minute}", body="", arrived=at(minute))
            extract = Extract(id=article.id, language=language)
            one = Reading(article=article, extract=extract, sketch=sketch("", ""))
            brokers.put("readings", number, one, Stamp(kind="Reading", clock=at(minute), cause=article.id))
            brokers.put("readings", number, None, wire.tick(at(minute), way=way, ways=2))
        for way in range(2):
            brokers.put("readings", number, None, wire.tick(at(each + 60), way=way, ways=2))


def placed(brokers):
    """Each article and the story that it was placed in; what was placed in two is in two."""
    return sorted(
        {(one.reading.article.id, one.story) for one in brokers.values("story-readings", StoryReading)}
    )


def logged(brokers, number):
    """The articles in a partition's log of decisions, in the order they came first."""
    log = brokers.logs[TP(PLACEMENTS, number)]
    return list(dict.fromkeys(codec.decode(one.value, StoryReading).reading.article.id for one in log))


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_is_decided_stays_decided_and_goes_on_in_the_order_of_time(cluster, brokers, seed):
    readings(brokers, 30, chance(seed))
    await worked(brokers, lambda: assigning(cluster), Trouble(seed), seed)
    names = [[f"{number}.{minute}" for minute in range(30)] for number in range(PARTITIONS)]
    assert placed(brokers) == sorted(pair for some in names for pair in zip(some, ["", *some], strict=False))
    assert [logged(brokers, number) for number in range(PARTITIONS)] == names
