"""Articles that somebody already has: JSON Lines and plain text.

A bad line is a Problem that names its place and the remedy; the lines after it are read all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from connectors.sources.hygiene import LONGEST_BODY, LONGEST_NAME, LONGEST_TITLE, held, read_date, verbatim
from connectors.sources.parsed import language
from tallywire.ports import Problem
from tallywire.records import Article
from tallywire.urls import article_id, canonical, link

LONGEST_FIRST_LINE = (
    200  # characters: a longer first line of a plain text is its first paragraph, not a title
)
UNDATED = datetime(
    1970, 1, 1, tzinfo=UTC
)  # where an article stands that neither has a date nor follows one that has
_BELIEVED = (
    datetime(1971, 1, 1, tzinfo=UTC),
    datetime(2100, 1, 1, tzinfo=UTC),
)  # dates the undated may follow
_LONGEST_PAYLOAD = 10_000_000  # characters of a bad line that are kept for a later try


class _Line(msgspec.Struct):
    """One article as the contract writes it; unknown fields are let pass, since fields may be added."""

    id: str | int | None = None
    url: str | None = None
    outlet: str | None = None
    title: str | None = None
    body: str | None = None
    published: str | float | int | None = None
    language: str | None = None
    byline: str | None = None
    story: str | int | None = None


def read_articles(
    lines: Iterable[bytes | str], origin: str, arrived: datetime | None = None
) -> Iterator[Article | Problem]:
    """Articles from JSON Lines.

    `origin` names the lines in problems: a file, or "standard input".  `arrived` is when they are taken in:
    a live article's date is held within ten years before and a day after it.  None leaves articles on their
    own clock: each keeps whatever date it has and arrives then; one without arrives with the one before it.
    """
    clock = UNDATED
    for number, line in enumerate(lines, start=1):
        place = f"{origin}, line {number}"
        text, damaged = _decode(line)
        if not text.strip():
            continue
        fields = _fields(text, place)
        if isinstance(fields, Problem):
            yield fields
            continue
        published, dated = held(read_date(fields.published), arrived)
        if published is not None and _BELIEVED[0] <= published <= _BELIEVED[1]:
            clock = published
        article = _article(fields, published, arrived or published or clock)
        yield msgspec.structs.replace(article, dated=dated)
        yield from _mended(fields, damaged, place)


def _fields(text: str, place: str) -> _Line | Problem:
    """What a line holds, or why it is no article."""
    try:
        fields = msgspec.convert(json.loads(text), _Line)
    except (ValueError, RecursionError) as error:  # both libraries' errors are ValueErrors
        expected = "expected one article as a JSON object a line"
        return _refuse("bad_line", f"{place}: {_reason(error)}; {expected}", text)
    if not (fields.body or "").strip() and not (fields.title or "").strip():
        return _refuse("empty_article", f"{place}: the article has neither body nor title", text)
    return fields


def _mended(fields: _Line, damaged: bool, place: str) -> Iterator[Problem]:
    """What had to be changed in an article to take it in."""
    if damaged:
        says = f"{place}: not valid UTF-8; bad bytes were replaced, save it as UTF-8"
        yield Problem(cause="not_utf8", says=says, lost=False)
    if fields.published is not None and read_date(fields.published) is None:
        says = f"{place}: published is no date; taken as undated, write it as 2031-05-04T12:00:00Z"
        yield Problem(cause="bad_date", says=says, lost=False)
    if len(fields.body or "") > LONGEST_BODY:
        says = f"{place}: body cut to its first {LONGEST_BODY:,} characters"
        yield Problem(cause="text_cut", says=says, lost=False)


def read_text(data: bytes, origin: str, arrived: datetime | None = None) -> Article | Problem:
    """An article from plain text: the first line is the title, unless it is as long as a paragraph."""
    text = verbatim(_decode(data)[0])
    first, _, rest = text.lstrip().partition("\n")
    title, body = (first.strip(), rest) if len(first) < LONGEST_FIRST_LINE else ("", text)
    if not text.strip():
        return Problem(
            cause="empty_article", says=f"{origin}: the file is empty; expected a title and a text"
        )
    return _article(_Line(title=title, body=body.strip()), None, arrived or UNDATED)


def _article(fields: _Line, published: datetime | None, arrived: datetime) -> Article:
    title = verbatim(fields.title or "")[:LONGEST_TITLE]
    body = verbatim(fields.body or "")[:LONGEST_BODY]
    url = link(fields.url) if fields.url else None
    name = "" if fields.id is None else verbatim(str(fields.id))[:LONGEST_NAME]
    return Article(
        id=name or article_id(url, title, body),
        url=url,
        outlet=verbatim(fields.outlet or "")[:LONGEST_NAME] or site(url),
        title=title,
        body=body,
        published=published,
        arrived=arrived,
        language=language(fields.language),
        byline=verbatim(fields.byline)[:LONGEST_NAME] if fields.byline else None,
        story=None if fields.story in {None, ""} else verbatim(str(fields.story))[:LONGEST_NAME],
    )


def site(url: str | None) -> str:
    """The outlet's name where none is given: the host of its articles, without `www.`."""
    key = canonical(url) if url else None
    return urlsplit(key).hostname or "" if key else ""


def _decode(line: bytes | str) -> tuple[str, bool]:
    """The text of a line, and whether bytes of it had to be replaced."""
    if isinstance(line, str):
        return line.removeprefix("\ufeff"), False
    try:
        return line.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return line.decode("utf-8-sig", "replace"), True


def _refuse(cause: str, says: str, payload: str) -> Problem:
    return Problem(cause=cause, says=says, payload=verbatim(payload[:_LONGEST_PAYLOAD]))


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"no JSON ({error.msg.lower()} at character {error.pos + 1})"
        case msgspec.ValidationError():
            return str(error).replace("`", "").replace("$.", "")
        case RecursionError():
            return "JSON nested too deeply"
        case _:
            return "no JSON that can be read"
