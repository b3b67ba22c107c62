"""Folding, sentences, tokens and numbers: what every later stage stands on."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from tallywire.errors import ConfigError
from tallywire.reading.document import Document
from tallywire.reading.folding import fold, lower
from tallywire.reading.lexicon import languages, load
from tallywire.records import Article, Quantifier


def document(body: str, title: str = "") -> Document:
    article = Article(id="1", title=title, body=body, arrived=datetime(2024, 6, 1, tzinfo=UTC))
    return Document.of(article, load("en"))


def sentences(body: str) -> list[str]:
    return [sentence.text for sentence in document(body).body.sentences]


def test_every_character_folds_to_one_character() -> None:
    for code in range(sys.maxunicode + 1):
        assert len(lower(fold(chr(code)))) == 1, hex(code)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("“José’s”", '"Jose\'s"'),
        ("20–30", "20-30"),
        ("１２", "12"),
        ("Łódź", "Lodz"),
        ("a\u00a0b", "a b"),
        ("km²", "km²"),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert sentences("Lt. Col. Osk died in St. Ama. He was 40.") == [
        "Lt. Col. Osk died in St. Ama.",
        "He was 40.",
    ]
    assert sentences("It happened at 5 p.m. on Monday. Two died.") == [
        "It happened at 5 p.m. on Monday.",
        "Two died.",
    ]
    assert sentences("Forces of the U.S. The raid failed.") == ["Forces of the U.S.", "The raid failed."]
    assert sentences("Four died at Osk's. A fifth was hurt.") == ["Four died at Osk's.", "A fifth was hurt."]


def test_a_sentence_ends_where_its_space_was_lost() -> None:
    assert sentences("Two died in Belsk.Police arrested one.16-year-old Ana fled.") == [
        "Two died in Belsk.",
        "Police arrested one.",
        "16-year-old Ana fled.",
    ]
    assert sentences("See belsk.example for more. It is at 12.30 p.m. today.") == [
        "See belsk.example for more.",
        "It is at 12.30 p.m. today.",
    ]


def test_headlines_and_bullets_stand_alone() -> None:
    assert sentences("Toll rises\nTwelve died.\n\n• a bridge\n• a school") == [
        "Toll rises",
        "Twelve died.",
        "• a bridge",
        "• a school",
    ]


def test_quotes_stay_with_their_sentence() -> None:
    assert sentences('"Four died." The rest fled.') == ['"Four died."', "The rest fled."]


def test_tokens_keep_numbers_ages_and_possessives() -> None:
    tokens = document("The U.S.-led raid on Arda's 23-year-old M-16 depot cost $55m at 7:45, 1,200 fled").body
    assert tokens.sentences[0].tokens.words == (
        [
            "The",
            "U.S.",
            "-",
            "led",
            "raid",
            "on",
            "Arda",
            "'s",
            "23-year-old",
            "M-16",
            "depot",
            "cost",
            "$55m",
            "at",
            "7:45",
            ",",
            "1,200",
            "fled",
        ]
    )


@pytest.mark.parametrize(
    ("text", "low", "high", "quantifier"),
    [
        ("1,204", 1204, 1204, Quantifier.EXACT),
        ("14 000", 14_000, 14_000, Quantifier.EXACT),
        ("1.2 million", 1_200_000, 1_200_000, Quantifier.EXACT),
        ("2.5m", 2_500_000, 2_500_000, Quantifier.EXACT),
        ("100+", 100, None, Quantifier.AT_LEAST),
        ("20-30", 20, 30, Quantifier.RANGE),
        ("thirty-one", 31, 31, Quantifier.EXACT),
        ("one hundred and twenty", 120, 120, Quantifier.EXACT),
        ("two thousand three hundred", 2300, 2300, Quantifier.EXACT),
        ("half a million", 500_000, 500_000, Quantifier.ABOUT),
        ("a dozen", 12, 12, Quantifier.ABOUT),
        ("dozens", 24, None, Quantifier.VAGUE),
        ("hundreds of thousands", 200_000, None, Quantifier.VAGUE),
        ("several hundred", 300, None, Quantifier.VAGUE),
        ("nobody", 0, 0, Quantifier.EXACT),
    ],
)
def test_numbers(text: str, low: int, high: int | None, quantifier: Quantifier) -> None:
    words = text.split()
    found = load("en").numbers.read(words, 0)
    assert found is not None
    number, end = found
    assert (number.low, number.high, number.quantifier, end) == (low, high, quantifier, len(words))


@pytest.mark.parametrize("text", ["5.9", "30-20", "7:45", "a", "man", "12345678901234567890", "2-1-3"])
def test_no_numbers(text: str) -> None:
    assert load("en").numbers.read([text], 0) is None


def test_english_can_be_read_and_nonsense_cannot() -> None:
    assert "en" in languages()
    with pytest.raises(ConfigError, match="xx"):
        load("xx")
