"""What the embedded runner reads from and writes to its state file.

All writes happen inside `transaction()`: everything one batch causes is there, or nothing of it.  Decoded states are
cached; they are immutable, so a cached one cannot drift from what is stored, and a rollback just empties the cache.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from streams import codec
from streams.operators.deliver import Delivery, State
from streams.store import layout, mutes, opening, retention
from tallywire.errors import StateError
from tallywire.records import Alert, DeadLetter, Due, Mute, Record, StoryReading, Update, UpdateKind

CACHED_STATES = 4096

_STATES = ("state", "resting")  # the tables of what is at hand, and of what is laid by

_STORIES = (
    "SELECT story AS id FROM articles UNION SELECT key FROM state WHERE stage = 'reconcile' "
    "UNION SELECT key FROM resting WHERE stage = 'reconcile'"
)

_JSON = msgspec.json.Encoder()


class Placed(Record, frozen=True):
    """Where an article was put, without its text."""

    id: str
    story: str
    origin: str


class SourceRow(Record, frozen=True):
    """What is known of a source from its last fetch."""

    name: str
    position: bytes
    next_due: datetime
    outcome: str
    fetched: datetime
    succeeded: datetime | None = None
    problem: str | None = None


class Size(Record, frozen=True):
    """How much a state holds."""

    bytes: int  #: of the file and its log
    free: int  #: bytes of room where the file stands
    stories: int  #: ledgers


def _stamp(moment: datetime) -> float:
    return moment.timestamp()


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


class Store:
    """The state file of one monitor.  Not thread-safe: one thread uses it at a time."""

    def __init__(
        self, path: str = opening.MEMORY, *, read_only: bool = False, as_it_is: bool = False
    ) -> None:
        """Open, create or migrate the file at `path`; `as_it_is` to copy one of an earlier version, read only.

        Raises `StateError` with the remedy.
        """
        self.path = path
        held = path != opening.MEMORY and not read_only
        self._lock = opening.lock(Path(path)) if held else None
        try:
            self._db = opening.connect(path, read_only=read_only, as_it_is=as_it_is)
        except BaseException:
            self._release()
            raise
        self._states: dict[tuple[str, str], Any] = {}
        if not read_only and not self.identity():
            self.put_meta("identity", secrets.token_hex(8))
        self._dirty: dict[tuple[str, str], tuple[datetime, bool]] = {}

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self._db.close()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing.  Raises what the block raises, or `sqlite3.Error` where the file cannot take it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._flush()
            self._db.execute("COMMIT")
        except BaseException:
            self._states.clear()
            self._dirty.clear()
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._trim()

    # -- states of keyed stages ------------------------------------------------------------------------------------

    def state(self, stage: str, key: str, kind: Any) -> Any:
        """The state of `key` at `stage`, decoded as `kind`; None where there is none."""
        name = (stage, key)
        if name not in self._states:
            value = self._value(stage, key)
            self._states[name] = codec.decode(value, kind) if value is not None else None
        return self._states[name]

    def _value(self, stage: str, key: str) -> bytes | None:
        """The state of a key as it is written, at hand or resting."""
        for table in _STATES:
            row = self._db.execute(
                f"SELECT value FROM {table} WHERE stage = ? AND key = ?",  # noqa: S608 - our own names
                (stage, key),
            ).fetchone()
            if row is not None:
                return layout.awake(table, row[0])
        return None

    def put_state(
        self, stage: str, key: str, value: msgspec.Struct | None, now: datetime, *, rests: bool = False
    ) -> None:
        """Set (None: delete) the state of `key`, written with the transaction's end.

        One that `rests` is kept compressed until it is set again.
        """
        self._states[stage, key] = value
        self._dirty[stage, key] = (now, rests)

    def states(self, stage: str, kind: Any) -> Iterator[tuple[str, Any]]:
        """Every key of a stage with its state, by key; those that rest among them."""
        for key, table, value in self._db.execute(
            "SELECT key, 'state', value FROM state WHERE stage = ?1 "
            "UNION ALL SELECT key, 'resting', value FROM resting WHERE stage = ?1 ORDER BY key",
            (stage,),
        ):
            yield key, codec.decode(layout.awake(table, value), kind)

    def _flush(self) -> None:
        for (stage, key), (now, rests) in self._dirty.items():
            value = self._states[stage, key]
            if rests and value is not None:
                self._lay_down(stage, key, zlib.compress(codec.encode(value)), now)
                continue
            self._db.execute("DELETE FROM resting WHERE stage = ? AND key = ?", (stage, key))
            if value is None:
                self._db.execute("DELETE FROM state WHERE stage = ? AND key = ?", (stage, key))
            else:
                self._db.execute(
                    "INSERT INTO state (stage, key, touched, value) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET touched = excluded.touched, value = excluded.value",
                    (stage, key, _stamp(now), codec.encode(value)),
                )
        self._dirty.clear()

    def _lay_down(self, stage: str, key: str, value: bytes, now: datetime) -> None:
        """Let a state rest; it ages from when it was last touched awake."""
        name = (stage, key)
        awake = self._db.execute(
            "DELETE FROM state WHERE stage = ? AND key = ? RETURNING touched", name
        ).fetchone()
        self._db.execute(
            "INSERT INTO resting (stage, key, touched, value) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET value = excluded.value",
            (*name, awake[0] if awake else _stamp(now), value),
        )
        del self._states[name]

    def _trim(self) -> None:
        while len(self._states) > CACHED_STATES:
            del self._states[next(iter(self._states))]

    def identity(self) -> str:
        """A name that no other state file has, so that what stands beside one is never taken for another's."""
        return self.meta("identity") or ""

    # -- the clock and the timers ----------------------------------------------------------------------------------

    def clock(self) -> datetime | None:
        """The latest time the pipeline has worked at."""
        value = self.meta("clock")
        return datetime.fromisoformat(value) if value else None

    def meta(self, name: str) -> str | None:
        """A named value of the file."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def put_meta(self, name: str, value: str) -> None:
        """Set a named value of the file."""
        self._db.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def wish(self, due: Due) -> None:
        """Remember to call a stage again; asking twice for one time is asking once."""
        self._db.execute(
            "INSERT OR IGNORE INTO dues (at, stage, key) VALUES (?, ?, ?)",
            (_stamp(due.at), due.stage, due.key),
        )

    def take_due(self, until: datetime) -> Due | None:
        """The earliest timer up to `until`, taken off the list."""
        row = self._db.execute(
            "SELECT at, stage, key FROM dues WHERE at <= ? ORDER BY at, stage, key LIMIT 1", (_stamp(until),)
        ).fetchone()
        if row is None:
            return None
        self._db.execute("DELETE FROM dues WHERE at = ? AND stage = ? AND key = ?", row)
        return Due(at=_moment(row[0]), stage=row[1], key=row[2])

    def next_due(self) -> datetime | None:
        """When the earliest timer fires."""
        row = self._db.execute("SELECT min(at) FROM dues").fetchone()
        return _moment(row[0]) if row[0] is not None else None

    # -- the archive -----------------------------------------------------------------------------------------------

    def add_reading(self, item: StoryReading) -> None:
        """Keep an article with what was read and where it was put.

        Raises `ValueError` where another article has its id: given ids must be unique.
        """
        if self.placed(item.reading.article.id) is not None:
            raise ValueError(
                f"the id {item.reading.article.id!r} is another article's already; give it one of its own"
            )
        reading = item.reading
        self._db.execute(
            "INSERT INTO articles (id, language, arrived, story, origin, sketch, record) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                reading.article.id,
                reading.extract.language,
                _stamp(reading.article.arrived),
                item.story,
                item.origin,
                *layout.packed(item),
            ),
        )

    def merge(self, story: str, into: str) -> None:
        """Count what is archived of a story to the one it went into; the records stay as they were made."""
        for table in ("articles", "updates", "alerts"):
            self._db.execute(f"UPDATE {table} SET story = ? WHERE story = ?", (into, story))  # noqa: S608 - as above
        # A story that has a conversation goes on in it; one that has none takes up the other's.
        self._db.execute("UPDATE OR IGNORE threads SET story = ? WHERE story = ?", (into, story))

    def told_in(self, story: str) -> str:
        """The story that a story is told in by now: itself, or the one that it went into."""
        value = self._value("reconcile", story)
        into = (
            codec.decode(value, layout.Gone).into
            if value is not None
            else dict(self.merged(story)).get(story)
        )
        return self.told_in(into) if into is not None else story

    def merged(self, start: str) -> list[tuple[str, str]]:
        """Stories that went into others, by the beginning of their ids: (id, where it went), from the archive."""
        rows = self._db.execute(
            "SELECT json_extract(CAST(record AS TEXT), '$.merged') AS gone, story FROM updates "
            "WHERE json_extract(CAST(record AS TEXT), '$.kind') = ? AND substr(gone, 1, ?) = ? ORDER BY seq LIMIT 20",
            (UpdateKind.MERGED.value, len(start), start),
        )
        return rows.fetchall()

    def unite(self, story: str, origin: str, gone: str) -> None:
        """Count what is archived of a story as coming from one text to another; the records stay as they were made."""
        self._db.execute(
            "UPDATE articles SET origin = ? WHERE story = ? AND origin = ?", (origin, story, gone)
        )

    def last_seq(self) -> int:
        """The number of the newest archived article."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM articles").fetchone()[0])

    def readings(
        self, *, after: int = 0, since: datetime | None = None
    ) -> Iterator[tuple[int, StoryReading]]:
        """Archived articles with their numbers, oldest first: numbered above `after`, arrived since `since`."""
        low = _stamp(since) if since else float("-inf")
        rows = self._db.execute(
            "SELECT seq, sketch, record FROM articles WHERE seq > ? AND arrived >= ? ORDER BY seq",
            (after, low),
        )
        for seq, sketch, record in rows:
            yield seq, layout.unpacked(sketch, record)

    def reading(self, article: str) -> StoryReading | None:
        """An archived article by its id."""
        row = self._db.execute("SELECT sketch, record FROM articles WHERE id = ?", (article,)).fetchone()
        return layout.unpacked(*row) if row else None

    def latest(self, *, story: str | None = None, at_most: int) -> list[StoryReading]:
        """The last articles archived, of one story or of all, newest first."""
        rows = self._db.execute(
            "SELECT sketch, record FROM articles WHERE ?1 IS NULL OR story = ?1 ORDER BY seq DESC LIMIT ?2",
            (story, at_most),
        )
        return [layout.unpacked(*row) for row in rows]

    def placed(self, article: str) -> Placed | None:
        """Where an article is told now: the story and the origin that it was given, or those that they went into."""
        row = self._db.execute("SELECT id, story, origin FROM articles WHERE id = ?", (article,)).fetchone()
        return Placed(id=row[0], story=row[1], origin=row[2]) if row else None

    def add_update(self, update: Update) -> bool:
        """Keep an update; False where it was kept before."""
        return self._keep("updates", update.id, update.story, update.at, update)

    def add_alert(self, alert: Alert) -> bool:
        """Keep an alert; False where it was kept before."""
        return self._keep("alerts", alert.id, alert.story, alert.at, alert)

    def _keep(self, table: str, name: str, story: str, at: datetime, record: msgspec.Struct) -> bool:
        done = self._db.execute(
            f"INSERT OR IGNORE INTO {table} (id, story, at, record) VALUES (?, ?, ?, ?)",  # noqa: S608 - our own names
            (name, story, _stamp(at), codec.encode(record)),
        )
        return done.rowcount == 1

    def update(self, name: str) -> Update | None:
        """An update by its id."""
        row = self._db.execute("SELECT record FROM updates WHERE id = ?", (name,)).fetchone()
        return codec.decode(row[0], Update) if row else None

    def alert(self, name: str) -> Alert | None:
        """An alert by its id."""
        row = self._db.execute("SELECT record FROM alerts WHERE id = ?", (name,)).fetchone()
        return codec.decode(row[0], Alert) if row else None

    def alerts(self) -> list[Alert]:
        """Every alert kept, in the order they were decided."""
        return [
            codec.decode(record, Alert)
            for (record,) in self._db.execute("SELECT record FROM alerts ORDER BY seq")
        ]

    def updates(self, story: str | None = None) -> Iterator[Update]:
        """Updates in the order they were made, of one story or of all."""
        for (record,) in self._db.execute(
            "SELECT record FROM updates WHERE ?1 IS NULL OR story = ?1 ORDER BY seq", (story,)
        ):
            yield codec.decode(record, Update)

    def ids(self, start: str) -> list[tuple[str, str]]:
        """What begins with `start`: (kind, id) of articles, updates, alerts and stories, for `explain`."""
        like = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        found: list[tuple[str, str]] = []
        for kind, names in (
            ("alert", "SELECT id FROM alerts"),
            ("update", "SELECT id FROM updates"),
            ("article", "SELECT id FROM articles"),
            ("story", _STORIES),
        ):
            rows = self._db.execute(
                f"SELECT id FROM ({names}) WHERE id LIKE ? ESCAPE '\\' ORDER BY 1 LIMIT 20",  # noqa: S608 - as above
                (like,),
            )
            found += [(kind, row[0]) for row in rows]
        return found or [("story", gone) for gone, _ in self.merged(start)]

    # -- the outbox ------------------------------------------------------------------------------------------------

    def put_delivery(self, delivery: Delivery, now: datetime) -> None:
        """Queue a delivery, or record how it stands after a try; `now` is when it was first decided."""
        self._db.execute(
            "INSERT INTO outbox (destination, alert, state, next_due, decided, record) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (destination, alert) DO UPDATE SET "
            "state = excluded.state, next_due = excluded.next_due, record = excluded.record",
            (
                delivery.destination,
                delivery.alert,
                delivery.state.value,
                _stamp(delivery.next_due),
                _stamp(now),
                codec.encode(delivery),
            ),
        )
        if delivery.thread is not None:
            self._db.execute(
                "INSERT OR REPLACE INTO threads (destination, story, thread, touched) VALUES (?, ?, ?, ?)",
                (delivery.destination, delivery.story, delivery.thread, _stamp(now)),
            )

    def thread(self, destination: str, story: str) -> str | None:
        """What a destination calls the conversation that a story is told in; None where it has none."""
        row = self._db.execute(
            "SELECT thread FROM threads WHERE destination = ? AND story = ?", (destination, story)
        ).fetchone()
        return row[0] if row else None

    def pending(self) -> list[Delivery]:
        """What still has to be delivered, in the order it was decided."""
        rows = self._db.execute(
            "SELECT record FROM outbox WHERE state = ? ORDER BY seq", (State.PENDING.value,)
        )
        return [codec.decode(record, Delivery) for (record,) in rows]

    def outbox_size(self) -> int:
        """The number of deliveries that wait."""
        row = self._db.execute(
            "SELECT count(*) FROM outbox WHERE state = ?", (State.PENDING.value,)
        ).fetchone()
        return int(row[0])

    def outbox_oldest(self) -> datetime | None:
        """When the oldest alert that still waits was decided."""
        row = self._db.execute(
            "SELECT min(decided) FROM outbox WHERE state = ?", (State.PENDING.value,)
        ).fetchone()
        return _moment(row[0]) if row[0] is not None else None

    # -- sources ---------------------------------------------------------------------------------------------------

    def put_source(self, row: SourceRow) -> None:
        """Where a source goes on, and how its last fetch went."""
        self._db.execute(
            "INSERT INTO sources (name, position, next_due, outcome, fetched, succeeded, problem) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, "
            "next_due = excluded.next_due, outcome = excluded.outcome, fetched = excluded.fetched, "
            "succeeded = coalesce(excluded.succeeded, succeeded), problem = excluded.problem",
            (
                row.name,
                row.position,
                _stamp(row.next_due),
                row.outcome,
                _stamp(row.fetched),
                _stamp(row.succeeded) if row.succeeded else None,
                row.problem,
            ),
        )

    def sources(self) -> dict[str, SourceRow]:
        """Every source that was ever fetched, by name."""
        rows = self._db.execute(
            "SELECT name, position, next_due, outcome, fetched, succeeded, problem FROM sources ORDER BY name"
        )
        return {
            name: SourceRow(
                name=name,
                position=position,
                next_due=_moment(next_due),
                outcome=outcome,
                fetched=_moment(fetched),
                succeeded=_moment(succeeded) if succeeded is not None else None,
                problem=problem,
            )
            for name, position, next_due, outcome, fetched, succeeded, problem in rows
        }

    # -- mutes -----------------------------------------------------------------------------------------------------

    def mutes(self) -> tuple[Mute, ...]:
        """Every mute that is kept, those that have ended among them."""
        return mutes.kept(self._db)

    # -- dead letters ----------------------------------------------------------------------------------------------

    def bury(self, letter: DeadLetter) -> None:
        """Keep what could not be processed, with its cause."""
        self._db.execute(
            "INSERT OR REPLACE INTO dead_letters (id, stage, at, record) VALUES (?, ?, ?, ?)",
            (letter.id, letter.stage, _stamp(letter.at), codec.encode(letter)),
        )

    def dead_letters(self) -> list[DeadLetter]:
        """What could not be processed, oldest first."""
        rows = self._db.execute("SELECT record FROM dead_letters ORDER BY at, id")
        return [codec.decode(record, DeadLetter) for (record,) in rows]

    def drop_dead_letter(self, name: str) -> None:
        """Forget a dead letter that was replayed."""
        self._db.execute("DELETE FROM dead_letters WHERE id = ?", (name,))

    # -- retention -------------------------------------------------------------------------------------------------

    def prune(self, now: datetime, keep: timedelta, *, wall: datetime, at_most: int = 1000) -> int:
        """Forget what is past its retention, a bounded number of rows a call; how many went."""
        gone = retention.prune(self._db, now, keep, wall=wall, at_most=at_most)
        if gone:
            self._states.clear()
        return gone

    def copy(self, to: Path) -> None:
        """Write the state as of now into a new file, while others write.  Raises `StateError` where it cannot be."""
        (kept,) = self._db.execute("PRAGMA query_only").fetchone()
        try:
            self._db.execute("PRAGMA query_only = 0")  # it would forbid the new file, too
            self._db.execute("VACUUM INTO ?", (str(to),))
        except sqlite3.Error as error:
            raise StateError(f"cannot copy {self.path} to {to}: {error}") from error
        finally:
            self._db.execute(f"PRAGMA query_only = {kept}")

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file; nothing where it is sound."""
        found = [row[0] for row in self._db.execute("PRAGMA integrity_check(10)")]
        return [] if found == ["ok"] else found

    def size(self) -> Size:
        """How large the state is, and what room it has."""
        stories = self._db.execute("SELECT count(*) FROM state WHERE stage = 'reconcile'").fetchone()[0]
        if self.path == opening.MEMORY:
            return Size(bytes=0, free=0, stories=stories)
        files = [Path(self.path + end) for end in ("", "-wal")]
        return Size(
            bytes=sum(file.stat().st_size for file in files if file.exists()),
            free=shutil.disk_usage(Path(self.path).resolve().parent).free,
            stories=stories,
        )

    def shrink(self) -> None:
        """Give pages that pruning has freed back to the file system, some at a time."""
        self._db.execute("PRAGMA incremental_vacuum(1000)").fetchall()

    def count(self, table: str) -> int:
        """The number of rows of a table of the schema."""
        if table not in (
            "articles",
            "updates",
            "alerts",
            "outbox",
            "dead_letters",
            "state",
            "dues",
            "sources",
            "resting",
        ):
            raise ValueError(f"no table {table!r}")
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - checked above
