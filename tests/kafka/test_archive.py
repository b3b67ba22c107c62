"""`tallywire archive` on a real broker keeps what one machine keeps, through kills of everything that may be killed."""

from __future__ import annotations

import asyncio
import random
import re
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from connectors.sources.snapshots import load
from examples.story import ARTICLES
from streams import codec
from streams.archive import Database
from streams.kafka import wire
from streams.kafka.wire import Stamp
from streams.letters import letter
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.errors import StateError
from tallywire.records import Article, DeadLetter, Update
from tests.support import postgres
from tests.support.archived import Rows, rows, rows_of
from tests.support.gorge import articles as gorge
from tests.support.installation import PATIENCE, SETTLE, Installation
from tests.support.news import day

NEWS = sorted(
    (*(one for one in load([ARTICLES]) if isinstance(one, Article)), *day(60, hours=12), *gorge()),
    key=lambda one: (one.arrived.timestamp(), one.at.timestamp(), one.id),
)

KEEP = 'keep = "3650d"\n'  # the sample story is years before the other news


def whole(found: Rows) -> Rows:
    """Rows with the ledgers as they are written, whether they rest or not: when one is laid by is no promise."""
    state, resting = found.pop("state"), found.pop("resting")
    awake = [(key, zlib.decompress(value)) for key, value in resting]
    return found | {"ledgers": sorted([*state, *awake])}


@pytest.fixture(scope="module")
def embedded(tmp_path_factory) -> Rows:
    engine = compose.engine(Settings(), Store())
    engine.take(NEWS)
    engine.fire(NEWS[-1].arrived + SETTLE)
    return whole(rows_of(engine.store, tmp_path_factory.mktemp("machine") / "state.sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path) -> tuple[str, Database]:
    """An archive: its part of the configuration, and the way to read it."""
    if request.param == "sqlite":
        path = tmp_path / "archive.sqlite"
        return f'[archive]\n{KEEP}url = "sqlite:///{path}"\n', Database(f"sqlite:///{path}")
    url, password = request.getfixturevalue("postgresql")
    (tmp_path / "url").write_text(url)
    (tmp_path / "word").write_text(password)
    return f'[archive]\n{KEEP}url_file = "url"\npassword_file = "word"\n', Database(url, password)


def found_in(database: Database) -> Rows:
    with suppress(StateError), database.reading() as connection:
        return whole(rows(connection))
    return {}


async def settled(database: Database, expected: Rows, log: Callable[[], str]) -> None:
    """Until the archive holds what is expected."""
    found: Rows = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while (found := await asyncio.to_thread(found_in, database)) != expected:
                await asyncio.sleep(0.3)
    counts = {name: len(some) for name, some in found.items()}
    assert counts == {name: len(some) for name, some in expected.items()}, log()
    assert found == expected


async def begun(kafka: Installation, times: int) -> None:
    """Until archives have begun so many times."""
    async with asyncio.timeout(PATIENCE):
        while kafka.log("archive").count("archiving in") < times:
            await asyncio.sleep(0.1)


async def test_it_holds_what_one_machine_holds_through_kills(brokers, prefix, tmp_path, embedded, place):
    configuration, database = place
    dice = random.Random(prefix)  # noqa: S311 - chance for a test
    async with Installation(tmp_path, brokers, prefix, 2, configuration) as kafka:
        await kafka.worker()
        feeding = asyncio.create_task(kafka.feed(NEWS, every=4, pace=0.2))
        archive = await kafka.command("archive")
        for killed in range(3):
            await begun(kafka, killed + 1)
            await asyncio.sleep(dice.uniform(0, 3))
            archive.kill()
            await archive.wait()
            archive = await kafka.command("archive")
        await feeding
        await settled(database, embedded, lambda: kafka.log("archive"))
        await begun(kafka, 4)
        assert await kafka.stop(archive) == 0
        # Once more from where it was: there is nothing to do.
        archive = await kafka.command("archive")
        await begun(kafka, 5)
        await asyncio.sleep(3)
        assert await kafka.stop(archive) == 0
        assert await asyncio.to_thread(found_in, database) == embedded


async def until(wanted: Callable[[], Awaitable[bool]], log: Callable[[], str]) -> None:
    """Until something is so."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await wanted():
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(log()) from None


async def answered(address: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{address}/{path}") as answer:
        return answer.status, await answer.text()


def addresses(kafka: Installation) -> list[str]:
    """Where the archives that have begun serve health and metrics."""
    return re.findall(r"health and metrics at (\S+)", kafka.log("archive"))


async def test_it_outlasts_its_database_records_it_cannot_read_and_itself(brokers, prefix, tmp_path):
    engine = compose.engine(Settings(), Store())
    engine.take(gorge())
    told = list(engine.store.updates())[:3]
    large = letter("read", "k", "cause", "x" * 6_000_000, NEWS[0].at)
    with postgres.server() as server:
        (tmp_path / "word").write_text(postgres.PASSWORD)
        configuration = f'[archive]\n{KEEP}url = "{server.url}"\npassword_file = "word"\n'
        database = Database(server.url, postgres.PASSWORD)

        async def holds(updates: int, letters: int) -> bool:
            found = await asyncio.to_thread(found_in, database)
            return [len(found.get(name, ())) for name in ("updates", "dead_letters")] == [updates, letters]

        async with Installation(tmp_path, brokers, prefix, 1, configuration) as kafka, kafka.producer() as to:

            async def send(record: Update | DeadLetter, topic: str) -> None:
                stamp = Stamp(kind=type(record).__name__, clock=record.at)
                headers = wire.headers(stamp)
                await to.send_and_wait(f"{prefix}{topic}", codec.encode(record), key=b"k", headers=headers)

            def log() -> str:
                return kafka.log("archive")

            first = await kafka.command("archive")
            await begun(kafka, 1)
            (address,) = addresses(kafka)
            await to.send_and_wait(f"{prefix}updates", b"no update", key=b"k")
            await send(large, "dead-letters")
            await send(told[0], "updates")
            await until(lambda: holds(1, 2), log)
            assert (await answered(address, "healthz"))[0] == 200
            await until(lambda: shown(address, "tallywire_archive_behind_records", "updates", 0), log)
            assert await shown(address, "tallywire_archive_rows_total", "updates", 1)

            server.stop("immediate")
            await send(told[1], "updates")
            await until(lambda: refused(address), log)
            server.start()
            await until(lambda: holds(2, 2), log)

            second = await kafka.command("archive")
            await begun(kafka, 2)
            await until(lambda: refused(addresses(kafka)[1]), log)
            assert "another process writes" in (await answered(addresses(kafka)[1], "healthz"))[1]
            first.kill()
            await first.wait()
            await send(told[2], "updates")
            await until(lambda: holds(3, 2), log)
            assert await kafka.stop(second) == 0
            assert postgres.PASSWORD not in kafka.log("archive")
            assert "Traceback" not in kafka.log("archive")


async def refused(address: str) -> bool:
    return (await answered(address, "healthz"))[0] == 503


async def shown(address: str, name: str, label: str, value: float) -> bool:
    """Whether a metric has a value for one of its labels."""
    _, text = await answered(address, "metrics")
    return any(
        sample.value == value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and label in sample.labels.values()
    )
