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
        metavar="STORY|WATCH|all", help="A story's id or its first digits, a watch's name, or all."
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
        scope, name, now = _scope(target, loaded, store), target, _now(loaded, store)
    wished = Mute(scope=scope, since=now, until=now + span, kinds=tuple(kinds or ()), name=name)
    mutes.put(str(loaded.monitor.state), wished)
    sys.stdout.write(f"muted until {_shown(wished.until)}: {_described(wished)}\n")


def unmute(target: TargetArgument, config: ConfigOption = None, state: StateOption = None) -> None:
    """End a mute before its time; what it holds is told now."""
    loaded = settings(config, state)
    with closing(read_state(loaded.monitor.state)) as store:
        now = _now(loaded, store)
        scope = _muted(target, loaded, [one for one in store.mutes() if one.until > now])
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
    if as_json:
        for one in holding:
            write_line(codec.public(one))
        return
    if not holding:
        sys.stdout.write("no mutes\n")
        return
    table = Table("until", "scope", "named", "kinds", box=None)
    for one in holding:
        table.add_row(_shown(one.until), defuse(one.scope), defuse(one.name), ", ".join(one.kinds) or "every")
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


def _scope(target: str, loaded: Settings, store: Store) -> str:
    """What is meant: everything, the story of a watch, or the one story whose id begins so."""
    if target == ALL:
        return ALL
    if target in (watch.name for watch in loaded.watches):
        return Watch(name=target).story
    return _only(target, [whole for kind, whole in store.ids(target) if kind == "story"], "story or watch")


def _muted(target: str, loaded: Settings, holding: Sequence[Mute]) -> str:
    """The scope of the mute that is meant."""
    if target in (watch.name for watch in loaded.watches):
        target = Watch(name=target).story
    scopes = [one.scope for one in holding if one.scope.startswith(target) or one.name == target]
    return _only(target, scopes, "mute")


def _only(target: str, found: Sequence[str], what: str) -> str:
    if len(found) == 1 or target in found:
        return target if target in found else found[0]
    if not found:
        raise InputError(f"no {what} {target!r}")
    raise InputError(f"{target!r} begins more than one id: {', '.join(found[:8])}")


def _described(mute: Mute) -> str:
    kinds = f" ({', '.join(mute.kinds)})" if mute.kinds else ""
    named = f" {defuse(mute.name)}" if mute.name != mute.scope else ""
    return f"{defuse(mute.scope)}{named}{kinds}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
