"""Figures as series: those of the stories that the settings name, as they stand, and of no others."""

from __future__ import annotations

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.panels import stored
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.config.settings import WatchSettings
from tallywire.metrics import Metrics
from tests.support.news import article

SETTINGS = Settings(watches=(WatchSettings(name="Velmora quake", all=("velmora",)),))

FIRST = article(
    "first", "Quake in Velmora", "At least 14 people were killed in Velmora, the health ministry said."
)
SECOND = article(
    "second", "Velmora toll", "The quake in Velmora killed 21 people, the health ministry said.", hours=2
)
DISPUTE = article(
    "third",
    "Velmora toll disputed",
    "The quake in Velmora killed 21 people, the health ministry said. "
    "The quake in Velmora killed 48 people, the doctors' union said.",
    hours=3,
)
ELSEWHERE = article("else", "Fire in Brendal", "A fire killed nine people in Brendal, police said.", hours=1)

LABELS = ("story", "metric", "group")
Series = dict[tuple[str, str, str, str], float]


def series(metrics: Metrics) -> Series:
    """(part, story, metric, group) → value of every figure's series."""
    return {
        (sample.name.removeprefix("tallywire_figure_"), *map(sample.labels.get, LABELS)): sample.value
        for family in text_string_to_metric_families(generate_latest(metrics.registry).decode())
        for sample in family.samples
        if sample.name.startswith("tallywire_figure_")
    }


@pytest.fixture
def store():
    opened = Store()
    yield opened
    opened.close()


def followed(store: Store, *articles) -> Metrics:
    metrics = compose.metrics(SETTINGS)
    panels = compose.panels(SETTINGS, stored(store), metrics)
    compose.engine(SETTINGS, store, observer=compose.observer(metrics, panels)).take(articles)
    return metrics


def test_a_watched_figure_is_shown_with_its_bounds(store):
    shown = series(followed(store, FIRST))
    assert shown["low", "Velmora quake", "killed", "everyone"] == 14
    assert ("high", "Velmora quake", "killed", "everyone") not in shown
    assert shown["disagreement", "Velmora quake", "killed", "everyone"] == 0


def test_the_series_follow_the_ledger(store):
    shown = series(followed(store, FIRST, SECOND))
    assert shown["low", "Velmora quake", "killed", "everyone"] == 21
    assert shown["high", "Velmora quake", "killed", "everyone"] == 21


def test_a_disagreement_shows_both_ends(store):
    shown = series(followed(store, FIRST, SECOND, DISPUTE))
    assert shown["disagreement", "Velmora quake", "killed", "everyone"] == 1
    assert shown["low", "Velmora quake", "killed", "everyone"] == 21
    assert shown["high", "Velmora quake", "killed", "everyone"] == 48
    assert shown["claimants", "Velmora quake", "killed", "everyone"] == 2


def test_stories_that_nobody_named_have_no_series(store):
    assert {labels[1] for labels in series(followed(store, FIRST, ELSEWHERE))} == {"Velmora quake"}


def test_a_restart_shows_them_at_once(store):
    before = series(followed(store, FIRST, SECOND))
    metrics = compose.metrics(SETTINGS)
    compose.panels(SETTINGS, stored(store), metrics).load()
    assert series(metrics) == before
