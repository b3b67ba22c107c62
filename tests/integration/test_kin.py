"""Two origins that turn out to be one, through the whole pipeline: one source to the ledger, also where told before."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from streams.embedded import Engine
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose, provenance
from tallywire.config import Settings
from tests.support.kin import told
from tests.support.news import day

CREDIT = "LISK (WNA) - "
TOLL = "Nine sailors were killed. "


def given(*names: str) -> list[object]:
    """Other news, then some of the articles an hour apart, crediting the agency, with the same bare toll."""
    items = [told(name, 13 + hours) for hours, name in enumerate(names)]
    return [*day(40, hours=12), *(replace(item, body=CREDIT + TOLL + item.body) for item in items)]


def run(*names: str) -> Store:
    store = Store()
    engine: Engine = compose.engine(Settings(), store)
    engine.take(given(*names))  # type: ignore[arg-type]
    return store


def behind(store: Store, name: str) -> tuple[int, int, int]:
    """Of the story of an article: origins, and origins and positions of the toll."""
    state = store.state("reconcile", store.placed(name).story, ledger.Ledger)
    story, figures = ledger.view(state, ledger.Policy())
    toll = next(figure for figure in figures if figure.metric == "killed")
    return story.origins, toll.origins, sum(position.origins for position in toll.positions)


def test_two_sources_until_the_third_shows_that_they_are_one() -> None:
    assert behind(run("first", "second"), "first") == (2, 2, 2)
    assert behind(run("first", "second", "source"), "first") == (1, 1, 1)


@pytest.mark.parametrize("order", [("first", "second", "source"), ("source", "second", "first")])
def test_the_order_of_arrival_makes_no_other_ledger(order: tuple[str, ...]) -> None:
    store = run(*order)
    assert behind(store, "first") == (1, 1, 1)
    assert {store.placed(name).origin for name in order} == {order[0]}


def test_explain_says_who_showed_it() -> None:
    store = run("first", "second", "source")
    item = store.reading("source")
    assert item.unites == ("second",)
    _, shown = provenance.of(store, store.reading("second"))
    assert "known by now to come from first" in str(shown.renderables[1])
    _, shown = provenance.of(store, item)
    assert "shows that second comes from there, too" in str(shown.renderables[1])
