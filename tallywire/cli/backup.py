"""`tallywire backup`: a copy of the state file, made while the monitor runs, and tried before it counts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tallywire.cli.options import ConfigOption, StateOption, counted, read_state, settings
from tallywire.errors import InputError, StateError

EXAMPLE = "Example: `tallywire backup /var/backups/tallywire.sqlite`"


def backup(
    to: Annotated[
        Path,
        typer.Argument(help="The file to write; one that is there is replaced once the new one is whole."),
    ],
    config: ConfigOption = None,
    state: StateOption = None,
) -> None:
    """Copy the state as of one instant, beside a running monitor; to restore it, put the copy in the file's place."""
    loaded = settings(config, state)
    source = loaded.monitor.state
    if to.is_dir():
        to = to / source.name
    if to.resolve() == source.resolve():
        raise InputError(f"{to} is the state file itself: name another file")
    whole = to.with_name(f"{to.name}.part")
    try:
        whole.unlink(missing_ok=True)
        store = read_state(source, as_it_is=True)
        try:
            store.copy(whole)
        finally:
            store.close()
        articles = _tried(whole)
        _settle(whole, to)
    except OSError as error:
        raise StateError(f"cannot write {to}: {error.strerror}") from error
    finally:
        whole.unlink(missing_ok=True)
    typer.echo(f"{to}: {counted(articles, 'article')}, {to.stat().st_size:,} bytes")


def _tried(copy: Path) -> int:
    """Open the copy as a monitor would, and count its articles.  Raises `StateError` where it is not sound."""
    store = read_state(copy, as_it_is=True)
    try:
        if faults := store.faults():
            raise StateError(f"the copy is not sound, and neither may be the state file: {faults[0]}")
        return store.count("articles")
    finally:
        store.close()


def _settle(whole: Path, to: Path) -> None:
    """Bring the copy to the disk, then to its name: whatever happens, there is an old one or a new one."""
    _sync(whole)
    whole.replace(to)
    _sync(to.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
