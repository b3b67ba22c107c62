"""What `explain` and `export` ask of an archive, answered as the state file does (`streams.store.Store`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from streams import codec
from streams.archive.tables import alerts, articles, resting, state, updates
from streams.store import Placed, layout
from tallywire.records import Alert, StoryReading, Update, UpdateKind

AT_MOST = 20  # ids of a kind that a beginning leads to
LEDGERS = "reconcile"

_MERGED = f'"kind":"{UpdateKind.MERGED.value}"'.encode()  # no text in JSON has such quotes


class _Found(GenericFunction[int]):
    """Where bytes stand in a column, from 1; 0 where they do not."""

    type = sa.Integer()
    name = "instr"
    inherit_cache = True


@compiles(_Found, "postgresql")
def _found_in_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, needle = (compiler.process(clause, **options) for clause in element.clauses)
    return f"position({needle} IN {column})"


class Reader:
    """Reads by one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        """`connection` is one of `Database.reading` or `Database.writing`."""
        self._db = connection

    # -- ledgers ---------------------------------------------------------------------------------------------------

    def state(self, stage: str, key: str, kind: Any) -> Any:
        """The state of `key` at `stage`, decoded as `kind`; None where there is none."""
        value = self._value(stage, key)
        return codec.decode(value, kind) if value is not None else None

    def states(self, stage: str, kind: Any) -> Iterator[tuple[str, Any]]:
        """Every key of a stage with its state, by key; those that rest among them."""
        found = sa.union_all(
            *(
                sa.select(table.c.key, sa.literal(table.name).label("kept"), table.c.value).where(
                    table.c.stage == stage
                )
                for table in (state, resting)
            )
        )
        for key, table, value in self._db.execute(found.order_by(found.selected_columns.key)):
            yield key, codec.decode(layout.awake(table, value), kind)

    def _value(self, stage: str, key: str) -> bytes | None:
        for table in (state, resting):
            value = self._db.scalar(
                sa.select(table.c.value).where(table.c.stage == stage, table.c.key == key)
            )
            if value is not None:
                return layout.awake(table.name, value)
        return None

    def told_in(self, story: str) -> str:
        """The story that a story is told in by now: itself, or the one that it went into."""
        value = self._value(LEDGERS, story)
        into = (
            codec.decode(value, layout.Gone).into
            if value is not None
            else dict(self._merged(story)).get(story)
        )
        return self.told_in(into) if into is not None else story

    def _merged(self, start: str) -> list[tuple[str, str]]:
        """Stories that went into others, by the beginning of their ids: (id, where it went)."""
        query = (
            sa.select(updates.c.record, updates.c.story)
            .where(_Found(updates.c.record, sa.literal(_MERGED)) > 0)
            .order_by(updates.c.seq)
        )
        found = (
            (codec.decode(record, Update).merged or "", story) for record, story in self._db.execute(query)
        )
        return [(gone, story) for gone, story in found if gone.startswith(start)][:AT_MOST]

    # -- articles --------------------------------------------------------------------------------------------------

    def reading(self, article: str) -> StoryReading | None:
        """An archived article by its id."""
        row = self._db.execute(_READINGS.where(articles.c.id == article)).first()
        return layout.unpacked(*row) if row else None

    def latest(self, *, story: str | None = None, at_most: int) -> list[StoryReading]:
        """The last articles archived, of one story or of all, newest first."""
        query = _READINGS if story is None else _READINGS.where(articles.c.story == story)
        rows = self._db.execute(query.order_by(articles.c.seq.desc()).limit(at_most))
        return [layout.unpacked(*row) for row in rows]

    def placed(self, article: str) -> Placed | None:
        """Where an article is told now: the story and the origin that it was given, or those that they went into."""
        columns = articles.c
        row = self._db.execute(sa.select(columns.story, columns.origin).where(columns.id == article)).first()
        return Placed(id=article, story=row.story, origin=row.origin) if row else None

    # -- what was told ---------------------------------------------------------------------------------------------

    def update(self, name: str) -> Update | None:
        """An update by its id."""
        record = self._db.scalar(sa.select(updates.c.record).where(updates.c.id == name))
        return codec.decode(record, Update) if record is not None else None

    def updates(self, story: str | None = None) -> Iterator[Update]:
        """Updates in the order they were archived, of one story or of all."""
        query = sa.select(updates.c.record).order_by(updates.c.seq)
        for record in self._db.scalars(query if story is None else query.where(updates.c.story == story)):
            yield codec.decode(record, Update)

    def alert(self, name: str) -> Alert | None:
        """An alert by its id."""
        record = self._db.scalar(sa.select(alerts.c.record).where(alerts.c.id == name))
        return codec.decode(record, Alert) if record is not None else None

    def ids(self, start: str) -> list[tuple[str, str]]:
        """What begins with `start`: (kind, id) of articles, updates, alerts and stories, for `explain`."""
        found: list[tuple[str, str]] = []
        for kind, columns in _NAMES.items():
            names = sa.union(
                *(
                    sa.select(column.label("id")).where(column.startswith(start, autoescape=True))
                    for column in columns
                )
            ).subquery()
            query = sa.select(names.c.id).order_by(names.c.id).limit(AT_MOST)
            found += [(kind, name) for name in self._db.scalars(query)]
        return found or [("story", gone) for gone, _ in self._merged(start)]


_READINGS = sa.select(articles.c.sketch, articles.c.record)

#: Every stage but the ledger's keeps its states to itself: what is archived of states is by story.
_NAMES = {
    "alert": (alerts.c.id,),
    "update": (updates.c.id,),
    "article": (articles.c.id,),
    "story": (articles.c.story, state.c.key, resting.c.key),
}
