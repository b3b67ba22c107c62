"""Tables of a lexicon's files, in which every mistake is told with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tallywire.errors import ConfigError
from tallywire.reading.folding import fold, lower

_CHOICE = re.compile(r"\(([^()]*)\)")
_NOTATION = frozenset("()|")


class Table(dict[str, Any]):
    """A table of a lexicon's file; a key that is missing is a `ConfigError` that names file, table and key."""

    def __init__(self, data: Mapping[str, Any], place: str) -> None:
        """`place` is the file, and the table within it."""
        super().__init__(data)
        self.place = place

    @classmethod
    def of(cls, data: Mapping[str, Any], place: str) -> Table:
        """The table with all tables inside it."""
        inside = {
            key: cls.of(value, f"{place}, {key}") if isinstance(value, dict) else value
            for key, value in data.items()
        }
        return cls(inside, place)

    def fault(self, key: str, says: str) -> ConfigError:
        """The error that says what is wrong with the value of that name."""
        return ConfigError(f"lexicon {self.place}, {key}: {says}")

    def __missing__(self, key: str) -> Any:
        """Nothing stands in for what is missing: raises `ConfigError`."""
        raise ConfigError(f"lexicon {self.place}: the key {key!r} is missing")

    def table(self, key: str) -> Table:
        """The table of that name."""
        value = self[key]
        if not isinstance(value, Table):
            raise ConfigError(f"lexicon {self.place}: {key!r} has to be a table")
        return value

    def text(self, key: str) -> str:
        """The text of that name."""
        value = self[key]
        if not isinstance(value, str):
            raise ConfigError(f"lexicon {self.place}: {key!r} has to be text")
        return value

    def words(self, key: str) -> frozenset[str]:
        """Words parted by spaces."""
        return frozenset(self.text(key).split())

    def phrases(self, key: str) -> frozenset[str]:
        """Words and phrases parted by spaces, "_" between the words of a phrase."""
        return frozenset(entry.replace("_", " ") for entry in self.text(key).split())

    def entries(self, key: str) -> list[str]:
        """The same with every choice `(x|y|)` written out, as a text is looked up: in lower case, without accents."""
        found = list(entries(self.text(key)))
        for entry in found:
            if not _NOTATION.isdisjoint(entry):
                raise self.fault(key, f"a bracket or bar is left over in {entry!r}: a choice is (x|y)")
            if entry != lower(fold(entry)):
                raise self.fault(key, f"write {lower(fold(entry))!r} for {entry!r}: lower case, no accents")
        return found

    def numbers(self, key: str) -> dict[str, int]:
        """Words and the whole number of each."""
        table = self.table(key)
        for word, value in table.items():
            if type(value) is not int:
                raise table.fault(word, f"wants a whole number, not {value!r}")
        return dict(table)

    def pattern(self, key: str, expand: Callable[[str], str] = str) -> re.Pattern[str]:
        """A regular expression, after `expand` has put in what it names."""
        return self._compiled(key, self.text(key), expand)

    def patterns(self, key: str, expand: Callable[[str], str] = str) -> tuple[re.Pattern[str], ...]:
        """A list of regular expressions, each after `expand` has put in what it names."""
        return tuple(self._compiled(key, line, expand) for line in self.lines(key))

    def _compiled(self, key: str, text: str, expand: Callable[[str], str]) -> re.Pattern[str]:
        try:
            return re.compile(expand(text))
        except (re.error, KeyError) as error:
            raise self.fault(key, f"{text!r} cannot be read: {error}") from error

    def lines(self, key: str) -> Sequence[str]:
        """A list of texts."""
        value = self[key]
        if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
            raise self.fault(key, "wants a list of texts")
        return value

    def names(self, key: str) -> list[str]:
        """Names of one word or more, parted by bars and ends of lines."""
        return [name for line in self.text(key).strip().splitlines() for name in line.split("|")]


def entries(line: str) -> Iterator[str]:
    """The words of a line, with each choice `(x|y|)` written out."""
    for entry in line.split():
        for written in _choices(entry):
            yield re.sub("_+", "_", written).strip("_")


def _choices(entry: str) -> Iterator[str]:
    choice = _CHOICE.search(entry)
    if choice is None:
        yield entry
        return
    for option in choice.group(1).split("|"):
        yield from _choices(entry[: choice.start()] + option + entry[choice.end() :])
