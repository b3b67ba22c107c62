"""Where, when and with what toll stories happened: facts that part two events whose words do not.

No fact parts by itself.  A toll grows, claimants count differently, an event is told for days, and each report of it
names other places.  Two facts together do: that each side names only places of which the other is silent, and days that
are not the other's; or that each side names a place of which the other is silent, and one toll is a multiple of the
other.  Where both are mostly the same text, other places are enough: a template has been filled anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints
from tallywire.likeness.sketching import terms_of
from tallywire.likeness.text import STOP_WORDS, words
from tallywire.likeness.vocabulary import Bools, Hashed
from tallywire.records import Bounds, Extract, Metric

PLACES = 6  # kept of a story
NAMES = 2  # words kept of a place's name
APART = 2  # tolls of two events: one is at least so many times the other …
MANY = 2  # … which is at least so many people
_NO_END = 2**31 - 1

_ROW = np.dtype(
    [
        ("names", "<u4", (PLACES, NAMES)),  # of each place the words, as terms; 0 is none
        ("told", "<u2", (PLACES,)),  # by how many articles; 0 is no place
        ("days", "<i4", (2,)),  # the first and the last, as ordinals …
        ("killed", "<i4", (2,)),  # … and the lowest and the highest number told; nothing is known where …
        ("injured", "<i4", (2,)),  # … the first is the higher
    ]
)
_TOLLS = (Metric.KILLED, Metric.INJURED)
_SPANS = ("days", *_TOLLS)
_UNKNOWN = (_NO_END, -1)
_NOTHING = np.array((0, 0, _UNKNOWN, _UNKNOWN, _UNKNOWN), _ROW)
_Name = tuple[int, ...]


class Facts(msgspec.Struct, frozen=True):
    """What an article says of its event, beside all the words it has."""

    row: npt.NDArray[Any]  #: one, as a story that consists of the article has it
    words: Hashed  #: its terms
    part: bool  #: whether they can part it from a story at all: it gives places


def facts(extract: Extract, terms: Hashed) -> Facts:
    """The facts that were read in an article with certain terms."""
    names = _names(extract.scene.places) if extract.scene.places else []
    days, tolls = extract.scene.days, [extract.tally.get(metric) for metric in _TOLLS]
    if not (names or days or any(tolls)):
        return Facts(row=_NOTHING, words=terms, part=False)
    row = _NOTHING.copy()
    for place, name in enumerate(names):
        row["names"][place, : len(name)], row["told"][place] = name, 1
    if days:
        row["days"] = days[0].toordinal(), days[-1].toordinal()
    for metric, bounds in zip(_TOLLS, tolls, strict=True):
        row[metric] = _toll(bounds)
    return Facts(row=row, words=terms, part=bool(names))


class Scenes:
    """The facts of stories, by slot."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, _ROW)

    def freeze(self) -> dict[str, Any]:
        """All that they hold, to be given to `thaw`."""
        return {"scenes": self._rows}

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the scenes that were frozen."""
        self._rows = frozen["scenes"]

    def open(self, slot: int, made: Facts) -> None:
        """Begin a story with its first article."""
        if slot >= self._rows.size:
            wider = np.zeros(max(1024, slot + slot // 2), _ROW)
            wider[: self._rows.size] = self._rows
            self._rows = wider
        self._rows[slot] = made.row

    def join(self, slot: int, made: Facts) -> None:
        """Add an article to a story."""
        if made.row is not _NOTHING:
            self._rows[slot] = _together(self._rows[slot], made.row)

    def merge(self, into: int, gone: int) -> None:
        """Add one story to another."""
        self._rows[into] = _together(self._rows[into], self._rows[gone])

    def of(self, slot: int, words: Hashed) -> Facts:
        """A story with certain words as if it were an article."""
        return Facts(row=self._rows[slot], words=words, part=True)

    def apart(
        self, made: Facts, slots: Ints, words: Callable[[int], Hashed], twin: int | None = None
    ) -> Bools:
        """Which stories cannot be an article's; `words` gives those of the story in a slot.

        In the slot `twin` is a story of a text with mostly the article's words: there other places suffice.
        """
        if not made.part:
            return np.zeros(slots.size, np.bool_)
        rows = self._rows[slots]
        days = _disjoint(rows["days"], made.row["days"])
        tolls = _multiple(rows["killed"], made.row["killed"]) | _multiple(
            rows["injured"], made.row["injured"]
        )
        parted = days | tolls | (slots == (-1 if twin is None else twin))
        for place in np.flatnonzero(parted).tolist():
            slot = int(slots[place])
            parted[place] = _elsewhere(made, self.of(slot, words(slot)), wholly=not tolls[place])
        return np.asarray(parted)


def _elsewhere(one: Facts, other: Facts, *, wholly: bool) -> bool:
    """Whether each of two names a place, or only places, of which the other is silent."""
    ours, theirs = _silent(one, other), _silent(other, one)
    return all(ours) and all(theirs) and bool(ours and theirs) if wholly else any(ours) and any(theirs)


def _silent(one: Facts, other: Facts) -> list[bool]:
    """Of each place that many of one's articles name, whether the other is silent of it."""
    told = one.row["told"]
    heard = {*other.words.tolist(), *other.row["names"].ravel().tolist(), 0}
    many = one.row["names"][(told > 0) & (2 * told >= told.max())]
    return [not heard.issuperset(name) for name in many.tolist()]


def _disjoint(spans: npt.NDArray[np.int32], span: npt.NDArray[np.int32]) -> Bools:
    """Which known spans end before another begins, or begin after it ends."""
    known = (spans[:, 0] <= spans[:, 1]) & (span[0] <= span[1])
    return np.asarray(known & ((spans[:, 1] < span[0]) | (spans[:, 0] > span[1])))


def _multiple(spans: npt.NDArray[np.int32], span: npt.NDArray[np.int32]) -> Bools:
    """Which known tolls are a multiple of another, or that of them."""
    theirs, ours = spans.astype(np.int64), span.astype(np.int64)
    known = (theirs[:, 0] <= theirs[:, 1]) & (ours[0] <= ours[1])
    more = (theirs[:, 1] >= MANY) & (APART * theirs[:, 1] <= ours[0])
    fewer = (ours[1] >= MANY) & (APART * ours[1] <= theirs[:, 0])
    return np.asarray(known & (more | fewer))


def _together(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The facts of two: every place with how many name it, those that most name; spans that hold both."""
    row = one.copy()
    for span in _SPANS:
        row[span] = min(one[span][0], other[span][0]), max(one[span][1], other[span][1])
    counts: dict[_Name, int] = {}
    for each in (one, other):
        for name, told in zip(map(tuple, each["names"].tolist()), each["told"].tolist(), strict=True):
            if told:
                counts[name] = min(counts.get(name, 0) + told, 65535)
    most = sorted(counts, key=lambda name: -counts[name])[:PLACES]
    row["names"], row["told"] = 0, 0
    for place, name in enumerate(most):
        row["names"][place], row["told"][place] = name, counts[name]
    return row


def _names(places: tuple[str, ...]) -> list[_Name]:
    """The telling words of places' names, as terms; each name once."""
    told = [[word for word in words(place) if word not in STOP_WORDS][:NAMES] for place in places]
    terms = iter(terms_of([word for name in told for word in name]).tolist())
    return list(dict.fromkeys(tuple(next(terms) for _ in name) for name in told if name))[:PLACES]


def _toll(bounds: Bounds | None) -> tuple[int, int]:
    """The lowest and the highest number of people."""
    if bounds is None or (bounds.low is None and bounds.high is None):
        return _UNKNOWN
    low, high = bounds.low or 0, _NO_END if bounds.high is None else bounds.high
    return min(low, _NO_END), min(high, _NO_END)
