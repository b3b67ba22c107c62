"""Files and standard input as articles, for the commands that read them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from connectors.sources.snapshots import load, read_stream
from tallywire.errors import ConfigError
from tallywire.ports import Problem
from tallywire.records import Article


class Articles:
    """Articles as they come; problems are said on standard error, and what was left out is counted."""

    def __init__(self, items: Iterable[Article | Problem]) -> None:
        self._items = items
        self.lost = 0

    def __iter__(self) -> Iterator[Article]:
        for item in self._items:
            if isinstance(item, Article):
                yield item
            else:
                self.lost += item.lost
                sys.stderr.write(f"tallywire: {item.says}\n")


def articles(paths: list[Path] | None) -> Articles:
    """The articles of files and folders, or of standard input.  Raises `ConfigError` for a path that is not there."""
    if not paths:
        return Articles(read_stream(sys.stdin.buffer, "standard input"))
    present(paths)
    return Articles(load(paths))


def present(paths: Iterable[Path]) -> None:
    """Raises `ConfigError`, for the call is wrong, where a path is not there."""
    for path in paths:
        if not path.exists():
            raise ConfigError(f"{path}: no such file or folder")
