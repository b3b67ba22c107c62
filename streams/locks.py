"""A file that one process at a time holds, however that process ends, and that says which one it is."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class HeldError(Exception):
    """Another process holds the file; the message is its id, or that it is unknown."""


def lock(path: Path) -> IO[str]:
    """Hold a file as long as it stays open; made where it is not there, with what it says left as it is.

    Raises `HeldError`, and `OSError` where it cannot be written.
    """
    handle = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        owner = handle.readline().strip() or "unknown"
        handle.close()
        raise HeldError(owner) from None
    return handle


def sign(handle: IO[str], *more: str) -> None:
    """Write into a held file that this process holds it, and more lines."""
    handle.seek(0)
    handle.truncate()
    handle.write("\n".join((str(os.getpid()), *more)) + "\n")
    handle.flush()
