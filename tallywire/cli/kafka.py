"""The commands that share the work of the monitor over Kafka: `tallywire topics` and the parts of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from tallywire.cli.options import ConfigOption, settings
from tallywire.errors import ConfigError

CREATE = "Example: `tallywire topics create --config tallywire.toml`"
CHECK = "Example: `tallywire topics check`"

topics = typer.Typer(help="The topics on Kafka.", no_args_is_help=True)


@contextmanager
def _extra() -> Iterator[None]:
    """What only Kafka needs is installed apart; without it, say how."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(f"Kafka needs {error.name}: pip install 'tallywire[kafka]'") from error


@topics.command("create", epilog=CREATE)
def create(config: ConfigOption = None) -> None:
    """Make the topics that are missing, then check all of them."""
    with _extra():
        from tallywire.cli.on_kafka import topics as work
    work.create(settings(config))


@topics.command("check", epilog=CHECK)
def check(config: ConfigOption = None) -> None:
    """Say which topics are not as they should be, and what to do about each."""
    with _extra():
        from tallywire.cli.on_kafka import topics as work
    work.check(settings(config))
