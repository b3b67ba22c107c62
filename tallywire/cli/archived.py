"""What was kept, for the commands that only read: a state file, or the archive, wherever that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from streams.store import Placed
from tallywire.cli.kafka import extra
from tallywire.cli.options import read_state
from tallywire.config import Settings
from tallywire.errors import ConfigError
from tallywire.records import Alert, StoryReading, Update

if TYPE_CHECKING:  # what only Kafka and its archive need is installed apart
    from streams.archive import Database


class Archived(Protocol):
    """What `explain` and `export` ask of a `Store`, or of a `Reader` of the archive."""

    def state(self, stage: str, key: str, kind: Any) -> Any:
        """The state of `key` at `stage`, decoded as `kind`; None where there is none."""

    def states(self, stage: str, kind: Any) -> Iterator[tuple[str, Any]]:
        """Every key of a stage with its state, by key."""

    def told_in(self, story: str) -> str:
        """The story that a story is told in by now."""

    def reading(self, article: str) -> StoryReading | None:
        """An article by its id."""

    def latest(self, *, story: str | None = None, at_most: int) -> list[StoryReading]:
        """The last articles, of one story or of all, newest first."""

    def placed(self, article: str) -> Placed | None:
        """Where an article is told now."""

    def update(self, name: str) -> Update | None:
        """An update by its id."""

    def updates(self, story: str | None = None) -> Iterator[Update]:
        """Updates in order, of one story or of all."""

    def alert(self, name: str) -> Alert | None:
        """An alert by its id."""

    def ids(self, start: str) -> list[tuple[str, str]]:
        """What begins with `start`: (kind, id)."""


def database(settings: Settings) -> Database:
    """Where the archive is.  Raises `ConfigError` where there is none, or its secrets cannot be read."""
    chosen = settings.archive
    if not chosen.given:
        raise ConfigError("no archive: give [archive] url, such as postgresql://user@host/database")
    with extra():
        from streams.archive import Database
    return Database(chosen.address(), chosen.password())


@contextmanager
def archived(settings: Settings, given: Path | None) -> Iterator[Archived]:
    """What is read: the state file that the call names, else the archive where there is one, else the state file.

    Raises `StateError` where there is nothing to read.
    """
    if given is not None or not settings.archive.given:
        with closing(read_state(settings.monitor.state)) as store:
            yield store
        return
    place = database(settings)
    if place.path is not None:
        with closing(read_state(place.path)) as store:
            yield store
        return
    from streams.archive import Reader

    with place.reading() as connection:
        yield Reader(connection)
