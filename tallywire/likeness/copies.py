"""The copy index: which recent texts share passages with a new one, and how much.

News rewrites share little of their wording, so plain resemblance misses them.  What parts a copy from an
independent report is the share of *rare* passages: containment of word 4-shingles weighted by their inverse
frequency (Broder 1997 for containment; the weights as in Spärck Jones 1972).  Frequency is counted by story,
not by text: what thirty outlets reprint stays rare, what one outlet prints under four stories is furniture
and says nothing.

The table is a hash table of short rings: a row keeps the latest `WIDTH` texts whose shingles fell into it, so
that old postings leave by being overwritten, and nothing is ever merged or deleted.  A posting is known by 32 bits
of its hash, which scaled to the number of rows are its row (Lemire 2019), so that the table may grow by any step.
Two postings in a hundred thousand texts that fall together by chance are far from the shared passages of a copy.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.sketching import reach, shingles
from tallywire.likeness.text import Hashes
from tallywire.records import Sketch

WIDTH = 16  # texts a row remembers
FURNITURE = 4  # a passage under so many stories is an outlet's or an agency's standing text
PRIOR = (
    20_000.0  # texts assumed read before the first, so that a cold start does not take all passages as common
)
FULL = 0.65  # share of the table's places that the window's postings may take
GROWTH = 1.5  # of the table: a larger step would leave more of it empty, a smaller one copy more often

_ROWS = 4096  # of the first table
_SHIFT = np.uint64(32)
_TEXT = np.dtype(
    [
        ("exact", "<u8"),  # hash of the whole text
        ("outlet", "<u8"),
        ("source", "<u8"),  # outlet of the text it comes from, its own where it is independent
        ("agency", "<u8"),  # credited, 0 where none
        ("story", "<i8"),
        ("at", "<f8"),  # what time it speaks for, seconds since 1970
        ("taken", "<f8"),  # the index's clock when it came, seconds since 1970
        ("reach", "<f4"),  # share of its shingles in the sample
        ("size", "<u4"),  # postings
    ]
)


class Matches(msgspec.Struct, frozen=True):
    """Texts that share passages with a new one: parallel arrays, in order of arrival."""

    texts: npt.NDArray[np.int64]  #: their numbers
    containment: npt.NDArray[np.float64]  #: weighted share of the shorter text found in the other, 0 to 1
    shared: npt.NDArray[np.float64]  #: estimated shingles in common
    exact: npt.NDArray[np.bool_]  #: word for word the same


class Text(msgspec.Struct, frozen=True):
    """A text as the index takes it."""

    postings: Hashes  #: its sampled shingles, then the hash of the whole
    exact: int
    reach: float  #: share of its shingles in the sample


NOTHING = Matches(
    texts=np.zeros(0, np.int64),
    containment=np.zeros(0),
    shared=np.zeros(0),
    exact=np.zeros(0, np.bool_),
)


class Place(msgspec.Struct, frozen=True):
    """Where a text stands among the others."""

    outlet: int  #: hash of who printed it
    source: int  #: hash of the outlet of the text it comes from; its own where it is independent
    agency: int  #: hash of the agency it credits, 0 where none
    story: int  #: number of its story
    at: float  #: what time it speaks for, seconds since 1970
    taken: float  #: the index's clock when it came, seconds since 1970; never falls


def text(made: Sketch) -> Text:
    """A sketch as the index takes it."""
    sample = shingles(made)
    return Text(postings=np.append(sample, np.uint64(made.exact)), exact=made.exact, reach=reach(sample))


class CopyIndex:
    """Texts of the last `window` seconds, found again by the passages they share.

    A text counts from when it was taken in as well as by the time it speaks for.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._texts = np.zeros(1024, _TEXT)
        self._first = 1  # number of the text in place 0; numbers start at 1
        self._next = 1
        self._oldest = 1  # number of the oldest text that is still compared
        self._live = 0  # postings of the texts held
        self._prints = np.zeros((_ROWS, WIDTH), np.uint32)
        self._owners = np.zeros((_ROWS, WIDTH), np.uint32)
        self._cursors = np.zeros(_ROWS, np.uint8)

    def __len__(self) -> int:
        return self._next - self._first

    def matches(self, text: Text, at: float) -> Matches:
        """All texts within the window of `at` (seconds since 1970) that share a passage with `text`."""
        found, owner = self._find(text.postings, at)
        if not found.size:
            return NOTHING
        size = text.postings.size - 1  # the last posting is the hash of the whole
        weights = self._weights(size, found, owner)
        numbers, index = np.unique(owner, return_inverse=True)
        held = self._texts[numbers - self._first]
        passage = found < size
        index, found = index[passage], found[passage]
        weight = np.bincount(index, weights[found], numbers.size)
        count = np.bincount(index, weights[found] > 0, numbers.size)
        # Both samples are complete below the smaller reach, and hold about so many shingles there:
        both = np.minimum(text.reach, held["reach"])
        smaller = np.minimum(size * both / text.reach, (held["size"] - 1) * both / held["reach"])
        containment = np.divide(weight, smaller, out=np.zeros(numbers.size), where=smaller > 0)
        same = (held["exact"] == np.uint64(text.exact)) & (text.exact != 0)
        return Matches(
            texts=numbers,
            containment=np.where(same, 1.0, np.minimum(containment, 1.0)),
            shared=count / both,
            exact=same,
        )

    def add(self, text: Text, place: Place) -> int:
        """Take a text in; its number."""
        taken = self._texts["taken"][: len(self)]
        self._oldest = self._first + int(np.searchsorted(taken, place.taken - self._window))
        self._expire()
        if self._next - self._first == self._texts.size:
            self._texts = np.concatenate((self._texts, np.zeros_like(self._texts)))
        number = self._next
        self._texts[number - self._first] = (
            text.exact,
            place.outlet,
            place.source,
            place.agency,
            place.story,
            place.at,
            place.taken,
            text.reach,
            text.postings.size,
        )
        self._next += 1
        self._live += text.postings.size
        while self._live > FULL * self._owners.size:
            self._grow()
        prints = text.postings.astype(np.uint32)
        self._write(prints, np.full(prints.size, number, np.uint32))
        return number

    def merge(self, into: int, gone: int) -> None:
        """Put the texts of one story, by number, to another."""
        held = self._texts[: len(self)]["story"]
        held[held == gone] = into

    def column(self, name: str, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.generic]:
        """One property of some texts held."""
        return self._texts[name][numbers - self._first]

    def freeze(self) -> dict[str, Any]:
        """All that the index holds, to be given to `thaw`."""
        return {
            "texts": self._texts[: len(self)],
            "first": self._first,
            "oldest": self._oldest,
            "live": self._live,
            "prints": self._prints,
            "owners": self._owners,
            "cursors": self._cursors,
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the index that was frozen."""
        texts = frozen["texts"]
        self._first, self._next = frozen["first"], frozen["first"] + texts.size
        self._texts = _room(texts)
        self._oldest, self._live = frozen["oldest"], frozen["live"]
        self._prints, self._owners, self._cursors = frozen["prints"], frozen["owners"], frozen["cursors"]

    # -- comparing -------------------------------------------------------------------------------------------

    def _find(self, postings: Hashes, at: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Pairs (place in `postings`, number of a text that holds it)."""
        prints = postings.astype(np.uint32)
        rows = self._rows(prints)
        owners = self._owners[rows]
        found, ring = np.nonzero((self._prints[rows] == prints[:, None]) & (owners >= self._oldest))
        owner = owners[found, ring].astype(np.int64)
        if owner.size:
            near = np.abs(self._texts["at"][owner - self._first] - at) < self._window
            found, owner = found[near], owner[near]
        return found, owner

    def _weights(
        self, size: int, found: npt.NDArray[np.int64], owner: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """The weight of each shingle: 1 where one story holds it, less the more do, none for furniture."""
        # A pair of shingle and story as one number; a story's number is far below 2**40.
        pairs = np.sort((found << np.int64(40)) | self._texts["story"][owner - self._first])
        distinct = pairs[np.append(True, pairs[1:] != pairs[:-1])] >> np.int64(40)
        frequency = np.maximum(np.bincount(distinct, minlength=size)[:size], 1)
        read = math.log(len(self) + PRIOR)
        weights = (read - np.log(frequency + 1.0)) / (read - math.log(2.0))
        return np.where(frequency < FURNITURE, weights, 0.0)

    # -- the table -------------------------------------------------------------------------------------------

    def _rows(self, prints: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        return ((prints.astype(np.uint64) * np.uint64(self._cursors.size)) >> _SHIFT).astype(np.int64)

    def _write(self, prints: npt.NDArray[np.uint32], owners: npt.NDArray[np.uint32]) -> None:
        """Write postings over the oldest of their rows; no two of them are the same."""
        rows = self._rows(prints)
        while rows.size:
            places = self._cursors[rows]
            self._prints[rows, places] = prints
            self._owners[rows, places] = owners
            self._cursors[rows] = (places + 1) % WIDTH
            lost = self._prints[rows, places] != prints  # of two in one row the last was written
            rows, prints, owners = rows[lost], prints[lost], owners[lost]

    def _grow(self) -> None:
        """Move to a larger table, leaving behind what has expired."""
        prints, owners, cursors = self._prints, self._owners, self._cursors
        size = int(cursors.size * GROWTH)
        self._prints = np.zeros((size, WIDTH), np.uint32)
        self._owners = np.zeros((size, WIDTH), np.uint32)
        self._cursors = np.zeros(size, np.uint8)
        rows = np.arange(cursors.size)
        for age in range(WIDTH):  # oldest first: the cursor stands on the oldest entry
            places = (cursors + age) % WIDTH
            owner = owners[rows, places]
            live = owner >= self._oldest
            self._write(prints[rows, places][live], owner[live])

    def _expire(self) -> None:
        """Let go of the texts no longer compared; their entries in the table are overwritten later."""
        gone = self._oldest - self._first
        if gone < max(1024, len(self) // 4):
            return  # moving the rest is worth it only for many
        self._live -= int(self._texts["size"][:gone].sum())
        rest = self._texts[gone : len(self)]
        self._first += gone
        self._texts = _room(rest)


def _room(texts: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Texts with free places behind them."""
    held = np.zeros(max(1024, 1 << texts.size.bit_length()), _TEXT)
    held[: texts.size] = texts
    return held
