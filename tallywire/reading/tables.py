"""Tables of a lexicon's files, in which every mistake is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallywire.errors import ConfigError


class Table(dict[str, Any]):
    """A table of a lexicon's file; a key that is missing is a `ConfigError` that names file, table and key."""

    def __init__(self, data: Mapping[str, Any], place: str) -> None:
        """`place` is the file, and the table within it."""
        super().__init__(data)
        self._place = place

    @classmethod
    def of(cls, data: Mapping[str, Any], place: str) -> Table:
        """The table with all tables inside it."""
        inside = {
            key: cls.of(value, f"{place}, {key}") if isinstance(value, dict) else value
            for key, value in data.items()
        }
        return cls(inside, place)

    def __missing__(self, key: str) -> Any:
        """Nothing stands in for what is missing: raises `ConfigError`."""
        raise ConfigError(f"lexicon {self._place}: the key {key!r} is missing")

    def table(self, key: str) -> Table:
        """The table of that name."""
        value = self[key]
        if not isinstance(value, Table):
            raise ConfigError(f"lexicon {self._place}: {key!r} has to be a table")
        return value

    def text(self, key: str) -> str:
        """The text of that name."""
        value = self[key]
        if not isinstance(value, str):
            raise ConfigError(f"lexicon {self._place}: {key!r} has to be text")
        return value

    def words(self, key: str) -> frozenset[str]:
        """Words parted by spaces."""
        return frozenset(self.text(key).split())

    def names(self, key: str) -> list[str]:
        """Names of one word or more, parted by bars and ends of lines."""
        return [name for line in self.text(key).strip().splitlines() for name in line.split("|")]
