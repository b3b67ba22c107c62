"""The time a figure speaks for: where the text tells it, where it only seems to, and where nothing resolves it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tallywire.reading import read
from tallywire.records import Article

WEDNESDAY = datetime(2024, 5, 8, 15, tzinfo=UTC)
NONE = "none"


def times(text: str, published: datetime | None = WEDNESDAY, language: str = "en") -> list[str]:
    article = Article(id="1", body=text, arrived=WEDNESDAY, published=published, language=language)
    return [claim.as_of.isoformat()[:16] if claim.as_of else NONE for claim in read(article).claims]


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("As of Sunday evening, 23 people were dead, the ministry said.", "2024-05-05T23:59"),
        ("As of 6 p.m. on 3 May, 14 people were missing.", "2024-05-03T18:00"),
        ("Seven people were missing as of 7:30 a.m. Friday.", "2024-05-03T07:30"),
        (
            "Thirty people were in hospital, 30 injured people as of 08:30 GMT on Wednesday.",
            "2024-05-08T08:30",
        ),
        ("As of 8 a.m. EDT Tuesday, 12 people were confirmed dead.", "2024-05-07T12:00"),
        ("As of 6 p.m. local time on Sunday (1600 GMT), 12 people had died.", "2024-05-05T16:00"),
        ("As of midday on Tuesday, 45 people were in custody.", "2024-05-07T12:00"),
        ("As of May 4, 1,200 people were displaced.", "2024-05-04T23:59"),
        ("As of May 4th, 2024, 120 people were displaced.", "2024-05-04T23:59"),
        ("As of 4 May 2024, 2000 people were displaced.", "2024-05-04T23:59"),
        ("As of December 21, 40 people had been displaced.", "2023-12-21T23:59"),
        ("As of yesterday, the death toll was 61.", "2024-05-07T23:59"),
        ("By Monday, 41 bodies had been recovered.", "2024-05-06T23:59"),
        ("By nightfall on Monday, rescuers had recovered 17 bodies.", "2024-05-06T23:59"),
        ("On Tuesday the ministry put the toll at 23.", "2024-05-07T23:59"),
        ("The ministry on Tuesday put the toll at 23.", "2024-05-07T23:59"),
        ("Officials raised the toll to 31 on Monday.", "2024-05-06T23:59"),
        ("The toll stood at 55 on Monday night.", "2024-05-06T23:59"),
    ],
)
def test_a_time_of_the_figure(text: str, as_of: str) -> None:
    assert as_of in times(text)


@pytest.mark.parametrize(
    "text",
    [
        "Twelve people were killed on Monday, police said.",
        "Police said on Sunday that 12 people had died.",
        "A bomb killed eight soldiers by the bridge on Monday.",
        "The army said Monday's raid killed nine people.",
        "Three people were killed when the wall fell on Friday evening.",
        "In the attack of May 4, 2014, 40 people were killed.",
        "Some 40 people will be evacuated as of Friday.",
        "As of now, 12 people have died.",
        "As of 10 p.m., 12 people were dead.",
        "As of 30 February, 12 people were dead.",
        "As of 20 May, 12 people were displaced.",
    ],
)
def test_a_time_of_the_event_or_of_nothing_known(text: str) -> None:
    assert set(times(text)) == {NONE}


def test_nothing_is_known_later_than_it_is_published() -> None:
    assert times("As of Wednesday evening, 22 people were missing.") == ["2024-05-08T15:00"]


def test_a_day_that_has_begun_further_east_is_this_one() -> None:
    assert times("As of Thursday morning, 22 people were missing.") == ["2024-05-08T15:00"]


def test_a_time_speaks_for_its_clause_alone() -> None:
    text = "The crash killed 12 people, and as of Tuesday 9 people were missing."
    assert times(text) == [NONE, "2024-05-07T23:59"]


def test_a_time_that_opens_the_sentence_speaks_for_all_of_it() -> None:
    assert set(times("As of Tuesday, 12 people had died, and 30 were missing.")) == {"2024-05-07T23:59"}


def test_a_value_left_behind_has_no_time() -> None:
    assert times("The toll stood at 55 on Monday night, up from 40.") == ["2024-05-06T23:59", NONE]


def test_without_a_publication_only_a_full_date_is_a_time() -> None:
    assert times("As of 4 May 2024, 12 people were missing.", published=None) == ["2024-05-04T23:59"]
    assert times("As of Sunday, 12 people were missing.", published=None) == [NONE]
    assert times("As of 4 May, 12 people were missing.", published=None) == [NONE]


def test_spanish() -> None:
    text = "Hasta la noche del lunes se habían recuperado 41 cuerpos."
    assert times(text, language="es") == ["2024-05-06T23:59"]
