"""`tallywire feeds`: saved feeds as articles; feeds from and to OPML; how feeds are."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from connectors.http import HttpFailure
from connectors.sources import opml
from connectors.sources.feeds import ACCEPT
from connectors.sources.parsed import Job
from connectors.sources.pool import ParserPool
from connectors.sources.snapshots import FileFault, parse_files
from streams import codec
from tallywire import config as configuration
from tallywire.cli import compose, health
from tallywire.cli.inputs import present
from tallywire.cli.options import ConfigOption, JsonOption, console, counted, settings, write_line
from tallywire.config import Feed, Settings
from tallywire.errors import ConfigError, InputError
from tallywire.urls import shown

app = typer.Typer(
    help="Saved feeds as articles; feeds from and to OPML; how feeds are.", no_args_is_help=True
)
app.command("check", epilog=health.EXAMPLE)(health.check)


@app.command("parse", epilog="Example: `tallywire feeds parse saved.xml --json`")
def parse(
    paths: Annotated[list[Path], typer.Argument(help="Feed files, or folders of them.")],
    as_json: JsonOption = False,
) -> None:
    """Read saved feeds: one line a file, with its articles or what is wrong with it."""
    present(paths)
    table = Table("file", "format", "articles", "title or fault", box=None)
    failed = 0
    for report in parse_files(paths):
        failed += isinstance(report, FileFault)
        if as_json:
            write_line(codec.public(report))
        elif isinstance(report, FileFault):
            table.add_row(Text(report.path), "", "", Text(report.error, style="red"))
        else:
            table.add_row(
                Text(report.path), report.feed.format, str(len(report.articles)), Text(report.feed.title)
            )
    if not as_json:
        console().print(table)
    sys.stdout.flush()
    if failed:
        sys.stderr.write(f"tallywire: {counted(failed, 'file')} could not be read as feeds\n")
        raise typer.Exit(1)


@app.command("find", epilog="Example: `tallywire feeds find https://news.example/`")
def find(
    url: Annotated[str, typer.Argument(help="The address of a page, or of a feed.")],
    config: ConfigOption = None,
) -> None:
    """Ask a page for the feeds that it names, and print their addresses, one a line."""
    found = asyncio.run(_find(url, settings(config)))
    sys.stdout.write("".join(f"{address}\n" for address in found))


async def _find(url: str, loaded: Settings) -> tuple[str, ...]:
    """The feeds of a page, or the feed itself.  Raises `InputError` where there is none."""
    with ParserPool(1) as parser:
        async with compose.http_client(loaded) as http:
            try:
                page = await http.get(url, {"Accept": ACCEPT})
            except HttpFailure as failure:
                raise InputError(failure.says) from None
        now = datetime.now(UTC)
        content_type = page.headers.get("Content-Type")
        job = Job(data=page.body, arrived=now, url=page.url, content_type=content_type, now=now)
        parsed = await parser.parse_soon(job)
    if parsed.fault is None:
        return (page.url,)
    if not parsed.named:
        raise InputError(f"{shown(page.url)} answered {page.status}: {parsed.fault.says}")
    return parsed.named


@app.command("import", epilog="Example: `tallywire feeds import reader.opml`")
def import_(
    path: Annotated[Path, typer.Argument(metavar="OPML", help="The file your feed reader exported.")],
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML file to the configuration; those already there stay as they are."""
    present([path])
    target = config or configuration.DEFAULT
    known = {feed.url for feed in settings(target if target.exists() else None).feeds}
    given = [Feed(url=outline.url, outlet=outline.title) for outline in opml.read(path)]
    fresh = [feed for feed in given if feed.url not in known]
    if fresh:
        before = target.read_text(encoding="utf-8-sig") if target.exists() else ""
        blocks = "\n".join(_block(feed) for feed in fresh)
        _replace(target, f"{before.rstrip()}\n\n{blocks}".lstrip())
    sys.stdout.write(
        f"{counted(len(fresh), 'feed')} added to {target}, {len(given) - len(fresh)} already there\n"
    )


def _replace(target: Path, text: str) -> None:
    """Write the configuration anew, whole or not at all.  Raises `ConfigError` where it would not be read again."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise ConfigError(
            f"{target}: its feeds are one inline list, which cannot be added to: "
            "move each to a [[feeds]] section of its own, then import again"
        ) from None
    whole = target.resolve()  # a link stays a link
    fresh = whole.with_name(f".{whole.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        if whole.exists():
            shutil.copymode(whole, fresh)
        fresh.replace(whole)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error


def _block(feed: Feed) -> str:
    # JSON strings are TOML basic strings, too.
    lines = ["[[feeds]]", f"url = {json.dumps(feed.url, ensure_ascii=False)}"]
    if feed.outlet:
        lines.append(f"outlet = {json.dumps(feed.outlet, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


@app.command("export", epilog="Example: `tallywire feeds export > feeds.opml`")
def export(config: ConfigOption = None) -> None:
    """Print the configured feeds as OPML, for a feed reader or another monitor."""
    outlines = [opml.Outline(url=feed.url, title=feed.outlet) for feed in compose.feeds(settings(config))]
    sys.stdout.write(opml.write(outlines))
