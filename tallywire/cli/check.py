"""`tallywire check`: configuration, feeds and destinations, each fault by its line."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from connectors.http import HttpClient, HttpFailure
from connectors.sinks import reach
from connectors.sources.pool import ParserPool
from streams.following import FINE
from tallywire import config as configuration
from tallywire.cli import compose
from tallywire.cli.options import ConfigOption, counted, settings
from tallywire.config import Settings
from tallywire.errors import ConfigError, TallywireError
from tallywire.ports import Source
from tallywire.urls import shown

EXAMPLE = "Example: `tallywire check --config tallywire.toml`"


class Faults:
    """Counts what is wrong while it is being told."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, fine: bool, place: str, says: str) -> None:
        """One line: what was looked at, and what came of it."""
        self.count += not fine
        sys.stdout.write(f"{'ok   ' if fine else 'fault'}  {place}: {says}\n")


def check(
    config: ConfigOption = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not contact feeds or destinations.")] = False,
) -> None:
    """Check the configuration, ask every feed once, reach every destination without sending anything."""
    loaded = settings(config)
    path = configuration.found(config)
    faults = Faults()
    faults.tell(
        True, str(path or "no configuration file"), "the defaults hold" if path is None else "reads well"
    )
    asyncio.run(_check(loaded, path, faults, offline))
    if faults.count:
        sys.stderr.write(f"tallywire: {counted(faults.count, 'fault')}\n")
        raise typer.Exit(1)


async def _check(loaded: Settings, path: Path | None, faults: Faults, offline: bool) -> None:
    with ParserPool() as parser:
        async with compose.http_client(loaded) as http:
            await _connected(loaded, http, parser, path, faults, offline)


async def _connected(
    loaded: Settings, http: HttpClient, parser: ParserPool, path: Path | None, faults: Faults, offline: bool
) -> None:
    try:
        sources = compose.sources(loaded, http, parser)
    except TallywireError as error:
        faults.tell(False, configuration.place(path, ("polling", "opml")), str(error))
        sources = []
    if not offline:
        await _feeds(sources, loaded, path, faults)
    await _destinations(loaded, http, path, faults, offline)
    if loaded.second_reader.endpoint is not None:
        await _second_reader(loaded, loaded.second_reader.endpoint, path, faults, offline)


async def _feeds(sources: Sequence[Source], loaded: Settings, path: Path | None, faults: Faults) -> None:
    lines = {feed.url: ("feeds", number, "url") for number, feed in enumerate(loaded.feeds)}
    now = datetime.now(UTC)
    batches = await asyncio.gather(*(source.fetch(None, now) for source in sources))
    for source, batch in zip(sources, batches, strict=True):
        place = configuration.place(path, lines.get(source.name, ("polling", "opml")))
        fine = batch.outcome in FINE
        says = (
            counted(len(batch.articles), "article")
            if fine
            else "; ".join(problem.says for problem in batch.problems)
        )
        faults.tell(fine, place, f"{shown(source.name)}: {says or batch.outcome}")


async def _destinations(
    loaded: Settings, http: HttpClient, path: Path | None, faults: Faults, offline: bool
) -> None:
    for number, destination in enumerate(loaded.destinations):
        place = configuration.place(path, ("destinations", number, "name"))
        try:
            sink = compose.sink(destination, http)
            where = compose.place(destination)
            _writable(destination.path)
        except ConfigError as error:
            faults.tell(False, place, f"{destination.name}: {error}")
            continue
        await sink.close()
        try:
            reached = not offline and await reach(where, http)
        except HttpFailure as failure:
            faults.tell(False, place, f"{destination.name}: {failure.says}")
        else:
            faults.tell(True, place, f"{destination.name}: {'reached' if reached else destination.kind}")


async def _second_reader(
    loaded: Settings, endpoint: str, path: Path | None, faults: Faults, offline: bool
) -> None:
    place = configuration.place(path, ("second_reader", "endpoint"))
    name = f"second reader {loaded.second_reader.model}"
    try:
        loaded.second_reader.key()
        _writable(loaded.second_reader.cache)
        if not offline:
            async with compose.second_reader_client(loaded) as http:
                await http.get(endpoint)  # any answer will do; neither the key nor a text is sent
    except ConfigError as error:
        faults.tell(False, place, str(error))
    except HttpFailure as failure:
        remedy = failure.says.replace("allow_networks", "[second_reader] allow_networks")
        faults.tell(False, place, f"{name}: {remedy}")
    else:
        faults.tell(True, place, name if offline else f"{name}: reached")


def _writable(path: Path | None) -> None:
    """Raises `ConfigError` where a file could not be written; writes nothing."""
    if path is None:
        return
    folder = path.parent
    if not folder.is_dir():
        raise ConfigError(f"no folder {folder}: make it, or choose another path")
    if path.is_dir():
        raise ConfigError(f"{path} is a folder: path should name a file in it")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise ConfigError(f"{path} may not be written by this user")
