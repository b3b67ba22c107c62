"""Writes what the pipeline has put out and how far each topic was read, in one transaction: nothing twice or lost.

Records of one story come from several topics and partitions, and in no order across them.  So what is archived of a
story that has gone into another counts to that one, and a text that has been shown to be another counts to that
origin, whichever comes first: the record, or the word that it is told elsewhere.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from streams import codec, letters
from streams.archive import retention
from streams.archive.database import reason
from streams.archive.reader import LEDGERS
from streams.archive.tables import alerts, articles, dead_letters, meta, resting, state, updates
from streams.kafka.partition import Kept
from streams.store import layout
from tallywire.ledger import Ledger
from tallywire.records import Alert, DeadLetter, StoryReading, Update

R = TypeVar("R")

STAGE = "archive"  # of dead letters that hold what the database does not take

UNFIT = (ValueError, OverflowError)  # for what no row can be made of: times and numbers beyond all bounds

AT_ONCE = 200  # rows of one statement

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_INTO = "into:"  # before the name of a story that has gone, in `meta`
_READ = "read:"  # before the name of a partition, in `meta`


class Entry(msgspec.Struct, frozen=True):
    """A record to be archived, or the ledger of `key`, None where there is none any longer."""

    item: StoryReading | Update | Alert | DeadLetter | Kept[Ledger] | None
    key: str
    at: datetime  #: the pipeline's time; the epoch where that is not known


class Writer:
    """The one that writes.  One thread at a time; on a connection that has failed it is done for."""

    def __init__(self, connection: sa.Connection) -> None:
        """`connection` is that of `Database.writing`."""
        self._db = connection
        self._insert: Any = _INSERT[connection.dialect.name]
        with connection.begin():
            self._into = self._named(_INTO)
            self._clock = self._named("clock").get("")

    # -- how far -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, int]:
        """Of each partition, by the names given to `take`, the offset to go on from."""
        with self._db.begin():
            return {name: int(value) for name, value in self._named(_READ).items()}

    @property
    def clock(self) -> datetime | None:
        """The latest time of the pipeline that something was archived of."""
        return datetime.fromisoformat(self._clock) if self._clock else None

    def _named(self, start: str) -> dict[str, str]:
        rows = self._db.execute(
            sa.select(meta.c.name, meta.c.value).where(meta.c.name.startswith(start, autoescape=True))
        )
        return {name.removeprefix(start): value for name, value in rows}

    # -- taking in -----------------------------------------------------------------------------------------------

    def take(self, entries: Sequence[Entry], read: Mapping[str, int]) -> Counter[str]:
        """Archive some records, of which `read` is the offsets to go on from; table → rows that are new.

        What the database does not take, such as a text with a NUL in its id or a time before all calendars, becomes a
        dead letter.  Raises `sqlalchemy.exc.DBAPIError` where the database cannot be used: then nothing has happened.
        """
        try:
            with self._db.begin():
                return self._take(entries, read)
        except (sa.exc.DBAPIError, *UNFIT) as error:
            if not _refuses(error):
                raise
        with self._db.begin():  # one of them is at fault: find which
            self._into = self._named(_INTO)
            return sum((self._tried(entry) for entry in entries), self._take((), read))

    def _tried(self, entry: Entry) -> Counter[str]:
        try:
            with self._db.begin_nested():
                return self._take((entry,), {})
        except (sa.exc.DBAPIError, *UNFIT) as error:
            if not _refuses(error):
                raise
            letter = letters.letter(STAGE, entry.key, reason(error), _payload(entry), entry.at)
        self._into = self._named(_INTO)
        return self._take((Entry(letter, letter.id, entry.at),), {})

    def _take(self, entries: Sequence[Entry], read: Mapping[str, int]) -> Counter[str]:
        ledgers = {one.key: one.item for one in entries if one.item is None or isinstance(one.item, Kept)}
        readings = [one.item for one in entries if isinstance(one.item, StoryReading)]
        told = [one.item for one in entries if isinstance(one.item, Update | Alert)]
        dead = {one.item.id: one.item for one in entries if isinstance(one.item, DeadLetter)}
        taken_in = self._keep_ledgers(ledgers)
        count = Counter(
            articles=self._keep_readings(readings, taken_in),
            updates=self._keep_told(updates, [one for one in told if isinstance(one, Update)]),
            alerts=self._keep_told(alerts, [one for one in told if isinstance(one, Alert)]),
            dead_letters=self._keep_letters(dead.values()),
        )
        self._note(max((one.at for one in entries), default=None), read)
        return count

    def _note(self, at: datetime | None, read: Mapping[str, int]) -> None:
        """How far time has come, and each partition was read."""
        named = {_READ + name: str(offset) for name, offset in read.items()}
        if at is not None and (self.clock is None or at > self.clock):
            self._clock = named["clock"] = at.isoformat()
        self._put(meta, [{"name": name, "value": value} for name, value in named.items()])

    def prune(self, now: datetime, keep: timedelta, *, at_most: int = 1000) -> int:
        """Forget what is past its retention at `now` (UTC), a bounded number of rows a call; how many went."""
        with self._db.begin():
            return retention.prune(self._db, now, keep, at_most=at_most)

    # -- articles ------------------------------------------------------------------------------------------------

    def _keep_readings(self, items: Sequence[StoryReading], taken_in: set[str]) -> int:
        """Articles; the origins of those in stories that have taken others in are seen through again."""
        rows = []
        for item in items:
            article, story = item.reading.article, _followed(self._into, item.story)
            sketch, record = layout.packed(item)
            rows.append(
                {
                    "id": article.id,
                    "language": item.reading.extract.language,
                    "arrived": article.arrived.timestamp(),
                    "story": story,
                    "origin": item.origin,
                    "sketch": sketch,
                    "record": record,
                }
            )
            if story != item.story:
                taken_in.add(story)
        new = self._add(articles, rows)
        for item, row in zip(items, rows, strict=True):
            if item.unites:
                self._unite(str(row["story"]), dict.fromkeys(item.unites, item.origin))
        for story in sorted(taken_in):
            self._unite(story, self._unions(story))
        return new

    def _unions(self, story: str) -> dict[str, str]:
        """Of the origins that a story's articles have shown to be others, which."""
        goes: dict[str, str] = {}
        records = sa.select(articles.c.record).where(articles.c.story == story).order_by(articles.c.seq)
        for record in self._db.scalars(records):
            head = _heads.decode(zlib.decompress(record))
            goes |= dict.fromkeys(head.unites, head.origin)
        return goes

    def _unite(self, story: str, goes: Mapping[str, str]) -> None:
        """Count what is archived of a story as coming from one text to the text that this has turned out to be."""
        for gone in goes:
            self._db.execute(
                sa.update(articles)
                .where(articles.c.story == story, articles.c.origin == gone)
                .values(origin=_followed(goes, gone))
            )

    # -- what was told -------------------------------------------------------------------------------------------

    def _keep_told(self, table: sa.Table, items: Sequence[Update | Alert]) -> int:
        return self._add(
            table,
            [
                {
                    "id": item.id,
                    "story": _followed(self._into, item.story),
                    "at": item.at.timestamp(),
                    "record": codec.encode(item),
                }
                for item in items
            ],
        )

    def _keep_letters(self, items: Iterable[DeadLetter]) -> int:
        rows = [
            {"id": item.id, "stage": item.stage, "at": item.at.timestamp(), "record": codec.encode(item)}
            for item in items
        ]
        return self._put(dead_letters, rows)

    # -- ledgers -------------------------------------------------------------------------------------------------

    def _keep_ledgers(self, ledgers: Mapping[str, Any]) -> set[str]:
        """The latest state of each story's ledger; the stories that took in what was archived of others."""
        awake: list[dict[str, Any]] = []
        asleep: list[dict[str, Any]] = []
        taken_in: set[str] = set()
        for key, kept in ledgers.items():
            if kept is None or kept.state is None:
                continue
            value, touched = codec.encode(kept.state), kept.clock.timestamp()
            (asleep if kept.rests else awake).append(
                {
                    "stage": LEDGERS,
                    "key": key,
                    "touched": touched,
                    "value": zlib.compress(value) if kept.rests else value,
                }
            )
            if kept.state.into is not None and key not in self._into:
                taken_in |= self._recount(key, kept.state.into)
        for table, rows in ((state, awake), (resting, asleep)):
            stay = {row["key"] for row in rows}
            self._drop(table, [key for key in ledgers if key not in stay])
            self._put(table, rows)
        return taken_in

    def _recount(self, story: str, into: str) -> set[str]:
        """Count what is archived of a story to the one it went into; which one, where articles are among that."""
        self._into[story] = into
        self._put(meta, [{"name": _INTO + story, "value": into}])
        now = _followed(self._into, into)
        moved = [
            self._db.execute(sa.update(table).where(table.c.story == story).values(story=now)).rowcount
            for table in (articles, updates, alerts)
        ]
        return {now} if moved[0] else set()

    # -- rows ----------------------------------------------------------------------------------------------------

    def _add(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
        """Rows that are not there yet; how many those were."""
        return sum(
            self._db.execute(self._insert(table).values(some).on_conflict_do_nothing()).rowcount
            for some in _chunks(rows)
        )

    def _put(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
        """Rows in place of those with their key; how many."""
        for some in _chunks(rows):
            insert = self._insert(table).values(some)
            fresh = {
                column.name: insert.excluded[column.name] for column in table.c if not column.primary_key
            }
            self._db.execute(
                insert.on_conflict_do_update(index_elements=table.primary_key.columns, set_=fresh)
            )
        return len(rows)

    def _drop(self, table: sa.Table, keys: Sequence[str]) -> None:
        for some in _chunks(keys):
            self._db.execute(sa.delete(table).where(table.c.stage == LEDGERS, table.c.key.in_(some)))


def _payload(entry: Entry) -> str:
    return letters.payload(entry.item) if entry.item is not None else ""


class _Head(msgspec.Struct):
    """Of an article, which texts it shows to be one."""

    origin: str
    unites: tuple[str, ...] = ()


_heads = msgspec.json.Decoder(_Head)


def _followed(goes: Mapping[str, str], start: str) -> str:
    """Where one comes who follows what has gone into what."""
    passed = {start}
    while (onward := goes.get(start)) is not None and onward not in passed:
        passed.add(onward)
        start = onward
    return start


def _chunks(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _refuses(error: Exception) -> bool:
    """Whether a database refuses what was to be written, and does not fail itself (SQLSTATE, PostgreSQL appendix A)."""
    if not isinstance(error, sa.exc.DBAPIError):
        return True
    first = error.orig.args[0] if error.orig is not None and error.orig.args else None
    if isinstance(first, dict):
        return str(first.get("C", ""))[:2] in ("22", "23", "54")  # data, integrity, limits
    return isinstance(error, sa.exc.DataError | sa.exc.IntegrityError)
