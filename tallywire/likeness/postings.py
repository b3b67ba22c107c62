"""Which recent texts hold a passage: a hash table of short rings.

A row keeps the latest `WIDTH` texts whose passages fell into it, so that old postings leave by being overwritten, and
nothing is ever merged or deleted.  A posting is known by 32 bits of its hash, its print.  Scaled to the number of rows
it is its row (Lemire 2019), so that of the print itself only the last 16 bits, its tag, are kept: there are so many
rows that no two prints of a row have the same.  Two postings in a hundred thousand texts that fall together by chance
are far from the shared passages of a copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints

Prints = npt.NDArray[np.uint32]

WIDTH = 16  # texts a row remembers: a power of two
FULL = 0.65  # share of the table's places that live postings may take

_TAG = 16  # bits of a tag
_TAGS = (1 << _TAG) - 1
_FEW = 1 << 16  # rows of the first table: with fewer, tags would not tell the prints of a row apart
_CHUNK = 1536  # rows moved at a time, …
_PACE = 0.5  # … after so many postings for each: all are moved long before the table grows again
_BATCH = 1 << 16  # postings that wait at most
_PRINT = 32  # bits of a print
_LOCAL = 48  # bits of owner and tag


class Postings:
    """Passages (prints) and the numbers of the texts that hold them.

    The table grows by a half and by a third in turn, so that its rows are a power of two, or that and a half: each
    two rows become three, and each three become four.  It grows in place and a few rows at a time, so that no article
    waits for it.  Rows are moved from the last on: a posting's row among more is never before its row among fewer.

    What is added is written once something is looked for, or much has come: an index that takes in what it has decided
    before, without looking for anything, writes many texts in one go.
    """

    def __init__(self) -> None:
        self._tags = np.zeros((_FEW, WIDTH), np.uint16)
        self._owners = np.zeros((_FEW, WIDTH), np.uint32)
        self._cursors = np.zeros(_FEW, np.uint8)  # where each row is written next
        self._before = _FEW  # rows that there were before the table grew last, of which …
        self._unmoved = 0  # … so many, the first, are still to be moved
        self._due = 0.0  # postings written since some were moved
        self._waiting: list[tuple[Prints, int]] = []  # texts to be written, with their numbers
        self._waits = 0  # their postings

    @property
    def room(self) -> int:
        """How many postings there is a place for."""
        return self._owners.size

    def freeze(self) -> dict[str, Any]:
        """All that the table holds, to be given to `thaw`."""
        self._settle()
        return {
            "tags": self._tags,
            "owners": self._owners,
            "cursors": self._cursors,
            "growing": (self._before, self._unmoved, self._due),
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the table that was frozen."""
        self._tags, self._owners, self._cursors = frozen["tags"], frozen["owners"], frozen["cursors"]
        self._before, self._unmoved, self._due = frozen["growing"]

    def find(self, prints: Prints) -> tuple[Ints, Ints]:
        """Pairs (place in `prints`, number of a text that holds it; 0 is none)."""
        self._settle()
        rows = self._rows(prints)
        hits = (self._tags.take(rows, axis=0) == prints.astype(np.uint16)[:, None]).ravel().nonzero()[0]
        found = hits // WIDTH
        places = (rows[found] - found) * WIDTH + hits  # of the table: a hit is a place among the rows found
        return found, self._owners.reshape(-1)[places].astype(np.int64)

    def add(self, prints: Prints, owner: int, live: int, oldest: int) -> None:
        """Write a text's postings, no two of them the same.

        `live` is how many postings there are by now of texts that are still compared, the first of them `oldest`.
        """
        if self._waits >= _BATCH:
            self._settle()
        if self._unmoved or live > FULL * self.room:
            self._make_room(prints.size, live, oldest)
        self._waiting.append((prints, owner))
        self._waits += prints.size

    def _rows(self, prints: Prints) -> Ints:
        wide = prints.astype(np.int64)
        rows = _scaled(wide, self._cursors.size)
        if self._unmoved:
            before = _scaled(wide, self._before)
            rows = np.where(before < self._unmoved, before, rows)
        return rows

    def _settle(self) -> None:
        """Write the texts that wait, as if one by one."""
        if not self._waiting:
            return
        waiting, self._waiting, self._waits = self._waiting[::-1], [], 0
        if len(waiting) == 1:
            ((prints, number),) = waiting
            owners = np.empty(prints.size, np.uint32)
            owners.fill(number)
        else:
            prints = np.concatenate([text for text, _ in waiting])
            owners = np.array([number for _, number in waiting], np.uint32)
            owners = owners.repeat([text.size for text, _ in waiting])
        self._write(prints, owners)

    def _write(self, prints: Prints, owners: npt.NDArray[np.uint32]) -> None:
        """Write postings over the oldest of their rows, the last first."""
        held, owned = self._tags.reshape(-1), self._owners.reshape(-1)
        rows, tags = self._rows(prints), prints.astype(np.uint16)
        while rows.size:
            cursors = self._cursors[rows]
            places = rows * WIDTH + cursors
            held[places], owned[places] = tags, owners  # of those that come to one place the last stays
            self._cursors[rows] = (cursors + 1) & (WIDTH - 1)
            lost = (held[places] != tags) | (owned[places] != owners)
            if not lost.any():
                break
            rows, tags, owners = rows[lost], tags[lost], owners[lost]

    def _make_room(self, coming: int, live: int, oldest: int) -> None:
        """Grow for `live` postings, and move as many rows as so many that come make due."""
        while live > FULL * self.room:
            while self._unmoved:
                self._move(oldest)
            self._grow()
        self._due += coming
        while self._unmoved and self._due >= _PACE * _CHUNK:
            self._move(oldest)
            self._due -= _PACE * _CHUNK

    def _grow(self) -> None:
        """Make room for more rows; the postings are still where they were."""
        self._before = self._unmoved = self._cursors.size
        self._due = 0.0
        halves = 3 if self._before & (self._before - 1) else 2
        rows = self._before + self._before // halves
        for held in (self._tags, self._owners, self._cursors):
            held.resize((rows, *held.shape[1:]), refcheck=False)

    def _move(self, oldest: int) -> None:
        """Move the last rows' postings to where they are looked for from now on, but for those before `oldest`.

        These rows' postings, and no others, fill the rows they come to.
        """
        self._settle()
        begin, end = max(self._unmoved - _CHUNK, 0), self._unmoved
        to = slice(*(row * self._cursors.size // self._before for row in (begin, end)))
        self._unmoved = begin
        owners, tags = self._owners[begin:end].reshape(-1), self._tags[begin:end].reshape(-1)
        held = (owners >= oldest).nonzero()[0]
        owners, tags = owners[held], tags[held]
        lowest = _lowest(np.arange(begin, end), self._before)[held // WIDTH]
        prints = lowest + ((tags - lowest) & _TAGS)
        rows = _scaled(prints, self._cursors.size) - to.start
        # By row, then by age: each as one number.
        postings = (rows << _LOCAL) | (owners.astype(np.int64) << _TAG) | tags
        postings.sort()
        rows = postings >> _LOCAL
        counts = np.bincount(rows, minlength=to.stop - to.start)
        places = np.arange(rows.size) - (counts.cumsum() - np.minimum(counts, WIDTH))[rows]
        kept = places >= 0  # of more than a row holds, the latest
        places = (rows * WIDTH + places)[kept]
        for table, values in ((self._tags, postings), (self._owners, postings >> _TAG)):
            moved = np.zeros((to.stop - to.start) * WIDTH, table.dtype)
            moved[places] = values[kept].astype(table.dtype)
            table[to] = moved.reshape(-1, WIDTH)
        self._cursors[to] = np.minimum(counts, WIDTH) % WIDTH


def _scaled(prints: Ints, rows: int) -> Ints:
    """The row of each print among so many."""
    return (prints * rows) >> _PRINT


def _lowest(places: Ints, rows: int) -> Ints:
    """The lowest print of each of some rows, of so many."""
    return np.asarray(-(-(places << _PRINT) // rows))
