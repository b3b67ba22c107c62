"""Saved feeds, article files and folders of either, played back on their own clock."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sources import opml
from connectors.sources.snapshots import FileFault, FileReport, load, parse_files, read_stream
from tallywire.errors import InputError
from tallywire.ports import Problem
from tallywire.records import Article


def item(number: int, text: str, hour: int = 9) -> str:
    return (
        f"<item><title>Quay fire {number}</title><link>https://quay.example/{number}</link>"
        f"<description>{text}</description><pubDate>04 May 2031 {hour:02}:00:00 GMT</pubDate></item>"
    )


def feed(*items: str, title: str = "Quay Courier") -> str:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2031, 5, 4, hour, minute, tzinfo=UTC)


def split(items: Sequence[Article | Problem]) -> tuple[list[Article], list[Problem]]:
    articles = [item for item in items if isinstance(item, Article)]
    return articles, [item for item in items if isinstance(item, Problem)]


def test_snapshots_of_a_feed_give_each_item_once_and_each_edit_once(tmp_path: Path) -> None:
    (tmp_path / "20310504T100000Z.xml").write_text(feed(item(1, "Two hurt.")))
    (tmp_path / "20310504T110000Z.xml").write_text(feed(item(2, "Ship sails."), item(1, "Two  hurt.")))
    (tmp_path / "20310504T120000Z.xml").write_text(feed(item(2, "Ship sails."), item(1, "Three hurt.")))
    articles, problems = split(list(load([tmp_path])))
    assert problems == []
    told = [(article.title[-1], article.body, article.arrived) for article in articles]
    assert told == [("1", "Two hurt.", at(10)), ("2", "Ship sails.", at(11)), ("1", "Three hurt.", at(12))]
    assert articles[0].id == articles[2].id
    assert articles[0].url == articles[2].url
    assert {article.published for article in articles} == {at(9)}


@pytest.mark.parametrize("broken", ["", "<html>Bad gateway</html>", "\0\0\0", "<rss><channel>"])
def test_a_broken_snapshot_changes_nothing(tmp_path: Path, broken: str) -> None:
    (tmp_path / "20310504T100000Z.xml").write_text(feed(item(1, "Two hurt.")))
    (tmp_path / "20310504T103000Z.xml").write_text(broken)
    (tmp_path / "20310504T110000Z.xml").write_text(feed(item(1, "Two hurt."), item(2, "Ship sails.")))
    articles, problems = split(list(load([tmp_path])))
    assert [article.title for article in articles] == ["Quay fire 1", "Quay fire 2"]
    assert len(problems) == 1
    assert "20310504T103000Z.xml" in problems[0].says


def test_a_snapshot_that_breaks_off_waits_for_the_next(tmp_path: Path) -> None:
    torn = feed(item(1, "Two hurt."), item(2, "Ship sails."))[:-60]
    (tmp_path / "20310504T100000Z.xml").write_text(torn)
    assert [article.title for article in split(list(load([tmp_path])))[0]] == ["Quay fire 1"]
    (tmp_path / "20310504T110000Z.xml").write_text(feed(item(1, "Two hurt."), item(2, "Ship sails.")))
    articles, problems = split(list(load([tmp_path])))
    assert [article.arrived for article in articles] == [at(11), at(11)]
    assert [problem.cause for problem in problems] == ["cut_off"]


def test_without_a_time_in_the_name_items_arrive_when_published(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text(feed(item(1, "Three hurt."), item(2, "Ship sails.", hour=11)))
    (tmp_path / "a.xml").write_text(feed(item(1, "Two hurt.")))
    articles, _ = split(list(load([tmp_path])))
    told = [(article.body, article.arrived) for article in articles]
    assert told == [("Two hurt.", at(9)), ("Three hurt.", at(11)), ("Ship sails.", at(11))]


def test_two_feeds_with_one_article_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "20310504T100000Z-top.xml").write_text(feed(item(1, "Two hurt."), title="Top"))
    (tmp_path / "20310504T100000Z-world.xml").write_text(feed(item(1, "Two dockers hurt."), title="World"))
    (tmp_path / "20310504T110000Z-top.xml").write_text(feed(item(1, "Two hurt."), title="Top"))
    assert len(split(list(load([tmp_path])))[0]) == 2


def test_a_folder_may_hold_anything(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text('{"body": "Two hurt."}\nno json\n{"body": "Ship sails."}\n')
    (tmp_path / "note.txt").write_text("Fire at the quay\n\nTwo hurt.")
    (tmp_path / "index.jsonl").write_text('{"file": "a.xml", "items": 3}\n')
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\0")
    (tmp_path / "README.md").write_text("Notes on this folder.")
    (tmp_path / ".hidden").write_text("not looked at")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "feed.json").write_text(
        json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": "Q", "items": [{"title": "c"}]}, indent=2
        )
    )
    articles, problems = split(list(load([tmp_path])))
    assert sorted(article.title or article.body for article in articles) == [
        "Fire at the quay",
        "Ship sails.",
        "Two hurt.",
        "c",
    ]
    assert sorted(problem.cause for problem in problems) == ["bad_line", *["not_articles"] * 3]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = load([tmp_path / "no.xml"])
    assert isinstance(problem, Problem)
    assert "No such file" in problem.says


def test_loading_twice_gives_the_same(tmp_path: Path) -> None:
    for hour in range(10, 14):
        (tmp_path / f"20310504T{hour}0000Z.xml").write_text(
            feed(item(hour, "Two hurt."), item(1, f"{hour} hurt."))
        )
    assert list(load([tmp_path])) == list(load([tmp_path]))


def test_standard_input_is_lines_or_one_text() -> None:
    (article,) = read_stream(io.BytesIO(b'\n{"body": "Two hurt."}\n'), "standard input")
    assert isinstance(article, Article)
    assert article.body == "Two hurt."
    (text,) = read_stream(io.BytesIO(b"Fire at the quay\nTwo hurt.\n"), "standard input")
    assert isinstance(text, Article)
    assert (text.title, text.body) == ("Fire at the quay", "Two hurt.")
    assert list(read_stream(io.BytesIO(b""), "standard input")) == []


def test_every_file_is_answered_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(feed(item(1, "Two hurt."), "<item/>"))
    (tmp_path / "b.xml").write_text("<html>Not found</html>")
    (tmp_path / "c.xml").write_text("")
    good, html, empty = parse_files([tmp_path])
    assert isinstance(good, FileReport)
    assert (good.feed.title, good.feed.format, len(good.articles)) == ("Quay Courier", "rss20", 2)
    assert isinstance(html, FileFault)
    assert html.error.startswith("not_a_feed: ")
    assert empty == FileFault(path=str(tmp_path / "c.xml"), error="empty: the document is empty")


def test_opml_is_read_flat_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(
        '<opml version="1.0"><body><outline text="News"><outline text="Quay &amp; Bay" '
        'xmlUrl="https://quay.example/rss?a=1&amp;b=2"/><outline title="again" XMLURL="https://quay.example/rss?a=1&amp;b=2"/>'
        '<outline text="no feed"/><outline text="bad" xmlUrl="javascript:x"/></outline></body></opml>'
    )
    feeds = opml.read(path)
    assert feeds == [opml.Outline(url="https://quay.example/rss?a=1&b=2", title="Quay & Bay")]
    feeds.append(opml.Outline(url="https://bay.example/rss"))
    path.write_text(opml.write(feeds))
    assert opml.read(path) == feeds


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not XML"),
        ("<rss/>", "expected <opml>"),
        ('<!DOCTYPE o [<!ENTITY a "x">]><opml><body/></opml>', "entities"),
        ("<opml><body>", "not XML"),
        ('<?xml version="1.0" encoding="shift_jis"?><opml/>', "save it as UTF-8"),
        ('<?xml version="1.0" encoding="klingon"?><opml/>', "save it as UTF-8"),
        ('<?xml version="1.0" encoding="zip"?><opml/>', "save it as UTF-8"),
    ],
)
def test_what_is_no_opml_is_said(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(content)
    with pytest.raises(InputError, match=says) as error:
        opml.read(path)
    assert str(path) in str(error.value)
    with pytest.raises(InputError, match="No such file"):
        opml.read(tmp_path / "none.opml")
