"""Which version of the tables a PostgreSQL archive has, and the way up to this program's.

SQLite's file counts its migrations itself (`streams.store.schema`); PostgreSQL has the same number in `meta`.  An
archive that is made now is made whole; one of an earlier version takes every step since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from streams.archive import tables
from streams.store import schema
from tallywire.errors import StateError

CURRENT = len(schema.MIGRATIONS)

#: PostgreSQL's statements that lead to a version from the one before it.  The first archives had version 4.
STEPS: Mapping[int, Sequence[str]] = {}

_NAME = "schema"


def found(connection: sa.Connection) -> int:
    """The version of the tables that are there; 0 where there are none."""
    if not sa.inspect(connection).has_table("meta"):
        return 0
    value = connection.scalar(sa.select(tables.meta.c.value).where(tables.meta.c.name == _NAME))
    return int(value or 0)


def upgrade(
    connection: sa.Connection, steps: Mapping[int, Sequence[str]] = STEPS, current: int = CURRENT
) -> None:
    """Make the tables, or bring them up, each version in a transaction of its own.

    Raises `StateError` where they are a later version's.
    """
    before = found(connection)
    connection.rollback()
    if before > current:
        raise StateError(_later(before, current))
    if before == 0:
        with connection.begin():
            tables.metadata.create_all(connection)
            connection.execute(sa.insert(tables.meta).values(name=_NAME, value=str(current)))
        return
    for version in range(before + 1, current + 1):
        with connection.begin():
            for statement in steps.get(version, ()):
                connection.exec_driver_sql(statement)
            connection.execute(
                sa.update(tables.meta).where(tables.meta.c.name == _NAME).values(value=str(version))
            )


def check(connection: sa.Connection, name: str) -> None:
    """Raise `StateError` where there are no tables of this version to read."""
    version = found(connection)
    if version == 0:
        raise StateError(f"no archive in {name}: run `tallywire archive` first")
    if version > CURRENT:
        raise StateError(_later(version, CURRENT))
    if version < CURRENT:
        raise StateError(
            f"{name} was written by an earlier version: start `tallywire archive` once to bring it up"
        )


def _later(version: int, current: int) -> str:
    return (
        f"the archive was written by a later version of tallywire (schema {version}; this one knows {current}): "
        "upgrade tallywire"
    )
