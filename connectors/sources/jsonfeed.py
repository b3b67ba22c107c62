"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import msgspec

from connectors.sources.hygiene import LONGEST_TITLE, held, one_line, plain, prose, read_date
from connectors.sources.parsed import Entry, ParsedFeed, identify, in_order, language, lasting, refused
from connectors.sources.precheck import MOST_ENTRIES
from tallywire.ports import Problem
from tallywire.urls import link


class _Author(msgspec.Struct):
    name: str | None = None


class _Item(msgspec.Struct):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    authors: list[_Author] | None = None
    author: _Author | None = None  # version 1.0
    language: str | None = None


class _Hub(msgspec.Struct):
    type: str = ""
    url: str = ""


class _Feed(msgspec.Struct):
    items: list[Any]
    version: str = ""
    title: str | None = None
    home_page_url: str | None = None
    language: str | None = None
    feed_url: str | None = None
    hubs: list[_Hub] | None = None


def read_json(data: bytes, *, url: str | None, now: datetime | None, arrived: datetime) -> ParsedFeed:
    """Read a JSON Feed; the parameters are those of `read_xml`."""
    try:
        feed = msgspec.convert(json.loads(data.decode("utf-8-sig", "replace")), _Feed)
    except (ValueError, RecursionError):
        return refused("not_a_feed", "JSON, but no JSON Feed: expected an object with a list of items")
    title, spoken = one_line(feed.title or ""), language(feed.language)
    site = link(feed.home_page_url) if feed.home_page_url else None
    entries, problems = [], []
    for number, raw in enumerate(feed.items[:MOST_ENTRIES], start=1):
        try:
            entries.append(_entry(msgspec.convert(raw, _Item), title, spoken, url, now))
        except msgspec.ValidationError as error:
            problems.append(Problem(cause="bad_entry", says=f"item {number} left out: {error}"))
    if len(feed.items) > MOST_ENTRIES:
        says = (
            f"only the first {MOST_ENTRIES:,} entries were read, {len(feed.items) - MOST_ENTRIES:,} left out"
        )
        problems.append(Problem(cause="too_many_entries", says=says))
    articles = identify(entries, site=site, scope=site or title, arrived=arrived)
    return ParsedFeed(
        title=title,
        link=site,
        format="json10" if feed.version.endswith("/1") else "json11",
        language=spoken,
        articles=in_order(articles),
        lasting=lasting(entries, articles),
        problems=tuple(problems),
        entries=len(entries),
        hub=next((link(hub.url) for hub in feed.hubs or () if hub.type.lower() == "websub"), None),
        topic=link(feed.feed_url) if feed.feed_url else None,
    )


def _entry(item: _Item, feed: str, spoken: str | None, base: str | None, now: datetime | None) -> Entry:
    bodies = (plain(item.content_html or ""), prose(item.content_text or ""), prose(item.summary or ""))
    published, dated = held(read_date(item.date_published) or read_date(item.date_modified), now)
    names = [one_line(author.name) for author in item.authors or (item.author,) if author and author.name]
    return Entry(
        title=one_line(item.title or "", LONGEST_TITLE),
        body=max(bodies, key=len),
        url=_link(item, base),
        guid="" if item.id is None else one_line(str(item.id), LONGEST_TITLE),
        published=published,
        dated=dated,
        outlet=feed,
        byline=one_line(", ".join(names)) or None,
        language=language(item.language) or spoken,
    )


def _link(item: _Item, base: str | None) -> str | None:
    for address in (item.url, item.external_url):
        try:
            absolute = link(urljoin(base or "", address)) if address else None
        except ValueError:  # brackets that hold no IPv6 address
            continue
        if absolute is not None:
            return absolute
    return link(item.id) if isinstance(item.id, str) else None
