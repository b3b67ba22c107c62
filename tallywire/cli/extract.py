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
from tallywire.cli.options import console, write_line

EXAMPLE = (
    """Example: `echo '{"body": "At least 12 people were killed, the ministry said."}' | tallywire extract`"""
)


def extract(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Article JSON Lines or plain text; none is standard input.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Mark the figures in the text, for a person.")] = False,
) -> None:
    """Read figures and actors out of articles: one JSON line an article."""
    given = articles(paths)
    out = console()
    for article in given:
        found = reading.read(article)
        if text:
            out.print(Marked(article, found))
        else:
            write_line(codec.public(found))
    sys.stdout.flush()
    if given.lost:
        raise typer.Exit(1)
