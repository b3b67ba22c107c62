"""The whole pipeline: articles of one instant in any order end in the same ledger, repeats change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)

SENTENCES = (
    "At least 12 people were killed in the mine at Orvelund, the rescue service said.",
    "The miners' union said that 15 people had been killed in the mine at Orvelund.",
    "Twelve miners were killed and 30 injured in the mine at Orvelund, according to the interior ministry.",
    "Nine men and three women died in the mine at Orvelund, the governor said.",
    "The interior ministry denied that 40 people had been killed in the mine at Orvelund.",
    "Eight people are still missing in the mine at Orvelund, the rescue service said.",
)


def article(number: int, at: datetime) -> Article:
    """One outlet's article, pinned to one story, so that the order alone can make a difference."""
    return Article(
        id=f"a{number}",
        title="",
        body=SENTENCES[number],
        outlet=f"Outlet {number}",
        published=at,
        arrived=at,
        language="en",
        story="orvelund",
    )


def final(articles: list[Article]) -> object:
    engine = compose.engine(Settings(), Store())
    engine.take(articles)
    engine.fire(NOON + timedelta(days=2))
    state = engine.store.state("reconcile", "orvelund", ledger.Ledger)
    return ledger.view(state)[1]


ORDERED = [article(number, NOON) for number in range(len(SENTENCES))]
WANTED = final(ORDERED)


@settings(max_examples=40, deadline=None)
@given(st.permutations(ORDERED))
def test_articles_of_one_instant_end_in_the_same_ledger_in_any_order(articles):
    assert final(articles) == WANTED


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(ORDERED) - 1), max_size=8))
def test_articles_given_again_change_nothing(repeats):
    assert final([*ORDERED, *(ORDERED[number] for number in repeats)]) == WANTED
