"""revise: drop the exact repeat of an article; let an edited one go on as a revision of itself.

Keyed by the article's canonical URL (its id where it has none).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from streams.step import Reason, Step
from tallywire.identity import digest
from tallywire.records import Article, Record
from tallywire.urls import canonical


class Seen(Record, frozen=True):
    """What is remembered of an address: its latest version."""

    base: str  #: id of the first version
    id: str  #: id of the latest version
    version: int
    content: str  #: digest of the latest version's text


def address(article: Article) -> str:
    """What makes two items versions of one article: the canonical URL, or the id where there is none."""
    return (canonical(article.url) if article.url else None) or article.id


def content(article: Article) -> str:
    """A digest of what a reader sees: title and body, white space aside."""
    return digest(" ".join(article.title.split()), " ".join(article.body.split()))


def step(item: Article, state: Seen | None, now: datetime) -> Step[Seen, Article]:
    """A new article goes on as it is, a repeat nowhere, an edit as the next version with an id of its own."""
    text = content(item)
    if state is None:
        seen = Seen(base=item.id, id=item.id, version=1, content=text)
        return Step(state=seen, outputs=(item,), reason=Reason.NEW)
    if text == state.content:
        return Step(state=state, reason=Reason.DUPLICATE)
    version = state.version + 1
    # An edit under the id it had before needs a name of its own; one that brings its own keeps it.
    name = f"{state.base}~{version}" if item.id in (state.base, state.id) else item.id
    revised = msgspec.structs.replace(item, id=name, version=version, revision_of=state.id)
    seen = Seen(base=state.base, id=name, version=version, content=text)
    return Step(state=seen, outputs=(revised,), reason=Reason.REVISED)
