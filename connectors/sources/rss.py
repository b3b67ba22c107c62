"""RSS 0.9 to 2.0, RDF and Atom, read with feedparser.

feedparser is generous with broken feeds and helpless against hostile ones (its work grows with the square of
some inputs): so this module runs in a child process only, and what can be counted is counted first.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import feedparser
import msgspec
from feedparser.encodings import convert_to_utf8

from connectors.sources.hygiene import LONGEST_BODY, LONGEST_TITLE, held, one_line, plain, prose
from connectors.sources.pages import feeds_of
from connectors.sources.parsed import Entry, ParsedFeed, identify, in_order, language, lasting, refused
from connectors.sources.precheck import MOST_ENTRIES, Checked, RefusedError, check
from tallywire.urls import link

_ADDRESS = re.compile(r"(?:mailto:)?[^\s<>()]+@[^\s<>()]+")
_READABLE = ("text/", "application/xhtml", "application/xml")  # an Atom content may be an image, too
_HEAD = 50_000  # bytes: what a feed says of itself stands before its entries
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,2000}?)</skipDays>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>")
_XML = "application/xml; charset=utf-8"


def read_xml(
    data: bytes, *, url: str | None, content_type: str | None, now: datetime | None, arrived: datetime
) -> ParsedFeed:
    """Read an XML feed.

    The parameters are those of `Job`: `url` is where relative links start, `content_type` has a charset,
    `now` holds dates (None: as they are), `arrived` is every article's arrival, and the place of the undated.
    """
    try:
        checked = check(convert_to_utf8(_headers(data, content_type), data, {}))
    except RefusedError as error:
        return refused(error.cause, error.says)
    parsed = feedparser.parse(
        io.BytesIO(checked.data),
        response_headers={"content-type": _XML, "content-location": url or ""},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries and not parsed.version:
        return _no_feed(checked.data, url)
    return _feed(parsed, checked, url, now, arrived)


def _no_feed(data: bytes, url: str | None) -> ParsedFeed:
    named = feeds_of(data, url)
    if named:
        says = f"a page, not a feed; the page names as its feed: {' '.join(named)}"
        return msgspec.structs.replace(refused("not_a_feed", says), named=named)
    says = "neither RSS nor Atom nor JSON Feed; check that the address is the feed's own"
    return refused("not_a_feed", says)


def _headers(data: bytes, content_type: str | None) -> dict[str, str]:
    """The header for feedparser's choice of encoding.

    A charset that the server names comes first (RFC 7303), unless the bytes are valid UTF-8 beyond ASCII:
    another encoding practically never looks so.  Without a charset only the document counts: `text/xml` would
    else mean ASCII.
    """
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type or "", re.IGNORECASE)
    if charset is None or (not data.isascii() and _is_utf8(data)):
        return {"content-type": "application/xml"}
    return {"content-type": f"application/xml; charset={charset[1]}"}


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _feed(
    parsed: Any, checked: Checked, url: str | None, now: datetime | None, arrived: datetime
) -> ParsedFeed:
    head = parsed.feed
    title = one_line(_text(head.get("title_detail")))
    site = link(_join(url, str(head.get("link") or "")))
    spoken = language(head.get("language"))
    entries = [_entry(raw, title, spoken, url, now) for raw in parsed.entries[:MOST_ENTRIES]]
    articles = identify(entries, site=site, scope=site or title, arrived=arrived)
    return ParsedFeed(
        title=title,
        link=site,
        format=parsed.version or "xml",
        language=spoken,
        articles=in_order(articles),
        problems=checked.problems,
        ttl=_ttl(head),
        quiet=_quiet(checked.data),
        cut=checked.cut,
        lasting=lasting(entries, articles),
        entries=len(entries),
        hub=_related(head, "hub", url),
        topic=_related(head, "self", url),
    )


def _related(head: Mapping[str, Any], relation: str, base: str | None) -> str | None:
    """An address that the feed names for itself: `<atom:link rel="hub">`, `<link rel="self">`."""
    named = (
        str(other.get("href") or "") for other in head.get("links") or () if other.get("rel") == relation
    )
    return next(filter(None, (link(_join(base, address)) for address in named)), None)


def _entry(
    raw: Mapping[str, Any], feed: str, spoken: str | None, base: str | None, now: datetime | None
) -> Entry:
    source = _source(raw)
    title = raw.get("title_detail") or {}
    published, dated = held(_date(raw), now)
    return Entry(
        title=one_line(_text(title, 20 * LONGEST_TITLE), LONGEST_TITLE),
        body=_body(raw),
        url=_link(raw, base),
        guid=one_line(str(raw.get("id") or ""), LONGEST_TITLE),
        published=published,
        dated=dated,
        outlet=source or feed,
        byline=", ".join(filter(None, (_byline(raw), source))) or None,
        language=_spoken(raw, title) or spoken,
    )


def _text(detail: Mapping[str, Any] | None, most: int = LONGEST_BODY) -> str:
    """The text of a construct, by the type that feedparser found for it; of its first `most` characters."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")[:most]
    return prose(value) if detail.get("type") == "text/plain" else plain(value)


def _body(raw: Mapping[str, Any]) -> str:
    """The longest of an entry's contents and summaries: some feeds carry the text in either."""
    details: Sequence[Mapping[str, Any]] = [*(raw.get("content") or ()), raw.get("summary_detail") or {}]
    texts = [_text(detail) for detail in details if str(detail.get("type") or "text/").startswith(_READABLE)]
    return max(texts, key=len, default="")


def _link(raw: Mapping[str, Any], base: str | None) -> str | None:
    """The article's address: what a counting redirect hides, the link, an alternate, a guid that is one."""
    for address in _addresses(raw):
        absolute = link(_join(base, address))
        if absolute is not None:
            return absolute
    return None


def _addresses(raw: Mapping[str, Any]) -> Iterator[str]:
    yield str(raw.get("feedburner_origlink") or "")
    yield str(raw.get("link") or "")
    for other in raw.get("links") or ():
        if other.get("rel") == "alternate":
            yield str(other.get("href") or "")
    if raw.get("guidislink"):
        yield str(raw.get("id") or "")


def _join(base: str | None, address: str) -> str:
    try:
        return urljoin(base or "", address.strip()) if address.strip() else ""
    except ValueError:  # brackets that hold no IPv6 address
        return ""


def _date(raw: Mapping[str, Any]) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parts = dict.get(raw, name) if isinstance(raw, dict) else None
        if parts:
            try:
                return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=timegm(parts))
            except (ValueError, OverflowError):  # a day or a year that no calendar has
                continue
    return None


def _source(raw: Mapping[str, Any]) -> str:
    """Where the entry says it comes from: an outlet, or an agency; empty where it does not say."""
    source = raw.get("source")
    return one_line(str(source.get("title") or "")) if isinstance(source, Mapping) else ""


def _byline(raw: Mapping[str, Any]) -> str | None:
    """Who wrote it: the names of the authors, without their addresses; an address alone names nobody.

    One author is read from the whole text, since feedparser knows no addresses of newer top-level domains.
    """
    people = [person.get("name") for person in raw.get("authors") or ()]
    texts = people if len(people) > 1 else [raw.get("author")]
    names = [plain(_ADDRESS.sub(" ", one_line(str(text)))).strip(" ()<>,;") for text in texts if text]
    return one_line(", ".join(dict.fromkeys(filter(None, names)))) or None


def _spoken(raw: Mapping[str, Any], title: Mapping[str, Any]) -> str | None:
    details = [raw, *(raw.get("content") or ()), title]
    return next(filter(None, (language(detail.get("language")) for detail in details)), None)


def _ttl(head: Mapping[str, Any]) -> float | None:
    """RSS's `ttl`, in minutes there, in seconds here."""
    text = str(head.get("ttl") or "").strip()
    return float(text) * 60 if text.isascii() and text.isdigit() and len(text) < 6 else None


def _quiet(document: bytes) -> tuple[int, ...]:
    """RSS's `skipHours` and `skipDays`, which feedparser does not read, as hours of the week."""
    document = document[:_HEAD]
    hours = {int(hour) % 24 for block in _SKIP_HOURS.findall(document) for hour in _HOUR.findall(block)}
    named = {day.decode().lower() for block in _SKIP_DAYS.findall(document) for day in _DAY.findall(block)}
    days = {number for number, name in enumerate(_DAYS) if name in named}
    return tuple(hour for hour in range(7 * 24) if hour % 24 in hours or hour // 24 in days)
