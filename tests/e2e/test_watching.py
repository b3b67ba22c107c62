"""The monitor as its supervisor sees it: health, metrics, logs, a stop and a second start."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from examples.receiver import Receiver
from examples.server import SampleStory
from tests.support import monitor


async def get(url: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.text()


async def polled(health: str) -> str:
    """Wait for the first poll; the metrics then."""
    async with asyncio.timeout(30):
        while "tallywire_polls_total{" not in (text := (await get(f"{health}/metrics"))[1]):
            await asyncio.sleep(0.05)
    return text


async def test_the_flow_adds_up_and_a_second_start_goes_on(tmp_path):
    async with (
        SampleStory() as story,
        Receiver(tmp_path / "received.jsonl", secret=monitor.SECRET) as receiver,
    ):
        config = monitor.configure(tmp_path, story.feeds, receiver.url, interval=0.1)
        process = await monitor.start(config)
        health = await monitor.running(process)
        await asyncio.wait_for(story.finished(), 120)
        await monitor.delivered(tmp_path / "state.sqlite")
        assert (await get(f"{health}/healthz"))[0] == 200
        assert (await get(f"{health}/readyz"))[0] == 200
        _, text = await get(f"{health}/metrics")
        _, openmetrics = await get(f"{health}/metrics", Accept="application/openmetrics-text; version=1.0.0")
        await monitor.stop(process)
        ids, received = receiver.ids, len(receiver.messages())

        # A second start on what has not changed brings nothing new and sends nothing again.
        process = await monitor.start(config)
        health = await monitor.running(process)
        second = await polled(health)
        await monitor.stop(process)
        assert (receiver.ids, len(receiver.messages())) == (ids, received)
        assert 'tallywire_stage_in_total{stage="revise"} 0.0' in second

    assert openmetrics.endswith("# EOF\n")
    entered, done, out, deliveries = {}, defaultdict(float), {}, {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            match sample.name:
                case "tallywire_stage_in_total":
                    entered[sample.labels["stage"]] = sample.value
                case "tallywire_stage_done_total":
                    done[sample.labels["stage"]] += sample.value
                case "tallywire_stage_out_total":
                    out[sample.labels["stage"]] = sample.value
                case "tallywire_deliveries_total":
                    deliveries[sample.labels["verdict"]] = sample.value
    assert entered == dict(done)
    assert entered["revise"] == 55
    assert out["revise"] == entered["read"]
    assert out["read"] == entered["assign"]
    assert out["assign"] <= entered["reconcile"]  # timers enter it, too
    assert deliveries == {"delivered": received, "retry": 0, "rejected": 0, "gone": 0}
    assert story.base not in text.replace(f'feed="{story.base}', "")  # addresses only where a feed is named


async def test_logs_are_quiet_and_hold_no_secrets(tmp_path):
    async with SampleStory() as story, Receiver(tmp_path / "received.jsonl") as receiver:
        receiver.fail(1)
        hook = receiver.url + "?token=very-secret"
        config = monitor.configure(
            tmp_path, story.feeds[:1], hook, interval=0.1, more='[log]\nlevel = "debug"\n'
        )
        process = await monitor.start(config)
        await polled(await monitor.running(process))
        said = await monitor.stop(process)
    assert "very-secret" not in said
    assert monitor.SECRET not in said
