"""What reading a feed gives, whatever its format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tallywire.identity import digest
from tallywire.ports import Problem
from tallywire.records import Article, Record
from tallywire.urls import article_id, canonical


class Job(Record, frozen=True):
    """A document to be read as a feed."""

    data: bytes
    arrived: datetime  #: when its articles arrive
    url: str | None = None  #: where it came from; relative links start there
    content_type: str | None = None  #: the HTTP header
    now: datetime | None = None  #: what dates are held to (ten years back, a day ahead); None keeps them
    page: bool = False  #: the document is an article's page, not a feed


class ParsedFeed(Record, frozen=True):
    """A feed's content, or why there is none."""

    title: str = ""
    link: str | None = None  #: the site it belongs to
    format: str = ""  #: rss20, atom10, rss10, json11 …; empty where nothing could be read
    language: str | None = None  #: as the feed declares it, ISO 639
    articles: tuple[Article, ...] = ()  #: one for each entry, by (time, id)
    problems: tuple[Problem, ...] = ()  #: met on the way; the articles were read all the same
    fault: Problem | None = None  #: why nothing could be read
    named: tuple[str, ...] = ()  #: feeds that a page, read in place of one, names as its own
    ttl: float | None = None  #: seconds the feed asks to be left alone between two fetches
    quiet: tuple[int, ...] = ()  #: hours of the week, from Monday 0:00 UTC, in which it expects no reader
    cut: bool = False  #: the document breaks off; its whole entries are here
    entries: int = 0  #: how many it shows
    hub: str | None = None  #: who can be asked to send what is new (WebSub) …
    topic: str | None = None  #: … and the address under which the hub knows the feed
    lasting: dict[str, str] = msgspec.field(
        default_factory=dict
    )  #: article id → what stays if its link changes


class Entry(Record, frozen=True):
    """An entry as a format's reader hands it over: cleaned text, but no identity yet."""

    title: str = ""
    body: str = ""
    url: str | None = None
    guid: str = ""
    published: datetime | None = None
    dated: datetime | None = None  #: the original of a date that was held
    outlet: str = ""
    byline: str | None = None
    language: str | None = None


def refused(cause: str, says: str) -> ParsedFeed:
    """The answer for what could not be read."""
    return ParsedFeed(fault=Problem(cause=cause, says=says))


def identify(entries: Sequence[Entry], *, site: str | None, scope: str, arrived: datetime) -> list[Article]:
    """Entries as articles, each with a name that stays the same while the feed edits it.

    An entry is known by its link; if the link names no article (the site's front page, or one page for many
    entries) by its guid within `scope`, the feed; if it has neither, by its text.
    """
    keys = [canonical(entry.url) if entry.url else None for entry in entries]
    names: dict[str | None, set[str]] = {}
    for entry, key in zip(entries, keys, strict=True):
        names.setdefault(key, set()).add(entry.guid or entry.title)
    home = canonical(site) if site else None

    def vague(entry: Entry, key: str | None) -> bool:
        front = key == home and entry.guid != "" and canonical(entry.guid) != key
        return key is None or front or len(names[key]) > _SHARED

    return [
        _article(entry, None if vague(entry, key) else key, scope, arrived)
        for entry, key in zip(entries, keys, strict=True)
    ]


_SHARED = 2  # entries: two guids at one address are an item that was renamed, three are a page of many items


def _article(entry: Entry, key: str | None, scope: str, arrived: datetime) -> Article:
    by_guid = key is None and entry.guid
    return Article(
        id=digest("guid", scope, entry.guid) if by_guid else article_id(key, entry.title, entry.body),
        url=entry.url if key else None,
        outlet=entry.outlet,
        title=entry.title,
        body=entry.body,
        published=entry.published,
        arrived=arrived,
        language=entry.language,
        byline=entry.byline,
        dated=entry.dated,
    )


def lasting(entries: Sequence[Entry], articles: Sequence[Article]) -> dict[str, str]:
    """Article id → what stays of an entry when its link changes: a digest of guid and date.

    `articles` are those of `entries`, in their order.  Entries without a guid, a date or an address have no such
    name, nor those whose guid is the link itself, or which share it: a guid that is used again comes with a new date.
    """
    names: dict[str, list[str]] = {}
    for entry, article in zip(entries, articles, strict=True):
        if entry.guid and entry.published and article.url and canonical(entry.guid) != canonical(article.url):
            names.setdefault(digest("entry", entry.guid, entry.dated or entry.published), []).append(
                article.id
            )
    return {ids[0]: name for name, ids in names.items() if len(ids) == 1}


def language(tag: object) -> str | None:
    """The ISO 639 language of a tag as `en-NZ` (RFC 5646), None for what is no tag."""
    first = str(tag or "").replace("_", "-").partition("-")[0].strip().lower()
    return first if first.isascii() and first.isalpha() and len(first) in {2, 3} else None


def in_order(articles: list[Article]) -> tuple[Article, ...]:
    """By time, then id: the order that does not depend on how a feed lists them."""
    return tuple(sorted(articles, key=lambda article: (article.at, article.id)))
