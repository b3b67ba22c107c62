"""Runs of capitalised words: all that can be a name.

One expression walks the folded field once.  A run is capitalised words joined by single spaces, by particles
("de la", "bin", "van der") and by full stops that belong to initials and abbreviated titles; a possessive ending
closes it.  So nothing is cut into tokens that no name stands near.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct

from tallywire.reading.actors.words import Words
from tallywire.reading.document import Field, Sentence

_MARKS = 8  # quotes, bullets and brackets before a sentence's first word, at most
_SMALL = re.compile(r"(?<![\w'-])[a-z]{3,}")
_MOSTLY = 0.45  # a sentence with a smaller share of capitalised runs cannot be in headline style


class Run(Struct):
    """Capitalised words in a row: `field.folded[start:end]`, within one sentence."""

    field: Field
    sentence: Sentence
    start: int
    end: int
    opens: bool  #: stands first in its sentence, so that its first capital proves nothing
    headline: bool  #: in a sentence that capitalises everything

    @property
    def first(self) -> int:
        """The number of the token that the run begins with."""
        return self.number(self.start)

    @property
    def past(self) -> int:
        """The number of the token after it."""
        return self.number(self.end)

    def number(self, offset: int) -> int:
        """The number of the token that stands at an offset, or after it."""
        return bisect_left(self.sentence.tokens.starts, offset)


def runs(field: Field, words: Words) -> Iterator[Run]:
    """The runs of `field`, in order, but for those of one word that any sentence may begin with."""
    openers, links = words.openers, words.grammar.headline
    folded, lowered = field.folded, field.lowered
    found = [match.span() for match in words.grammar.run.finditer(folded)]
    first, count = 0, len(found)
    for sentence in field.sentences:
        floor, ceiling = sentence.start, sentence.end
        last = first
        while last < count and found[last][0] < ceiling:
            last += 1
        if first == last:
            continue
        spans, first = found[first:last], last
        headline = _is_headline(folded, sentence, spans, links)
        opens = _opens(folded, floor, spans[0][0])
        for start, end in spans:
            if not (opens and lowered[start:end] in openers):
                yield Run(field, sentence, start, min(end, ceiling), opens, headline)
            opens = False


def _opens(folded: str, floor: int, start: int) -> bool:
    """Whether nothing but quotes, bullets and brackets stands between a sentence's beginning and `start`."""
    return start == floor or (start - floor < _MARKS and not any(map(str.isalnum, folded[floor:start])))


def _is_headline(
    folded: str, sentence: Sentence, spans: list[tuple[int, int]], links: frozenset[str]
) -> bool:
    """Whether capitals prove nothing here: a line with no small word but articles and prepositions."""
    share = sum(end - start for start, end in spans) / (sentence.end - sentence.start)
    if share < _MOSTLY:
        return False
    return all(word in links for word in _SMALL.findall(folded, sentence.start, sentence.end))
