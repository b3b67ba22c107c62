"""`tallywire mute`, `unmute`, `mutes`: a story, a watch or all kept quiet for a while, beside a running monitor."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from connectors.sinks.plain import defuse
from streams import codec
from streams.embedded import EPOCH
from streams.operators.muting import ALL
from streams.store import Store, mutes
from tallywire.cli.compose import SystemClock
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
from tallywire.likeness.watches import Watch
from tallywire.records import Mute, UpdateKind

MUTE = "Example: `tallywire mute 3f2a --for 6h`, `tallywire mute all --for 30m --kind actor.new`"
UNMUTE = "Example: `tallywire unmute 3f2a`"
LIST = "Example: `tallywire mutes`"

_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=365)

TargetArgument = Annotated[
    str,
    typer.Argument(
        metavar="STORY|WATCH|all",
        help="The first digits of a story's id, or of its alert's; a watch's name; or all.",
    ),
]


def mute(
    target: TargetArgument,
    lasting: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long: 30m, 6h, 2d.")],
    kinds: Annotated[
        list[UpdateKind] | None, typer.Option("--kind", help="Hold these updates alone; may be repeated.")
    ] = None,
    config: ConfigOption = None,
    state: StateOption = None,
) -> None:
    """Hear nothing of a story for a while; what it holds is told together when the mute ends."""
    span = _span(lasting)
    loaded = settings(config, state)
    with closing(read_state(loaded.monitor.state)) as store:
        scope = _only(target, _scopes(target, loaded, store), "story or watch")
        name, now = _label(scope, store) or target, _now(loaded, store)
    wished = Mute(scope=scope, since=now, until=now + span, kinds=tuple(kinds or ()), name=name)
    mutes.put(str(loaded.monitor.state), wished)
    sys.stdout.write(f"muted until {_shown(wished.until)}: {_described(wished)}\n")


def unmute(target: TargetArgument, config: ConfigOption = None, state: StateOption = None) -> None:
    """End a mute before its time; what it holds is told now."""
    loaded = settings(config, state)
    with closing(read_state(loaded.monitor.state)) as store:
        now = _now(loaded, store)
        held = {_told_in(one.scope, store): one.scope for one in store.mutes() if one.until > now}
        scope = _only(target, [held[one] for one in _scopes(target, loaded, store) if one in held], "mute")
    mutes.lift(str(loaded.monitor.state), scope, now)
    sys.stdout.write(f"unmuted: {defuse(target)}\n")


def list_(config: ConfigOption = None, state: StateOption = None, as_json: JsonOption = False) -> None:
    """List the mutes that hold, the first to end first."""
    loaded = settings(config, state)
    with closing(read_state(loaded.monitor.state)) as store:
        now = _now(loaded, store)
        holding = sorted(
            (one for one in store.mutes() if one.until > now), key=lambda one: (one.until, one.scope)
        )
        stories = [_told_in(one.scope, store) for one in holding]
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


def _span(text: str) -> timedelta:
    try:
        span = values.duration(text)
    except ValueError as error:
        raise ConfigError(f"--for {text!r}: {error}") from None
    if not _SHORTEST <= span <= _LONGEST:
        raise ConfigError(f"--for {text!r}: should be from 1m to 365d")
    return span


def _now(loaded: Settings, store: Store) -> datetime:
    """The monitor's time."""
    if loaded.monitor.clock == "articles":
        return store.clock() or EPOCH
    return SystemClock().now()


def _scopes(target: str, loaded: Settings, store: Store) -> list[str]:
    """What may be meant: everything, the story of a watch, or the stories of what has an id that begins so."""
    if target == ALL:
        return [ALL]
    if target in (watch.name for watch in loaded.watches):
        return [Watch(name=target).story]
    found = store.ids(target)
    exact = [one for one in found if one[1] == target]
    stories = {_story(kind, whole, store) for kind, whole in exact or found} - {""}
    return sorted({_told_in(story, store) for story in stories})


def _told_in(scope: str, store: Store) -> str:
    """The story that a mute's scope is told in by now."""
    return scope if scope == ALL else store.told_in(scope)


def _story(kind: str, whole: str, store: Store) -> str:
    """The story of an article, an update, an alert, or the story itself."""
    if kind == "story":
        return whole
    record = {"article": store.placed, "update": store.update, "alert": store.alert}[kind](whole)
    return record.story if record is not None else ""


def _label(scope: str, store: Store) -> str:
    """A story's name, as its latest article has it."""
    return next((item.label for item in store.latest(story=scope, at_most=1)), "")


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
