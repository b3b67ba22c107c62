"""Labels: the words by which a person recognises a story."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from tallywire.likeness.sketching import term_hashes
from tallywire.likeness.stories import StoryIndex
from tallywire.likeness.text import STOP_WORDS, words

WORDS = 6
LENGTH = 80  # characters; a label is a name, not a text

_SPACED = re.compile(r"\S+")


def label(title: str, body: str, index: StoryIndex) -> str:
    """The stretch of a title that holds its most telling words, as written; of the body's start where there is none.

    Where that stretch is longer than a name can be, the telling words alone.
    """
    chunks = _SPACED.findall(title if words(title) else body[:200])
    told: dict[str, int] = {}  # telling word → the chunk it stands in first
    for place, chunk in enumerate(chunks):
        for word in words(chunk)[:1]:
            if len(word) > 1 and word not in STOP_WORDS:
                told.setdefault(word, place)
    if not told:
        return " ".join(chunks)[:LENGTH]
    rarity = index.rarity(term_hashes(" ".join(told)))
    kept = np.sort(np.argsort(-rarity, kind="stable")[:WORDS])
    places = [list(told.values())[number] for number in kept]
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
