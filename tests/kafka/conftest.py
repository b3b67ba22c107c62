"""What tests against a real broker share; without Java, Maven or a named broker they are skipped, loudly."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator

import pytest

from tests.support import broker


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How soon work was resumed after each fault."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for report in reports:
        seconds = [f"{value:.1f} s" for name, value in report.user_properties if name == "resumed"]
        if seconds and report.when == "call":
            terminalreporter.write_line(f"resumed after {', '.join(seconds)}: {report.nodeid}")


@pytest.fixture
def resumed(record_property: Callable[[str, object], None]) -> Callable[[float], None]:
    """Takes how many seconds after the end of a fault work had been resumed."""
    return lambda seconds: record_property("resumed", seconds)


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
