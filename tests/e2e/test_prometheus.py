"""A real Prometheus scrapes a running monitor through the sample story: what every dashboard and rule would see."""

from __future__ import annotations

import asyncio

from examples.receiver import Receiver
from examples.server import SampleStory
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

# What one machine has not, beside what a story of one minute cannot show: an archive, a broker.
EMPTY = (*UNSHOWN, "tallywire_archive", "tallywire_broker")


async def test_dashboards_rules_and_alertmanager_on_a_running_monitor(tmp_path):
    listen = f"127.0.0.1:{free_port()}"
    with alertmanager(tmp_path) as alerts, prometheus(tmp_path, [listen], alerts) as server:
        await asyncio.gather(server.ready(), alerts.ready())  # so that the first scrape sees zeros
        async with (
            SampleStory() as story,
            Receiver(tmp_path / "got.jsonl", secret=monitor.SECRET) as receiver,
            watched() as more,
        ):
            config = monitor.configure(tmp_path, story.feeds, receiver.url, listen=listen, more=more)
            process = await monitor.start(config)
            await asyncio.wait_for(story.finished(), 120)
            await until(server, 'tallywire_deliveries_total{destination="hook", verdict="delivered"} > 0')
            await until(server, 'ALERTS{alertname="TallywireDestinationRefuses", alertstate="firing"}')
            await told(alerts, "TallywireDestinationRefuses")
            await until(server, "tallywire:feed_silence:seconds")

            empty, faults = await silent(server, EMPTY), await faulty(server)
            figures = await server.query("tallywire_figure_best")
            exemplars = await server.get(
                "/api/v1/query_exemplars",
                query="tallywire_alert_latency_seconds_bucket",
                start="2000-01-01T00:00:00Z",
                end="2100-01-01T00:00:00Z",
            )
            await monitor.stop(process)

    assert empty == {}
    assert faults == []
    assert {figure["metric"]["story"] for figure in figures} == {"Port blast"}
    assert exemplars["data"], "no alert marked on the latency"
