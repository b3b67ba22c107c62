"""The same articles give the same updates, alerts, ids and ledgers on one machine and over a real broker."""

from __future__ import annotations

import pytest

from bench.articles import generate
from connectors.sources.snapshots import load
from examples.story import ARTICLES
from streams import codec
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article
from tests.support.installation import Installation

NEWS = sorted(
    (*(one for one in load([ARTICLES]) if isinstance(one, Article)), *generate(1000, with_figures=0.5)),
    key=lambda one: (one.arrived.timestamp(), one.at.timestamp(), one.id),
)


@pytest.fixture(scope="module")
def embedded():
    """What one machine makes of them, as bytes by id."""
    engine = compose.engine(Settings(), Store())
    engine.take(NEWS)
    engine.fire(engine.clock + Settings().ledger.settle)
    return {
        "updates": {one.id: codec.encode(one) for one in engine.store.updates()},
        "alerts": {one.id: codec.encode(one) for one in engine.store.alerts()},
        "ledgers": {key: codec.encode(one) for key, one in engine.store.states("reconcile", ledger.Ledger)},
    }


@pytest.mark.parametrize(("partitions", "workers"), [(1, 1), (1, 2), (4, 1), (4, 2)])
async def test_kafka_gives_what_one_machine_gives(embedded, brokers, prefix, tmp_path, partitions, workers):
    async with Installation(tmp_path, brokers, prefix, partitions) as kafka:
        for _ in range(workers):
            await kafka.worker()
        found = await kafka.outcome(await kafka.feed(NEWS))
        assert not found.dead
        for name, expected in embedded.items():
            assert {key: codec.encode(one) for key, one in getattr(found, name).items()} == expected, name
        assert [await kafka.stop(worker) for worker in kafka.workers] == [0] * workers
