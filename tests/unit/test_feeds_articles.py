"""Article JSON Lines and plain text: one bad line costs one line, and says which."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sources.articles import UNDATED, read_articles, read_text
from connectors.sources.hygiene import LONGEST_BODY
from tallywire.ports import Problem
from tallywire.records import Article

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)


def read(*lines: object, arrived: datetime | None = None) -> list[Article | Problem]:
    given: Iterable[bytes | str] = [
        line if isinstance(line, bytes | str) else json.dumps(line).encode() for line in lines
    ]
    return list(read_articles(given, "desk.jsonl", arrived))


def one(line: object, arrived: datetime | None = None) -> Article:
    (article,) = read(line, arrived=arrived)
    assert isinstance(article, Article)
    return article


def test_every_field_of_the_contract_is_read() -> None:
    article = one(
        {
            "id": "a1",
            "url": "https://me:pw@quay.example/fire?utm_source=x&amp;id=7",
            "outlet": "Quay Courier",
            "title": "Fire at the quay",
            "body": "Two dockers were hurt.",
            "published": "2031-05-04T13:00:00+02:00",
            "language": "en-GB",
            "byline": "A. Docker",
            "story": "quay",
            "tags": ["later field"],
        }
    )
    assert article == Article(
        id="a1",
        url="https://quay.example/fire?utm_source=x&id=7",
        outlet="Quay Courier",
        title="Fire at the quay",
        body="Two dockers were hurt.",
        published=datetime(2031, 5, 4, 11, tzinfo=UTC),
        arrived=datetime(2031, 5, 4, 11, tzinfo=UTC),
        language="en",
        byline="A. Docker",
        story="quay",
    )


def test_what_is_left_out_is_filled_in() -> None:
    article = one({"url": "https://www.quay.example/fire", "body": "Two dockers were hurt."})
    assert article.outlet == "quay.example"
    assert article.id == one({"url": "http://quay.example/fire#top", "body": "Other words."}).id
    assert one({"body": "x"}).id == one({"body": "x"}).id != one({"body": "y"}).id


@pytest.mark.parametrize(
    ("line", "cause", "says"),
    [
        (b"no json", "bad_line", "no JSON"),
        (b"[1, 2]", "bad_line", "Expected object"),
        (b'{"body": 3}', "bad_line", "at body"),
        (b'{"body": "x"', "bad_line", "no JSON"),
        (b"[" * 100_000, "bad_line", "nested too deeply"),
        (b'{"body": "x", "id": ' + b"9" * 5_000 + b"}", "bad_line", "no JSON"),
        (b'{"title": " ", "body": ""}', "empty_article", "neither body nor title"),
        (b"{}", "empty_article", "neither body nor title"),
    ],
)
def test_a_bad_line_names_its_place_and_keeps_its_text(line: bytes, cause: str, says: str) -> None:
    before, problem, after = read({"body": "one"}, line, {"body": "two"})
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert isinstance(problem, Problem)
    assert problem.cause == cause
    assert problem.says.startswith("desk.jsonl, line 2: ")
    assert says in problem.says
    assert problem.payload == line.decode()


def test_blank_lines_and_a_byte_order_mark_are_nothing() -> None:
    assert [type(item) for item in read(b"\xef\xbb\xbf" + b'{"body": "x"}', b"", b"  \n")] == [Article]


def test_invalid_utf8_is_mended_and_told() -> None:
    article, problem = read(b'{"body": "caf\xe9 burnt"}')
    assert isinstance(article, Article)
    assert isinstance(problem, Problem)
    assert article.body == "caf\ufffd burnt"
    assert problem.cause == "not_utf8"


def test_offsets_into_the_given_text_hold() -> None:
    body = "Two\u0000 hurt \ud800 at\ttwelve\r\n  docks"
    assert len(one({"body": body}).body) == len(body)
    assert one({"body": body}).body == "Two\ufffd hurt \ufffd at\ttwelve\r\n  docks"


def test_a_text_of_five_megabytes_is_kept_and_a_larger_one_is_cut_and_told() -> None:
    assert len(one({"body": "Two hurt. " * 500_000}).body) == 5_000_000
    article, problem = read({"body": "Two hurt. " * 1_100_000})
    assert isinstance(article, Article)
    assert isinstance(problem, Problem)
    assert len(article.body) == LONGEST_BODY
    assert problem.cause == "text_cut"


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2999-12-31", datetime(2999, 12, 31, tzinfo=UTC)),
        ("2031-05-04T10:00:00", datetime(2031, 5, 4, 10, tzinfo=UTC)),
        ("Sun, 04 May 2031 10:00:00 +0200", datetime(2031, 5, 4, 8, tzinfo=UTC)),
        (1_935_655_200, datetime(2031, 5, 4, 10, tzinfo=UTC)),
    ],
)
def test_a_replayed_article_keeps_its_date(published: object, kept: datetime) -> None:
    article = one({"body": "x", "published": published})
    assert article.published == kept
    assert article.arrived == kept


@pytest.mark.parametrize("published", ["soon", "0001-01-01T00:00:00+23:00", 1e300, "2031-13-01", "", "99999"])
def test_what_is_no_date_leaves_the_article_undated(published: object) -> None:
    article, problem = read({"body": "x", "published": published})
    assert isinstance(article, Article)
    assert isinstance(problem, Problem)
    assert article.published is None
    assert problem.cause == "bad_date"


def test_a_live_article_is_held_to_what_can_be_true() -> None:
    assert one({"body": "x", "published": "1970-01-01"}, NOW).published == NOW - timedelta(days=3_650)
    assert one({"body": "x", "published": "2999-01-01"}, NOW).published == NOW + timedelta(days=1)
    assert one({"body": "x"}, NOW).arrived == NOW


def test_the_undated_follow_the_article_before_them_but_no_broken_clock() -> None:
    dates = ["2031-05-04T10:00:00Z", None, "2999-01-01T00:00:00Z", None, "1970-01-01T00:00:00Z", None]
    read_in = read(*({"body": f"{n}", "published": date} for n, date in enumerate(dates)))
    arrivals = [item.arrived.year for item in read_in if isinstance(item, Article)]
    assert arrivals == [2031, 2031, 2999, 2031, 1970, 2031]
    assert one({"body": "x"}).arrived == UNDATED


def test_plain_text_has_its_title_in_the_first_line() -> None:
    article = read_text("\ufeffFire at the quay\n\nTwo hurt.\n\nMore later.\n".encode(), "note.txt")
    assert isinstance(article, Article)
    assert (article.title, article.body) == ("Fire at the quay", "Two hurt.\n\nMore later.")


def test_a_first_line_as_long_as_a_paragraph_is_text() -> None:
    article = read_text(("Two dockers were hurt. " * 20).encode(), "note.txt")
    assert isinstance(article, Article)
    assert article.title == ""
    assert article.body.startswith("Two dockers")


def test_an_empty_text_is_a_problem() -> None:
    problem = read_text(b" \n ", "note.txt")
    assert isinstance(problem, Problem)
    assert problem.cause == "empty_article"
    assert "note.txt" in problem.says
