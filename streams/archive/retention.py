"""What an archive forgets, and when: the rules of `streams.store.retention`, for the tables that an archive fills."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from streams.archive.reader import LEDGERS
from streams.archive.tables import alerts, articles, dead_letters, resting, state, updates
from streams.store.retention import LIVING


def prune(connection: sa.Connection, now: datetime, keep: timedelta, *, at_most: int) -> int:
    """Delete up to `at_most` rows a rule; how many went.  `now` is the pipeline's time (UTC)."""
    limit, living = (now - keep).timestamp(), (now - LIVING * keep).timestamp()
    rules = (
        (state, state.c.key, state.c.touched < limit),
        (resting, resting.c.key, resting.c.touched < limit),
        *(
            (table, table.c.seq, sa.or_(moment < living, sa.and_(moment < limit, ~_followed(table))))
            for table, moment in (
                (articles, articles.c.arrived),
                (updates, updates.c.at),
                (alerts, alerts.c.at),
            )
        ),
        (dead_letters, dead_letters.c.id, dead_letters.c.at < limit),
    )
    return sum(
        connection.execute(
            sa.delete(table).where(name.in_(sa.select(name).where(past).limit(at_most)))
        ).rowcount
        for table, name, past in rules
    )


def _followed(table: sa.Table) -> sa.ColumnElement[bool]:
    """Whether a row's story has a ledger still."""
    return sa.or_(
        *(
            sa.exists().where(ledger.c.stage == LEDGERS, ledger.c.key == table.c.story)
            for ledger in (state, resting)
        )
    )
