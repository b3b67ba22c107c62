"""`tallywire extract`: what a text says, as JSON or as a person would mark it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from streams import codec
from tallywire import reading
from tallywire.cli.inputs import articles
from tallywire.cli.marked import Marked
from tallywire.cli.options import ConfigOption, console, settings, write_line
from tallywire.cli.second import Second
from tallywire.config import Settings
from tallywire.errors import ConfigError, OverrunError

EXAMPLE = (
    """Example: `echo '{"body": "At least 12 people were killed, the ministry said."}' | tallywire extract`"""
)


def extract(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Article JSON Lines or plain text; none is standard input.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Mark the figures in the text, for a person.")] = False,
    second_reader: Annotated[
        bool, typer.Option("--second-reader", help="Ask the second reader of the configuration, too.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Read figures and actors out of articles: one JSON line an article."""
    loaded = _with_second_reader(config) if second_reader else None
    given = articles(paths)
    out = console()
    overrun = False
    with Second(loaded) as second:
        for article in second.through(given):
            try:
                found = reading.read(article)
            except OverrunError as error:
                sys.stderr.write(f"tallywire: article {article.id}: {error}\n")
                overrun = True
                continue
            if text:
                out.print(Marked(article, found))
            else:
                write_line(codec.public(found))
    sys.stdout.flush()
    if given.lost or second.lost or overrun:
        raise typer.Exit(1)


def _with_second_reader(config: Path | None) -> Settings:
    loaded = settings(config)
    if loaded.second_reader.endpoint is None:
        raise ConfigError("no second reader: set endpoint and model in [second_reader] of the configuration")
    return loaded
