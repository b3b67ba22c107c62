"""Workers and brokers killed, stopped and changed in the middle of the news, seeded: nothing lost, nothing else told.

One run a kind is part of every test run; `TALLYWIRE_FAULT_RUNS=5` makes it five with other seeds.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable

import pytest

from bench.articles import generate
from streams import codec
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Settings
from tests.support.broker import skip_without_a_broker
from tests.support.installation import Installation
from tools.kafka import Cluster

pytestmark = pytest.mark.faults

RUNS = int(os.environ.get("TALLYWIRE_FAULT_RUNS", "1"))
NEWS = list(generate(150, with_figures=0.8))
SESSION = 6.0  # seconds, as the installation has it

Fault = Callable[[Installation, random.Random], Awaitable[None]]


async def worker_killed(kafka: Installation, chance: random.Random) -> None:
    """A worker dies at once, and is started again after a while on the tables it left."""
    number = chance.randrange(len(kafka.workers))
    kafka.workers[number].kill()
    await asyncio.sleep(chance.uniform(0, 3))
    await kafka.worker_again(number)


async def worker_lost(kafka: Installation, chance: random.Random) -> None:
    """A worker dies with its disk: another takes over from the changelogs."""
    chance.choice(kafka.workers).kill()


async def worker_stopped(kafka: Installation, chance: random.Random) -> None:
    """A worker stands still until it is taken for dead, and goes on as if nothing had been."""
    worker = chance.choice(kafka.workers)
    worker.send_signal(signal.SIGSTOP)
    await asyncio.sleep(SESSION + chance.uniform(1, 4))
    worker.send_signal(signal.SIGCONT)


async def worker_added(kafka: Installation, chance: random.Random) -> None:
    """A third worker comes in the middle of it."""
    await kafka.worker()


async def worker_removed(kafka: Installation, chance: random.Random) -> None:
    """A worker is told to stop, and stops."""
    worker = chance.choice(kafka.workers)
    assert await kafka.stop(worker) == 0


@pytest.fixture(scope="module")
def expected():
    """What one machine makes of the news, as bytes by id."""
    engine = compose.engine(Settings(), Store())
    engine.take(NEWS)
    engine.fire(engine.clock + Settings().ledger.settle)
    return {
        "updates": {one.id: codec.encode(one) for one in engine.store.updates()},
        "alerts": {one.id: codec.encode(one) for one in engine.store.alerts()},
        "ledgers": {key: codec.encode(one) for key, one in engine.store.states("reconcile", ledger.Ledger)},
    }


async def told(kafka: Installation, chance: random.Random, *faults: Callable[[], Awaitable[None]]) -> dict:
    """What comes of the news while the faults happen, each at some moment of it."""

    async def strike() -> None:
        for fault in faults:
            await asyncio.sleep(chance.uniform(0.5, 6))
            await fault()

    await asyncio.gather(*(kafka.working(worker) for worker in kafka.workers))
    striking = asyncio.create_task(strike())
    until = await kafka.feed(NEWS, every=10, pace=0.5)
    await striking
    found = await kafka.outcome(until)
    assert not found.dead
    return {
        name: {key: codec.encode(one) for key, one in getattr(found, name).items()}
        for name in ("updates", "alerts", "ledgers")
    }


@pytest.mark.parametrize("seed", range(RUNS))
@pytest.mark.parametrize("fault", [worker_killed, worker_lost, worker_stopped, worker_added, worker_removed])
async def test_workers_come_and_go(expected, brokers, prefix, tmp_path, fault: Fault, seed):
    chance = random.Random(f"{fault.__name__} {seed}")  # noqa: S311 - chance for a test, the same every time
    async with Installation(tmp_path, brokers, prefix, 4) as kafka:
        for _ in range(2):
            await kafka.worker()
        assert await told(kafka, chance, lambda: fault(kafka, chance)) == expected


@pytest.mark.parametrize("seed", range(RUNS))
async def test_workers_come_before_anything_was_committed(expected, brokers, prefix, tmp_path, seed):
    """There is no offset yet to go back to: the news must be read from their beginning."""
    chance = random.Random(f"before {seed}")  # noqa: S311 - as above
    async with Installation(tmp_path, brokers, prefix, 4) as kafka:
        kafka.program = "tests.support.seldom"
        await kafka.worker()
        assert await told(kafka, chance, kafka.worker, kafka.worker) == expected


@pytest.mark.parametrize("seed", range(RUNS))
@pytest.mark.parametrize("nodes", [1, 3])
async def test_a_broker_dies_and_comes_back(expected, prefix, tmp_path, nodes, seed):
    skip_without_a_broker()
    chance = random.Random(f"{nodes} {seed}")  # noqa: S311 - as above
    with Cluster(nodes) as cluster:
        more = f"replication = {nodes}\n"
        async with Installation(tmp_path, cluster.brokers, prefix, 2, more) as kafka:
            await kafka.worker()
            node = chance.choice(cluster.nodes)

            async def broker_killed() -> None:
                node.kill()
                await asyncio.sleep(chance.uniform(0, 4))
                node.start()
                await asyncio.to_thread(node.wait)

            assert await told(kafka, chance, broker_killed) == expected


@pytest.mark.parametrize("seed", range(RUNS))
async def test_one_record_in_a_hundred_is_poison(expected, brokers, prefix, tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - as above
    async with Installation(tmp_path, brokers, prefix, 4) as kafka:
        await kafka.worker()
        poison = [bytes(chance.randrange(256) for _ in range(20)), b"[]", b"{}", b"", b'{"v":9,"id":"x"}']
        topics = ("articles", "unique-articles", "readings", "story-readings", "updates")
        async with kafka.producer() as producer:
            for topic in topics:
                for value in poison:
                    await producer.send(f"{prefix}{topic}", value, key=b"poison")
        until = await kafka.feed(NEWS)
        found = await kafka.outcome(until)
        assert {key: codec.encode(one) for key, one in found.alerts.items()} == expected["alerts"]
        stages = [letter.stage for letter in found.dead.values()]
        assert {stage: stages.count(stage) for stage in stages} == dict.fromkeys(
            ("revise", "read", "assign", "reconcile", "alert"), len(poison)
        )
        assert all(letter.cause for letter in found.dead.values())
