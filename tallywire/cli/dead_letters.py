"""`tallywire dead-letters`: what could not be processed, and another try for it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from streams import codec
from streams.store import Store
from tallywire.cli import compose
from tallywire.cli.options import (
    ConfigOption,
    JsonOption,
    StateOption,
    console,
    read_state,
    settings,
    write_line,
)
from tallywire.errors import InputError

app = typer.Typer(help="What could not be processed: list it, try it again.", no_args_is_help=True)


@app.command("list", epilog="Example: `tallywire dead-letters list --state tallywire.sqlite`")
def list_(config: ConfigOption = None, state: StateOption = None, as_json: JsonOption = False) -> None:
    """List dead letters, oldest first, each with its cause."""
    store = read_state(settings(config, state).monitor.state)
    letters = store.dead_letters()
    store.close()
    if as_json:
        for letter in letters:
            write_line(codec.public(letter))
        return
    if not letters:
        sys.stdout.write("no dead letters\n")
        return
    table = Table("id", "at", "stage", "cause", box=None)
    for letter in letters:
        table.add_row(letter.id, f"{letter.at:%Y-%m-%d %H:%M:%S}Z", letter.stage, Text(letter.cause[:200]))
    console().print(table)


@app.command("replay", epilog="Example: `tallywire dead-letters replay --state tallywire.sqlite`")
def replay(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids from the list; none is all of them.")] = None,
    config: ConfigOption = None,
    state: StateOption = None,
) -> None:
    """Send dead letters through the stage they failed at again; the monitor must be stopped meanwhile."""
    loaded = settings(config, state)
    read_state(loaded.monitor.state).close()  # a missing file is a mistake here, not a new state
    store = Store(str(loaded.monitor.state))
    try:
        letters = store.dead_letters()
        unknown = sorted(set(ids or []) - {letter.id for letter in letters})
        if unknown:
            raise InputError(f"no dead letter {unknown[0]!r}: see `tallywire dead-letters list`")
        chosen = [letter for letter in letters if not ids or letter.id in ids]
        engine = compose.engine(loaded, store)
        again = sum(len(engine.replay(letter).dead) for letter in chosen)
    finally:
        store.close()
    sys.stdout.write(f"{len(chosen) - again} went through, {again} failed again\n")
    if again:
        raise typer.Exit(1)
