"""A real Prometheus scrapes a running monitor through the sample story: what every dashboard and rule would see."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from aiohttp import web

from examples.receiver import Receiver
from examples.server import SampleStory
from tests.support import monitor
from tests.support.prometheus import Server, alertmanager, free_port, prometheus

BOARDS = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"

WATCH = """
[[watches]]
name = "Port blast"
all = ["blast"]
any = ["Port Selmar", "Selmar"]
[[destinations]]
name = "closed"
kind = "webhook"
url = "{closed}"
"""

# What a story of one minute without a fault cannot show: nothing waits, nothing dies, no feed has a rhythm yet.
EMPTY = (
    "tallywire_publish_to_alert",  # the story is in the past: articles tell the time
    "tallywire_dead_letter",
    "tallywire:feed_gap",
    'metric="missing"',
    "tallywire_archive",  # one machine has neither an archive nor a broker
    "tallywire_broker",
)


def queries() -> dict[str, str]:
    """Every query of the dashboards with its variables filled in, by where it stands."""
    found = {}
    for path in sorted(BOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets") or ():
                expr = target["expr"].replace("$__rate_interval", "1m")
                found[f"{path.stem}: {panel['title']} {target['refId']}"] = re.sub(
                    r"\$(instance|story)", ".*", expr
                )
    return found


async def gone(_request: web.Request) -> web.Response:
    return web.Response(status=410)


@pytest.fixture
async def closed():
    """A webhook that wants no more messages."""
    app = web.Application()
    app.router.add_post("/", gone)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}/"
    await runner.cleanup()


async def until(server: Server, expr: str, *, within: float = 30) -> None:
    """Wait until Prometheus has an answer."""
    async with asyncio.timeout(within):
        while not await server.query(expr):
            await asyncio.sleep(0.2)


async def test_dashboards_rules_and_alertmanager_on_a_running_monitor(tmp_path, closed):
    listen = f"127.0.0.1:{free_port()}"
    with alertmanager(tmp_path) as alerts, prometheus(tmp_path, listen, alerts) as server:
        await asyncio.gather(server.ready(), alerts.ready())  # so that the first scrape sees zeros
        async with (
            SampleStory() as story,
            Receiver(tmp_path / "got.jsonl", secret=monitor.SECRET) as receiver,
        ):
            more = WATCH.format(closed=closed)
            config = monitor.configure(tmp_path, story.feeds, receiver.url, listen=listen, more=more)
            process = await monitor.start(config)
            await asyncio.wait_for(story.finished(), 120)
            await until(server, 'tallywire_deliveries_total{destination="hook", verdict="delivered"} > 0')
            await until(server, 'ALERTS{alertname="TallywireDestinationRefuses", alertstate="firing"}')
            await told(alerts, "TallywireDestinationRefuses")
            await until(server, "tallywire:feed_silence:seconds")

            answers = {place: await server.query(expr) for place, expr in queries().items()}
            rules = await server.get("/api/v1/rules")
            figures = await server.query("tallywire_figure_best")
            exemplars = await server.get(
                "/api/v1/query_exemplars",
                query="tallywire_alert_latency_seconds_bucket",
                start="2000-01-01T00:00:00Z",
                end="2100-01-01T00:00:00Z",
            )
            await monitor.stop(process)

    silent = {place for place, found in answers.items() if not found}
    unexpected = {place for place in silent if not any(word in queries()[place] for word in EMPTY)}
    assert unexpected == set()
    faults = [r for group in rules["data"]["groups"] for r in group["rules"] if r["health"] == "err"]
    assert faults == []
    assert {figure["metric"]["story"] for figure in figures} == {"Port blast"}
    assert exemplars["data"], "no alert marked on the latency"


async def told(alerts: Server, name: str, *, within: float = 30) -> None:
    """Wait until Alertmanager has heard of an alert."""
    async with asyncio.timeout(within):
        while name not in [alert["labels"]["alertname"] for alert in await alerts.get("/api/v2/alerts")]:
            await asyncio.sleep(0.2)
