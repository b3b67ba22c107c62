"""`tallywire mute`, `unmute`, `mutes`: a story, a watch or all kept quiet for a while, beside a running monitor."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Protocol

import typer
from rich.table import Table

from connectors.sinks.plain import defuse
from streams import codec
from streams.embedded import EPOCH
from streams.operators.muting import ALL
from streams.store import Store, mutes
from tallywire.cli.archived import Archived
from tallywire.cli.compose import SystemClock
from tallywire.cli.kafka import extra
from tallywire.cli.options import (
    ConfigOption,
    JsonOption,
    StateOption,
    console,
    read_state,
    settings,
    write_line,
)
from tallywire.config import Settings, values
from tallywire.errors import ConfigError, InputError
from tallywire.identity import LENGTH
from tallywire.likeness.watches import Watch
from tallywire.records import Mute, UpdateKind

MUTE = "Example: `tallywire mute 3f2a --for 6h`, `tallywire mute all --for 30m --kind actor.new`"
UNMUTE = "Example: `tallywire unmute 3f2a`"
LIST = "Example: `tallywire mutes`"

WHOLE = re.compile(rf"[0-9a-f]{{{LENGTH}}}")  # a story's id, no digit less

_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=365)

TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="STORY|WATCH|all",
        help="The first digits of a story's id, or of its alert's; a watch's name; or all.",
    ),
]


KafkaOption = Annotated[
    bool, typer.Option("--kafka", help="In the pipeline over Kafka, in place of the state file.")
]


class Board(Protocol):
    """Where mutes are kept, and what they may be of."""

    @property
    def stories(self) -> Archived | None:
        """What is known of stories; None where only their whole ids can be."""

    def now(self) -> datetime:
        """The pipeline's time."""

    def mutes(self) -> Sequence[Mute]:
        """Every mute that is kept, those that have ended among them."""

    def put(self, mute: Mute) -> None:
        """Mute from now on, in place of an earlier mute of the same scope."""

    def lift(self, scope: str, now: datetime) -> None:
        """End a mute at `now`."""


def mute(
    target: TargetArgument,
    lasting: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long: 30m, 6h, 2d.")],
    kinds: Annotated[
        list[UpdateKind] | None, typer.Option("--kind", help="Hold these updates alone; may be repeated.")
    ] = None,
    config: ConfigOption = None,
    state: StateOption = None,
    on_kafka: KafkaOption = False,
) -> None:
    """Hear nothing of a story for a while; what it holds is told together when the mute ends."""
    span = _span(lasting)
    loaded = settings(config, state)
    with _board(loaded, on_kafka=on_kafka) as board:
        scope = _only(target, _scopes(target, loaded, board.stories), "story or watch")
        name, now = _label(scope, board.stories) or target, board.now()
        wished = Mute(scope=scope, since=now, until=now + span, kinds=tuple(kinds or ()), name=name)
        board.put(wished)
    sys.stdout.write(f"muted until {_shown(wished.until)}: {_described(wished)}\n")


def unmute(
    target: TargetArgument,
    config: ConfigOption = None,
    state: StateOption = None,
    on_kafka: KafkaOption = False,
) -> None:
    """End a mute before its time; what it holds is told now."""
    loaded = settings(config, state)
    with _board(loaded, on_kafka=on_kafka) as board:
        now, stories = board.now(), board.stories
        held = {_told_in(one.scope, stories): one for one in board.mutes() if one.until > now}
        meant = [held[one].scope for one in _scopes(target, loaded, stories) if one in held]
        scope = _only(target, meant, "mute")
        board.lift(scope, now)
        ended = next(one for one in held.values() if one.scope == scope)
    sys.stdout.write(f"unmuted: {_described(ended)}\n")


def list_(
    config: ConfigOption = None,
    state: StateOption = None,
    on_kafka: KafkaOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the mutes that hold, the first to end first."""
    loaded = settings(config, state)
    with _board(loaded, on_kafka=on_kafka) as board:
        now = board.now()
        holding = sorted(
            (one for one in board.mutes() if one.until > now), key=lambda one: (one.until, one.scope)
        )
        stories = [_told_in(one.scope, board.stories) for one in holding]
    if as_json:
        for one, story in zip(holding, stories, strict=True):
            write_line({**codec.public(one), "story": None if story == ALL else story})
        return
    if not holding:
        sys.stdout.write("no mutes\n")
        return
    table = Table("until", "scope", "named", "kinds", box=None)
    for one, story in zip(holding, stories, strict=True):
        scope = one.scope if story == one.scope else f"{one.scope}, which went into {story}"
        table.add_row(_shown(one.until), defuse(scope), defuse(one.name), ", ".join(one.kinds) or "every")
    console().print(table)


class _StateFile:
    """The mutes of one machine's monitor, beside it."""

    def __init__(self, loaded: Settings, store: Store) -> None:
        self.stories: Archived | None = store
        self._store = store
        self._path = str(loaded.monitor.state)
        self._by_articles = loaded.monitor.clock == "articles"

    def now(self) -> datetime:
        return (self._store.clock() or EPOCH) if self._by_articles else SystemClock().now()

    def mutes(self) -> Sequence[Mute]:
        return self._store.mutes()

    def put(self, mute: Mute) -> None:
        mutes.put(self._path, mute)

    def lift(self, scope: str, now: datetime) -> None:
        mutes.lift(self._path, scope, now)


@contextmanager
def _board(loaded: Settings, *, on_kafka: bool) -> Iterator[Board]:
    if on_kafka:
        with extra():
            from tallywire.cli.on_kafka import mutes as work
        with work.board(loaded) as board:
            yield board
        return
    with closing(read_state(loaded.monitor.state)) as store:
        yield _StateFile(loaded, store)


def _span(text: str) -> timedelta:
    try:
        span = values.duration(text)
    except ValueError as error:
        raise ConfigError(f"--for {text!r}: {error}") from None
    if not _SHORTEST <= span <= _LONGEST:
        raise ConfigError(f"--for {text!r}: should be from 1m to 365d")
    return span


def _scopes(target: str, loaded: Settings, stories: Archived | None) -> list[str]:
    """What may be meant: everything, the story of a watch, or the stories of what has an id that begins so."""
    if target == ALL:
        return [ALL]
    if target in (watch.name for watch in loaded.watches):
        return [Watch(name=target).story]
    if stories is None:
        if WHOLE.fullmatch(target) is None:
            raise InputError(
                f"{target!r} is no whole id of a story, and without [archive] url none other is known"
            )
        return [target]
    found = stories.ids(target)
    exact = [one for one in found if one[1] == target]
    meant = {_story(kind, whole, stories) for kind, whole in exact or found} - {""}
    return sorted({stories.told_in(story) for story in meant})


def _told_in(scope: str, stories: Archived | None) -> str:
    """The story that a mute's scope is told in by now."""
    return scope if scope == ALL or stories is None else stories.told_in(scope)


def _story(kind: str, whole: str, stories: Archived) -> str:
    """The story of an article, an update, an alert, or the story itself."""
    if kind == "story":
        return whole
    record = {"article": stories.placed, "update": stories.update, "alert": stories.alert}[kind](whole)
    return record.story if record is not None else ""


def _label(scope: str, stories: Archived | None) -> str:
    """A story's name, as its latest article has it."""
    if stories is None:
        return ""
    return next((item.label for item in stories.latest(story=scope, at_most=1)), "")


def _only(target: str, found: Sequence[str], what: str) -> str:
    if not found:
        raise InputError(f"no {what} {target!r}")
    if len(found) > 1:
        raise InputError(f"{target!r} may mean several stories: {', '.join(found[:8])}")
    return found[0]


def _described(mute: Mute) -> str:
    kinds = f" ({', '.join(mute.kinds)})" if mute.kinds else ""
    named = f" {defuse(mute.name)}" if mute.name != mute.scope else ""
    return f"{defuse(mute.scope)}{named}{kinds}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
