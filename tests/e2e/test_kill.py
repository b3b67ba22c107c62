"""kill -9 at any instant: nothing lost, nothing accepted twice, every id the one an undisturbed run gives."""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path

from examples.receiver import Receiver
from examples.server import SampleStory
from tests.support import monitor

KILLS = 50
SEED = 20240409


async def undisturbed(folder: Path) -> list[str]:
    """The webhook ids of a run that nobody disturbs."""
    async with SampleStory() as story, Receiver(folder / "received.jsonl", secret=monitor.SECRET) as receiver:
        process = await monitor.start(monitor.configure(folder, story.feeds, receiver.url, interval=0.1))
        await asyncio.wait_for(story.finished(), 120)
        await monitor.delivered(folder / "state.sqlite")
        await monitor.stop(process)
        assert (receiver.refused, receiver.repeats) == (0, 0)
        return receiver.ids


async def disturbed(folder: Path, kills: int) -> tuple[list[str], int]:
    """The webhook ids of a run that is killed again and again, and how many kills hit an unfinished story."""
    chance = random.Random(SEED)  # noqa: S311 - seeded on purpose
    hit = 0
    async with SampleStory() as story, Receiver(folder / "received.jsonl", secret=monitor.SECRET) as receiver:
        config = monitor.configure(folder, story.feeds, receiver.url, interval=0.3)
        for _ in range(kills):
            process = await monitor.start(config)
            # From before the file is open to some polls and deliveries later.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), chance.uniform(0.5, 2.0))
            hit += not story.status["done"]
            await monitor.kill(process)
        process = await monitor.start(config)
        await monitor.running(process)
        await asyncio.wait_for(story.finished(), 120)
        await monitor.delivered(folder / "state.sqlite")
        await monitor.stop(process)
        return receiver.ids, hit


async def test_fifty_kills_at_random_instants_lose_nothing_and_double_nothing(tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "storm").mkdir()
    wanted = await undisturbed(tmp_path / "calm")
    assert len(wanted) >= 8
    got, hit = await disturbed(tmp_path / "storm", KILLS)
    assert hit >= KILLS // 2, "the story was over too soon for the kills to mean anything"
    assert sorted(got) == sorted(wanted)
