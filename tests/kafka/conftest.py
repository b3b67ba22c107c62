"""What tests against a real broker share; without Java, Maven or a named broker they are skipped, loudly."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import broker

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A broker, its workers and their faults want minutes and a machine to themselves: `make faults` runs them."""
    if os.environ.get("TALLYWIRE_FAULTS"):
        return
    apart = pytest.mark.skip(reason="NOT TESTED here: `make faults` runs a real Kafka, and kills its parts")
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(apart)


@pytest.fixture(scope="session")
def brokers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """Where the broker listens that all tests share: each test names topics and groups of its own."""
    broker.skip_without_a_broker()
    folder = tmp_path_factory.getbasetemp()
    with broker.shared(folder if worker_id == "master" else folder.parent) as address:
        yield address


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """Before every topic and group of a test, and of no other test, run after run on one broker."""
    return f"{zlib.crc32(request.node.nodeid.encode()):08x}.{os.urandom(3).hex()}."
