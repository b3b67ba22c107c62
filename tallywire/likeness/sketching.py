"""Sketches: what later comparisons need of a text, in some 2 KB, made once.

The shingles (runs of four words) are sampled by keeping the smallest hashes, a bottom-k sketch (Broder 1997;
Cohen and Kaplan 2007): two samples can be compared wherever both are complete, below the smaller of their two
reaches.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from tallywire.likeness.arrays import distinct
from tallywire.likeness.text import Hashes, Words, hashed, starts, stirred
from tallywire.records import Sketch

VERSION = 2

RUN = 4  # words a shingle
SHINGLES = 192  # kept a text; some 100 suffice for a share of .1, more narrow its error
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


class Terms(msgspec.Struct, frozen=True):
    """The telling words of a text: parallel arrays, ascending by hash."""

    hashes: npt.NDArray[np.uint32]
    flags: npt.NDArray[np.uint8]  #: times in the lead up to `MOST`, with `IN_TITLE` and `IN_OPENING`


def sketch(title: str, body: str) -> Sketch:
    """The sketch of an article; empty texts have an empty one, which is like nothing."""
    text = hashed(title, body)
    return Sketch(
        v=VERSION,
        exact=xxh3_64_intdigest(text.hashes.tobytes()) if text.hashes.size >= SHORTEST else 0,
        shingles=_shingles(text)[:SHINGLES].astype("<u8").tobytes(),
        terms=_terms(text),
    )


def shingles(made: Sketch) -> Hashes:
    """The sampled shingles of a sketch, ascending."""
    return np.frombuffer(made.shingles, "<u8")


def reach(sample: Hashes) -> float:
    """The share of a text's shingles that its sample holds: complete below it, silent above."""
    if sample.size < SHINGLES:
        return 1.0
    return float(sample[-1]) / 2.0**64


def terms(made: Sketch) -> Terms:
    """The telling words of a sketch."""
    count = len(made.terms) // 5
    return Terms(
        hashes=np.frombuffer(made.terms, "<u4", count),
        flags=np.frombuffer(made.terms, np.uint8, count, 4 * count),
    )


def terms_of(words: Iterable[str]) -> npt.NDArray[np.uint32]:
    """The hashes under which some folded words stand among the terms, in order."""
    return as_terms(starts(words))


def as_terms(hashes: Hashes) -> npt.NDArray[np.uint32]:
    """A term is the start of a word, under which its forms meet: flood, floods and flooding; Libya and Libyan.

    Cutting does nearly as well as stemming, in any language (McNamee and Mayfield 2004).
    """
    return (hashes >> _SHIFT).astype(np.uint32)


def _shingles(words: Words) -> Hashes:
    """The different hashes of all runs of `RUN` words, ascending; none goes from the title into the body."""
    size = words.hashes.size - RUN + 1
    if size <= 0:
        return np.zeros(0, np.uint64)
    mixed = np.zeros(size, np.uint64)
    for place, multiplier in enumerate(_MULTIPLIERS):
        mixed ^= mixed >> np.uint64(29)
        mixed += words.hashes[place : place + size] * np.uint64(multiplier)
    within = np.concatenate((mixed[: max(words.titled - RUN + 1, 0)], mixed[words.titled :]))
    mixed = np.sort(stirred(within))
    first = np.ones(mixed.size, np.bool_)
    np.not_equal(mixed[1:], mixed[:-1], out=first[1:])
    return mixed[first]


def _terms(words: Words) -> bytes:
    """The telling words of title and lead, with their flags."""
    begin, end = min(words.titled, TITLE), words.titled + LEAD
    titled = words.starts[:begin][words.telling[:begin]]
    lead = words.starts[words.titled : end][words.telling[words.titled : end]]
    different, index = distinct(as_terms(np.concatenate((titled, lead))))
    in_title, in_lead = index[: titled.size], index[titled.size :]
    flags = np.minimum(np.bincount(in_lead, minlength=different.size), MOST).astype(np.uint8)
    flags[in_title] |= IN_TITLE
    flags[list(dict.fromkeys(in_lead.tolist()))[:OPENING]] |= IN_OPENING
    return different.astype("<u4").tobytes() + flags.tobytes()
