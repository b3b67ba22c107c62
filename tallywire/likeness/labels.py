"""Labels: the words by which a person recognises a story."""

from __future__ import annotations

import re
import unicodedata

from tallywire.likeness.sketching import terms_of
from tallywire.likeness.stories import StoryIndex
from tallywire.likeness.text import STOP_WORDS, first_word

WORDS = 6
LENGTH = 80  # characters; a label is a name, not a text

_SPACED = re.compile(r"\S+")


def label(title: str, body: str, index: StoryIndex) -> str:
    """The stretch of a title that holds its most telling words, as written; of the body's start where there is none.

    Where that stretch is longer than a name can be, the telling words alone.
    """
    chunks = _SPACED.findall(title if first_word(title) else body[:200])
    told: dict[str, int] = {}  # telling word → the chunk it stands in first
    for place, chunk in enumerate(chunks):
        word = first_word(chunk)
        if len(word) > 1 and word not in STOP_WORDS:
            told.setdefault(word, place)
    if not told:
        return " ".join(chunks)[:LENGTH]
    places = list(told.values())
    if len(told) > WORDS:
        rarity = index.rarity(terms_of(told))
        places = [places[number] for number in sorted((-rarity).argsort(kind="stable")[:WORDS].tolist())]
    stretch = _trimmed(" ".join(chunks[places[0] : places[-1] + 1]))
    return (
        stretch if len(stretch) <= LENGTH else " ".join(_trimmed(chunks[place]) for place in places)[:LENGTH]
    )


def _trimmed(chunk: str) -> str:
    """A word without the punctuation around it and without a possessive ending."""
    start, end = 0, len(chunk)
    while start < end and not chunk[start].isalnum():
        start += 1
    while end > start and not (
        chunk[end - 1].isalnum() or unicodedata.category(chunk[end - 1]).startswith("M")
    ):
        end -= 1
    word = chunk[start:end]
    return word[:-2] if word.endswith(("'s", "\u2019s")) else word
