"""How all tests run: property tests look at the same examples every time, so that a failure is the change's."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.support import postgres

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=2000)  # pytest --hypothesis-profile=search
settings.load_profile("same")


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one more than there are processors, for tests over Kafka wait half of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[tuple[str, str]]:
    """The address of a PostgreSQL and the password for it; without one, what needs it is skipped, loudly."""
    with postgres.shared() as known:
        yield known


@pytest.fixture
def postgresql(postgresql_server: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """The address of an empty database in PostgreSQL and the password for it."""
    url, password = postgresql_server
    with postgres.database(url, password, f"tallywire_{os.urandom(4).hex()}") as made:
        yield made, password


def pytest_runtest_teardown() -> None:
    """A test that sets up logs leaves none behind that write to its own, closed, standard error."""
    structlog.reset_defaults()
