"""A kill between any two statements of the state file: every alert goes out once, as it would have without."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams import codec
from streams.embedded import Engine
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.config.settings import AlertSettings, Retention, RuleSettings
from tallywire.records import Alert, Article

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
WANTED = Settings(
    rules=(
        RuleSettings(name="borne out", kinds=("figure.first", "figure.changed"), min_claimants=2),
        RuleSettings(name="odds", kinds=("figure.disagreement", "figure.corrected"), severity="critical"),
        RuleSettings(name="rest", digest=True, cooldown="3h"),
    ),
    alerts=AlertSettings(digest=("18:00", "07:00"), quiet_from="22:00", quiet_to="06:00"),
    retention=Retention(close=timedelta(days=2), window=timedelta(days=5)),
)


def toll(number: int, hours: float, killed: int, who: str, story: str) -> Article:
    when = NOON + timedelta(hours=hours)
    return Article(
        id=f"{story}{number}",
        title="",
        body=f"{who} said {killed} people were killed in the storm.",
        outlet=f"Outlet {number % 3}",
        url=f"https://lamp.example/{story}/{number}",
        published=when,
        arrived=when,
        language="en",
        story=story,
    )


NEWS = (
    (toll(1, 0, 10, "Police", "quay"), toll(1, 0, 4, "The mayor", "gorge")),
    (toll(2, 1, 10, "The hospital", "quay"),),
    (toll(3, 3, 24, "Police", "quay"), toll(2, 5, 9, "The mayor", "gorge")),
    (toll(4, 11, 15, "The army", "quay"), toll(3, 12, 9, "Firefighters", "gorge")),
    (toll(5, 30, 30, "Police", "quay"),),
    (toll(6, 100, 33, "The hospital", "quay"), toll(4, 100, 12, "The mayor", "gorge")),
)
END = NOON + timedelta(days=9)


class Killed(BaseException):
    """The power went."""


class Frail:
    """A connection that dies at a statement."""

    def __init__(self, connection: sqlite3.Connection, left: int) -> None:
        self._connection, self._left = connection, left

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        if self._left == 0:
            raise Killed
        self._left -= 1
        return self._connection.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return False if name == "in_transaction" else getattr(self._connection, name)


def opened(path: Path) -> tuple[Store, Engine]:
    store = Store(str(path))
    return store, compose.engine(WANTED, store)


def told(store: Store) -> list[object]:
    """All that ever goes out, in order."""
    return [[codec.encode(alert) for alert in store.alerts()], [one.alert for one in store.pending()]]


def followed(path: Path, kills: Sequence[int]) -> list[object]:
    """The news, batch by batch; `kills` tell after how many statements of each start the power goes."""
    left = list(kills)
    todo: list[tuple[Article, ...] | None] = [*NEWS, None]  # None: time alone
    store, engine = opened(path)
    while todo:
        engine.load()
        real = store._db
        if left:
            store._db = Frail(real, left.pop(0))  # type: ignore[assignment]
        try:
            _ = engine.fire(END) if todo[0] is None else engine.take(todo[0])
        except Killed:
            real.rollback()
            store._db = real
            store.close()
            store, engine = opened(path)
        else:
            store._db = real
            todo.pop(0)
    found = told(store)
    store.close()
    return found


def calm() -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        return followed(Path(folder) / "s.sqlite", ())


CALM = calm()


@given(st.lists(st.integers(0, 120), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_kills_between_statements_change_no_alert(kills):
    with tempfile.TemporaryDirectory() as folder:
        assert followed(Path(folder) / "s.sqlite", kills) == CALM


def test_what_is_disturbed_tells_enough_to_be_worth_disturbing():
    alerts, pending = CALM
    assert len(alerts) >= 4
    assert len(pending) == len(alerts)
    pages = [len(codec.decode(one, Alert).pages) for one in alerts]
    assert max(pages) == 2, "a digest of both stories"
