"""Feeds of every format as articles: words verbatim, links clean, dates sane, names stable."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sources.hygiene import LONGEST_TITLE, one_line, plain
from connectors.sources.parse import read_feed
from connectors.sources.parsed import Job, ParsedFeed
from tallywire.records import Article

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)


def rss(items: str, channel: str = "<title>Quay Courier</title><link>https://quay.example/</link>") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'.encode()


def read(data: bytes, **job: object) -> ParsedFeed:
    given: dict[str, object] = {"now": NOW, "url": "https://quay.example/rss", **job}
    return read_feed(Job(data=data, arrived=NOW, **given))  # type: ignore[arg-type]


def one(data: bytes, **job: object) -> Article:
    parsed = read(data, **job)
    assert parsed.fault is None
    (article,) = parsed.articles
    return article


RSS = rss("""<item><title>Fire at the quay</title><link>https://quay.example/fire?utm_source=rss&amp;amp;id=7</link>
  <description>&lt;p&gt;Two dockers were &lt;b&gt;hurt&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;More later.&lt;/p&gt;
  </description><pubDate>Sun, 04 May 2031 11:00:00 +0200</pubDate>
  <author>desk@quay.example (Ada Docker)</author></item>""")

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Quay Courier</title><link href="https://quay.example/"/>
  <entry xml:lang="en"><id>tag:quay.example,2031:7</id><title>Fire at the quay</title>
  <link rel="alternate" href="/fire?id=7"/><author><name>Ada Docker</name></author>
  <published>2031-05-04T09:00:00Z</published><updated>2031-05-04T10:00:00Z</updated>
  <summary>Two hurt.</summary>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Two dockers were <b>hurt</b>.</p>
  <p>More later.</p></div></content></entry></feed>"""

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Quay Courier</title><link>https://quay.example/</link>
  </channel><item><title>Fire at the quay</title><link>https://quay.example/fire?id=7</link>
  <description>Two dockers were hurt.

More later.</description><dc:creator>Ada Docker</dc:creator>
  <dc:date>2031-05-04T09:00:00Z</dc:date></item></rdf:RDF>"""

JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Quay Courier",
        "home_page_url": "https://quay.example/",
        "items": [
            {
                "id": "7",
                "url": "/fire?id=7",
                "title": "Fire at the quay",
                "content_html": "<p>Two dockers were <b>hurt</b>.</p><p>More later.</p>",
                "date_published": "2031-05-04T11:00:00+02:00",
                "authors": [{"name": "Ada Docker"}],
            }
        ],
    }
).encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [(RSS, "rss20"), (ATOM, "atom10"), (RDF, "rss10"), (JSON, "json11")],
    ids=["rss", "atom", "rdf", "json"],
)
def test_every_format_gives_the_same_article(data: bytes, name: str) -> None:
    parsed = read(data)
    assert (parsed.format, parsed.title, parsed.link) == (name, "Quay Courier", "https://quay.example/")
    (article,) = parsed.articles
    assert article.title == "Fire at the quay"
    assert article.body == "Two dockers were hurt.\n\nMore later."
    assert article.url is not None
    assert article.url.startswith("https://quay.example/fire?")
    assert article.published == datetime(2031, 5, 4, 9, tzinfo=UTC)
    assert article.arrived == NOW
    assert (article.outlet, article.byline) == ("Quay Courier", "Ada Docker")
    assert article.id == one(RSS).id


def test_the_longest_of_content_and_summary_is_the_body() -> None:
    item = (
        "<item><title>t</title><description>Two hurt, says the harbour master.</description>"
        '<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">Two hurt.</c:encoded></item>'
    )
    assert one(rss(item)).body == "Two hurt, says the harbour master."


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("5 < 6 & 7 > 2", "5 < 6 & 7 > 2"),
        ("Tom &amp; Ana&#8217;s boat&nbsp;sank", "Tom & Ana’s boat sank"),
        ("<p>One<br>two<br><br>three</p>four", "One\ntwo\n\nthree\n\nfour"),
        ("<ul><li>one<li>two</ul>end", "one\ntwo\n\nend"),
        ("<p>a</p><script>alert(1)</script><style>p{}</style><p>b</p>", "a\n\nb"),
        ("first line\nsecond <b>line</b>", "first line\nsecond line"),
        ("<p>hard\nwrapped  text</p>", "hard wrapped text"),
        ("<table><tr><td>dead<td>12<tr><td>hurt<td>40</table>", "dead 12\nhurt 40"),
        ("ri\u00adver\u202e\u200b bank\x07", "river bank"),
        ("<b>un<i>broken</i></b>ness", "unbrokenness"),
        ("Ana&amp;#8217;s &amp;amp; Tom&amp;rsquo;s boat", "Ana’s & Tom’s boat"),
        ("the tag &amp;lt;b&amp;gt;", "the tag &lt;b&gt;"),
        ("", ""),
    ],
)
def test_markup_becomes_text_word_for_word(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_deep_markup_costs_no_stack() -> None:
    assert plain("<b>" * 20_000 + "word") == "word"


def test_a_text_of_five_megabytes_is_kept_whole() -> None:
    text = "It was a long day at the quay. " * 170_000
    assert one(rss(f"<item><title>t</title><description>{text}</description></item>")).body == text.strip()


def test_titles_are_one_line_and_bounded() -> None:
    assert one_line("  Fire\n at\tthe quay ") == "Fire at the quay"
    title = one(rss(f"<item><title>{'fire ' * 2_000}</title></item>")).title
    assert len(title) <= LONGEST_TITLE
    assert title.endswith("…")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "mailto:a@quay.example", "http://[::1"]
)
def test_a_link_that_is_no_web_address_is_none(link: str) -> None:
    article = one(rss(f"<item><title>t</title><link>{link}</link><guid isPermaLink='false'>g1</guid></item>"))
    assert article.url is None
    assert (
        article.id == one(rss("<item><title>new title</title><guid isPermaLink='false'>g1</guid></item>")).id
    )


def test_a_guid_that_is_a_permanent_link_is_the_link() -> None:
    assert (
        one(rss("<item><title>t</title><guid>https://quay.example/7</guid></item>")).url
        == "https://quay.example/7"
    )


def test_what_has_neither_link_nor_guid_is_known_by_its_text() -> None:
    articles = read(rss("<item><title>a</title></item><item><title>b</title></item>")).articles
    assert len({article.id for article in articles}) == 2


def test_an_address_that_many_items_share_names_none_of_them() -> None:
    items = "".join(
        f"<item><title>{n}</title><link>https://quay.example/live</link><guid>{n}</guid></item>"
        for n in range(5)
    )
    articles = read(rss(items)).articles
    assert len({article.id for article in articles}) == 5
    assert {article.url for article in articles} == {None}


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", NOW - timedelta(days=3_650)),
        ("Tue, 01 Jan 2999 00:00:00 GMT", NOW + timedelta(days=1)),
        ("2031-05-04 10:00:00", datetime(2031, 5, 4, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_of_a_live_feed_are_held_to_what_can_be_true(date: str, published: datetime | None) -> None:
    assert one(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>")).published == published


def test_a_saved_feed_keeps_its_dates() -> None:
    item = "<item><title>t</title><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item>"
    assert one(rss(item), now=None).published == datetime(1970, 1, 1, tzinfo=UTC)


def test_an_item_of_another_outlet_says_so() -> None:
    item = '<item><title>t</title><source url="https://bay.example/rss">Bay Herald</source></item>'
    assert one(rss(item)).outlet == "Bay Herald"


def test_where_an_item_comes_from_is_credited_in_its_byline_under_any_name_of_the_feed() -> None:
    item = (
        '<item><title>t</title><author>{}</author><source url="https://wna.example/rss">WNA</source></item>'
    )
    assert one(rss(item.format(""))).byline == "WNA"
    assert one(rss(item.format("Ada Docker"))).byline == "Ada Docker, WNA"


def test_an_address_is_no_byline() -> None:
    assert one(rss("<item><title>t</title><author>desk@quay.example</author></item>")).byline is None


def test_articles_stand_in_the_order_of_their_times() -> None:
    items = "".join(
        f"<item><title>{day}</title><link>https://quay.example/{day}</link>"
        f"<pubDate>{day:02} Apr 2031 10:00:00 GMT</pubDate></item>"
        for day in (3, 1, 2)
    )
    assert [article.title for article in read(rss(items)).articles] == ["1", "2", "3"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252", "utf-32"])
def test_encodings_are_found(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{head}<rss version="2.0"><channel><title>Zürs</title></channel></rss>'
    assert read(text.encode(encoding)).title == "Zürs"


def test_a_header_that_names_the_wrong_charset_is_not_believed_over_valid_utf8() -> None:
    data = rss("", "<title>Zürs</title>")
    assert read(data, content_type="text/xml; charset=iso-8859-1").title == "Zürs"
    assert read(data, content_type="text/xml").title == "Zürs"
    latin = data.decode().encode("iso-8859-1")
    assert read(latin, content_type="text/xml; charset=iso-8859-1").title == "Zürs"


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (b"<!doctype html><html><body><p>Not found</p></body></html>", "not_a_feed"),
        (b"just words", "not_a_feed"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not_a_feed"),
        (b'{"error": "no such feed"}', "not_a_feed"),
        (b"[1, 2]", "not_a_feed"),
        (b"{" * 100_000, "not_a_feed"),
        (b"<opml version='2.0'><body/></opml>", "not_a_feed"),
        (b"<rss><channel>" + b"<a>" * 100 + b"</a>" * 100 + b"</channel></rss>", "too_complex"),
        (b"<rss " + b" ".join(b"a%d='1'" % n for n in range(300)) + b"><channel/></rss>", "too_complex"),
        (b"<rss><item " + b" ".join(b"a%d='1'" % n for n in range(900)) + b"><oops", "too_complex"),
        (b"<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><rss><channel>&b;</channel></rss>", "entities"),
        (
            b"<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hosts'>]><rss><channel>&a;</channel></rss>",
            "entities",
        ),
        (b" " * (10 * 1024 * 1024) + b"<rss/>", "too_large"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_cause(data: bytes, cause: str) -> None:
    parsed = read(data)
    assert parsed.fault is not None
    assert parsed.fault.cause == cause
    assert parsed.fault.says
    assert parsed.articles == ()


def test_a_page_is_asked_for_the_feed_it_names() -> None:
    page = b"""<!doctype html><html><head><link rel="stylesheet" type="text/css" href="/a.css">
    <link rel="alternate" type="application/rss+xml" title="News" href="/news.rss">
    <LINK REL="Alternate Home" TYPE="application/atom+xml; charset=utf-8" HREF="https://bay.example/atom">
    <link rel="alternate" type="application/rss+xml" href="javascript:x"></head><body>Quay</body></html>"""
    fault = read(page).fault
    assert fault is not None
    assert fault.cause == "not_a_feed"
    assert "https://quay.example/news.rss https://bay.example/atom" in fault.says
    assert "javascript" not in fault.says


def test_an_external_dtd_is_let_pass_and_never_fetched() -> None:
    doctype = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://dtd.example/rss-0.91.dtd">'
    parsed = read(
        doctype
        + b"<rss version='0.91'><channel><title>Old</title><item><title>t</title></item></channel></rss>"
    )
    assert (parsed.title, len(parsed.articles)) == ("Old", 1)


def test_the_first_two_thousand_entries_are_read() -> None:
    items = "".join(f"<item><title>{n}</title></item>" for n in range(2_500))
    parsed = read(rss(items))
    assert len(parsed.articles) == 2_000
    assert [problem.cause for problem in parsed.problems] == ["too_many_entries"]
    assert "500" in parsed.problems[0].says


def test_a_document_that_breaks_off_gives_its_whole_entries() -> None:
    items = "".join(
        f"<item><title>{n}</title><link>https://quay.example/{n}?a=1&amp;amp;b=2</link></item>"
        for n in range(3)
    )
    whole = rss(items)
    parsed = read(whole[: whole.index(b"<title>2") + 9])
    assert parsed.cut
    assert {article.title for article in parsed.articles} == {"0", "1"}
    assert {article.id for article in parsed.articles} < {article.id for article in read(whole).articles}


def test_a_malformed_feed_is_read_as_far_as_it_goes() -> None:
    items = "<item><title>a & b</title><link>https://quay.example/1?a=1&amp;amp;b=2</link></item>"
    parsed = read(rss(items + "<item><title>c</wrong></item>"))
    assert len(parsed.articles) == 2
    assert {article.url for article in parsed.articles} == {"https://quay.example/1?a=1&b=2", None}
    assert [problem.cause for problem in parsed.problems] == ["malformed"]


def test_one_bad_item_of_a_json_feed_costs_one_item() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"id": 1, "title": "a"}, {"title": 5}, "x"],
    }
    parsed = read(json.dumps(feed).encode())
    assert parsed.format == "json10"
    assert [article.title for article in parsed.articles] == ["a"]
    assert [problem.cause for problem in parsed.problems] == ["bad_entry", "bad_entry"]


def test_how_long_the_feed_wants_to_be_left_alone_is_read() -> None:
    assert read(rss("", "<title>t</title><ttl>30</ttl>")).ttl == 1_800
    assert read(rss("", "<title>t</title><ttl>soon</ttl>")).ttl is None


def test_its_quiet_hours_are_read() -> None:
    hours = read(
        rss("", "<title>t</title><skipHours><hour>3</hour><hour> 24 </hour><hour>x</hour></skipHours>")
    ).quiet
    assert hours == tuple(sorted([*range(0, 168, 24), *range(3, 168, 24)]))
    days = read(rss("", "<title>t</title><skipDays><day>Sunday</day><day>Someday</day></skipDays>")).quiet
    assert days == tuple(range(144, 168))
    assert read(RSS).quiet == ()


def test_a_namespace_with_spaces_in_it_harms_nothing() -> None:
    odd = rss("<item><title>t</title><n:x>1</n:x></item>").replace(
        b"<rss ", b'<rss xmlns:n="urn: a\xc2\xa0b c " '
    )
    assert one(odd).title == "t"


def test_impossible_characters_harm_nothing() -> None:
    parsed = read(rss("<item><title>a&#xD800;&#0;b\x00\x0b</title></item>"))
    assert [article.title for article in parsed.articles] == ["ab"]
    assert parsed.problems == ()
    feed = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "a\\ud800b"}]}'
    assert one(feed).title == "ab"
