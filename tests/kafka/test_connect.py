"""`tallywire connect`: what feeds bring reaches the topic whole and in order, through restarts and outages."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, closing

from kafka import KafkaAdminClient

from streams import codec
from streams.kafka.wire import TICK
from streams.operators.revise import address
from streams.store import SourceRow
from tallywire.records import Article, DeadLetter
from tests.support import broker, monitor, topics
from tests.support.feeds import Feeds
from tests.support.installation import PATIENCE
from tests.support.news import article
from tools.kafka import Cluster


def news(number, *, size=200):
    words = random.Random(number)  # noqa: S311 - chance for a test, the same every time
    body = " ".join(words.choice(("harbour", "council", "meadow", "lantern")) for _ in range(size // 8))
    return article(f"n{number}", f"Notice {number}", body, url=f"https://gull.example/{number}")


def feed_lines(*urls):
    return "".join(f'[[feeds]]\nurl = "{url}"\n' for url in urls)


@asynccontextmanager
async def connecting(config, *arguments):
    process = await monitor.start(config, "connect", *arguments)
    try:
        await monitor.running(process)
        yield process
    finally:
        if process.returncode is None:
            await monitor.stop(process)


def articles(found):
    return [one for one in found if one.stamp.kind == "Article"]


def titles(found):
    return sorted(codec.decode(one.value, Article).title for one in articles(found))


async def test_articles_go_by_their_address_with_the_time_behind_them(brokers, prefix, tmp_path):
    async with Feeds() as feeds:
        feeds.publish("gull", *(news(number) for number in range(6)))
        config = topics.configure(tmp_path, brokers, prefix, more=feed_lines(feeds.url("gull")))
        async with connecting(config):
            found = await topics.read(
                brokers,
                f"{prefix}articles",
                lambda all_: len(articles(all_)) == 6 and all_[-1].stamp.kind == TICK,
            )
    assert titles(found) == [f"Notice {number}" for number in range(6)]
    for one in articles(found):
        made = codec.decode(one.value, Article)
        assert one.key == address(made).encode()
        assert one.stamp.cause == made.id
        assert one.stamp.clock >= made.arrived
        ticks = [t.stamp.clock for t in found if t.stamp.kind == TICK and t.partition == one.partition]
        assert max(ticks) >= one.stamp.clock
    for number in range(2):
        clocks = [one.stamp.clock for one in found if one.partition == number]
        assert clocks == sorted(clocks)
    turns = [one.stamp.turn for one in sorted(articles(found), key=lambda one: one.stamp.turn)]
    assert turns == sorted(set(turns))


async def test_a_restart_goes_on_where_the_last_one_was_and_sends_nothing_twice(brokers, prefix, tmp_path):
    async with Feeds() as feeds:
        feeds.publish("gull", news(1))
        config = topics.configure(tmp_path, brokers, prefix, more=feed_lines(feeds.url("gull")))
        async with connecting(config):
            await topics.read(brokers, f"{prefix}articles", lambda all_: len(articles(all_)) == 1)
            rows = await topics.read(brokers, f"{prefix}feeds", len)
            assert codec.decode(rows[0].value, SourceRow).name == rows[0].key.decode() == feeds.url("gull")
            while feeds.asked["gull"] < 3:
                await asyncio.sleep(0.05)
        whole = feeds.whole["gull"]
        async with connecting(config):
            asked = feeds.asked["gull"]
            while feeds.asked["gull"] < asked + 2:
                await asyncio.sleep(0.05)
            assert feeds.whole["gull"] == whole
            feeds.publish("gull", news(2))
            found = await topics.read(brokers, f"{prefix}articles", lambda all_: "Notice 2" in titles(all_))
    assert titles(found) == ["Notice 1", "Notice 2"]


async def test_a_killed_connector_loses_nothing(brokers, prefix, tmp_path):
    async with Feeds() as feeds:
        config = topics.configure(tmp_path, brokers, prefix, more=feed_lines(feeds.url("gull")))
        for round_ in range(3):
            feeds.publish("gull", *(news(10 * round_ + number) for number in range(5)))
            process = await monitor.start(config, "connect")
            await monitor.running(process)
            await asyncio.sleep(0.1 * round_)
            await monitor.kill(process)
        async with connecting(config):
            found = await topics.read(brokers, f"{prefix}articles", lambda all_: len(set(titles(all_))) == 15)
    assert len({one.stamp.cause for one in articles(found)}) == 15


async def test_five_megabytes_pass_compressed_and_more_than_the_limit_is_a_dead_letter(
    brokers, prefix, tmp_path
):
    large, too_large = news(1, size=5_000_000), news(2, size=7_000_000)
    async with Feeds() as feeds:
        feeds.publish("gull", news(0), large)  # a feed may have ten megabytes
        feeds.publish("teal", too_large, news(3))
        both = feed_lines(feeds.url("gull"), feeds.url("teal"))
        config = topics.configure(
            tmp_path, brokers, prefix, more_kafka="message_limit = 6_000_000", more=both
        )
        async with connecting(config):
            found = await topics.read(brokers, f"{prefix}articles", lambda all_: len(articles(all_)) == 3)
            buried = await topics.read(
                brokers, f"{prefix}dead-letters", lambda all_: any(b"too_large" in one.value for one in all_)
            )
    assert titles(found) == ["Notice 0", "Notice 1", "Notice 3"]
    assert max(len(one.value) for one in articles(found)) > 4_500_000
    assert size_on_disk(brokers, f"{prefix}articles") < 3_000_000
    letters = {codec.decode(one.value, DeadLetter) for one in buried}  # a busy machine gives up reading, too
    (letter,) = [one for one in letters if not one.cause.startswith("parse_timeout: ")]
    assert letter.stage == "feed"
    assert letter.cause.startswith("too_large: it has ")
    assert "a record at most 6000000" in letter.cause
    assert codec.decode(letter.payload.encode(), Article).title == "Notice 2"


def size_on_disk(brokers, topic):
    with closing(KafkaAdminClient(bootstrap_servers=brokers)) as admin:
        described = admin.describe_log_dirs([topic])
    return sum(
        partition["partition_size"]
        for node in described
        for folder in node["log_dirs"]
        for one in folder["topics"]
        for partition in one["partitions"]
    )


async def test_while_the_broker_is_away_feeds_are_asked_no_more_and_nothing_is_dropped(tmp_path):
    broker.skip_without_a_broker()
    with Cluster() as cluster:
        async with Feeds() as feeds:
            feeds.publish("gull", news(0))
            config = topics.configure(tmp_path, cluster.brokers, "", more=feed_lines(feeds.url("gull")))
            async with connecting(config):
                await topics.read(cluster.brokers, "articles", lambda all_: len(articles(all_)) == 1)
                asked = feeds.asked["gull"]
                async with asyncio.timeout(PATIENCE):
                    while feeds.asked["gull"] == asked:  # until then it may not know that the brokers have it
                        await asyncio.sleep(0.02)
                cluster.nodes[0].kill()
                feeds.publish("gull", *(news(number) for number in range(1, 6)))
                asked = -1
                async with asyncio.timeout(PATIENCE):
                    while feeds.asked["gull"] != asked:  # thirty times what lies between two polls
                        asked = feeds.asked["gull"]
                        await asyncio.sleep(3)
                cluster.nodes[0].start()
                await asyncio.to_thread(cluster.nodes[0].wait)
                found = await topics.read(
                    cluster.brokers, "articles", lambda all_: len(set(titles(all_))) == 6
                )
    assert titles(found) == [f"Notice {number}" for number in range(6)]
