"""Reading: a text in, its figures and actors out, each with the sentence it rests on.

`read` is the one door.  It is pure (no clock, no network, no environment), and its time is linear in the length of
the text.  It reads any text but one that costs more steps than news can (`effort`): that is an `OverrunError`.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from tallywire.reading.actors import find
from tallywire.reading.document import Document
from tallywire.reading.effort import ALLOWED, Effort
from tallywire.reading.guard import Guard, Verdict
from tallywire.reading.language import language_of
from tallywire.reading.lexicon import languages, load
from tallywire.reading.notes import Note
from tallywire.reading.reader import FigureReader
from tallywire.reading.scene import scene_of
from tallywire.reading.tally import tally_of
from tallywire.records import Actor, Article, Extract, Question

_EPOCH = 1970  # where articles stand that have no date and follow none
_FALLBACK = "en"  # agency credits are looked for with these rules in a language that cannot be read


def read(article: Article, *, allowed: int = ALLOWED) -> Extract:
    """What `article` says: its language, its agency, its claims and their bottom line.

    What a second reader suggests (`article.second`) is taken as far as the text bears it out.  A text in a language
    without a lexicon gives no claims.  Raises `OverrunError` where that takes more than `allowed` steps.
    """
    text = _Text(article, allowed)
    notes = text.notes(Guard(text.lexicon, article.second) if article.second else None)
    return Extract(
        id=article.id,
        language=text.language,
        agency=text.document.agency,
        claims=tuple(note.claim for note in notes),
        actors=text.actors(),
        tally=tally_of(notes),
        scene=scene_of(text.document, notes),
    )


def residue(article: Article) -> Question | None:
    """What a second reader may be asked: sentences that could hold a claim and gave none; None where there are none."""
    text = _Text(article)
    guard = Guard(text.lexicon)
    text.notes(guard)
    sentences = tuple(sentence.text for sentence in guard.residue)
    return Question(language=text.language, sentences=sentences) if sentences else None


def judge(article: Article) -> Verdict:
    """What becomes of the suggestions that `article.second` holds."""
    text = _Text(article)
    guard = Guard(text.lexicon, article.second)
    text.notes(guard)
    return guard.verdict


class _Text:
    """An article with what is needed to read it."""

    def __init__(self, article: Article, allowed: int = ALLOWED) -> None:
        self._effort = Effort(allowed)
        self._effort.on_text(len(article.title) + len(article.body))
        readable = languages()
        self.language = article.language or language_of(f"{article.title}\n{article.body}", readable)
        self.known = self.language in readable
        self.lexicon = load(self.language if self.known else _FALLBACK)
        self.document = Document.of(article, self.lexicon)
        self._article = article

    def notes(self, guard: Guard | None = None) -> list[Note]:
        """The claims of the text; none in a language that cannot be read."""
        if not self.known:
            return []
        article = self._article
        return _reader(self.language).read(
            self.document, _written(article), article.published, guard, self._effort
        )

    def actors(self) -> tuple[Actor, ...]:
        """The actors of the text; none in a language that cannot be read."""
        return find(self.document, self._article, self._effort) if self.known else ()


def _written(article: Article) -> datetime | None:
    """When an article was written: published, or else arrived; None where a clock tells neither."""
    return article.at if article.at.year > _EPOCH else None


@cache
def _reader(language: str) -> FigureReader:
    return FigureReader(load(language))
