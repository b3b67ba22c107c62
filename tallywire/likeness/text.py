"""Text as likeness sees it: a stream of folded words, and stable hashes of them.

Words are compared without case, accents, punctuation or possessive 's.  Scripts that write no spaces between
words (Han, Kana, Thai, Lao, Khmer, Burmese) are taken character by character.

A word's hash is that of a polynomial over its characters modulo 2**64 (Karp and Rabin 1987), stirred: running sums
along the text give every word's, and every word's start's, without going through the words one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

STEM = 5  # letters of a word that make its start

_WORD = re.compile(r"[a-z0-9\u0080-\U0010ffff]+")  # of folded text
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


_IN_WORD = np.array(
    [chr(sign).isalnum() for sign in range(128)] + [True]
)  # what folding leaves beyond ASCII is

_BASE = 0x9E3779B97F4A7C15  # of the polynomial; odd, so that it has an inverse
_INVERSE = pow(_BASE, -1, 1 << 64)
_STIR = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_PLACES = 1 << 14  # of the table of stop words
_PLACE = np.uint64(_PLACES - 1)


class Located(msgspec.Struct, frozen=True):
    """One word and where it stands: offsets in characters, the end exclusive."""

    folded: str
    start: int
    end: int


class Words(msgspec.Struct, frozen=True):
    """The words of a title and a body: parallel arrays, in order."""

    hashes: Hashes
    starts: Hashes  #: hashes of the words' first `STEM` letters
    telling: npt.NDArray[np.bool_]  #: whether they tell one story from another
    titled: int  #: how many of them stand in the title


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return _WORD.findall(_folded(text))


def located(text: str) -> list[Located]:
    """The folded words of `text` with their places, in order."""
    found = ((match, words(match.group())) for match in _WORD_OR_CHARACTER.finditer(text))
    return [Located("".join(folded), *match.span()) for match, folded in found if folded]


def hashed(title: str, body: str) -> Words:
    """Stable 64-bit hashes of the words of a title and a body."""
    headline = _folded(title)
    hashes, starts, begin, end = _hashes(f" {headline} {_folded(body)} ")
    return Words(
        hashes=hashes,
        starts=starts,
        telling=(end - begin > 1) & ~_stops(hashes),
        titled=int(np.searchsorted(begin, len(headline) + 1)),
    )


def starts(words: Iterable[str]) -> Hashes:
    """The hashes of the first `STEM` letters of some folded words, as in `Words`."""
    return _hashes(f" {' '.join(words)} ")[1]


def stirred(hashes: Hashes) -> Hashes:
    """The same with each bit depending on all (xor-shift and multiply, as in splitmix64)."""
    for _ in range(2):
        hashes = (hashes ^ (hashes >> _HALF)) * _STIR
    return hashes ^ (hashes >> _HALF)


def _hashes(folded: str) -> tuple[Hashes, Hashes, Places, Places]:
    """Of each word its hash, its start's, and where it begins and ends; `folded` begins and ends with a space."""
    signs = np.frombuffer(folded.encode("utf-32-le"), np.uint32)
    inside = _IN_WORD.take(signs, mode="clip")
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    begin, end = edges[::2], edges[1::2]
    sums = np.zeros(signs.size + 1, np.uint64)
    np.cumsum(signs * _powers(_BASE, signs.size), out=sums[1:])
    upto = np.array((end, np.minimum(end, begin + STEM)))
    whole, starts = stirred((sums[upto] - sums[begin]) * _powers(_INVERSE, signs.size)[begin])
    return whole, starts, begin, end


def _stops(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Which words are stop words."""
    table, shift = _stop_table()
    return np.asarray(table[(hashes >> shift) & _PLACE] == hashes)


@lru_cache(maxsize=1)
def _stop_table() -> tuple[Hashes, np.uint64]:
    """The stop words' hashes, each in a place of its own, and how far a hash is shifted to give its place."""
    stops = _hashes(f" {' '.join(sorted(STOP_WORDS))} ")[0]
    for shift in map(np.uint64, range(64)):
        places = (stops >> shift) & _PLACE
        if np.unique(places).size == stops.size:
            break
    else:
        raise AssertionError("stop words fall together: the table of them must be larger")
    table = np.zeros(_PLACES, np.uint64)
    table[places] = stops
    return table, shift


def _powers(base: int, size: int) -> Hashes:
    """1, base, base² …, `size` of them, modulo 2**64."""
    return _many_powers(base, size.bit_length())[:size]


@lru_cache(maxsize=64)
def _many_powers(base: int, bits: int) -> Hashes:
    powers = np.full(1 << bits, base, np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)


def _folded(text: str) -> str:
    """`text` without case and accents: its words are the runs of letters and digits."""
    text = text.replace("\u2019", "'").replace("'s ", " ")
    if not text.isascii():
        for sign in _TYPOGRAPHY:
            text = text.replace(sign, " ")
    if text.isascii():
        return text.lower()
    # Lone surrogates, which hashing refuses, become question marks, which are no words.
    sound = text.encode("utf-8", "replace").decode()
    split = unicodedata.normalize("NFKD", sound)
    # Composed again, so that Kana and Hangul are the characters they were.
    whole = unicodedata.normalize("NFC", _MARKS.sub("", split).lower())
    return " ".join(_WORD_OR_CHARACTER.findall(whole))
