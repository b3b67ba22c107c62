"""Articles a second through the embedded pipeline, whole and stage by stage, on one core."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.articles import generate
from connectors.sources.snapshots import load
from streams.embedded import Engine
from streams.operators import read
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article, Reading, StoryReading

SAMPLE = Path(__file__).parents[1] / "examples" / "sample_story" / "articles.jsonl"
COUNT = 600


@pytest.fixture(scope="module")
def generated() -> list[Article]:
    return list(generate(COUNT))


@pytest.fixture(scope="module")
def sample() -> list[Article]:
    return [item for item in load([SAMPLE]) if isinstance(item, Article)]


def engine(store: Store) -> Engine:
    made = compose.engine(Settings(), store)
    made.load()
    return made


def through(store: Store, articles: list[Article], batch: int) -> None:
    runner = engine(store)
    for start in range(0, len(articles), batch):
        runner.take(articles[start : start + batch])
    store.close()


@pytest.mark.parametrize("batch", [1, 20])
def test_whole_pipeline_generated(benchmark, generated, tmp_path, batch):
    """A state file on disk; `batch` articles a transaction, as one poll brings them."""
    names = iter(range(1000))
    benchmark.extra_info["articles"] = len(generated)
    benchmark.pedantic(
        lambda store: through(store, generated, batch),
        setup=lambda: ((Store(str(tmp_path / f"{next(names)}.sqlite")),), {}),
        rounds=5,
        warmup_rounds=1,
    )


def test_whole_pipeline_sample_story(benchmark, sample):
    """Every article about one event, nearly all with figures: the dearest case."""
    benchmark.extra_info["articles"] = len(sample)
    benchmark.pedantic(
        lambda store: through(store, sample, 20), setup=lambda: ((Store(),), {}), rounds=5, warmup_rounds=1
    )


def test_stage_read(benchmark, generated):
    """Claims, actors, language, sketch."""
    benchmark.extra_info["articles"] = len(generated)
    benchmark.pedantic(
        lambda: [read.step(article, None, article.arrived) for article in generated],
        rounds=5,
        warmup_rounds=1,
    )


@pytest.fixture(scope="module")
def readings(generated) -> list[Reading]:
    return [read.step(article, None, article.arrived).outputs[0] for article in generated]


def test_stage_assign(benchmark, readings):
    """Copies and stories."""
    benchmark.extra_info["articles"] = len(readings)
    benchmark.pedantic(
        lambda assign: [assign(reading, None, reading.article.arrived) for reading in readings],
        setup=lambda: ((stage("assign"),), {}),
        rounds=5,
        warmup_rounds=1,
    )


@pytest.fixture(scope="module")
def placed(readings) -> list[StoryReading]:
    assign = stage("assign")
    return [assign(reading, None, reading.article.arrived).outputs[-1] for reading in readings]


def test_stage_reconcile(benchmark, placed):
    """Claims to figures, updates out."""
    benchmark.extra_info["articles"] = len(placed)

    def run() -> None:
        reconcile = stage("reconcile")
        states: dict[str, object] = {}
        for item in placed:
            step = reconcile(item, states.get(item.story), item.reading.article.arrived)
            states[item.story] = step.state

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)


def stage(name: str):
    made = compose.engine(Settings(), Store())
    return next(stage.step for stage in made._stages if stage.name == name)
