"""The files of a language: `lexicons/<language>/*.toml`, as tables that tell every mistake with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeVar

from tallywire.errors import ConfigError
from tallywire.reading.tables import Table

Made = TypeVar("Made")

ROOT = files("tallywire.reading") / "lexicons"


def folders() -> tuple[str, ...]:
    """The languages that have files of their own, sorted; a folder without `sentences.toml` is a family of them."""
    return tuple(sorted(entry.name for entry in ROOT.iterdir() if (entry / "sentences.toml").is_file()))


def table(language: str, name: str) -> Table:
    """The tables of a file, with those of the family it says it is `like` where it has none of its own.

    Raises `ConfigError` where it cannot be read.
    """
    own = _file(language, name)
    data = {**_file(own["like"], name), **own} if "like" in own else own
    return Table.of(data, f"{language}/{name}.toml")


def made(data: Table, make: Callable[[Table], Made]) -> Made:
    """What is made of a file whose expressions are put together before they are compiled."""
    try:
        return make(data)
    except re.error as error:
        raise data.fault(f"{error.pattern!r}", f"cannot be read: {error}") from error


def _file(folder: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((ROOT / folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"lexicon {folder}/{name}.toml cannot be read: {error}") from error
