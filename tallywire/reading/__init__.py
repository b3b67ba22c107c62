"""Reading: a text in, its figures and actors out, each with the sentence it rests on.

`read` is the one door.  It is pure (no clock, no network, no environment), total on any text, and its time
is linear in the length of the text.
"""

from __future__ import annotations

from functools import cache

from tallywire.reading.actors import find
from tallywire.reading.document import Document
from tallywire.reading.language import language_of
from tallywire.reading.lexicon import languages, load
from tallywire.reading.reader import FigureReader
from tallywire.reading.tally import tally_of
from tallywire.records import Article, Extract

_EPOCH = 1970  # where articles stand that have no date and follow none
_FALLBACK = "en"  # agency credits are looked for with these rules in a language that cannot be read


def read(article: Article) -> Extract:
    """What `article` says: its language, its agency, its claims and their bottom line.

    A text in a language without a lexicon gives no claims.
    """
    language = article.language or language_of(f"{article.title}\n{article.body}")
    known = language in languages()
    lexicon = load(language if known else _FALLBACK)
    document = Document.of(article, lexicon)
    notes = _reader(language).read(document, _year(article), article.published) if known else []
    return Extract(
        id=article.id,
        language=language,
        agency=lexicon.agencies.find(article, document.body.folded),
        claims=tuple(note.claim for note in notes),
        actors=find(document, article) if known else (),
        tally=tally_of(notes),
    )


def _year(article: Article) -> int:
    """The year before which a year is the past; one that is to come where nothing tells the article's own."""
    return article.at.year if article.at.year > _EPOCH else 10_000


@cache
def _reader(language: str) -> FigureReader:
    return FigureReader(load(language))
