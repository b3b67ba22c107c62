"""Stories that fall silent, through the whole pipeline: laid by, opened again, with restarts in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Retention, Settings
from tallywire.records import Article

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)


def toll(number: int, days: float, story: str | None = None) -> Article:
    when = NOON + timedelta(days=days)
    return Article(
        id=f"a{number}",
        title=f"Ferry toll at Ostermarsh rises to {number}",
        body=f"The coast guard said that {number} people were killed when a ferry sank off Ostermarsh.",
        outlet="The Lamp",
        url=f"https://lamp.example/{number}",
        published=when,
        arrived=when,
        story=story,
    )


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(("days", "story"), [(9, None), (20, "ferry")])
def test_it_opens_again_as_it_was(tmp_path: Path, restart: bool, days: int, story: str | None) -> None:
    path = str(tmp_path / "s.sqlite")
    store = Store(path)
    engine = compose.engine(Settings(), store)
    name = engine.take([toll(12, 0, story), toll(20, 1, story)]).updates[0].story
    engine.fire(NOON + timedelta(days=8.5))
    assert (store.count("state"), store.count("resting")) == (2, 2), (
        "two articles seen; one ledger, its alerts"
    )
    if restart:
        store.close()
        store = Store(path)
        engine = compose.engine(Settings(), store)
    taken = engine.take([toll(31, days, story)])
    assert [one.kind.value for one in taken.updates] == ["figure.changed"]
    assert [one.story for one in taken.updates] == [name]
    assert f"silent for {days - 1} days: killed 20 → 31" in taken.alerts[0].title
    book = store.state("reconcile", name, ledger.Ledger)
    assert (book.articles, book.closed) == (3, None)
    assert store.count("resting") == 0
    store.close()


def test_how_long_is_a_setting() -> None:
    store = Store()
    engine = compose.engine(Settings(retention=Retention(close=timedelta(days=2))), store)
    engine.take([toll(12, 0)])
    engine.fire(NOON + timedelta(days=1.9))
    assert store.count("resting") == 0
    engine.fire(NOON + timedelta(days=2))
    assert store.count("resting") == 2


def test_a_closed_story_is_shown_and_explained_as_any() -> None:
    store = Store()
    engine = compose.engine(Settings(), store)
    (alert,) = engine.take([toll(12, 0)]).alerts
    engine.fire(NOON + timedelta(days=8))
    ((key, book),) = store.states("reconcile", ledger.Ledger)
    head, figures = ledger.view(book)
    assert (key, head.closed, figures[0].low) == (alert.story, NOON + timedelta(days=7), 12)
    assert ("story", alert.story) in store.ids(alert.story)
    assert store.told_in(alert.story) == alert.story
