"""What of a feed's articles is new or edited, compared with what was seen before.  Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from connectors.sources.parsed import ParsedFeed
from tallywire.identity import digest
from tallywire.records import Article
from tallywire.urls import article_id

REMEMBERED = 200  # entries at least, and at most three times as many as the feed shows
_DIGITS = 12  # of a text's digest: one feed's few versions of one article are told apart by less


def latest(parsed: ParsedFeed) -> dict[str, Article]:
    """One article an id, the newest; oldest first."""
    kept: dict[str, Article] = {}
    for article in parsed.articles:
        other = kept.get(article.id)
        if other is None or article.at > other.at:
            kept[article.id] = article
    return dict(sorted(kept.items(), key=lambda item: (item[1].at, item[0])))


def text(article: Article) -> str:
    """What makes an edit: the words, not how they are broken into lines (other spaces are single already)."""
    return digest(article.title, article.body.replace("\n\n", "\n").replace("\n", " "))[:_DIGITS]


def continued(
    shown: Mapping[str, Article], lasting: Mapping[str, str], known: Mapping[str, str]
) -> tuple[dict[str, Article], dict[str, str]]:
    """The articles of `shown` with those that only got a new link under their first one, and what is known then.

    `lasting` is article id → what stays of it (`parsed.lasting`), `known` is that → its first address.
    """
    kept: dict[str, Article] = {}
    after: dict[str, str] = {}
    for name, article in shown.items():
        mark = lasting.get(name)
        first = known.get(mark) if mark else None
        if first is not None and article_id(first, "", "") not in shown:
            article = msgspec.structs.replace(article, id=article_id(first, "", ""), url=first)
        kept[article.id] = article
        if mark and article.url:
            after[mark] = article.url
    left = [mark for mark in known if mark not in after]
    room = max(REMEMBERED, 3 * len(shown)) - len(shown)
    return kept, {mark: known[mark] for mark in left[-room:]} | after


def changed(shown: Mapping[str, Article], seen: Mapping[str, str]) -> tuple[list[Article], dict[str, str]]:
    """The articles of `shown` that are new or edited, and what has been seen after them.

    `seen` is article id → text, those shown last at its end.  Items leave a feed and come back: the latest
    that left are remembered, too, within bounds.
    """
    texts = {name: text(article) for name, article in shown.items()}
    fresh = [article for name, article in shown.items() if seen.get(name) != texts[name]]
    left = [name for name in seen if name not in shown]
    room = max(REMEMBERED, 3 * len(shown)) - len(shown)
    return fresh, {name: seen[name] for name in left[-room:]} | texts
