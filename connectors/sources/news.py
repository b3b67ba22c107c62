"""What of a feed's articles is new or edited, compared with what was seen before.  Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sources.parsed import ParsedFeed
from tallywire.identity import digest
from tallywire.records import Article

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
