"""What second readers have answered, kept in a file of its own, so that no question is asked twice.

It is no part of the state: what came of an answer is in the archive with its article.  Deleted, it costs the asking
again.  The runs of a machine can share it: a replay is then answered as the monitor was, and two replays say the same.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable

import msgspec

from tallywire.errors import StateError
from tallywire.records import Suggestion

APPLICATION_ID = 0x7A118  # marks the file as ours (PRAGMA application_id)

_AT_ONCE = 500  # keys of one query
_WAIT = 5.0  # seconds for another process that writes
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL
)
"""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[Suggestion, ...]).decode


class Answers:
    """Suggestions by the key of their question.  Any thread may use it."""

    def __init__(self, path: str, *, most: int) -> None:
        """Open or create the file at `path`; of more than `most` answers the oldest go.

        Raises `StateError` where the file cannot be used.
        """
        self._most = most
        self._lock = threading.Lock()
        try:
            self._db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
            self._open()
        except sqlite3.Error as error:
            raise StateError(
                f"cannot keep the second reader's answers in {path}: {error}. "
                "Choose another file with [second_reader] cache."
            ) from error

    def _open(self) -> None:
        mark = self._db.execute("PRAGMA application_id").fetchone()[0]
        if mark != APPLICATION_ID and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise sqlite3.DatabaseError("it is a database of something else")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "PRAGMA synchronous = NORMAL"
        )  # an answer that a power cut takes can be asked for again
        self._db.execute(_SCHEMA)
        self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def get(self, keys: Iterable[str]) -> dict[str, tuple[Suggestion, ...]]:
        """The answers that are kept of those asked for.  Raises `sqlite3.Error`."""
        wanted = sorted(set(keys))
        found: dict[str, tuple[Suggestion, ...]] = {}
        with self._lock:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                rows = self._db.execute(f"SELECT key, value FROM answers WHERE key IN ({marks})", some)  # noqa: S608
                found |= {key: value for key, blob in rows if (value := _read(blob)) is not None}
        return found

    def put(self, key: str, suggestions: tuple[Suggestion, ...]) -> None:
        """Keep an answer.  Raises `sqlite3.Error`."""
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO answers (key, value) VALUES (?, ?)", (key, _encode(suggestions))
            )
            self._db.execute(
                "DELETE FROM answers WHERE seq <= (SELECT max(seq) FROM answers) - ?", (self._most,)
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _read(blob: bytes) -> tuple[Suggestion, ...] | None:
    """An answer as it was kept; None for one that this program cannot read, which is asked for again."""
    try:
        return _decode(blob)
    except msgspec.DecodeError:
        return None
