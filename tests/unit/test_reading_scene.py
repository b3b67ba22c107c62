"""Where and when a text says that its event happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tallywire import reading
from tallywire.records import Article, Scene

THURSDAY = datetime(2031, 5, 8, 18, tzinfo=UTC)


def scene(body: str, title: str = "", language: str = "en", published: datetime | None = THURSDAY) -> Scene:
    made = Article(id="a", title=title, body=body, arrived=THURSDAY, published=published, language=language)
    return reading.read(made).scene


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("Six people were killed in Qassara.", ["Qassara"]),
        ("Six people were killed near the north-eastern town of St. Brede.", ["St. Brede"]),
        ("Six people died at the Isle of Dogs in Vorn.", ["Isle of Dogs", "Vorn"]),
        ("VORN, Tessaly (WNA) — Six people were killed in a market.", ["Vorn"]),
        ("VORN — Six people were killed.", ["Vorn"]),
        ("Six people were killed in March and in May.", []),
        ("Six people were killed in an attack on Monday.", []),
        ("Six people were killed in Vorn. He was born in Sedley.", ["Vorn"]),
        ("A bomb went off in Vorn. He is from Olm. It killed six in Karst. In 1990 ten died here.", ["Vorn", "Karst"]),
        ("Six people were killed in Vorn, doctors at Brede hospital said.", ["Vorn"]),
        ("Six people were killed in Vorn, Vorn police said.", ["Vorn"]),
        ("The fair in Sedley opens today.", []),
    ],
)  # fmt: skip
def test_places_are_those_of_the_sentences_that_tell_of_the_event(body: str, places: list[str]) -> None:
    assert list(scene(body).places) == places


def test_a_headline_in_capitals_names_what_the_gazetteer_knows_alone() -> None:
    body = "Six people were killed."
    assert scene(body, "Six Killed In Drive-By Shooting In Lisbon").places == ("Lisbon",)
    assert scene(body, "Six killed in drive-by shooting in Qassara").places == ("Qassara",)


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ("Six people were killed on Monday.", [5]),
        ("On May 3, six people were killed.", [3]),
        ("Police said on Monday that a house with four rooms and a garden burnt down; six died.", []),
        ("Six people were killed, and on Monday shops were shut.", []),
        ("Six people were killed on Saturday. Two more died on Monday.", [3, 5]),
        ("Six people were killed. Police said on Monday that they know nothing.", []),
        (
            "Six people were killed when a bomb went off below the arches of the old market hall on Monday.",
            [],
        ),
    ],
)
def test_days_are_those_near_what_befell_people(body: str, days: list[int]) -> None:
    assert [day.day for day in scene(body).days] == days


def test_an_undated_text_has_the_days_that_it_dates_in_full() -> None:
    assert scene("Six were killed on May 3, 2031.", published=None).days == (date(2031, 5, 3),)
    assert scene("Six were killed on Monday.", published=None).days == ()


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("es", "Seis personas murieron el lunes cerca del pueblo de Ourém."),
        ("fr", "Six personnes ont été tuées lundi à Ourém."),
        ("pt", "Seis pessoas morreram na segunda-feira em Ourém."),
    ],
)
def test_other_languages_have_words_of_their_own(language: str, body: str) -> None:
    assert scene(body, language=language) == Scene(places=("Ourém",), days=(date(2031, 5, 5),))


def test_a_text_that_counts_nobody_has_no_scene() -> None:
    assert scene("The council of Vorn met on Monday in Sedley.") == Scene()
