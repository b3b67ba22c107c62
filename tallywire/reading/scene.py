"""Where and when a text says that its event happened.

Two events that share their words are told apart by these.  Looked at are the sentences that tell of the event: the
title, the first of the body, and those of its opening with a figure of the event.  A day is one of the event only in
one clause with a word that says what befell people, and near it: not the day on which somebody said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tallywire.reading.document import Document, Field, Sentence
from tallywire.reading.notes import Note
from tallywire.records import Metric, Scene, Scope, Status

_OPENING = 8  # sentences of the body that tell of the event
_SENTENCE = 400  # characters of one looked at
_PLACES = 8  # kept


def scene_of(document: Document, notes: Sequence[Note]) -> Scene:
    """The scene of a document, of which `notes` are the claims; empty where it has none."""
    own = [note for note in notes if _of_the_event(note)]
    if not own:
        return Scene()
    sentences = list(_sentences(document, {note.sentence for note in own}))
    speakers = {who for note in own for who in note.claim.claimants}
    places = dict.fromkeys((*_dateline(document.body), *_places(sentences, speakers)))
    days = {
        day
        for sentence in sentences
        for day in document.lexicon.times.beside(
            sentence.lowered[:_SENTENCE], _triggers(sentence), document.article.published
        )
    }
    return Scene(places=tuple(places)[:_PLACES], days=tuple(sorted(days)))


def _of_the_event(note: Note) -> bool:
    """Whether a claim is one of what befell people in the event that the text tells of."""
    claim = note.claim
    elsewhere = claim.scope is Scope.BACKGROUND or note.aside
    return not elsewhere and claim.status is not Status.SUPERSEDED and claim.metric is not Metric.DETAINED


def _sentences(document: Document, told: set[tuple[str, int]]) -> Iterator[Sentence]:
    yield from document.title.sentences
    for sentence in document.body.sentences[:_OPENING]:
        if not sentence.index or ("body", sentence.index) in told:
            yield sentence


def _places(sentences: Iterable[Sentence], speakers: set[str]) -> Iterator[str]:
    """The places named but those of who says so: "doctors at Brede hospital said"."""
    for sentence in sentences:
        for begin, start, end in sentence.field.lexicon.places.of(sentence.folded[:_SENTENCE]):
            text = sentence.text
            if not any(text.startswith(who, start) or text[begin:end] in who for who in speakers):
                yield text[start:end]


def _dateline(body: Field) -> Iterator[str]:
    span = body.lexicon.places.dateline(body.folded[:_SENTENCE])
    if span is not None:
        yield body.text[slice(*span)].title()


def _triggers(sentence: Sentence) -> list[int]:
    """Where words stand in a sentence that say what befell people."""
    return [
        place - sentence.start for place in sentence.field.triggers if sentence.start <= place < sentence.end
    ]
