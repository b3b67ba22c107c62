"""A real Prometheus scrapes the parts of an installation on Kafka through the sample story, as it does a monitor."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

from examples.receiver import Receiver
from examples.server import SampleStory
from tallywire import config as configuration
from tallywire.cli.on_kafka import topics
from tests.support import monitor
from tests.support.prometheus import (
    UNSHOWN,
    alertmanager,
    faulty,
    free_port,
    prometheus,
    silent,
    told,
    until,
    watched,
)

MORE = """
[kafka]
brokers = ["{brokers}"]
prefix = "{prefix}"
partitions = 2
session_timeout = "6s"
patience = "1m"
[archive]
url = "sqlite:///{archive}"
"""

# What only a monitor with a state file has, beside what a story of a minute or two cannot show.
EMPTY = (*UNSHOWN, "tallywire_transaction")


@asynccontextmanager
async def part(config, *command):
    """One process of the installation, from when it says that it works."""
    process = await monitor.start(config, *command)
    try:
        await monitor.running(process, within=120)
        yield
    finally:
        await monitor.stop(process)


async def test_dashboards_rules_and_figures_of_an_installation_on_kafka(brokers, prefix, tmp_path):
    listen = {
        name: f"127.0.0.1:{free_port()}" for name in ("worker-0", "worker-1", "deliver", "archive", "connect")
    }
    async with AsyncExitStack() as stack:
        alerts = stack.enter_context(alertmanager(tmp_path))
        server = stack.enter_context(prometheus(tmp_path, list(listen.values()), alerts))
        await asyncio.gather(server.ready(), alerts.ready())
        story = await stack.enter_async_context(SampleStory())
        receiver = Receiver(tmp_path / "got.jsonl", secret=monitor.SECRET)
        await stack.enter_async_context(receiver)
        more = await stack.enter_async_context(watched())
        more += MORE.format(brokers=brokers, prefix=prefix, archive=tmp_path / "archive.sqlite")
        config = monitor.configure(tmp_path, story.feeds, receiver.url, more=more)
        await asyncio.to_thread(topics.create, configuration.load(config))
        for name, address in listen.items():
            data = ("--data", str(tmp_path / name)) if name.startswith("worker") else ()
            await stack.enter_async_context(part(config, name.partition("-")[0], *data, "--listen", address))
        await asyncio.wait_for(story.finished(), 300)
        delivered = 'tallywire_deliveries_total{destination="hook", verdict="delivered"} > 0'
        await until(server, delivered, within=120)
        await until(server, 'ALERTS{alertname="TallywireDestinationRefuses", alertstate="firing"}')
        await told(alerts, "TallywireDestinationRefuses")
        await until(server, 'tallywire_figure_best{story="Port blast"}', within=60)
        await until(server, "sum(rate(tallywire_archive_rows_total[1m])) > 0", within=60)
        empty, faults = await silent(server, EMPTY), await faulty(server)
        firing = {one["metric"]["alertname"] for one in await server.query('ALERTS{alertstate="firing"}')}
        pending = await server.query('ALERTS{alertname=~"TallywireHeartbeatLate|TallywireNoArticles"}')
        figures = await server.query("count by (metric, group) (tallywire_figure_best)")

    assert empty == {}
    assert faults == []
    assert firing == {"TallywireDestinationRefuses", "TallywireDeadLetters"}  # what was refused is one
    assert pending == [], "a part is taken for dead that lives"
    assert figures
    assert {one["value"][1] for one in figures} == {"1"}, "two workers tell the same figure"
