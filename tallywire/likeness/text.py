"""Text as likeness sees it: a stream of folded words, and stable hashes of them.

Words are compared without case, accents, punctuation or possessive 's.  Scripts that write no spaces between
words (Han, Kana, Thai, Lao, Khmer, Burmese) are taken character by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

Hashes = npt.NDArray[np.uint64]

_WORD = re.compile(r"[a-z0-9]+")
_TYPOGRAPHY = (
    "\u201c",
    "\u201d",
    "\u2018",
    "\u2013",
    "\u2014",
    "\u2026",
    "\u00a0",
)  # often all that is not ASCII
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_INDIC = "\u0900-\u0963\u0966-\u0dff"  # vowel signs are part of a word there, but no letters to `re`
_WORD_OR_CHARACTER = re.compile(f"[{_UNSPACED}]|(?:[^\\W_{_UNSPACED}]|[{_INDIC}])+")
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff]+")

# Words that tell no story from another in English.  Other languages' are learned from their frequency.
_STOP = """
    a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had has have having
    he her here hers herself him himself his how i if in into is it its itself just me more most my myself no
    nor not now of off on once one only or other our ours ourselves out over own same says said say she should
    so some such than that the their theirs them themselves then there these they this those through to told
    too two under until up us very was we were what when where which while who whom why will with would you
    your yours yourself according new year years monday tuesday wednesday thursday friday saturday sunday mr
    mrs ms
"""
STOP_WORDS = frozenset(_STOP.split())


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    text = text.replace("\u2019", "'").replace("'s ", " ")
    if not text.isascii():
        for sign in _TYPOGRAPHY:
            text = text.replace(sign, " ")
    if text.isascii():
        return _WORD.findall(text.lower())
    # Lone surrogates, which hashing refuses, become question marks, which are no words.
    sound = text.encode("utf-8", "replace").decode()
    split = unicodedata.normalize("NFKD", sound)
    # Composed again, so that Kana and Hangul are the characters they were.
    return _WORD_OR_CHARACTER.findall(unicodedata.normalize("NFC", _MARKS.sub("", split).lower()))


def hashes(tokens: Sequence[str]) -> Hashes:
    """A stable 64-bit hash (xxh3) of each word."""
    encoded = " ".join(tokens).encode().split()
    return np.fromiter(map(xxh3_64_intdigest, encoded), np.uint64, len(encoded))


def text_hash(tokens: Sequence[str]) -> int:
    """A stable 64-bit hash of a whole stream of words."""
    return xxh3_64_intdigest(" ".join(tokens).encode())
