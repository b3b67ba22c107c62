"""Feeds with damaged bytes: each is read or refused, none crashes the reader, and reading is repeatable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sources.articles import read_articles
from connectors.sources.hygiene import plain, prose
from connectors.sources.news import changed, latest, text
from connectors.sources.parsed import Entry, Job, ParsedFeed, identify
from connectors.sources.pool import ParserPool
from tallywire.records import Article

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)

FEEDS = [
    """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>Quay Courier</title><link>https://quay.example/</link><ttl>30</ttl><item><title>Fire &amp; smoke</title>
    <link>https://quay.example/1?a=1&amp;b=2</link><guid isPermaLink="false">q1</guid><dc:creator>Ada</dc:creator>
    <description><![CDATA[<p>Two <b>hurt</b>.</p>]]></description><pubDate>Sun, 04 May 2031 09:00:00 GMT</pubDate>
    </item><item><title>Zürs</title><source url="https://bay.example/">Bay</source></item></channel></rss>""",
    """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title type="html">Quay &amp;amp; Bay</title><entry>
    <id>tag:quay.example,2031:1</id><title>Fire</title><link href="/1"/><updated>2031-05-04T09:00:00Z</updated>
    <author><name>Ada</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Two.</p></div>
    </content></entry></feed>""",
    """{"version": "https://jsonfeed.org/version/1.1", "title": "Quay", "items": [{"id": "1", "url": "/1",
    "title": "Fire", "content_html": "<p>Two</p>", "date_published": "2031-05-04T09:00:00Z", "tags": [1, null]}]}""",
]

piece = st.sampled_from(
    [
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<item>",
        b"</",
        b"\x00",
        b"\xff",
        b"&#xD800;",
        b'"',
        b"<!--",
        b"{",
        b"\xed\xa0\x80",
    ]
)
edit = st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(piece, st.binary(max_size=4)))


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """One of our feeds with a few spans replaced."""
    data = draw(st.sampled_from(FEEDS)).encode(
        draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-16", "latin-1"]))
    )
    for place, length, new in draw(st.lists(edit, min_size=1, max_size=6)):
        start = int(place * len(data))
        data = data[:start] + new + data[start + length :]
    return data


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(1) as pool:
        yield pool


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=mutants())
def test_a_damaged_feed_is_read_or_refused(pool: ParserPool, data: bytes) -> None:
    parsed = pool.parse(Job(data=data, arrived=NOW, now=NOW, url="https://quay.example/rss"))
    assert (parsed.fault is None) or (parsed.articles == () and parsed.fault.says != "")
    assert parsed.fault is None or parsed.fault.cause != "parse_crash"
    assert parsed == pool.parse(Job(data=data, arrived=NOW, now=NOW, url="https://quay.example/rss"))
    msgspec.json.encode(parsed)  # nothing in it that cannot be stored


lines = st.lists(
    st.one_of(mutants(), st.binary(), st.text(), st.just('{"body": "Two hurt.", "published": "2999-99-99"}'))
)


@given(lines, st.sampled_from([None, NOW]))
def test_any_lines_are_articles_or_problems(given_lines: list[bytes | str], arrived: datetime | None) -> None:
    for item in read_articles(given_lines, "desk.jsonl", arrived):
        msgspec.json.encode(item)
        assert isinstance(item, Article) or item.says.startswith("desk.jsonl, line ")


@given(st.text())
def test_any_markup_becomes_text_that_can_be_kept(markup: str) -> None:
    shown = plain(markup)
    shown.encode()
    assert prose(shown) == shown


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["one", "two", "three"])), max_size=8)
)
def test_each_text_of_an_item_is_handed_on_once_in_a_row(polls: list[dict[str, str]]) -> None:
    """Whatever a feed shows, an item comes when its text is not the one that came last, and only then."""
    seen: dict[str, str] = {}
    last: dict[str, str] = {}
    for shown in polls:
        feed = _feed(shown)
        fresh, seen = changed(latest(feed), seen)
        came = {article.title: article.body for article in fresh}
        assert came == {name: body for name, body in shown.items() if last.get(name) != body}
        last |= shown
        assert all(seen[article.id] == text(article) for article in feed.articles)


def _feed(shown: dict[str, str]) -> ParsedFeed:
    entries = [
        Entry(title=name, body=body, url=f"https://quay.example/{name}") for name, body in shown.items()
    ]
    return ParsedFeed(format="rss20", articles=tuple(identify(entries, site=None, scope="q", arrived=NOW)))
