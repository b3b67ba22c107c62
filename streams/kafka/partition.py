"""One partition of one keyed stage, as it works on Kafka: states, timers and repeats by key, no Kafka in it.

A record is stepped with the state of its key, at the time in its stamp.  A key's timers that fall due by then go first,
each as a `Due` through the same step; a tick fires those of all keys.  So what comes of a key depends on its records
alone, and not on when a worker saw them.

Where another key hands over to this one, what rests on that waits for it, and with it all that comes after; what is
handed over waits until the key has come to its time.

Records come at least once.  What a key has taken in is remembered by a mark, and taken in once.
"""

from __future__ import annotations

import heapq
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from xxhash import xxh3_64_digest

from streams import codec, letters
from streams.kafka.wire import Stamp
from streams.step import Reason, Step
from streams.topology import Stage
from tallywire.records import DeadLetter, Due

S = TypeVar("S")

REMEMBERED = 512  # marks a key: more than one key's records between two commits
CACHED = 4096  # decoded states
MARK = 8  # bytes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


class Held(msgspec.Struct, frozen=True):
    """A record that waits for another key to hand over."""

    value: msgspec.Raw
    stamp: Stamp


class Kept(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """What a table holds of a key."""

    state: S | None = None
    dues: tuple[datetime, ...] = ()  #: timers, the earliest first
    seen: bytes = b""  #: marks of the last records taken in, `MARK` bytes each
    clock: Annotated[datetime, msgspec.Meta(tz=True)] = EPOCH  #: when the key was stepped last
    cause: str = ""  #: what set that off
    rests: bool = False  #: nothing is expected to come for it
    awaits: str | None = None  #: the key that has yet to hand over to this one …
    held: tuple[Held, ...] = ()  #: … and what has come meanwhile
    early: tuple[Held, ...] = ()  #: from keys that hand over at a time this one has not come to


class Sent(msgspec.Struct, frozen=True):
    """A record on its way to a topic."""

    topic: str
    key: str
    value: bytes
    stamp: Stamp


class Work(msgspec.Struct):
    """What a partition has done, and the states that are to be written once what it put out is acknowledged."""

    states: dict[str, bytes | None] = {}  #: by key; None deletes
    told: list[Any] = []  #: the records put out
    dead: list[DeadLetter] = []
    entered: int = 0
    done: Counter[str] = msgspec.field(default_factory=Counter)  #: reason → items
    seconds: list[float] = []  #: that each step took


class Partition:
    """Steps records; `sent` and `work` hand over what has come of them.  Where that cannot be written, it is let go."""

    def __init__(
        self,
        stage: Stage,
        onward: Callable[[Any], str],
        load: Callable[[str], bytes | None],
        *,
        largest: int,
    ) -> None:
        """`onward` gives an output's key on the next topic, `load` the table's value of a key.

        `largest` is how many bytes a record or a state may have.
        """
        self._stage = stage
        self._kinds = {kind.__name__: kind for kind in (stage.item, *stage.aside, Due)}
        self._kind: Any = Kept[stage.state]  # type: ignore[name-defined]  # known only now
        self._onward = onward
        self._load = load
        self._largest = largest
        self._kept: dict[str, Kept[Any]] = {}
        self._timers: list[tuple[datetime, str]] = []
        self._holding: dict[str, tuple[datetime, float]] = {}  # key → time of the first it holds, since when
        self._ahead: dict[str, float] = {}  # key to which another has handed over early → since when
        self._until = EPOCH
        self._dirty: dict[str, None] = {}
        self._sent: list[Sent] = []
        self._work = Work()

    def revive(self, table: Iterable[tuple[str, bytes]], now: float) -> None:
        """Bring back the timers of every key that the table holds, and which keys wait for others."""
        for key, value in table:
            head = _head(value)
            self._timers += [(at, key) for at in head.dues]
            if head.awaits is not None:
                self._holding[key] = (head.held[0].stamp.clock, now)
            if head.early:
                self._ahead[key] = now
        heapq.heapify(self._timers)

    def take(self, item: Any, value: bytes, stamp: Stamp, now: float) -> None:
        """One record, which is `item` and came as `value`; `now` is the seconds of a clock that never goes back."""
        key = item.key if isinstance(item, Due) else self._stage.key(item)
        if self._stage.state is None:
            self._step(key, Kept(), item, stamp.clock, stamp.cause, stamp.turn)
            return
        kept, mark = self._get(key), xxh3_64_digest(value + stamp.again.encode())
        if _marked(kept.seen, mark):
            # Written again: whoever took it in may have been stopped before the changelog had it.
            self._dirty[key] = None
            self._work.entered += 1
            self._work.done[Reason.DUPLICATE.value] += 1
            return
        kept = msgspec.structs.replace(kept, seen=(kept.seen + mark)[-REMEMBERED * MARK :])
        awaited = self._holding.get(key)
        self._put(key, self._enter(key, kept, item, Held(msgspec.Raw(value), stamp), now))
        if awaited is not None and self._holding.get(key) != awaited:
            self._ring()  # timers that waited along, until what it waits for now

    def tick(self, until: datetime) -> None:
        """Fire every timer that falls due by `until`, in the order of time."""
        self._until = max(until, self._until)
        self._ring()

    def give_up(self, before: float) -> None:
        """Take in what has waited for another key since before then: it may have died where it was to be sent."""
        for key in [key for key, (_, since) in self._holding.items() if since < before]:
            self._put(key, self._release(key, self._get(key), before))
        for key in [key for key, since in self._ahead.items() if since < before and key not in self._holding]:
            self._put(key, self._caught_up(key, self._get(key)))
        self._ring()

    def call(
        self,
        at: datetime,
        table: Iterable[tuple[str, bytes]],
        meant: Callable[[str, Any], bool],
        *,
        since: datetime,
        before: datetime = END,
    ) -> None:
        """A timer at `at` for the table's keys that were stepped last in a time, and are `meant`, by key and state."""
        for key, value in table:
            if since <= _head(value).clock < before:
                kept = self._get(key)
                if meant(key, kept.state) and at not in kept.dues:
                    self._put(key, msgspec.structs.replace(kept, dues=tuple(sorted((*kept.dues, at)))))
                    heapq.heappush(self._timers, (at, key))

    def forget(self, some: Iterable[tuple[str, bytes]], before: datetime) -> None:
        """Let go of those of some of the table's keys that were stepped last before then; what waits, stays."""
        for key, value in some:
            if _head(value).clock < before:
                kept = self._get(key)
                if kept.clock < before and not (kept.dues or kept.held or kept.early):
                    self._put(key, self._kind())

    @property
    def holding(self) -> bool:
        """Whether anything waits for another key, or for the time of one."""
        return bool(self._holding or self._ahead)

    @property
    def level(self) -> datetime:
        """How far time has come for whoever goes by what is put out here."""
        return min([self._until, *(clock - INSTANT for clock, _ in self._holding.values())])

    def state(self, key: str) -> Any:
        """The state of a key as it stands, None where there is none; only looked at, not kept at hand."""
        kept = self._kept.get(key)
        if kept is None and (value := self._load(key)) is not None:
            with suppress(codec.CodecError, zlib.error):  # `_get` says what is wrong with it
                kept = self._decoded(value)
        return kept.state if kept is not None else None

    def sent(self) -> list[Sent]:
        """What was put out since the last call, in order."""
        sent, self._sent = self._sent, []
        return sent

    def work(self) -> Work:
        """What was done since the last call."""
        done, self._work = self._work, Work()
        for key in self._dirty:
            value = self._encoded(self._kept[key])
            if value is not None and len(value) > self._largest:
                self._bury(done, key, f"its state has {len(value)} bytes, more than a record may have", "")
                del self._kept[key]
            else:
                done.states[key] = value
        self._dirty.clear()
        while len(self._kept) > CACHED:
            del self._kept[next(iter(self._kept))]
        return done

    # -- stepping --------------------------------------------------------------------------------------------------

    def _enter(self, key: str, kept: Kept[Any], item: Any, held: Held, now: float) -> Kept[Any]:
        """A record into its key; or it waits for another key to hand over, or for the time at which one does."""
        brought = self._stage.brings(item)
        if brought is not None and brought == kept.awaits:
            return self._release(key, self._turn(key, kept, item, held.stamp), now)
        if brought is not None:
            if held.stamp.clock <= self._reached(key):
                return self._turn(key, kept, item, held.stamp)
            self._ahead.setdefault(key, now)
            return msgspec.structs.replace(kept, early=(*kept.early, held))
        if kept.awaits is not None:
            return msgspec.structs.replace(kept, held=(*kept.held, held))
        awaited = self._stage.awaits(item, kept.state)
        if awaited is None:
            return self._turn(key, kept, item, held.stamp)
        for one in kept.early:
            other = self._item(one)
            if self._stage.brings(other) == awaited:
                kept = self._without(key, kept, one)
                kept = self._turn(key, kept, other, one.stamp)
                return self._turn(key, kept, item, held.stamp)
        self._holding[key] = (held.stamp.clock, now)
        return msgspec.structs.replace(kept, awaits=awaited, held=(held,))

    def _reached(self, key: str) -> datetime:
        """How far time has come for a key: what it holds, and what comes after that, waits."""
        held = self._holding.get(key)
        return self._until if held is None else min(self._until, held[0] - INSTANT)

    def _caught_up(self, key: str, kept: Kept[Any], until: datetime = END) -> Kept[Any]:
        """What other keys have handed over early, and time has come to."""
        for one in sorted(kept.early, key=lambda one: one.stamp.clock):
            if one.stamp.clock <= until:
                kept = self._without(key, kept, one)
                kept = self._after_timers(key, kept, self._item(one), one.stamp)
        return kept

    def _without(self, key: str, kept: Kept[Any], one: Held) -> Kept[Any]:
        early = tuple(other for other in kept.early if other is not one)
        if not early:
            del self._ahead[key]
        return msgspec.structs.replace(kept, early=early)

    def _item(self, held: Held) -> Any:
        return codec.decode(bytes(held.value), self._kinds[held.stamp.kind])

    def _release(self, key: str, kept: Kept[Any], now: float) -> Kept[Any]:
        """What has waited, in its order."""
        del self._holding[key]
        waited, kept = kept.held, msgspec.structs.replace(kept, awaits=None, held=())
        for number, held in enumerate(waited):
            item = self._item(held)
            # What was waited for, and has not come, is not waited for again.
            step = self._turn(key, kept, item, held.stamp) if number == 0 else None
            kept = step or self._enter(key, kept, item, held, now)
        return kept

    def _turn(self, key: str, kept: Kept[Any], item: Any, stamp: Stamp) -> Kept[Any]:
        """What falls before a record, then the record."""
        if kept.early and stamp.cause != kept.cause:
            kept = self._caught_up(key, kept, stamp.clock)
        return self._after_timers(key, kept, item, stamp)

    def _after_timers(self, key: str, kept: Kept[Any], item: Any, stamp: Stamp) -> Kept[Any]:
        """Timers that fall due before a record, but not amid those of one cause; then the record."""
        if stamp.cause != kept.cause or not stamp.cause:
            kept = self._fire(key, kept, stamp.clock)
        return self._step(key, kept, item, stamp.clock, stamp.cause, stamp.turn)

    def _ring(self) -> None:
        for key in list(self._ahead):
            kept, reached = self._get(key), self._reached(key)
            if any(one.stamp.clock <= reached for one in kept.early):
                self._put(key, self._caught_up(key, kept, reached))
        put_off: list[tuple[datetime, str]] = []
        while self._timers and self._timers[0][0] <= self._until:
            at, key = heapq.heappop(self._timers)
            if at > self._reached(key):
                put_off.append((at, key))
            elif at in (kept := self._get(key)).dues:
                self._put(key, self._fire(key, kept, at))
        for timer in put_off:
            heapq.heappush(self._timers, timer)

    def _fire(self, key: str, kept: Kept[Any], until: datetime) -> Kept[Any]:
        while kept.dues and kept.dues[0] <= until:
            at = kept.dues[0]
            kept = msgspec.structs.replace(kept, dues=kept.dues[1:])
            due = Due(stage=self._stage.name, key=key, at=at)
            cause = f"due:{self._stage.name}:{key}:{at.isoformat()}"
            kept = self._step(key, kept, due, max(at, kept.clock), cause)
        return kept

    def _step(
        self, key: str, kept: Kept[Any], item: Any, now: datetime, cause: str, turn: int = 0
    ) -> Kept[Any]:
        """One item through the stage, what it puts out on its way."""
        self._work.entered += 1
        began = time.perf_counter()
        try:
            step: Step[Any, Any] = self._stage.step(item, kept.state, now)
        except Exception as error:  # noqa: BLE001 - the one wrapper around every operator: nothing is lost
            self._work.done[Reason.DEAD.value] += 1
            self._bury(self._work, key, letters.cause(error), letters.payload(item), now)
            return kept
        self._work.seconds.append(time.perf_counter() - began)
        self._work.done[step.reason.value] += 1
        for output in step.outputs:
            self._send(
                key, item, output, Stamp(kind=type(output).__name__, clock=now, cause=cause, turn=turn)
            )
        dues = kept.dues
        if step.due is not None and step.due not in dues:
            dues = tuple(sorted((*dues, step.due)))
            heapq.heappush(self._timers, (step.due, key))
        return msgspec.structs.replace(
            kept, state=step.state, dues=dues, clock=max(now, kept.clock), cause=cause, rests=step.rests
        )

    def _send(self, key: str, item: Any, output: Any, stamp: Stamp) -> None:
        try:
            value = codec.encode(output)
            if len(value) > self._largest:
                raise ValueError(
                    f"{type(output).__name__} of {len(value)} bytes, more than a record may have"
                )
        except (ValueError, OverflowError) as error:  # text or numbers that JSON cannot hold
            self._bury(self._work, key, letters.cause(error), letters.payload(item), stamp.clock)
            return
        back = isinstance(output, self._stage.loops)
        topic = self._stage.source if back else self._stage.sink
        self._sent.append(
            Sent(topic, self._stage.key(output) if back else self._onward(output), value, stamp)
        )
        if not back:
            self._work.told.append(output)

    def _bury(self, work: Work, key: str, cause: str, payload: str, at: datetime | None = None) -> None:
        at = at or self._kept[key].clock
        work.dead.append(letters.letter(self._stage.name, key, cause, payload, at))

    # -- what is kept ----------------------------------------------------------------------------------------------

    def _get(self, key: str) -> Kept[Any]:
        kept = self._kept.pop(key, None)
        if kept is None:
            kept = self._loaded(key)
        self._kept[key] = kept  # the last used is the last to go
        return kept

    def _loaded(self, key: str) -> Kept[Any]:
        """A key as the table has it; what is no state there is buried, and the key begins anew."""
        value = self._load(key)
        if value is None:
            return self._kind()  # type: ignore[no-any-return]  # known only now
        try:
            return self._decoded(value)
        except codec.LaterVersionError:
            raise
        except (codec.CodecError, zlib.error) as error:
            shown = value.decode("utf-8", "backslashreplace")
            self._bury(self._work, key, f"no state: {error}", shown, max(self._until, EPOCH))
            return self._kind()  # type: ignore[no-any-return]

    def _put(self, key: str, kept: Kept[Any]) -> None:
        self._kept[key] = kept
        self._dirty[key] = None

    def _encoded(self, kept: Kept[Any]) -> bytes | None:
        if kept.state is None and not (kept.dues or kept.held or kept.early):
            return None
        value = codec.encode(kept)
        return zlib.compress(value) if kept.rests or len(value) > self._largest else value

    def _decoded(self, value: bytes) -> Kept[Any]:
        decoded: Kept[Any] = codec.decode(plain(value), self._kind)
        return decoded


class _Head(msgspec.Struct):
    """What those who go through a whole table need of a value: quick, since states are many."""

    dues: tuple[datetime, ...] = ()
    clock: datetime = EPOCH
    awaits: str | None = None
    held: tuple[Held, ...] = ()
    early: tuple[Held, ...] = ()


_heads = msgspec.json.Decoder(_Head)


def _head(value: bytes) -> _Head:
    try:
        return _heads.decode(plain(value))
    except (msgspec.DecodeError, UnicodeDecodeError, zlib.error):
        return _Head()  # whoever has need of the whole says what is wrong with it


def plain(value: bytes) -> bytes:
    """What a table holds of a key, as it is decoded: that of a key that rests, or is large, is compressed."""
    return value if value.startswith(b"{") else zlib.decompress(value)


def _marked(seen: bytes, mark: bytes) -> bool:
    at = seen.find(mark)
    while at >= 0 and at % MARK:  # across two marks
        at = seen.find(mark, at + 1)
    return at >= 0
