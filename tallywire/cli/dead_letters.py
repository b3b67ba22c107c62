"""`tallywire dead-letters`: what could not be processed, and another try for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from streams import codec
from streams.embedded import DELIVER, Engine
from streams.store import Store
from tallywire.cli import compose
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
from tallywire.config import Settings
from tallywire.errors import InputError
from tallywire.records import DeadLetter

KafkaOption = Annotated[
    bool, typer.Option("--kafka", help="Those of the pipeline over Kafka, in place of the state file's.")
]

app = typer.Typer(help="What could not be processed: list it, try it again.", no_args_is_help=True)


@app.command("list", epilog="Example: `tallywire dead-letters list --state tallywire.sqlite`")
def list_(
    config: ConfigOption = None,
    state: StateOption = None,
    on_kafka: KafkaOption = False,
    as_json: JsonOption = False,
) -> None:
    """List dead letters, oldest first, each with its cause."""
    loaded = settings(config, state)
    if on_kafka:
        with extra():
            from tallywire.cli.on_kafka import dead_letters as work
        show(work.found(loaded), as_json=as_json)
        return
    store = read_state(loaded.monitor.state)
    letters = store.dead_letters()
    store.close()
    show(letters, as_json=as_json)


def show(letters: Sequence[DeadLetter], *, as_json: bool) -> None:
    """Letters as a table, or as JSON Lines."""
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
    on_kafka: KafkaOption = False,
) -> None:
    """Send dead letters through the stage they failed at again; `tallywire run` must be stopped meanwhile."""
    loaded = settings(config, state)
    if on_kafka:
        with extra():
            from tallywire.cli.on_kafka import dead_letters as work
        work.replay(loaded, ids or [])
        return
    read_state(loaded.monitor.state).close()  # a missing file is a mistake here, not a new state
    store = Store(str(loaded.monitor.state))
    try:
        chosen = choose(store.dead_letters(), ids or [])
        engine = compose.engine(loaded, store, wall=compose.SystemClock().now)
        failed = sum(not _again(engine, letter, loaded) for letter in chosen)
    finally:
        store.close()
    sys.stdout.write(f"{len(chosen) - failed} went through, {failed} failed again\n")
    if failed:
        raise typer.Exit(1)


def choose(letters: Sequence[DeadLetter], ids: Sequence[str]) -> list[DeadLetter]:
    """The letters of these ids; all of them where there are none.  Raises `InputError`."""
    unknown = sorted(set(ids) - {letter.id for letter in letters})
    if unknown:
        raise InputError(f"no dead letter {unknown[0]!r}: see `tallywire dead-letters list`")
    return [letter for letter in letters if not ids or letter.id in ids]


def undeliverable(letter: DeadLetter, loaded: Settings) -> bool:
    """Whether a letter holds a delivery to a destination that is not configured, which is said: the letter is kept."""
    if letter.stage != DELIVER or letter.key in (destination.name for destination in loaded.destinations):
        return False
    sys.stderr.write(f"tallywire: {letter.id}: destination {letter.key!r} is not configured: kept\n")
    return True


def _again(engine: Engine, letter: DeadLetter, loaded: Settings) -> bool:
    """Whether a letter went through; why not is said, and the letter kept."""
    if undeliverable(letter, loaded):
        return False
    try:
        dead = engine.replay(letter).dead
    except codec.CodecError as error:
        sys.stderr.write(f"tallywire: {letter.id}: cannot be read: {error}: kept\n")
        return False
    for again in dead:
        sys.stderr.write(f"tallywire: {letter.id}: {again.cause}\n")
    return not dead
