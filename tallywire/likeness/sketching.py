"""Sketches: what later comparisons need of a text, in some 2 KB, made once.

The shingles (runs of four words) are sampled by keeping the smallest hashes, a bottom-k sketch (Broder 1997;
Cohen and Kaplan 2007): two samples can be compared wherever both are complete, below the smaller of their two
reaches.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.text import STOP_WORDS, Hashes, hashes, text_hash, words
from tallywire.records import Sketch

VERSION = 1

RUN = 4  # words a shingle
SHINGLES = 224  # kept a text; some 100 suffice for a share of .1, more narrow its error
HALF = np.uint64(1 << 63)  # texts of any length are sampled by a half at least
LEAD = 300  # words of the body that tell its story
TITLE = 60  # words of a title at most
TELLING = 20  # words a body must have to be recognised by itself

IN_TITLE = np.uint8(0x80)  # flag in a term's count
MOST = 0x7F  # a term's count in the lead stops here

_MULTIPLIERS = (
    0x9E3779B97F4A7C15,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0xD6E8FEB86659FD93,
)  # odd, from xxHash
_SHIFT = np.uint64(32)
_STIR = np.uint64(_MULTIPLIERS[3])


class Terms(msgspec.Struct, frozen=True):
    """The telling words of a text: parallel arrays, ascending by hash."""

    hashes: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint8]  #: times in the lead
    titled: npt.NDArray[np.bool_]  #: in the title


def sketch(title: str, body: str) -> Sketch:
    """The sketch of an article; empty texts have an empty one, which is like nothing."""
    headline, text = words(title)[:TITLE], words(body)
    title_hashes, text_hashes = hashes(headline), hashes(text)
    runs = np.unique(np.concatenate((_shingles(title_hashes), _shingles(text_hashes))))
    return Sketch(
        v=VERSION,
        exact=text_hash(text if len(text) >= TELLING else headline + text),
        shingles=runs[runs < HALF][:SHINGLES].astype("<u8").tobytes(),
        terms=_terms(headline, text[:LEAD], title_hashes, text_hashes[:LEAD]),
    )


def shingles(made: Sketch) -> Hashes:
    """The sampled shingles of a sketch, ascending."""
    return np.frombuffer(made.shingles, "<u8")


def reach(sample: Hashes) -> float:
    """The share of a text's shingles that its sample holds: complete below it, silent above."""
    if sample.size < SHINGLES:
        return 0.5
    return float(sample[-1]) / 2.0**64


def terms(made: Sketch) -> Terms:
    """The telling words of a sketch."""
    count = len(made.terms) // 5
    flags = np.frombuffer(made.terms, np.uint8, count, 4 * count)
    return Terms(
        hashes=np.frombuffer(made.terms, "<u4", count),
        counts=flags & np.uint8(MOST),
        titled=flags >= IN_TITLE,
    )


def term_hash(token_hashes: Hashes) -> npt.NDArray[np.uint32]:
    """The hashes under which words stand among the terms."""
    return (token_hashes >> _SHIFT).astype(np.uint32)


def _shingles(tokens: Hashes) -> Hashes:
    """A hash of every run of `RUN` words."""
    size = tokens.size - RUN + 1
    if size <= 0:
        return np.zeros(0, np.uint64)
    mixed = np.zeros(size, np.uint64)
    for place, multiplier in enumerate(_MULTIPLIERS):
        mixed ^= mixed >> np.uint64(29)
        mixed += tokens[place : place + size] * np.uint64(multiplier)
    for _ in range(2):
        mixed ^= mixed >> _SHIFT
        mixed *= _STIR
    mixed ^= mixed >> _SHIFT
    return mixed


def _terms(headline: list[str], lead: list[str], title_hashes: Hashes, lead_hashes: Hashes) -> bytes:
    telling = np.array([len(word) > 1 and word not in STOP_WORDS for word in headline + lead], np.bool_)
    all_hashes = term_hash(np.concatenate((title_hashes, lead_hashes)))[telling]
    in_title = int(telling[: len(headline)].sum())
    distinct, index = np.unique(all_hashes, return_inverse=True)
    counts = np.bincount(index[in_title:], minlength=distinct.size)
    flags = np.minimum(counts, MOST).astype(np.uint8)
    flags[index[:in_title]] |= IN_TITLE
    return distinct.astype("<u4").tobytes() + flags.tobytes()
