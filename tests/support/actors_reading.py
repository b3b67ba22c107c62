"""Reading made-up texts, for the tests of actors."""

from datetime import UTC, datetime

from tallywire.reading.actors import find
from tallywire.reading.document import Document
from tallywire.reading.lexicon import load
from tallywire.records import Actor, Article

THEN = datetime(2031, 5, 4, tzinfo=UTC)


def read(body: str, title: str = "", byline: str | None = None) -> tuple[Actor, ...]:
    """The actors of an article in English."""
    article = Article(id="a", title=title, body=body, arrived=THEN, byline=byline)
    return find(Document.of(article, load("en")), article)


def people(body: str, title: str = "", byline: str | None = None) -> dict[str, Actor]:
    """The people among them, by name."""
    return {actor.name: actor for actor in read(body, title, byline) if actor.kind == "person"}
