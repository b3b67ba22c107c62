"""The folder of a worker's tables: one process at a time uses a table, and only with the topic that it was made from.

A table remembers how far it has read its changelog.  Read with another one (another cluster, another prefix, a topic
made anew) it would take what it holds for the truth, and what the topic holds for known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from streams import locks
from tallywire.errors import StateError


@contextmanager
def held(folder: Path, tables: Mapping[str, str]) -> Iterator[None]:
    """Hold the tables of some stages for this process, inside; `tables` says what each is made from.

    Raises `StateError` where another process holds one, where it was made from something else, where the folder cannot
    be written.
    """
    with ExitStack() as stack:
        for stage, origin in tables.items():
            _note(stack.enter_context(_locked(folder, stage)), folder, stage, origin)
        yield


def _locked(folder: Path, stage: str) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return locks.lock(folder / f"{stage}.lock")
    except OSError as error:
        raise StateError(
            f"[kafka] data: cannot write in {folder}: {error.strerror}. Choose another folder with --data."
        ) from error
    except locks.HeldError as owner:
        raise StateError(
            f"[kafka] data: the tables of {stage} in {folder} are in use by process {owner}. "
            "Give each worker of a machine a folder of its own with --data."
        ) from None


def _note(handle: IO[str], folder: Path, stage: str, origin: str) -> None:
    """Who holds a table, and what it is made from; the lock's file keeps both."""
    handle.seek(0)
    before = handle.read().split("\n")[1:2]
    if before and before[0] not in ("", origin):
        raise StateError(
            f"[kafka] data: the tables of {stage} in {folder} were made from {before[0]}, and here there is {origin}. "
            f"Delete {folder / stage} and {stage}.lock, which hold nothing that the brokers have not, "
            "or choose another folder with --data."
        )
    locks.sign(handle, origin)
