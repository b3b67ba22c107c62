"""Mutes in the state file.

A command writes them while a monitor holds the file, in a transaction of its own; the monitor's next step sees them.
A mute that ends before its time wakes the stories it may have held, so that they need not wait for their next article.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime

from streams import codec
from streams.operators.muting import ALL, in_place_of
from streams.store import opening
from tallywire.errors import StateError
from tallywire.records import Mute


def kept(connection: sqlite3.Connection) -> tuple[Mute, ...]:
    """Every mute, by scope."""
    rows = connection.execute("SELECT record FROM mutes ORDER BY scope")
    return tuple(codec.decode(record, Mute) for (record,) in rows)


def put(path: str, mute: Mute) -> None:
    """Mute from now on, in place of an earlier mute of the same scope.  Raises `StateError`."""
    _replace(path, mute.scope, mute, ends=mute.until)


def lift(path: str, scope: str, now: datetime) -> Mute | None:
    """End a mute at `now`; the mute that was, None where there was none.  Raises `StateError`."""
    return _replace(path, scope, None, ends=now)


def _replace(path: str, scope: str, mute: Mute | None, *, ends: datetime) -> Mute | None:
    try:
        with closing(opening.beside(path)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            before = next((one for one in kept(connection) if one.scope == scope), None)
            connection.execute("DELETE FROM mutes WHERE scope = ?", (scope,))
            if mute is not None:
                row = (scope, mute.until.timestamp(), codec.encode(in_place_of(before, mute)))
                connection.execute("INSERT INTO mutes (scope, until, record) VALUES (?, ?, ?)", row)
            if before is not None and ends < before.until:
                _wake(connection, before, ends)
    except sqlite3.Error as error:
        raise StateError(f"{path} cannot be written: {error}") from error
    return before


def _wake(connection: sqlite3.Connection, mute: Mute, at: datetime) -> None:
    """Call the alert stage at `at` for every story that it had to do with since the mute began.

    A story that the muted one has gone into is among them.
    """
    connection.execute(
        "INSERT OR IGNORE INTO dues (at, stage, key) SELECT ?1, stage, key FROM state "
        "WHERE stage = 'alert' AND touched >= ?2 AND (?3 IN (?4, key) OR EXISTS "
        "(SELECT 1 FROM json_each(CAST(state.value AS TEXT), '$.adopted') AS gone WHERE gone.value = ?3))",
        (at.timestamp(), mute.since.timestamp(), mute.scope, ALL),
    )
