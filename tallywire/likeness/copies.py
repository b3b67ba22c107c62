"""The copy index: which recent texts share passages with a new one, and how much.

News rewrites share little of their wording, so plain resemblance misses them.  What parts a copy from an
independent report is the share of *rare* passages: containment of word 4-shingles (Broder 1997), those left out that
stand under several stories.  Frequency is counted by story, not by text: what thirty outlets reprint stays rare, what
one outlet prints under four stories is furniture and says nothing.  Nothing else of the news enters: whose copy a
text is does not hang on what else was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints, distinct
from tallywire.likeness.postings import Postings, Prints
from tallywire.likeness.sketching import reach, shingles
from tallywire.records import Sketch

FURNITURE = 4  # a passage under so many stories is an outlet's or an agency's standing text

_PRINT = 0xFFFFFFFF  # the bits of a hash that are kept
_TEXT = np.dtype(
    [
        ("exact", "<u8"),  # hash of the whole text
        ("outlet", "<u8"),
        ("source", "<u8"),  # outlet of the text it comes from, its own where it is independent
        ("origin", "<u8"),  # known by: what it comes from; texts whose origins have been united share it
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
    containment: npt.NDArray[
        np.float64
    ]  #: share of the shorter text's rare passages found in the other, 0 to 1
    shared: npt.NDArray[np.float64]  #: estimated shingles in common
    exact: npt.NDArray[np.bool_]  #: word for word the same

    def among(self, chosen: npt.NDArray[np.bool_]) -> Matches:
        """Some of them."""
        return Matches(
            texts=self.texts[chosen],
            containment=self.containment[chosen],
            shared=self.shared[chosen],
            exact=self.exact[chosen],
        )


class Text(msgspec.Struct, frozen=True):
    """A text as the index takes it."""

    prints: Prints  #: its sampled shingles, then the hash of the whole: of each the part that is kept
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
    origin: int  #: hash of the name of that text
    agency: int  #: hash of the agency it credits, 0 where none
    story: int  #: number of its story
    at: float  #: what time it speaks for, seconds since 1970
    taken: float  #: the index's clock when it came, seconds since 1970; never falls


def text(made: Sketch) -> Text:
    """A sketch as the index takes it."""
    sample = shingles(made)
    prints = np.empty(sample.size + 1, np.uint32)
    prints[:-1], prints[-1] = sample.view("<u4")[::2], made.exact & _PRINT
    return Text(prints=prints, exact=made.exact, reach=reach(sample))


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
        self._passages = Postings()
        self._united: dict[int, frozenset[int]] = {}  # origin → outlets, where origins have been united

    def __len__(self) -> int:
        return self._next - self._first

    def matches(self, text: Text, at: float) -> Matches:
        """All texts within the window of `at` (seconds since 1970) that share a passage with `text`."""
        found, owner = self._find(text.prints, at)
        if not found.size:
            return NOTHING
        size = text.prints.size - 1  # the last posting is the hash of the whole
        telling = self._telling(size + 1, found, owner)
        numbers, index = distinct(owner)
        held = self._texts
        places = numbers - self._first
        size_held, reach_held = held["size"][places], held["reach"][places]
        count = np.bincount(index, telling[found] & (found < size), numbers.size)
        # Both samples are complete below the smaller reach, and hold about so many shingles there:
        both = np.minimum(text.reach, reach_held)
        smaller = np.minimum(size / text.reach, (size_held - 1) / reach_held) * both
        containment = count / np.maximum(smaller, 1e-9)  # none of the passages of a text without any is found
        same = (held["exact"][places] == np.uint64(text.exact)) & (text.exact != 0)
        return Matches(
            texts=numbers,
            containment=np.where(same, 1.0, np.minimum(containment, 1.0)),
            shared=count / both,
            exact=same,
        )

    def add(self, text: Text, place: Place) -> int:
        """Take a text in; its number."""
        taken = self._texts["taken"][: len(self)]
        self._oldest = self._first + int(taken.searchsorted(place.taken - self._window))
        self._expire()
        if self._next - self._first == self._texts.size:
            self._texts = np.concatenate((self._texts, np.zeros_like(self._texts)))
        number = self._next
        self._texts[number - self._first] = (
            text.exact,
            place.outlet,
            place.source,
            place.origin,
            place.agency,
            place.story,
            place.at,
            place.taken,
            text.reach,
            text.prints.size,
        )
        self._next += 1
        self._live += text.prints.size
        self._passages.add(text.prints, number, self._live, self._oldest)
        return number

    def merge(self, into: int, gone: int) -> None:
        """Put the texts of one story, by number, to another."""
        held = self._texts[: len(self)]["story"]
        held[held == gone] = into

    def unite(self, into: int, gone: int) -> None:
        """Count the texts that come from one origin, by its hash, to another."""
        founders = self.founders(into) | self.founders(gone)
        held = self._texts[: len(self)]["origin"]
        held[held == gone] = into
        self._united.pop(gone, None)
        self._united[into] = founders

    def founders(self, origin: int) -> frozenset[int]:
        """The outlets whose texts an origin consists of: more than one where origins have been united."""
        if origin in self._united:
            return self._united[origin]
        held = self._texts[: len(self)]
        return frozenset(held["source"][held["origin"] == origin].tolist())

    def founded(self, outlet: int) -> list[int]:
        """The united origins that an outlet has a part in."""
        return [origin for origin, founders in self._united.items() if outlet in founders]

    def kindred(self, origins: Sequence[int], outlet: int, other: int) -> bool:
        """Whether another origin may be the same as some that are one, of which an outlet prints something now.

        Not where an outlet has texts of both, for what it prints twice is an update; nor where both credit agencies,
        and none alike.
        """
        held = self._texts[: len(self)]
        ours, theirs = (
            held[np.isin(held["origin"], np.array(origins, np.uint64))],
            held[held["origin"] == other],
        )
        printed = np.append(ours["outlet"], np.uint64(outlet))
        credited, others = set(ours["agency"].tolist()) - {0}, set(theirs["agency"].tolist()) - {0}
        agree = not credited or not others or bool(credited & others)
        return agree and not np.isin(printed, theirs["outlet"]).any()

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
            "united": [(origin, sorted(outlets)) for origin, outlets in self._united.items()],
            **self._passages.freeze(),
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the index that was frozen."""
        texts = frozen["texts"]
        self._first, self._next = frozen["first"], frozen["first"] + texts.size
        self._texts = _room(texts)
        self._oldest, self._live = frozen["oldest"], frozen["live"]
        self._united = {origin: frozenset(outlets) for origin, outlets in frozen["united"]}
        self._passages.thaw(frozen)

    # -- comparing -------------------------------------------------------------------------------------------

    def _find(self, prints: Prints, at: float) -> tuple[Ints, Ints]:
        """Pairs (place in `prints`, number of a text within reach of `at` that holds it)."""
        found, owner = self._passages.find(prints)
        if not owner.size:
            return found, owner
        # By index: `take` would copy the whole column.  What has left the index has numbers too low for a place.
        spoken = self._texts["at"][np.maximum(owner - self._first, 0)]
        near = (owner >= self._oldest) & (np.abs(spoken - at) < self._window)
        return found[near], owner[near]

    def _telling(self, size: int, found: Ints, owner: Ints) -> npt.NDArray[np.bool_]:
        """Whether each of `size` passages is held by few enough stories to tell anything."""
        # A pair of passage and story as one number; a story's number is far below 2**40.
        pairs = np.sort((found << np.int64(40)) | self._texts["story"][owner - self._first])
        first = np.ones(pairs.size, np.bool_)
        np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
        return np.bincount(pairs[first] >> np.int64(40), minlength=size) < FURNITURE

    def _expire(self) -> None:
        """Let go of the texts no longer compared; their entries in the table are overwritten later."""
        gone = self._oldest - self._first
        if gone < max(1024, len(self) // 4):
            return  # moving the rest is worth it only for many
        self._live -= int(self._texts["size"][:gone].sum())
        rest = self._texts[gone : len(self)]
        self._first += gone
        self._texts = _room(rest)
        held = set(rest["origin"].tolist()) if self._united else set()
        self._united = {origin: outlets for origin, outlets in self._united.items() if origin in held}


def _room(texts: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Texts with free places behind them."""
    held = np.zeros(max(1024, 1 << texts.size.bit_length()), _TEXT)
    held[: texts.size] = texts
    return held
