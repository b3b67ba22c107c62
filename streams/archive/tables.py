"""The tables of the archive, column for column those of the state file; SQLite's are made by its migrations."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


def _states(name: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("touched", sa.Double, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Index(f"{name}_touched", "touched"),
    )


state = _states("state")
resting = _states("resting")  # closed stories', compressed

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("seq", _SEQ, sa.Identity(), primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("arrived", sa.Double, nullable=False),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("sketch", sa.LargeBinary, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
    sa.Index("articles_story", "story"),
    sa.Index("articles_arrived", "arrived"),
)


def _told(name: str, *indexed: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("seq", _SEQ, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        *(sa.Index(f"{name}_{column}", column) for column in indexed),
    )


updates = _told("updates", "story", "at")
alerts = _told("alerts", "at")

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
