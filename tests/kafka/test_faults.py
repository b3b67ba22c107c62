"""Every part killed, stopped and changed in the middle of the news, seeded: nothing lost, nothing else told.

One run a kind is part of every test run; `TALLYWIRE_FAULT_RUNS=5` makes it five with other seeds.  How long each fault
took to be over is shown at the end of the run.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import msgspec
import pytest

from bench.articles import generate
from examples.receiver import Receiver
from streams import codec
from streams.kafka import wire
from streams.kafka.topics import ARTICLES
from streams.kafka.wire import Stamp
from streams.operators.deliver import State
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article
from tests.support import topics
from tests.support.broker import skip_without_a_broker
from tests.support.feeds import Feeds
from tests.support.installation import PATIENCE, Installation, Outcome
from tools.kafka import Cluster

RUNS = int(os.environ.get("TALLYWIRE_FAULT_RUNS", "1"))
NEWS = list(generate(150, with_figures=0.8))
SESSION = 6.0  # seconds, as the installation has it
AGO = timedelta(
    days=2000
)  # from the time of the news: what a feed dates ahead of the clock came when it was asked
TOLD = ("updates", "alerts", "ledgers")

Fault = Callable[[Installation, random.Random], Awaitable[object]]
seeds = pytest.mark.parametrize("seed", range(RUNS))


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


def made_of(news: Sequence[Article]) -> dict[str, dict[str, bytes]]:
    """What one machine makes of the news, as bytes by id."""
    engine = compose.engine(Settings(), Store())
    engine.take(news)
    engine.fire(engine.clock + Settings().ledger.settle)
    return {
        "updates": {one.id: codec.encode(one) for one in engine.store.updates()},
        "alerts": {one.id: codec.encode(one) for one in engine.store.alerts()},
        "ledgers": {key: codec.encode(one) for key, one in engine.store.states("reconcile", ledger.Ledger)},
    }


@pytest.fixture(scope="module")
def expected():
    return made_of(NEWS)


def assert_told(found: Outcome, expected: dict[str, dict[str, bytes]], names: Sequence[str] = TOLD) -> None:
    """That the same has come of the news as on one machine, byte for byte."""
    for name in names:
        wanted = expected[name]
        told = {key: codec.encode(one) for key, one in getattr(found, name).items()}
        missing, more = wanted.keys() - told.keys(), told.keys() - wanted.keys()
        assert (len(missing), len(more)) == (0, 0), f"{name}: without {missing}, but with {more}"
        assert [key for key in wanted if told[key] != wanted[key]] == [], name


async def seconds(work: Awaitable[object]) -> float:
    """How long something takes."""
    began = time.monotonic()
    await work
    return time.monotonic() - began


async def told(
    kafka: Installation,
    chance: random.Random,
    resumed,
    *faults: Callable[[], Awaitable[object]],
    goes_on: Callable[[], Awaitable[object]] | None = None,
):
    """What comes of the news while the faults happen, each at some moment of it.

    `goes_on` waits until work has been resumed after one: until all that was told by then is through, if not given.
    """

    async def strike() -> None:
        for fault in faults:
            await asyncio.sleep(chance.uniform(0.5, 6))
            await fault()
            resumed(await seconds((goes_on or kafka.resumed)()))

    await asyncio.gather(*(kafka.working(worker) for worker in kafka.workers))
    async with kafka.ticking():
        striking = asyncio.create_task(strike())
        until = await kafka.feed(NEWS, every=10, pace=0.5)
        await striking
    return await kafka.outcome(until)


@seeds
@pytest.mark.parametrize("fault", [worker_killed, worker_lost, worker_stopped, worker_added, worker_removed])
async def test_workers_come_and_go(expected, brokers, prefix, tmp_path, resumed, fault: Fault, seed):
    chance = random.Random(f"{fault.__name__} {seed}")  # noqa: S311 - chance for a test, the same every time
    async with Installation(tmp_path, brokers, prefix, 4) as kafka:
        for _ in range(2):
            await kafka.worker()
        found = await told(kafka, chance, resumed, lambda: fault(kafka, chance))
        assert not found.dead
        assert_told(found, expected)


@seeds
@pytest.mark.parametrize("program", ["tests.support.seldom", "tests.support.slow"])
async def test_workers_share_the_stages_anew(expected, brokers, prefix, tmp_path, resumed, program, seed):
    """Whether nothing was committed yet, or records come between any two steps of a rebalance: all is read."""
    chance = random.Random(f"{program} {seed}")  # noqa: S311 - as above
    async with Installation(tmp_path, brokers, prefix, 4) as kafka:
        kafka.program = program
        await kafka.worker()
        found = await told(kafka, chance, resumed, kafka.worker, kafka.worker)
        assert "HOLE" not in kafka.log("worker")
        assert not found.dead
        assert_told(found, expected)


@seeds
@pytest.mark.parametrize("nodes", [1, 3])
async def test_a_broker_dies_and_comes_back(expected, prefix, tmp_path, resumed, nodes, seed):
    """The only one, or of three the one that leads: the first partition that the news are decided in."""
    skip_without_a_broker()
    chance = random.Random(f"{nodes} {seed}")  # noqa: S311 - as above
    with Cluster(nodes) as cluster:
        async with Installation(tmp_path, cluster.brokers, prefix, 2, f"replication = {nodes}\n") as kafka:
            await kafka.worker()

            async def broker_killed() -> None:
                node = cluster.nodes[await kafka.leader("readings", 0) - 1]
                node.kill()
                await asyncio.sleep(chance.uniform(0, 4))
                node.start()
                await asyncio.to_thread(node.wait)

            found = await told(kafka, chance, resumed, broker_killed)
            assert not found.dead
            assert_told(found, expected)


@seeds
async def test_one_record_in_a_hundred_is_poison(expected, brokers, prefix, tmp_path, resumed, seed):
    """Each is buried with its cause, and what can be made something of is taken in when it is sent again."""
    chance = random.Random(seed)  # noqa: S311 - as above
    poison = [bytes(chance.randrange(256) for _ in range(20)), b"[]", b"{}", b"", b'{"v":9,"id":"x"}']
    stages = {
        "revise": "articles", "read": "unique-articles", "assign": "readings",
        "reconcile": "story-readings", "alert": "updates",
    }  # fmt: skip
    astray = msgspec.structs.replace(NEWS[0], id="astray", url="https://gull.example/astray")
    async with Installation(tmp_path, brokers, prefix, 4) as kafka:
        await kafka.worker()

        async def poisoned() -> None:
            async with kafka.producer() as producer:
                for value in poison:
                    for topic in stages.values():
                        await producer.send(f"{prefix}{topic}", value, key=b"poison")
                    await asyncio.sleep(chance.uniform(0, 1))
                headers = wire.headers(Stamp(kind="Update", clock=astray.arrived))
                await producer.send(
                    f"{prefix}{ARTICLES}", codec.encode(astray), key=b"astray", headers=headers
                )

        found = await told(kafka, chance, resumed, poisoned)
        assert_told(found, expected)
        buried = Counter(letter.stage for letter in found.dead.values())
        assert buried == Counter(dict.fromkeys(stages, len(poison))) + Counter(["revise"])
        assert all(letter.cause for letter in found.dead.values())
        await (await kafka.command("dead-letters", "replay", "--kafka")).wait()
        assert f"1 sent again, {buried.total() - 1} kept" in kafka.log("dead-letters")
        await topics.read(
            brokers,
            f"{prefix}unique-articles",
            lambda all_: any(b'"astray"' in one.value for one in all_ if one.value),
        )


@asynccontextmanager
async def receiving(tmp_path, brokers, prefix, more: str = ""):
    """A whole installation, workers, deliverers and a webhook's receiver."""
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(Receiver(tmp_path / "received.jsonl"))
        hook = f'[[destinations]]\nname = "hook"\nkind = "webhook"\nurl = "{receiver.url}"\n'
        kafka = await stack.enter_async_context(Installation(tmp_path, brokers, prefix, 4, hook + more))
        await kafka.worker()
        yield kafka, receiver


async def delivered(receiver: Receiver, alerts: int) -> None:
    """Until so many alerts have been accepted."""
    async with asyncio.timeout(PATIENCE):
        while len(receiver.ids) < alerts:
            await asyncio.sleep(0.1)


async def caught_up(kafka: Installation, receiver: Receiver) -> None:
    """Until all alerts that there are by now have been accepted."""
    decided = await kafka.decided()
    async with asyncio.timeout(PATIENCE):
        while not decided <= set(receiver.ids):
            await asyncio.sleep(0.1)


@seeds
async def test_the_deliverer_is_killed_again_and_again(expected, brokers, prefix, tmp_path, resumed, seed):
    """Each time at most what was under way comes twice, and the receiver knows it by its id."""
    chance = random.Random(f"deliverer {seed}")  # noqa: S311 - as above
    async with receiving(tmp_path, brokers, prefix) as (kafka, receiver):
        deliverer = await kafka.started("deliver")

        async def killed() -> None:
            nonlocal deliverer
            deliverer.kill()
            await asyncio.sleep(chance.uniform(0, 2))
            deliverer = await kafka.begun("deliver")

        found = await told(kafka, chance, resumed, killed, killed, goes_on=lambda: caught_up(kafka, receiver))
        await delivered(receiver, len(expected["alerts"]))
        assert set(receiver.ids) == expected["alerts"].keys()
        assert receiver.repeats <= 2 * kafka.partitions
        assert not found.dead
        assert_told(found, expected)


@seeds
async def test_a_deliverer_stands_still_until_taken_for_dead(
    expected, brokers, prefix, tmp_path, resumed, seed
):
    """Another sends its alerts meanwhile; of those only what was under way may come twice, then or ever after."""
    chance = random.Random(f"deliverer stopped {seed}")  # noqa: S311 - as above
    async with receiving(tmp_path, brokers, prefix) as (kafka, receiver):
        both = [await kafka.started("deliver"), await kafka.started("deliver")]

        async def stopped() -> None:
            both[0].send_signal(signal.SIGSTOP)
            await asyncio.sleep(SESSION + chance.uniform(1, 4))
            both[0].send_signal(signal.SIGCONT)

        found = await told(kafka, chance, resumed, stopped, goes_on=lambda: caught_up(kafka, receiver))
        await delivered(receiver, len(expected["alerts"]))
        assert [await kafka.stop(one) for one in both] == [0, 0]
        await kafka.started("deliver")  # which goes by what they have written down
        async with asyncio.timeout(PATIENCE):
            while not all(row.delivery.state is State.DELIVERED for row in await kafka.deliveries()):
                await asyncio.sleep(0.2)
        assert set(receiver.ids) == expected["alerts"].keys()
        assert receiver.repeats <= 1
        assert not found.dead
        assert_told(found, expected)


@seeds
async def test_the_connector_is_killed_again_and_again(brokers, prefix, tmp_path, resumed, seed):
    """Whatever a feed has shown is taken in, and told once."""
    chance = random.Random(f"connector {seed}")  # noqa: S311 - as above
    async with Feeds() as feeds, AsyncExitStack() as stack:
        feed = f'[[feeds]]\nurl = "{feeds.url("gull")}"\n'
        kafka, receiver = await stack.enter_async_context(receiving(tmp_path, brokers, prefix, feed))
        await asyncio.gather(kafka.working(kafka.workers[0]), kafka.started("deliver"))
        connector = await kafka.started("connect")
        restarts: list[asyncio.Task[float]] = []  # until what is shown after each has been taken in

        async def taken_in(count: int) -> list[topics.Found]:
            return await topics.read(
                brokers, f"{prefix}{ARTICLES}", lambda found: len(articles(found)) >= count, within=PATIENCE
            )

        for number in range(0, len(NEWS), 10):
            portion = NEWS[number : number + 10]
            feeds.publish(
                "gull", *(msgspec.structs.replace(one, published=one.arrived - AGO) for one in portion)
            )
            await asyncio.sleep(0.5)
            if number in (30, 90):
                await asyncio.sleep(chance.uniform(0, 1))
                connector.kill()
                connector = await kafka.begun("connect")
                restarts.append(asyncio.create_task(seconds(taken_in(number + 20))))
        for restart in restarts:
            resumed(await restart)
        taken = await taken_in(len(NEWS))
        assert await kafka.stop(connector) == 0
        news = sorted(articles(taken).values(), key=lambda one: one.arrived)
        assert [one.title for one in news] == [one.title for one in NEWS]
        found, wanted = await kafka.outcome(await kafka.settle(news[-1].arrived)), made_of(news)
        await delivered(receiver, len(wanted["alerts"]))
        assert set(receiver.ids) == wanted["alerts"].keys()
        assert receiver.repeats == 0
        assert not found.dead
        assert_told(found, wanted, ("updates", "alerts"))


def articles(found: Sequence[topics.Found]) -> dict[str, Article]:
    """The articles among what is found on their topic, by their names."""
    decoded = (codec.decode(one.value, Article) for one in found if one.value)
    return {one.id: one for one in decoded}
