"""Interval arithmetic: what numbers with their words cover."""

from __future__ import annotations

import pytest

from tallywire.ledger.values import Value, above, fits, meet, plus, shown, span, tells_more
from tests.scenarios.build import number

TOLERANCE = 0.10


def value(text: str) -> Value:
    low, high, quantifier = number(text)
    return Value(low=low, high=high, quantifier=quantifier)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("50+", "55", True),
        ("55+", "54", False),
        ("~60", "55", True),
        ("~60", "53", False),
        ("55", "55", True),
        ("40", "55", False),
        ("40-60", "55", True),
        ("40-60", "61", False),
        ("-100", "63", True),
        ("-100", "101", False),
        ("~60", "~66", True),
        ("50+", "-40", False),
    ],
)
def test_values_fit_where_both_can_be_true(one: str, other: str, expected: bool) -> None:
    assert fits(value(one), value(other), TOLERANCE) is expected
    assert fits(value(other), value(one), TOLERANCE) is expected


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        ("50+", "55", True),  # the bound rose
        ("55+", "55", False),  # but the upper end closed
        ("50+", "55+", True),
        ("55", "~60", False),  # within the tolerance
        ("~60", "55", False),
        ("55", "~90", True),
        ("55", "57", True),
        ("-100", "63", True),
        ("-100", "-80", True),
        ("40-60", "40-50", False),
        ("40-60", "52", True),
    ],
)
def test_news_is_what_moves_the_number(before: str, after: str, news: bool) -> None:
    assert tells_more(value(before), value(after), TOLERANCE) is news


@pytest.mark.parametrize(
    ("held", "said", "both"),
    [
        ("50+", "55", "55"),
        ("55", "50+", "55"),
        ("50+", "-100", "50-100"),
        ("40-60", "50-80", "50-60"),
        ("~60", "55", "55"),
        ("55", "~60", "55"),
        ("~60", "~64", "~60"),
    ],
)
def test_values_that_fit_narrow_each_other(held: str, said: str, both: str) -> None:
    assert meet(value(held), value(said), TOLERANCE) == value(both)


@pytest.mark.parametrize(
    ("known", "more", "both"),
    [("10", 2, "12"), ("10+", 2, "12+"), ("~10", 2, "~12"), ("10-20", 2, "12-22"), ("-30", 5, "5-35")],
)
def test_so_many_more_move_both_ends_and_are_certain(known: str, more: int, both: str) -> None:
    assert plus(value(known), more) == value(both)


def test_above_means_wholly_above() -> None:
    assert above(value("56"), value("55"), TOLERANCE)
    assert not above(value("50+"), value("55"), TOLERANCE)
    assert not above(value("~57"), value("55"), TOLERANCE)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [(["55"], 55, 55), (["50+"], 50, None), (["23", "40+"], 23, 40), (["-100", "471"], 100, 471)],
)
def test_several_stands_span_their_numbers(values: list[str], low: int, high: int | None) -> None:
    bounds = span(tuple(value(text) for text in values))
    assert (bounds.low, bounds.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("55", "55"),
        ("1200+", "at least 1,200"),
        ("-100", "up to 100"),
        ("~60", "about 60"),
        ("23-40", "23–40"),
    ],
)
def test_values_are_shown_in_words(text: str, words: str) -> None:
    assert shown(value(text)) == words


def test_no_figure_is_shown_as_such() -> None:
    assert shown(Value(low=None, high=None)) == "no figure"
