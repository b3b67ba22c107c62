"""Opening the state file: is it ours, can it be written, is nobody else using it, is it of this version."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import IO

from streams import locks
from streams.store import schema
from tallywire.errors import StateError

MEMORY = ":memory:"  # a throw-away state, as a replay uses it
PATIENCE = 30.0  # seconds that a writer beside a monitor waits for its turn

_EARLIER = "{} was written by an earlier version: start `tallywire run` once to bring it up"


def lock(path: Path) -> IO[str]:
    """Hold `path` for this process; the lock ends with the process, however it ends.

    Raises `StateError` where another process holds it or the folder cannot be written.
    """
    path = path.resolve()  # one file, one lock, by whatever name it is opened
    name = path.with_name(path.name + ".lock")
    try:
        handle = locks.lock(name)
    except OSError as error:
        raise StateError(
            f"cannot write in the state file's folder {path.parent}: {error.strerror}. "
            "Choose another with --state or [monitor] state, of an archive with [archive] url."
        ) from error
    except locks.HeldError as owner:
        raise StateError(
            f"the state file {path} is in use by process {owner}. "
            "Stop that one first, or give this one a file of its own with --state, an archive with [archive] url."
        ) from None
    locks.sign(handle)
    return handle


def connect(path: str, *, read_only: bool = False, as_it_is: bool = False) -> sqlite3.Connection:
    """A connection to the state at `path` (or `MEMORY`), migrated to this program's schema.

    Raises `StateError` where the file is missing (read only), not writable, no state of ours, or of a later version;
    read only, of an earlier one as well, unless it is wanted `as_it_is`: to be copied, not understood.
    """
    try:
        connection = _open(path, read_only)
        _check(connection, path)  # before anything is written
        if not read_only:
            _make_ready(connection)
            schema.migrate(connection)
        elif not as_it_is and schema.version(connection) < len(schema.MIGRATIONS):
            raise StateError(_EARLIER.format(path))
    except sqlite3.Error as error:
        raise StateError(f"cannot use {path} as the state file: {error}") from error
    return connection


def beside(path: str) -> sqlite3.Connection:
    """A connection that may write a little while a monitor holds the file, each time waiting for its turn.

    Raises `StateError` where the file is no state of ours or of another version.
    """
    try:
        connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)
        _check(connection, path)
        if schema.version(connection) < len(schema.MIGRATIONS):
            raise StateError(_EARLIER.format(path))
    except sqlite3.Error as error:
        raise StateError(f"cannot use {path} as the state file: {error}") from error
    return connection


def _open(path: str, read_only: bool) -> sqlite3.Connection:
    if read_only:
        connection = sqlite3.connect(_read_only(Path(path).absolute()), uri=True, isolation_level=None)
        connection.execute("PRAGMA query_only = 1")
        return connection
    # One writer thread uses it at a time; which thread that is may change.
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _make_ready(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table, or never
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: what a commit promised survives a power cut, too; a feed poll is rare enough to pay for it.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")  # KiB


def _read_only(path: Path) -> str:
    """The file for a reader.  Even a reader of a WAL file must be able to write beside it, unless nobody else does."""
    alone = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return f"{path.as_uri()}?mode=ro{'&immutable=1' if alone else ''}"


def _check(connection: sqlite3.Connection, path: str) -> None:
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if mark != schema.APPLICATION_ID and not empty:
        raise StateError(f"{path} is a database of another program. Choose another file with --state.")
    found = schema.version(connection)
    if found > len(schema.MIGRATIONS):
        raise StateError(
            f"{path} was written by a later version of tallywire (schema {found}; this one knows "
            f"{len(schema.MIGRATIONS)}). Upgrade tallywire, or choose another file with --state."
        )
