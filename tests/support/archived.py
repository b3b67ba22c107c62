"""What an archive holds, and what it should: the rows of one machine's state file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from streams.archive import Database, Writer, tables
from streams.store import Store

Rows = dict[str, list[tuple[object, ...]]]


def rows(connection: sa.Connection) -> Rows:
    """Everything that is archived, but for its numbers and what only the writer reads."""
    found: Rows = {}
    for table in (tables.articles, tables.updates, tables.alerts, tables.dead_letters):
        columns = [column for column in table.c if column.name != "seq"]
        found[table.name] = sorted(tuple(row) for row in connection.execute(sa.select(*columns)))
    for table in (tables.state, tables.resting):
        ledgers = sa.select(table.c.key, table.c.value).where(table.c.stage == "reconcile")
        found[table.name] = sorted(tuple(row) for row in connection.execute(ledgers))
    return found


def rows_of(store: Store, path: Path) -> Rows:
    """The same of one machine's state, by way of a copy at `path`."""
    store.copy(path)
    with Database(f"sqlite:///{path}").reading() as connection:
        return rows(connection)


@contextmanager
def written(database: Database) -> Iterator[Writer]:
    """A writer of the archive."""
    with database.writing() as connection:
        yield Writer(connection)
