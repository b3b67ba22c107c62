"""What metrics cost: the pipeline with and without them, side by side, and one scrape of a monitor of 10,000 feeds.

python -m bench.metrics [rounds]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import UTC, datetime

from bench.articles import generate
from streams.embedded import Observer
from streams.panels import stored
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.config.settings import WatchSettings
from tallywire.metrics import FEEDS_SHOWN, FIGURES_SHOWN, Metrics
from tallywire.records import Article

ARTICLES = 400
BATCH = 20
FEEDS = 10_000
NOW = datetime(2031, 5, 1, tzinfo=UTC)


def seconds(articles: list[Article], observer: Observer | None, store: Store) -> float:
    """Time for the articles to go through the pipeline."""
    engine = compose.engine(Settings(), store, observer=observer)
    engine.load()
    began = time.process_time()
    for start in range(0, len(articles), BATCH):
        engine.take(articles[start : start + BATCH])
    took = time.process_time() - began
    store.close()
    return took


def overhead(rounds: int) -> list[float]:
    """Share of the processor's time that metrics take, round by round; each pair in the other order than the last."""
    articles = list(generate(ARTICLES))
    shares = []
    for number in range(rounds + 1):
        store, bare_store = Store(), Store()
        metrics = compose.metrics(Settings())
        observer = compose.observer(metrics, compose.panels(Settings(), stored(store), metrics))
        pair = [(observer, store), (None, bare_store)]
        took = {
            watching is not None: seconds(articles, watching, kept)
            for watching, kept in pair[:: 1 - 2 * (number % 2)]
        }
        if number:  # the first pair warms up
            shares.append(took[True] / took[False] - 1)
    return shares


def scrape() -> dict[str, float]:
    """Size and time of one answer, with as many feeds and figures as there can be."""
    watches = tuple(WatchSettings(name=f"watch {number}", all=("x",)) for number in range(20))
    metrics: Metrics = compose.metrics(Settings(watches=watches))
    parts = dict.fromkeys(("low", "high", "best", "claimants", "origins", "disagreement"), 7)
    for watch in watches:
        metrics.figures.show(
            watch.name, {("killed", f"group {number}"): parts for number in range(FIGURES_SHOWN)}
        )
    for number in range(FEEDS):
        metrics.polls.labels("new").inc()
        metrics.feeds.labels("ok").inc()
        if number < FEEDS_SHOWN:
            feed = f"https://outlet-{number}.example/feeds/world/latest.xml"
            metrics.feed_known(feed, None)
            metrics.feed_answered(feed, NOW, due=NOW, articles=3, fine=True)
    times = []
    for _ in range(20):
        began = time.process_time()
        body, _ = metrics.expose("")
        times.append(time.process_time() - began)
    return {"scrape_ms": round(statistics.median(times) * 1000, 1), "scrape_kB": round(len(body) / 1000)}


if __name__ == "__main__":
    shares = overhead(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
    told = {"overhead_median": round(statistics.median(shares), 4), "rounds": [round(s, 3) for s in shares]}
    print(json.dumps(told | scrape()))
