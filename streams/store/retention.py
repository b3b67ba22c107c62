"""What is forgotten, and when: rows that nobody needs since a limit, a bounded number a call.

What belongs to a story that is still followed, or closed, stays with its ledger, `LIVING` times the retention at most:
an edit of an early article must find what it revises.  What still waits in the outbox stays, however old.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

LIVING = 12

_FOLLOWED = (
    "EXISTS (SELECT 1 FROM state AS ledger WHERE ledger.stage = 'reconcile' AND ledger.key = story "
    "UNION ALL SELECT 1 FROM resting AS ledger WHERE ledger.stage = 'reconcile' AND ledger.key = story)"
)
_ARCHIVED = (
    "EXISTS (SELECT 1 FROM articles WHERE articles.id = json_extract(CAST(state.value AS TEXT), '$.id'))"
)
_WAITING = "state = 'pending'"
_TOLD = f"id NOT IN (SELECT alert FROM outbox WHERE {_WAITING})"  # noqa: S608 - our own words
_PAST = f"(at < :living OR at < :limit AND NOT {_FOLLOWED})"

#: (table, its row id, what may go), in the order of what depends on what.  :limit and :living are the pipeline's time,
#: :waited is the system's.
_RULES = (
    ("state", "rowid", "touched < :limit AND stage <> 'revise'"),
    ("resting", "rowid", "touched < :limit"),
    ("articles", "seq", f"(arrived < :living OR arrived < :limit AND NOT {_FOLLOWED})"),
    ("state", "rowid", f"touched < :limit AND stage = 'revise' AND NOT {_ARCHIVED}"),
    ("updates", "seq", _PAST),
    ("alerts", "seq", f"{_PAST} AND {_TOLD}"),
    ("outbox", "seq", f"decided < :waited AND NOT {_WAITING}"),
    ("threads", "rowid", "touched < :waited"),
    ("dead_letters", "id", "at < :limit"),
    ("mutes", "scope", "until < :limit"),
)


def prune(
    connection: sqlite3.Connection, now: datetime, keep: timedelta, *, wall: datetime, at_most: int
) -> int:
    """Delete up to `at_most` rows a rule; how many went.

    `now` is the pipeline's time, `wall` the system's, which the outbox goes by (both UTC).
    """
    values = {
        "limit": (now - keep).timestamp(),
        "living": (now - LIVING * keep).timestamp(),
        "waited": (wall - keep).timestamp(),
        "most": at_most,
    }
    return sum(
        connection.execute(
            f"DELETE FROM {table} WHERE {row} IN (SELECT {row} FROM {table} WHERE {rule} LIMIT :most)",  # noqa: S608
            values,
        ).rowcount
        for table, row, rule in _RULES
    )
