"""`tallywire feeds check`: how each feed has been, by the state file; nobody is asked."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta

import typer
from rich.table import Table
from rich.text import Text

from connectors.sources.health import Health, health
from connectors.sources.remedies import remedy
from streams import codec
from streams.following import ASKED, FINE
from streams.store import SourceRow
from tallywire.cli import compose
from tallywire.cli.options import (
    ConfigOption,
    JsonOption,
    StateOption,
    console,
    counted,
    read_state,
    settings,
    write_line,
)
from tallywire.config import Settings
from tallywire.records import Record
from tallywire.urls import shown

EXAMPLE = "Example: `tallywire feeds check --config tallywire.toml`"


class FeedReport(Record, frozen=True):
    """One feed's health, as it is printed."""

    feed: str
    state: str  #: "ok", "failing", "not asked yet", "not answered yet"
    last_success: datetime | None = None
    next_poll: datetime | None = None
    interval: float | None = None  #: seconds
    entries: int | None = None
    conditional: str | None = None
    hub: str | None = None
    moved: str | None = None
    failures: int = 0  #: in a row
    fault: str | None = None
    remedy: str | None = None


def check(config: ConfigOption = None, state: StateOption = None, as_json: JsonOption = False) -> None:
    """How each feed has been: when it last answered, when it is asked next, what is wrong and what to do."""
    loaded = settings(config, state)
    store = read_state(loaded.monitor.state)
    rows = store.sources()
    store.close()
    reports = _reports(loaded, rows, compose.SystemClock().now())
    if as_json:
        for report in reports:
            write_line(codec.public(report))
    else:
        _print(reports)
    sys.stdout.flush()
    failing = sum(report.fault is not None for report in reports)
    if failing:
        sys.stderr.write(f"tallywire: {counted(failing, 'feed')} failing\n")
        raise typer.Exit(1)


def _reports(loaded: Settings, rows: Mapping[str, SourceRow], now: datetime) -> list[FeedReport]:
    """Every configured feed, and those that are only in the state: given in a call of `run`."""
    configured = [feed.url for feed in compose.feeds(loaded)]
    others = [name for name in rows if name not in configured]
    return [_report(url, rows.get(url), loaded, now) for url in [*configured, *others]]


def _report(url: str, row: SourceRow | None, loaded: Settings, now: datetime) -> FeedReport:
    if row is None:
        return FeedReport(feed=shown(url), state="not asked yet")
    known: Health = health(url, row.position, now, compose.bounds(loaded))
    fine = row.outcome in (*FINE, ASKED)
    return FeedReport(
        feed=shown(url),
        state="not answered yet" if row.outcome == ASKED else "ok" if fine else "failing",
        last_success=row.succeeded,
        next_poll=row.next_due,
        interval=known.interval.total_seconds(),
        entries=known.entries,
        conditional=known.conditional,
        hub=known.hub,
        moved=shown(known.moved) if known.moved else None,
        failures=known.failures,
        fault=None if fine else _told(url, row),
        remedy=None if fine else remedy(row.outcome),
    )


def _told(url: str, row: SourceRow) -> str:
    """The fault in words, without the feed's name, which stands beside it."""
    return (row.problem or row.outcome).removeprefix(f"{shown(url)}: ")


def _print(reports: list[FeedReport]) -> None:
    table = Table(
        "feed", "state", "last success", "next poll", "every", "entries", "conditional", "hub", box=None
    )
    for report in reports:
        colour = {"ok": "green", "failing": "red"}.get(report.state, "dim")
        state = f"{report.state} ({report.failures} in a row)" if report.failures > 1 else report.state
        table.add_row(
            Text(report.feed), Text(state, style=colour), _at(report.last_success), _at(report.next_poll),
            _every(report.interval), "" if report.entries is None else str(report.entries),
            report.conditional or "", report.hub or "",
        )  # fmt: skip
    page = console()
    page.print(table)
    for report in reports:
        if report.moved:
            page.print(Text(f"{report.feed}: has moved for good to {report.moved}; give that address"))
        if report.fault:
            page.print(Text(f"{report.feed}: {report.fault}; what to do: {report.remedy}"))


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "never"


def _every(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = round(timedelta(seconds=seconds) / timedelta(minutes=1))
    return (
        f"{minutes // 60}h {minutes % 60:02}m"
        if minutes >= 60
        else f"{minutes}m"
        if minutes
        else f"{seconds:g}s"
    )
