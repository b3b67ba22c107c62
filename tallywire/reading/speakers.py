"""Whom a pronoun before a verb of saying means: "he said", "it added".

It means whoever spoke last, in the paragraph or the one before, and can be meant: "he" is no ministry and "it"
no minister.  Where nobody has spoken, the subject of the sentence before may have ("The minister addressed
parliament. He said …").
"""

from __future__ import annotations

from functools import cache

from tallywire.reading import claimants
from tallywire.reading.chunks import Sequence, chunks_of
from tallywire.reading.claimants import Source
from tallywire.reading.document import Field, Sentence
from tallywire.reading.units import units_of, without_asides
from tallywire.reading.vocabulary import Lexicon

_REACH = 6  # sentences; who spoke earlier than that is seldom meant
_SPEAKING = ("before", "after")


class Speakers:
    """The speakers of one field."""

    def __init__(self, field: Field, lexicon: Lexicon) -> None:
        self._field = field
        self._lexicon = lexicon
        self._sources = cache(self._sources_of)

    def meant(self, source: Source, sentence: Sentence) -> Source | None:
        """Whom the pronoun of `source`, which stands in `sentence`, means; None where the text leaves it open."""
        paragraphs = 0
        for index in range(sentence.index - 1, max(-1, sentence.index - 1 - _REACH), -1):
            earlier, following = self._field.sentences[index : index + 2]
            paragraphs += "\n" in self._field.text[earlier.end : following.start]
            if paragraphs > 1:
                break
            for candidate in self._sources(index):
                if self._agree(source.pronoun, candidate):
                    return candidate
        return None

    def _sources_of(self, index: int) -> tuple[Source, ...]:
        """Who speaks in a sentence, the last first; where nobody does, its subject."""
        sentence = self._field.sentences[index]
        sequence = self._sequence(sentence)
        sources = claimants.sources_of(sentence, sequence, self._lexicon.claimants)
        named = [source for source in sources if source.text]
        speaking = [source for source in named if source.kind in _SPEAKING]
        if sources:
            return tuple(reversed(speaking or named))
        subject = claimants.subject_of(sentence, sequence, self._lexicon.claimants)
        return (subject,) if subject is not None and self.can_speak(subject) else ()

    def _sequence(self, sentence: Sentence) -> Sequence:
        units, _ = without_asides(units_of(sentence.tokens, self._lexicon))
        return chunks_of(sentence.tokens, units, self._lexicon)

    def _agree(self, pronoun: str, source: Source) -> bool:
        """Whether a pronoun, by its letter in the grammar, can mean a source."""
        if pronoun == "u":
            return self._is_person(source) or not self._is_body(source)
        return pronoun != "=" or not self._is_person(source)

    def can_speak(self, source: Source) -> bool:
        """Whether a source is somebody who could speak: a person, a body, a nation."""
        return self._is_person(source) or self._is_body(source) or self._is_nation(source)

    def _is_person(self, source: Source) -> bool:
        return any(
            entry.letter == "s" for entry in map(self._lexicon.words.get, _words(source)) if entry is not None
        )

    def _is_body(self, source: Source) -> bool:
        return any(word in self._lexicon.claimants.bodies for word in _words(source))

    def _is_nation(self, source: Source) -> bool:
        known = map(self._lexicon.words.get, _words(source))
        return any(entry is not None and entry.nation is not None for entry in known)


def _words(source: Source) -> list[str]:
    return source.text.lower().split()
