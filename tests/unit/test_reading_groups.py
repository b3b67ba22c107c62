"""Of what nation those who are counted are, told by an adjective, a name behind them, or by who speaks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tallywire.reading import read
from tallywire.records import Article


def nations(text: str) -> list[str]:
    article = Article(id="1", body=text, arrived=datetime(2024, 6, 1, tzinfo=UTC), language="en")
    return [" ".join(claim.group.nations) for claim in read(article).claims]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Four French tourists were injured.", ["FR"]),
        ("Four tourists from France and Spain were killed.", ["ES FR"]),
        ("Ten migrants from Guinea drowned.", ["GN"]),
        ("Two dual British-Israeli nationals were killed.", ["GB IL"]),
        ("Twelve members of Cuba's armed forces were killed.", ["CU"]),
        ("Cuba said 32 of its officers were killed.", ["CU"]),
        ("Two of the dead were Germans.", ["DE"]),
        ("The navy rescued 12 people from Libya.", [""]),
        ("Three Iran-backed militants were killed.", [""]),
        ("Russian shelling killed five residents of Belsk.", [""]),
    ],
)
def test_the_nations_of_a_group(text: str, expected: list[str]) -> None:
    assert nations(text) == expected
