"""From publication to alert: the sample story over real HTTP, `tallywire run`, a webhook receiver, all on this machine.

    python -m bench.latency --interval 0.3

Two spans an alert: from the answer that carried the article (the poll) to the webhook's arrival, and from the article's
release (publication) to the same, which adds the wait for the next poll.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from aiohttp import web

from examples.receiver import Receiver
from examples.server import SampleStory
from tests.support import monitor


class TimedStory(SampleStory):
    """Notes when a version was released and when it was last carried to a reader."""

    released = carried = 0.0

    def _release(self) -> None:
        super()._release()
        self.released = time.perf_counter()

    async def _answer_feed(self, request: web.Request) -> web.Response:
        response = await super()._answer_feed(request)
        if response.status == 200:
            self.carried = time.perf_counter()
        return response


class TimedReceiver(Receiver):
    """Notes the spans of every message."""

    def watch(self, story: TimedStory) -> None:
        """Measure against `story`."""
        self.story, self.from_poll, self.from_release = story, [], []

    async def _accept(self, request: web.Request) -> web.Response:
        now = time.perf_counter()
        self.from_poll.append(now - self.story.carried)
        self.from_release.append(now - self.story.released)
        return await super()._accept(request)


async def measure(interval: float) -> dict[str, float]:
    """One run of the story."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with TimedStory() as story, TimedReceiver(folder / "received.jsonl") as receiver:
            receiver.watch(story)
            config = monitor.configure(folder, story.feeds, receiver.url, interval=interval)
            process = await monitor.start(config)
            await story.finished()
            await monitor.delivered(folder / "state.sqlite")
            await monitor.stop(process)
    spans = {"poll_to_sink": receiver.from_poll, "publish_to_sink": receiver.from_release}
    return {"alerts": len(receiver.from_poll), "interval_s": interval} | {
        f"{span}_{point}_ms": round(1000 * value, 1)
        for span, values in spans.items()
        for point, value in (
            ("median", statistics.median(values)),
            ("p95", statistics.quantiles(values, n=20)[-1]),
        )
    }


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description="Publication to alert.")
    parser.add_argument("--interval", type=float, default=0.3, help="seconds between two polls of a feed")
    print(json.dumps(asyncio.run(measure(parser.parse_args().interval))))


if __name__ == "__main__":
    main()
