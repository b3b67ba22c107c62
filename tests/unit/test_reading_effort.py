"""The work of a reading: counted in steps, in proportion to the length of the text, and never without end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tallywire.errors import OverrunError
from tallywire.reading import read
from tallywire.reading.actors import find
from tallywire.reading.document import Document
from tallywire.reading.effort import ALLOWED, Effort
from tallywire.reading.lexicon import load
from tallywire.reading.reader import FigureReader
from tallywire.records import Article

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)
REPORT = (
    "At least 12 people were killed when a ferry sank off Ostermarsh on Thursday, the coast guard said. "
    "Transport Minister Ada Brolin said that 30 passengers, three of them badly hurt, had been rescued. "
    "The road to the port was closed for most of the morning and traffic was sent through the old town.\n"
)
SHAPES = (
    "killed ", "12 killed ", "12 people were killed and ", "killed 7", "and ", "a man, ", "12 of the ", "said ",
    "the toll rose from 40 to ", "Ada Brolin, 34, ", "ÉÀ", '"', "(", "(a) ", "()", "'s ", "-", ".", "?! ", "\n", "\n ",
    "A", "é", "7", "1,", "$ ", "\ud800", "U.S. ", "as of Monday ", "he said ", "killed. It said ", "(KPS) – ",
    "Ada Brolin said. ", "the Arda police said ", "Ada's ", "A. B. ", "Ada Brolin\n", "President Brolin of ", "Ada ",
)  # fmt: skip


def article(body: str) -> Article:
    return Article(id="1", title="", body=body, arrived=NOW, published=NOW, language="en")


def spent(body: str) -> int:
    """The steps that the figures and the actors of a text take."""
    lexicon, effort = load("en"), Effort(allowed=10**9)
    document = Document.of(article(body), lexicon)
    FigureReader(lexicon).read(document, NOW, NOW, effort=effort)
    find(document, document.article, effort)
    return effort.spent


def spent_on_actors(body: str) -> int:
    """The steps that the actors alone take."""
    effort = Effort(allowed=10**9)
    find(Document.of(article(body), load("en")), article(body), effort)
    return effort.spent


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_text_is_twice_the_work(shape: str) -> None:
    once = f"killed {shape * 1_500}"[:6_000] + ". \n\n"
    assert spent(once * 2) <= 2 * spent(once) + 10


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_without_end_is_read_or_refused(shape: str) -> None:
    body = f"12 people were killed. {shape * 30_000}"[:30_000]
    try:
        extract = read(article(body))
    except OverrunError:
        return
    for claim in extract.claims:
        assert claim.evidence.quote == body[claim.evidence.start : claim.evidence.end]


def test_long_news_is_within_what_is_allowed() -> None:
    assert spent(REPORT * 350) * 10 < ALLOWED  # a tenth of a megabyte


def test_a_figure_and_its_sentence_weigh_what_they_take() -> None:
    """No more claims than can be read in the time of an article, however short their sentences."""
    people = 200
    assert people * 50 < spent("Ana Brolin, 34, was killed. " * people) < people * 70


def test_every_mention_weighs_what_it_takes() -> None:
    mentions = 7_000
    assert mentions * 12 <= spent_on_actors("(KPS) – " * mentions) < mentions * 15


def test_sentences_that_name_nobody_cost_little() -> None:
    sentences = 100
    assert spent_on_actors("The road to the old town was closed to all. " * sentences) == sentences * 2


def test_a_name_weighs_the_namesakes_that_it_is_compared_with() -> None:
    """Up to a crowd of one surname: beyond, a further name costs no more."""
    given = [f"{a}{b}{c}o" for a in "BDFGKLMNPRST" for b in "aeiou" for c in "bdkln"]
    names = [f"{name.capitalize()} Brolin said. " for name in given]
    alone = spent_on_actors(names[0])
    few, some, many = (spent_on_actors("".join(names[:count])) for count in (10, 150, 300))
    assert few > 10 * alone + 5 * 30
    assert many - some > 150 * (alone + 5 * 39) * 0.9
    assert many - some < 150 * (alone + 5 * 41)


def test_actors_are_read_with_what_the_claims_have_left() -> None:
    body = "Ada Brolin and Otto Lind spoke. " * 40
    actors = spent_on_actors(body)
    claims = spent(body) - actors
    whole = len(body) // 6 + claims + actors
    assert read(article(body), allowed=whole).actors == read(article(body)).actors != ()
    with pytest.raises(OverrunError, match="or names"):
        read(article(body), allowed=whole - 1)


def test_a_telephone_book_is_refused_before_it_takes_long() -> None:
    with pytest.raises(OverrunError, match=f"{ALLOWED:,} steps"):
        read(article("(KPS) – " * 125_000))


def test_the_same_text_always_takes_the_same_steps() -> None:
    assert spent(REPORT * 9) == spent(REPORT * 9)


def test_what_takes_more_steps_than_allowed_is_refused_with_its_reason() -> None:
    with pytest.raises(OverrunError, match="more than the 50 steps"):
        read(article(REPORT), allowed=50)
    with pytest.raises(OverrunError, match=f"{ALLOWED:,} steps"):
        read(article("x" * 7_100_000))


def test_a_claim_compared_with_many_is_counted() -> None:
    effort = Effort(allowed=100)
    effort.on_pairs(1_000)
    assert effort.spent == 100
    with pytest.raises(OverrunError):
        effort.on_pairs(1_000)
