"""A stop is a stop: with a reader that has stalled, and of the demonstration with its monitor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from pathlib import Path

import aiohttp

from examples.server import SampleStory
from streams.store import Store
from tallywire.errors import StateError
from tests.support import monitor


async def alerted(state: Path) -> None:
    """Wait until an alert is on its way."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(StateError, sqlite3.Error):  # not there yet
                store = Store(str(state), read_only=True)
                try:
                    if store.count("alerts"):
                        return
                finally:
                    store.close()
            await asyncio.sleep(0.1)


async def test_a_stalled_reader_of_its_alerts_does_not_freeze_the_monitor(tmp_path):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    async with SampleStory() as story:
        config = monitor.configure(tmp_path, story.feeds, "http://127.0.0.1:9/hook")
        text = config.read_text().replace('kind = "webhook"', 'kind = "terminal"')
        config.write_text(text)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tallywire", "run", "--config", str(config)),
            stdout=writing,
            stderr=asyncio.subprocess.PIPE,
        )
        os.close(writing)
        health = await monitor.running(process)
        await alerted(tmp_path / "state.sqlite")
        async with aiohttp.ClientSession() as session, session.get(f"{health}/healthz") as response:
            assert response.status == 200
        await monitor.stop(process)
    os.close(reading)


async def test_the_demonstration_takes_its_monitor_with_it(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "examples.demo", "--folder", str(tmp_path), "--interval", "5"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    await monitor.running(process)
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), 40)
    assert process.returncode == 128 + signal.SIGTERM
    Store(str(tmp_path / "sample.sqlite")).close()  # refused while a monitor holds it
