"""A part that no broker answers says so, though it has nothing to send."""

from __future__ import annotations

import asyncio

import aiohttp

from tallywire.cli.on_kafka import common
from tallywire.config import Settings
from tallywire.config.settings import KafkaSettings, Monitor
from tallywire.metrics import Metrics


async def test_nobody_is_ready_whom_no_broker_answers():
    settings = Settings(
        monitor=Monitor(listen="127.0.0.1:0"), kafka=KafkaSettings(brokers=("127.0.0.1:1", "127.0.0.1:2"))
    )
    metrics = Metrics([], [])
    async with (
        common.serving(settings, metrics, ready=list) as address,
        aiohttp.ClientSession(address) as http,
    ):
        while (answer := await http.get("/readyz")).status == 200:
            await asyncio.sleep(0.01)
        (reason,) = (await answer.json())["reasons"]
        assert reason.startswith("Kafka cannot be reached: 127.0.0.1:1: no connection (")
        assert "; 127.0.0.1:2: no connection (" in reason
        assert (await http.get("/healthz")).status == 200  # nothing is won by starting it anew
        assert "tallywire_broker_refusals_total 1.0" in await (await http.get("/metrics")).text()
