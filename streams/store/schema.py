"""The tables of the state file, as a list of forward migrations.

The file's `user_version` counts the migrations it has had; `application_id` marks it as ours.  A migration is never
edited once released: a change is a new entry at the end.
"""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x7A117  # marks the file as ours (PRAGMA application_id)

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- The state of every keyed stage.
    CREATE TABLE state (
        stage TEXT NOT NULL, key TEXT NOT NULL, touched REAL NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (stage, key)
    );
    CREATE INDEX state_touched ON state (touched);

    -- Wishes of a stage to be called again.
    CREATE TABLE dues (
        at REAL NOT NULL, stage TEXT NOT NULL, key TEXT NOT NULL,
        PRIMARY KEY (at, stage, key)
    ) WITHOUT ROWID;

    -- The archive: what was read and where it was put, which is also what the likeness index is rebuilt from.
    CREATE TABLE articles (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, language TEXT NOT NULL, arrived REAL NOT NULL,
        story TEXT NOT NULL, origin TEXT NOT NULL, sketch BLOB NOT NULL, record BLOB NOT NULL
    );
    CREATE INDEX articles_story ON articles (story);
    CREATE INDEX articles_arrived ON articles (arrived);

    CREATE TABLE updates (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, story TEXT NOT NULL, at REAL NOT NULL, record BLOB NOT NULL
    );
    CREATE INDEX updates_story ON updates (story);
    CREATE INDEX updates_at ON updates (at);

    CREATE TABLE alerts (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, story TEXT NOT NULL, at REAL NOT NULL, record BLOB NOT NULL
    );
    CREATE INDEX alerts_at ON alerts (at);

    -- Alerts on their way to a destination.
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY, destination TEXT NOT NULL, alert TEXT NOT NULL, state TEXT NOT NULL,
        next_due REAL NOT NULL, decided REAL NOT NULL, record BLOB NOT NULL,
        UNIQUE (destination, alert)
    );
    CREATE INDEX outbox_state ON outbox (state, next_due);

    -- Where each source goes on.
    CREATE TABLE sources (
        name TEXT PRIMARY KEY, position BLOB NOT NULL, next_due REAL NOT NULL, outcome TEXT NOT NULL,
        fetched REAL NOT NULL, succeeded REAL, problem TEXT
    ) WITHOUT ROWID;

    CREATE TABLE dead_letters (
        id TEXT PRIMARY KEY, stage TEXT NOT NULL, at REAL NOT NULL, record BLOB NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- What a person does not want to hear of for a while; written beside a running monitor.
    CREATE TABLE mutes (scope TEXT PRIMARY KEY, until REAL NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
    """,
    """
    -- States that will hardly be asked for soon, compressed: those of closed stories.
    CREATE TABLE resting (
        stage TEXT NOT NULL, key TEXT NOT NULL, touched REAL NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (stage, key)
    );
    CREATE INDEX resting_touched ON resting (touched);
    """,
    """
    -- What destinations call the conversations that stories are told in.
    CREATE TABLE threads (
        destination TEXT NOT NULL, story TEXT NOT NULL, thread TEXT NOT NULL, touched REAL NOT NULL,
        PRIMARY KEY (destination, story)
    );
    """,
)


def version(connection: sqlite3.Connection) -> int:
    """The number of migrations the file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file up to this program's schema, each migration in a transaction of its own."""
    for number, script in enumerate(MIGRATIONS[version(connection) :], version(connection) + 1):
        marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        connection.executescript(f"BEGIN IMMEDIATE; {script}; {marks} COMMIT;")
