"""Who vouches for a headline: "Ministry: 23 killed", "23 killed in Torvey blast: ministry", "'Five dead' - mayor".

Headlines name their source without a verb, before a colon or after a colon or a dash.  So do they name places and
events ("Torvey blast: 23 killed"), and only the noun tells: its head must be one for somebody who speaks.
"""

from __future__ import annotations

from tallywire.reading.claimants import Source
from tallywire.reading.document import Sentence
from tallywire.reading.units import Units, select
from tallywire.reading.vocabulary import Lexicon

_LONGEST = 8  # units in a source
_NAMING = frozenset("xCEsSyhte7-\"'oLfp&.")  # letters of words that a source may have
_HEAD_ENDS = frozenset("ofp>&w")  # what stands behind such a word is not the head: "mayor of Belsk"


def without_source(units: Units, sentence: Sentence, lexicon: Lexicon) -> tuple[Units, list[Source]]:
    """A headline's units without its source, and the source; no source where none is named so."""
    letters = units.letters
    first = letters.find(":")
    if first > 0 and _speaks(units, 0, first, sentence, lexicon):
        source = _source(units, 0, first, sentence)
        return select(units, range(first + 1, len(letters))), [source]
    end = len(letters.rstrip('."'))
    last = max(letters.rfind(":", 0, end), _dash(units, end, sentence))
    if last > 0 and _speaks(units, last + 1, end, sentence, lexicon):
        source = _source(units, last + 1, end, sentence)
        return select(units, range(last)), [source]
    return units, []


def credited(aside: Units, sentence: Sentence, lexicon: Lexicon) -> Source | None:
    """Who is named in brackets behind all that a sentence says: "The flood killed 12 people (Health Ministry)."."""
    end, tokens = len(aside.letters), sentence.tokens
    if not end or any(word.isalpha() for word in tokens.lower[aside.ends[-1] :]):
        return None
    head = tokens.lower[aside.ends[-1] - 1]
    if head not in lexicon.claimants.bodies or not _speaks(aside, 0, end, sentence, lexicon):
        return None
    return _source(aside, 0, end, sentence)


def _dash(units: Units, end: int, sentence: Sentence) -> int:
    """The last dash that stands free, not the hyphen of a word."""
    starts, ends = sentence.tokens.starts, sentence.tokens.ends
    for k in range(end - 1, 0, -1):
        token = units.starts[k]
        if units.letters[k] == "-" and ends[token - 1] < starts[token]:
            return k
    return -1


def _speaks(units: Units, begin: int, end: int, sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether the units are a noun phrase whose head is somebody who speaks, his or her name behind it or not."""
    letters = units.letters[begin:end]
    if not letters or len(letters) > _LONGEST or not set(letters) <= _NAMING:
        return False
    head = next((k for k, letter in enumerate(letters) if k and letter in _HEAD_ENDS), len(letters))
    rules = lexicon.claimants
    for k in range(begin + head - 1, begin - 1, -1):
        words = sentence.tokens.lower[units.starts[k] : units.ends[k]]
        if any(word in rules.speakers for word in words):
            return True
        if units.letters[k] != "C":
            return False
    return False


def _source(units: Units, begin: int, end: int, sentence: Sentence) -> Source:
    """The source that the units name."""
    first, last = units.starts[begin], units.ends[end - 1]
    tokens = sentence.tokens
    text = sentence.field.text[tokens.starts[first] : tokens.ends[last - 1]]
    return Source(" ".join(text.split()).strip("'\"“”‘’ "), "headline", 0, (first, last))
