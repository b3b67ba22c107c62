"""Options that several commands share, and how results reach standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from streams import codec
from streams.store import Store
from tallywire import config, logs
from tallywire.config import Settings, values
from tallywire.errors import ConfigError, StateError
from tallywire.ledger import Consensus, Policy

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="The configuration; without it ./tallywire.toml, where there is one."
    ),
]
StateOption = Annotated[
    Path | None, typer.Option("--state", "-s", help="The state file, in place of the configured one.")
]
UrlsArgument = Annotated[
    list[str] | None, typer.Argument(help="Feeds to follow, beside the configured ones.")
]
FeedsOption = Annotated[Path | None, typer.Option("--feeds", help="An OPML file of feeds to follow.")]
ListenOption = Annotated[str | None, typer.Option(help="host:port of /metrics, /healthz, /readyz.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens, poll by poll.")]
WIDTH = 200  # columns of a table in a pipe, where no window says how many there are

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON Lines in place of text.")]


def settings(path: Path | None, state: Path | None = None) -> Settings:
    """The configuration, with the call's own state file; logs are set up as it says.  Raises `ConfigError`."""
    loaded = config.load(path)
    logs.configure(loaded.log.level, loaded.log.format)
    if state is None:
        return loaded
    return loaded.model_copy(update={"monitor": loaded.monitor.model_copy(update={"state": state})})


def listening(loaded: Settings, address: str | None) -> Settings:
    """The configuration with the call's own address of /metrics, where it gives one.  Raises `ConfigError`."""
    if address is None:
        return loaded
    try:
        listen = values.listen(address)
    except ValueError as error:
        raise ConfigError(f"--listen {address!r}: {error}") from None
    return loaded.model_copy(update={"monitor": loaded.monitor.model_copy(update={"listen": listen})})


def read_state(path: Path, *, as_it_is: bool = False) -> Store:
    """The state file for reading, beside a running monitor; `as_it_is` of an earlier version, too, to be copied.

    Raises `StateError` where there is none.
    """
    if not path.exists():
        raise StateError(f"no state file at {path}: run `tallywire run` first, or name one with --state")
    return Store(str(path), read_only=True, as_it_is=as_it_is)


def write_line(value: dict[str, Any]) -> None:
    """One JSON line to standard output."""
    sys.stdout.buffer.write(codec.line(value))


def counted(count: int, noun: str) -> str:
    """'1 feed', '2 feeds'."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def console(*, stderr: bool = False) -> Console:
    """A console that colours only on a terminal; in a pipe it breaks no line of text, and tables at `WIDTH` columns."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, soft_wrap=not terminal, width=None if terminal else WIDTH)


def ledger_policy(loaded: Settings) -> Policy:
    """How figures are kept and shown."""
    chosen = loaded.ledger
    return Policy(
        settle=chosen.settle,
        tolerance=chosen.tolerance,
        close=loaded.retention.close,
        consensus=Consensus(chosen.consensus),
    )
