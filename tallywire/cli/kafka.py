"""The commands that share the work of the monitor over Kafka: `tallywire topics` and the parts of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tallywire import logs
from tallywire.cli.options import (
    ConfigOption,
    FeedsOption,
    ListenOption,
    UrlsArgument,
    VerboseOption,
    listening,
    settings,
)
from tallywire.cli.run import merged
from tallywire.errors import ConfigError

CREATE = "Example: `tallywire topics create --config tallywire.toml`"
CHECK = "Example: `tallywire topics check`"

WORKER = "Example: `tallywire worker` or, the heavy stage alone, `tallywire worker --stages read`"

CONNECT = (
    "Example: `tallywire connect --config tallywire.toml` or, one of three, `tallywire connect --shard 1/3`"
)
DELIVER = "Example: `tallywire deliver --config tallywire.toml`"
ARCHIVE = "Example: `tallywire archive`, with `[archive] url` in tallywire.toml"

topics = typer.Typer(help="The topics on Kafka.", no_args_is_help=True)


@contextmanager
def extra() -> Iterator[None]:
    """What only Kafka needs is installed apart; without it, say how."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(f"Kafka needs {error.name}: pip install 'tallywire[kafka]'") from error


@topics.command("create", epilog=CREATE)
def create(config: ConfigOption = None) -> None:
    """Make the topics that are missing, then check all of them."""
    with extra():
        from tallywire.cli.on_kafka import topics as work
    work.create(settings(config))


@topics.command("check", epilog=CHECK)
def check(config: ConfigOption = None) -> None:
    """Say which topics are not as they should be, and what to do about each."""
    with extra():
        from tallywire.cli.on_kafka import topics as work
    work.check(settings(config))


def connect(
    urls: UrlsArgument = None,
    config: ConfigOption = None,
    feeds: FeedsOption = None,
    shard: Annotated[
        str, typer.Option(metavar="N/M", help="Follow the Nth share of the feeds' hosts, of M connectors.")
    ] = "",
    listen: ListenOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Poll feeds and put their articles onto Kafka, until stopped with Ctrl-C; the next start goes on from there."""
    with extra():
        from tallywire.cli.on_kafka import connect as work
    loaded = merged(settings(config), urls or [], feeds, listen)
    if verbose:
        logs.configure("info", loaded.log.format)
    work.run(loaded, shard)


def worker(
    config: ConfigOption = None,
    stages: Annotated[
        str, typer.Option(help="The stages to work on, with commas between them; all of them where empty.")
    ] = "",
    data: Annotated[
        Path | None, typer.Option(help="Folder of this worker's tables, in place of the configured one.")
    ] = None,
    listen: ListenOption = None,
) -> None:
    """Work on the pipeline's stages over Kafka, beside any number of other workers, until stopped with Ctrl-C."""
    with extra():
        from tallywire.cli.on_kafka import worker as work
    loaded = settings(config)
    if data is not None:
        loaded = loaded.model_copy(update={"kafka": loaded.kafka.model_copy(update={"data": data})})
    names = dict.fromkeys(name.strip() for name in stages.split(",") if name.strip())
    work.run(listening(loaded, listen), list(names))


def deliver(config: ConfigOption = None, listen: ListenOption = None) -> None:
    """Send the alerts on Kafka to the destinations, beside any number of other deliverers, until Ctrl-C."""
    with extra():
        from tallywire.cli.on_kafka import deliver as work
    work.run(listening(settings(config), listen))


def archive(config: ConfigOption = None, listen: ListenOption = None) -> None:
    """Keep articles, updates, alerts, ledgers and dead letters from Kafka in a database, until stopped with Ctrl-C."""
    with extra():
        from tallywire.cli.on_kafka import archive as work
    work.run(listening(settings(config), listen))
