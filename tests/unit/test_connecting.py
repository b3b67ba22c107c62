"""The connector without a broker: what is sent in which order, what is refused, what an outage does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from streams import codec
from streams.following import Brought
from streams.kafka import connecting, wire
from streams.kafka.connecting import Connector, schedule
from streams.kafka.wire import TICK
from streams.store import SourceRow
from tallywire.cli.on_kafka.connect import sharded
from tallywire.config import Feed, Settings
from tallywire.errors import BrokerError, ConfigError
from tallywire.metrics import Metrics
from tallywire.ports import Problem
from tallywire.records import Article, DeadLetter
from tests.support.news import START, article


class Clock:
    def __init__(self):
        self.time = START

    def now(self):
        return self.time


class Broker:
    """Takes records, unless it is away; refuses the largest."""

    def __init__(self):
        self.calls = []
        self.away = 0
        self.limit = 1_000_000

    async def send(self, records):
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise BrokerError("away")
        self.calls.append(records)
        return {
            place: "too large for the brokers"
            for place, one in enumerate(records)
            if one.value is not None and len(one.value) > self.limit
        }

    @property
    def records(self):
        return [one for call in self.calls for one in call]


@pytest.fixture
def stop():
    return asyncio.Event()


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    monkeypatch.setattr(connecting, "RETRY", (0.001, 0.002))


def connector(broker, stop, **more):
    known = {"prefix": "p.", "partitions": 2, "largest": 5_000, "clock": Clock(), "metrics": Metrics([], [])}
    return Connector(broker, stop=stop, **(known | more))


def brought(*articles, problems=()):
    row = SourceRow(name="gull", position=b"7", next_due=START, outcome="new", fetched=START)
    return Brought(articles, problems, row, 0.0)


def kinds(records):
    return [wire.stamp(one.headers).kind if one.headers else "SourceRow" for one in records]


def letters(broker):
    return [codec.decode(one.value, DeadLetter) for one in broker.records if one.topic == "p.dead-letters"]


async def test_articles_then_time_then_where_the_source_goes_on(broker, stop):
    assert await connector(broker, stop).take(brought(article("a", "A", "x"), article("b", "B", "y")))
    first, second = broker.calls
    assert kinds(first) == ["Article", "Article", TICK, TICK]
    assert [one.partition for one in first[2:]] == [0, 1]
    assert kinds(second) == ["SourceRow"]
    assert codec.decode(second[0].value, SourceRow).position == b"7"


async def test_a_batch_without_articles_tells_no_time(broker, stop):
    assert await connector(broker, stop).take(brought())
    assert kinds(broker.records) == ["SourceRow"]


async def test_time_never_goes_back_even_for_a_batch_that_was_long_on_its_way(broker, stop):
    clock = Clock()
    made = connector(broker, stop, clock=clock)
    clock.time = START + timedelta(hours=3)
    await made.take(brought(article("late", "Late", "x", hours=3)))
    await made.take(brought(article("early", "Early", "x", hours=1)))
    clock.time = START
    await made.take(brought(article("slow", "Slow", "x")))
    stamps = [wire.stamp(one.headers) for one in broker.records if one.headers]
    assert [one.clock for one in stamps] == sorted(one.clock for one in stamps)
    assert [one.turn for one in stamps if one.kind == "Article"] == [1, 2, 3]


async def test_where_articles_tell_the_time_nothing_else_does(broker, stop):
    made = connector(broker, stop, articles_clock=True)
    telling = asyncio.create_task(made.tell_time())
    await asyncio.sleep(0.01)
    assert broker.records == []
    await made.take(brought(article("a", "A", "x", hours=2)))
    ticks = [wire.stamp(one.headers) for one in broker.records if one.value is None]
    assert {one.clock for one in ticks} == {START + timedelta(hours=2)}
    stop.set()
    await telling


async def test_with_many_partitions_time_is_told_more_seldom_and_not_behind_every_batch(
    broker, stop, monkeypatch
):
    waits = []

    async def pause(_stop, seconds):
        waits.append(seconds)
        stop.set()

    monkeypatch.setattr(connecting, "pause", pause)
    few, many = connector(broker, stop, partitions=30), connector(broker, stop, partitions=64)
    await few.take(brought(article("a", "A", "x")))
    assert kinds(broker.records).count(TICK) == 30
    broker.calls.clear()
    await many.take(brought(article("b", "B", "y")))
    assert kinds(broker.records) == ["Article", "SourceRow"]
    await few.tell_time()
    stop.clear()
    await many.tell_time()
    assert waits == [1.0, 4.096]


async def test_a_clock_that_went_back_is_told_of_until_it_has_come_there_again(broker, stop):
    clock = Clock()
    made = connector(broker, stop, clock=clock)
    clock.time = START + timedelta(hours=1)
    await made.take(brought(article("a", "A", "x")))
    clock.time = START
    assert made.faults() == [
        "the clock went back: time was told 1:00:00 ahead of it, and stands still until then"
    ]
    clock.time = START + timedelta(minutes=59, seconds=30)
    assert made.faults() == []


def test_what_is_no_row_of_a_feed_is_passed_by_and_one_of_a_later_version_is_a_mistake():
    row = brought().row
    assert schedule({"gull": codec.encode(row), "teal": b"no row"}) == {"gull": row}
    with pytest.raises(BrokerError, match="topic feeds, teal: value of schema version 2"):
        schedule({"teal": b'{"v":2}'})


async def test_an_outage_holds_everything_up_and_drops_nothing(broker, stop):
    made = connector(broker, stop)
    broker.away = 5
    taken = [asyncio.create_task(made.take(brought(article(name, name, "x")))) for name in ("a", "b", "c")]
    await asyncio.sleep(0.0005)
    assert made.faults() == ["away"]
    assert all(await asyncio.gather(*taken))
    assert made.faults() == []
    sent = [
        wire.stamp(one.headers).cause for one in broker.records if one.topic == "p.articles" and one.value
    ]
    assert sent == ["a", "b", "c"]


async def test_a_stop_while_the_brokers_are_away_leaves_the_batch_for_the_next_start(broker, stop):
    broker.away = 10**9
    taking = asyncio.create_task(connector(broker, stop).take(brought(article("a", "A", "x"))))
    await asyncio.sleep(0.01)
    stop.set()
    assert await taking is False
    assert broker.calls == []


async def test_what_is_too_large_is_buried_with_its_reason_before_the_source_goes_on(broker, stop):
    made = connector(broker, stop, largest=30_000)
    await made.take(brought(article("fits", "Fits", "x"), article("huge", "Huge", "y" * 50_000)))
    assert kinds(broker.records) == ["Article", TICK, TICK, "DeadLetter", "SourceRow"]
    (letter,) = letters(broker)
    assert (letter.stage, letter.key) == ("feed", "huge")
    assert letter.cause.startswith("too_large: it has 50")
    shown = codec.decode(letter.payload.encode(), Article)
    assert (shown.title, len(shown.body)) == ("Huge", connecting.SHOWN)


async def test_what_the_brokers_refuse_is_buried_as_well(broker, stop):
    broker.limit = 2_000
    made = connector(broker, stop, largest=30_000)
    await made.take(brought(article("a", "A", "x" * 3_000), article("b", "B", "y")))
    (letter,) = letters(broker)
    assert (letter.key, letter.cause) == (
        "a",
        "too_large: too large for the brokers: see [kafka] message_limit",
    )


async def test_what_json_cannot_hold_and_what_no_article_could_be_made_of_are_buried(broker, stop):
    broken = msgspec.structs.replace(article("odd", "Odd", "x"), title="\ud800")
    problems = (
        Problem(cause="malformed", says="no end", payload="<rss>"),
        Problem(cause="timeout", says="late"),
    )
    await connector(broker, stop).take(brought(broken, problems=problems))
    found = {one.key: one for one in letters(broker)}
    assert found.keys() == {"odd", "gull"}
    assert (found["gull"].cause, found["gull"].payload) == ("malformed: no end", "<rss>")
    assert kinds(broker.records)[-1] == "SourceRow"


def test_shards_have_every_feed_once_and_a_host_whole():
    feeds = tuple(
        Feed(url=f"https://{host}.example/{path}")
        for host in ("gull", "teal", "wren", "crow")
        for path in "ab"
    )
    shares = [sharded(Settings(feeds=feeds), f"{number}/3").feeds for number in (1, 2, 3)]
    assert sorted(feed.url for share in shares for feed in share) == sorted(feed.url for feed in feeds)
    hosts = [{feed.url.split("/")[2] for feed in share} for share in shares]
    assert sum(map(len, hosts)) == 4


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "x/2", "1/0", "1/2/3", "-1/2"])
def test_what_is_no_shard_is_a_mistake(shard):
    with pytest.raises(ConfigError, match="--shard"):
        sharded(Settings(), shard)
