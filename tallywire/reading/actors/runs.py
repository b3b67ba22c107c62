"""Runs of capitalised words: all that can be a name.

One expression walks the folded field once.  A run is capitalised words joined by single spaces, by particles
("de la", "bin", "van der") and by full stops that belong to initials and abbreviated titles; a possessive ending
closes it.  So nothing is cut into tokens that no name stands near.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tallywire.reading.document import Field, Sentence

_ABBREVIATIONS = "Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Cpl|Pvt|Adm|Brig|Cmdr|Sen|Rep|Gov|Pres|Hon|Rev|Fr|Det|Insp|Supt|Msgr|St|Jr|Sr"
_WORD = (
    rf"(?:(?:{_ABBREVIATIONS})\.(?!\w)"  # Gen.
    r"|(?:[A-Z]\.){1,4}+(?![a-z])"  # J. or U.S.
    r"|(?:[ae]l-|[dlo]'|O')?+[A-Z][^\W_]*+(?:(?!'s\b)['&-][^\W_]++)*+)"  # al-Assad, O'Hara, Jean-Luc, AT&T
)
_JOIN = (
    r"(?:[ ](?:(?:de[ ]la|de[ ]los|de[ ]las|van[ ]der|van[ ]den|van[ ]de|von[ ]der|de|del|della|di|da|do|dos|das|du"
    r"|van|von|der|den|ter|bin|bint|ibn|ben|abu|umm|al|el|y|zu|ould|&)[ ])?+)"
)
RUN = re.compile(rf"(?<![\w.@/#-]){_WORD}(?:{_JOIN}{_WORD})*+")
_SMALL = re.compile(r"(?<![\w'-])[a-z]{3,}")
_MOSTLY = 0.45  # a sentence with a smaller share of capitalised runs cannot be in headline style
_LINKS = frozenset(
    """the and but for nor its his her not via out off per with from into over after amid near that this than upon
    against about before between during""".split()
)


@dataclass(slots=True)
class Run:
    """Capitalised words in a row: `field.folded[start:end]`, within one sentence."""

    field: Field
    sentence: Sentence
    start: int
    end: int
    text: str  #: folded
    opens: bool  #: stands first in its sentence, so that its first capital proves nothing
    headline: bool  #: in a sentence that capitalises everything
    possessive: bool  #: "'s" or "s'" follows


def runs(field: Field) -> Iterator[Run]:
    """The runs of `field`, in order."""
    folded = field.folded
    found = RUN.finditer(folded)
    match = next(found, None)
    for sentence in field.sentences:
        spans = []
        while match is not None and match.start() < sentence.end:
            if match.start() >= sentence.start:
                spans.append((match.start(), min(match.end(), sentence.end)))
            match = next(found, None)
        if not spans:
            continue
        headline = _is_headline(folded, sentence, spans)
        first = _first_letter(folded, sentence)
        for start, end in spans:
            after = folded[end : end + 2]
            possessive = after == "'s" or (after[:1] == "'" and folded[end - 1] == "s")
            yield Run(field, sentence, start, end, folded[start:end], start <= first, headline, possessive)


def _first_letter(folded: str, sentence: Sentence) -> int:
    """Where the sentence's first word begins, quotes, bullets and brackets aside."""
    for place in range(sentence.start, min(sentence.start + 8, sentence.end)):
        if folded[place].isalnum():
            return place
    return sentence.start


def _is_headline(folded: str, sentence: Sentence, spans: list[tuple[int, int]]) -> bool:
    """Whether capitals prove nothing here: a line with no small word but articles and prepositions."""
    share = sum(end - start for start, end in spans) / (sentence.end - sentence.start)
    if share < _MOSTLY:
        return False
    return all(word in _LINKS for word in _SMALL.findall(folded, sentence.start, sentence.end))
