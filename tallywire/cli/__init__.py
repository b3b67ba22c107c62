"""The command line, and the composition root: the one place that joins settings, operators and connectors."""

from __future__ import annotations

import typer

from tallywire import __version__
from tallywire.cli import (
    backup,
    check,
    dead_letters,
    explain,
    export,
    extract,
    feeds,
    kafka,
    mutes,
    replay,
    run,
    test_alert,
)

app = typer.Typer(
    name="tallywire",
    help="Follow the figures in the news: who says how many, what changed, and who disagrees.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tallywire {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Follow the figures in the news: who says how many, what changed, and who disagrees."""


app.command("run", epilog=run.EXAMPLE)(run.run)
app.command("replay", epilog=replay.EXAMPLE)(replay.replay)
app.command("extract", epilog=extract.EXAMPLE)(extract.extract)
app.command("check", epilog=check.EXAMPLE)(check.check)
app.command("test-alert", epilog=test_alert.EXAMPLE)(test_alert.send_one)
app.command("explain", epilog=explain.EXAMPLE)(explain.explain)
app.command("export", epilog=export.EXAMPLE)(export.export)
app.command("backup", epilog=backup.EXAMPLE)(backup.backup)
app.command("mute", epilog=mutes.MUTE)(mutes.mute)
app.command("unmute", epilog=mutes.UNMUTE)(mutes.unmute)
app.command("mutes", epilog=mutes.LIST)(mutes.list_)
app.add_typer(feeds.app, name="feeds")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("connect", epilog=kafka.CONNECT)(kafka.connect)
app.command("deliver", epilog=kafka.DELIVER)(kafka.deliver)
app.command("worker", epilog=kafka.WORKER)(kafka.worker)
app.command("archive", epilog=kafka.ARCHIVE)(kafka.archive)
app.add_typer(kafka.topics, name="topics")
