"""What tests against a real broker share; without Java, Maven or a named broker they are skipped, loudly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import broker


@pytest.fixture(scope="session")
def brokers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """Where the broker listens that all tests share: each test names topics and groups of its own."""
    broker.skip_without_a_broker()
    folder = tmp_path_factory.getbasetemp()
    with broker.shared(folder if worker_id == "master" else folder.parent) as address:
        yield address
