"""A connector: feeds polled, what they bring put onto Kafka, until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from connectors.kafka.access import reached
from connectors.sources.pool import ParserPool
from connectors.sources.shards import share
from streams.following import Following
from streams.kafka import reading
from streams.kafka.connecting import Connector, schedule
from streams.kafka.topics import FEEDS
from streams.store import SourceRow
from tallywire.cli import compose
from tallywire.cli.on_kafka.common import access, producer, say, serving, until_told
from tallywire.cli.on_kafka.topics import refuse_wrong_topics
from tallywire.cli.options import counted
from tallywire.config import Settings
from tallywire.errors import ConfigError


def run(settings: Settings, shard: str) -> None:
    """Follow the feeds, or a share of them such as "1/3".  Raises `ConfigError`, `BrokerError`."""
    mine = sharded(settings, shard) if shard else settings
    refuse_wrong_topics(mine)
    way = access(mine)
    with reached(way):
        known = asyncio.run(reading.table(way.options(), mine.kafka.prefix + FEEDS))
    asyncio.run(_serve(mine, schedule(known)))


def sharded(settings: Settings, shard: str) -> Settings:
    """The settings with one shard's feeds alone.  Raises `ConfigError` for what is no shard."""
    number, _, count = shard.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise ConfigError(f"--shard {shard!r}: should be a number and how many there are, as in 1/3")
    every = {feed.url: feed for feed in compose.feeds(settings)}
    names = [str(one) for one in range(1, int(count) + 1)]
    mine = tuple(every[url] for url in share(every, str(int(number)), names))
    polling = settings.polling.model_copy(update={"opml": None})  # its feeds are among them
    return settings.model_copy(update={"feeds": mine, "polling": polling})


async def _serve(settings: Settings, rows: Mapping[str, SourceRow]) -> None:
    stop, clock = asyncio.Event(), compose.SystemClock()
    metrics = compose.metrics(settings, beats=("connect",))
    by_articles = settings.monitor.clock == "articles"
    second = compose.second_reader(settings, hurried=True, observer=compose.listener(metrics))
    sending = producer(settings)
    connector = Connector(
        sending,
        prefix=settings.kafka.prefix,
        partitions=settings.kafka.partitions,
        largest=settings.kafka.message_limit,
        stop=stop,
        clock=clock,
        metrics=metrics,
        articles_clock=by_articles,
    )
    try:
        with ParserPool() as parser:
            async with (
                compose.http_client(settings) as http,
                compose.subscriber(settings, http) as subscriber,
            ):
                sources = compose.sources(settings, http, parser, subscriber)
                following = Following(
                    sources,
                    connector.take,
                    connector.keep,
                    stop=stop,
                    clock=clock,
                    metrics=metrics,
                    articles_clock=by_articles,
                    second=second,
                )
                async with serving(settings, metrics, ready=connector.faults) as address:
                    say(f"following {counted(len(sources), 'feed')}; health and metrics at {address}")
                    await until_told(stop, [connector.tell_time(), *following.loops(rows)])
    finally:
        await sending.close()
        if second is not None:
            await second.close()
