"""The Kafka broker that all tests share: one for every worker of a run, gone when the last of them is."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools import kafka

NAMED = "TALLYWIRE_TEST_KAFKA"  # names brokers that run already: host:port, several with commas
ROOT = Path(__file__).parents[2]


def skip_without_a_broker() -> None:
    """Skip, saying what is missing, where there is no broker to test against."""
    if NAMED not in os.environ and (why := kafka.missing()) is not None:
        pytest.skip(f"KAFKA IS NOT TESTED: {why}")


@contextmanager
def shared(folder: Path) -> Iterator[str]:
    """The address of a broker; `folder` is one that all workers of the run know."""
    if NAMED in os.environ:
        yield os.environ[NAMED]
        return
    note = folder / "kafka.json"
    with _alone(folder):
        known = json.loads(note.read_text()) if note.exists() else {"users": 0}
        if known["users"] == 0:
            known |= _start(folder)
        known["users"] += 1
        note.write_text(json.dumps(known))
    try:
        yield known["brokers"]
    finally:
        with _alone(folder):
            known = json.loads(note.read_text())
            known["users"] -= 1
            note.write_text(json.dumps(known))
            if known["users"] == 0:
                _end(known["pid"])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "kafka.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> dict[str, object]:
    """A broker in a process of its own, which ends by itself should the test run be killed."""
    runner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (folder / "kafka.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.kafka", "--until", str(runner)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    with process.stdout:
        brokers = process.stdout.readline().strip()
    assert brokers, (folder / "kafka.log").read_text()
    process.returncode = 0  # another worker may be the one that ends it: nobody waits for it here
    return {"brokers": brokers, "pid": process.pid}


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    while _alive(pid):
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:  # another worker's child, which nobody has asked after yet if it is a zombie
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
