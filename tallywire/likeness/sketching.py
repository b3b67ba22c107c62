"""Sketches: what later comparisons need of a text, in some 2 KB, made once.

The shingles (runs of four words) are sampled by keeping the smallest hashes, a bottom-k sketch (Broder 1997;
Cohen and Kaplan 2007): two samples can be compared wherever both are complete, below the smaller of their two
reaches.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.text import STOP_WORDS, Hashes, hashes, text_hash, words
from tallywire.records import Sketch

VERSION = 1

STEM = 5  # letters of a word that count
RUN = 4  # words a shingle
SHINGLES = 224  # kept a text; some 100 suffice for a share of .1, more narrow its error
HALF = np.uint64(1 << 63)  # texts of any length are sampled by a half at least
LEAD = 300  # words of the body that tell its story
TITLE = 60  # words of a title at most
SHORTEST = 6  # words that title and body must have to be recognised as a whole

OPENING = 25  # different telling words that open the body: what a short item consists of
IN_TITLE = np.uint8(0x80)  # flags in a term's count
IN_OPENING = np.uint8(0x40)
MOST = 0x3F  # a term's count in the lead stops here

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
    opening: npt.NDArray[np.bool_]  #: among the first of the body


def sketch(title: str, body: str) -> Sketch:
    """The sketch of an article; empty texts have an empty one, which is like nothing."""
    headline, text = words(title)[:TITLE], words(body)
    runs = np.concatenate((_shingles(hashes(headline)), _shingles(hashes(text))))
    return Sketch(
        v=VERSION,
        exact=_exact(headline + text),
        shingles=np.unique(runs[runs < HALF])[:SHINGLES].astype("<u8").tobytes(),
        terms=_terms(headline, text[:LEAD]),
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
        titled=(flags & IN_TITLE) > 0,
        opening=(flags & IN_OPENING) > 0,
    )


def stems(tokens: Sequence[str]) -> list[str]:
    """The starts of the telling words, under which their forms meet: flood, floods and flooding; Libya and Libyan.

    Cutting does nearly as well as stemming, in any language (McNamee and Mayfield 2004).
    """
    return [word[:STEM] for word in tokens if len(word) > 1 and word not in STOP_WORDS]


def term_hashes(starts: Sequence[str]) -> npt.NDArray[np.uint32]:
    """The hashes under which the starts of words stand among the terms."""
    return (hashes(starts) >> _SHIFT).astype(np.uint32)


def _exact(tokens: list[str]) -> int:
    """The hash of a whole text, 0 where it is too short to be anybody's."""
    return text_hash(tokens) if len(tokens) >= SHORTEST else 0


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


def _terms(headline: list[str], lead: list[str]) -> bytes:
    titled, led = stems(headline), stems(lead)
    distinct, index = np.unique(term_hashes(titled + led), return_inverse=True)
    counts = np.bincount(index[len(titled) :], minlength=distinct.size)
    flags = np.minimum(counts, MOST).astype(np.uint8)
    flags[index[: len(titled)]] |= IN_TITLE
    flags[list(dict.fromkeys(index[len(titled) :].tolist()))[:OPENING]] |= IN_OPENING
    return distinct.astype("<u4").tobytes() + flags.tobytes()
