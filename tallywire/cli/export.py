"""`tallywire export`: the ledger as rows, one for each position on each figure."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from streams import codec
from tallywire import ledger
from tallywire.cli.archived import Archived, archived
from tallywire.cli.options import ConfigOption, StateOption, ledger_policy, settings, write_line
from tallywire.errors import InputError
from tallywire.records import Figure, Position, Story

EXAMPLE = "Example: `tallywire export --format csv > figures.csv`"

COLUMNS = (
    "story", "label", "metric", "group", "figure_low", "figure_high", "disagreement",
    "claimants", "low", "high", "status", "as_of", "origins", "outlets", "article", "quote",
)  # fmt: skip


class Format(StrEnum):
    """What `export` writes."""

    CSV = "csv"
    JSON = "json"


def export(
    form: Annotated[
        Format, typer.Option("--format", "-f", help="CSV with a header line, or JSON Lines.")
    ] = Format.CSV,
    story: Annotated[str | None, typer.Option(help="One story only, by its id.")] = None,
    config: ConfigOption = None,
    state: StateOption = None,
) -> None:
    """Write every figure of every story: who holds what, since when, and the sentence that says so."""
    loaded = settings(config, state)
    policy = ledger_policy(loaded)
    with archived(loaded, state) as store:
        if story is not None:
            story = _told_as(store, story)
        if form is Format.JSON:
            for _, figure in _figures(store, story, policy):
                write_line(codec.public(figure))
        else:
            writer = csv.DictWriter(sys.stdout, COLUMNS)
            writer.writeheader()
            for head, figure in _figures(store, story, policy):
                for position in figure.positions or (None,):
                    writer.writerow(_row(head, figure, position))


def _told_as(store: Archived, story: str) -> str:
    """The story that one is told in by now.  Raises `InputError` where there is no such story."""
    state = store.state("reconcile", story, ledger.Ledger)
    if state is None:
        raise InputError(f"no story {story!r}")
    return story if state.into is None else _told_as(store, state.into)


def _figures(store: Archived, story: str | None, policy: ledger.Policy) -> Iterator[tuple[Story, Figure]]:
    for key, state in store.states("reconcile", ledger.Ledger):
        if state.into is None and story in (None, key):
            head, figures = ledger.view(state, policy)
            for figure in figures:
                yield head, figure


def _row(head: Story, figure: Figure, position: Position | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "story": head.story,
        "label": head.label,
        "metric": figure.metric.value,
        "group": figure.group.text if figure.group else "",
        "figure_low": figure.low,
        "figure_high": figure.high,
        "disagreement": figure.disagreement,
    }
    if position is not None:
        row |= {
            "claimants": "; ".join(position.claimants),
            "low": position.low,
            "high": position.high,
            "status": position.status.value,
            "as_of": position.as_of.isoformat(),
            "origins": position.origins,
            "outlets": "; ".join(position.outlets),
            "article": position.evidence[0].article if position.evidence else "",
            "quote": position.evidence[0].quote if position.evidence else "",
        }
    return {name: _harmless(value) for name, value in row.items()}


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value[:1] else value
