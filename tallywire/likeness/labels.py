"""Labels: the words by which a person recognises a story."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from tallywire.likeness.sketching import stems, term_hashes
from tallywire.likeness.stories import StoryIndex
from tallywire.likeness.text import STOP_WORDS, words

WORDS = 6
LENGTH = 80  # characters; a label is a name, not a text

_SPACED = re.compile(r"\S+")


def label(title: str, body: str, index: StoryIndex) -> str:
    """The most telling words of a title, in order, as written; of the body's start where there is none."""
    text = title if words(title) else body[:200]
    written: list[str] = []
    told: list[str] = []
    for chunk in _SPACED.findall(text):
        for word in words(chunk)[:1]:
            if len(word) > 1 and word not in STOP_WORDS and word not in told:
                written.append(_trimmed(chunk))
                told.append(word)
    if not told:
        return " ".join(text.split())[:LENGTH]
    rarity = index.rarity(term_hashes(stems(told)))
    kept = np.sort(np.argsort(-rarity, kind="stable")[:WORDS])
    return " ".join(written[place] for place in kept)[:LENGTH]


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
