"""What tests against a real broker share; without Java, Maven or a named broker they are skipped, loudly."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator

import pytest

from tests.support import broker


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults take minutes and a machine of their own: they run by `make faults`, and say here that they did not."""
    if os.environ.get("TALLYWIRE_FAULTS"):
        return
    for item in items:
        if item.get_closest_marker("faults"):
            item.add_marker(
                pytest.mark.skip(reason="NOT TESTED here: `make faults` kills workers, brokers, the archive")
            )


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
