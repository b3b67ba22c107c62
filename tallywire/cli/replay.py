"""`tallywire replay`: the whole pipeline over saved articles, on their own clock, in a throw-away state."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import track

from streams import codec
from streams.embedded import Disposition, Engine, Taken
from streams.operators.summary import TOGETHER
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose, summary
from tallywire.cli.inputs import articles
from tallywire.cli.options import ConfigOption, JsonOption, console, ledger_policy, settings, write_line
from tallywire.cli.second import Second
from tallywire.config import Settings
from tallywire.records import Article, Figure, Story

EXAMPLE = "Example: `tallywire replay examples/sample_story/ --json > replay.jsonl`"

_DAY = timedelta(days=1)
_LAST = datetime.max.replace(tzinfo=UTC)

BATCH = 200  # articles a transaction


def replay(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Article JSON Lines, saved feeds, folders of either; none is standard input."),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Run everything over saved articles and show what would have been told.  Two runs print the same bytes."""
    loaded = settings(config)
    given = articles(paths)
    ordered = sorted(given, key=_moment)
    engine = compose.engine(loaded, Store())
    show = _json if as_json else _text
    placed: list[Disposition] = []
    with Second(loaded) as second:
        for taken in _run(engine, ordered, _afterwards(loaded), second):
            show(taken)
            placed += taken.dispositions
    stories = list(_stories(engine.store, ledger_policy(loaded)))
    if as_json:
        _json_articles(engine.store, placed)
        _json_summary(stories)
    else:
        console().print(summary.render(stories))
    sys.stdout.flush()
    if given.lost or second.lost:
        raise typer.Exit(1)


def _moment(article: Article) -> tuple[float, float, str]:
    """By arrival, then publication; the id decides between the rest, so that the order of files does not."""
    return article.arrived.timestamp(), article.at.timestamp(), article.id


def _afterwards(loaded: Settings) -> timedelta:
    """For how long time runs on after the last article: what it left open settles, and what waits by then is told.

    A disagreement that lasts is not reminded of for longer: who knows what came after the last article that was saved.
    """
    wanted = loaded.alerts
    waits = max(wanted.gap, wanted.gather, *(rule.cooldown for rule in loaded.rules))
    daily = wanted.digest or wanted.quiet_from != wanted.quiet_to
    return loaded.ledger.settle + waits + (_DAY if daily else timedelta(0)) + TOGETHER


def _run(engine: Engine, ordered: list[Article], afterwards: timedelta, second: Second) -> Iterator[Taken]:
    shown = sys.stderr.isatty() and len(ordered) > 2 * BATCH
    starts = range(0, len(ordered), BATCH)
    for start in track(starts, "replaying", console=console(stderr=True)) if shown else starts:
        yield engine.take(second.consult(ordered[start : start + BATCH]))
    if ordered:
        yield engine.fire(engine.clock + min(afterwards, _LAST - engine.clock))


def _json(taken: Taken) -> None:
    for update in taken.updates:
        write_line({"record": "update", **codec.public(update)})
    for alert in taken.alerts:
        write_line({"record": "alert", **codec.public(alert)})
    for letter in taken.dead:
        sys.stderr.write(f"tallywire: dead letter at {letter.stage}: {letter.key}: {letter.cause}\n")


def _text(taken: Taken) -> None:
    compose.print_alerts(taken.alerts)
    for letter in taken.dead:
        sys.stderr.write(f"tallywire: dead letter at {letter.stage}: {letter.key}: {letter.cause}\n")


def _json_articles(store: Store, placed: list[Disposition]) -> None:
    """Every article with the story that it is told in, and the text that it comes from, as both are known by now."""
    for disposition in placed:
        now = store.placed(disposition.id)
        if now is not None:
            disposition = msgspec.structs.replace(disposition, story=now.story, origin=now.origin)
        write_line({"record": "article", **codec.public(disposition)})


def _stories(store: Store, policy: ledger.Policy) -> Iterator[tuple[Story, tuple[Figure, ...]]]:
    for _, state in store.states("reconcile", ledger.Ledger):
        if state.into is None:
            yield ledger.view(state, policy)


def _json_summary(stories: list[tuple[Story, tuple[Figure, ...]]]) -> None:
    for story, _ in stories:
        write_line({"record": "story", **codec.public(story)})
    for _, figures in stories:
        for figure in figures:
            write_line({"record": "figure", **codec.public(figure)})
