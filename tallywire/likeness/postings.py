"""Which recent texts hold a passage: a hash table of short rings.

A row keeps the latest `WIDTH` texts whose passages fell into it, so that old postings leave by being overwritten, and
nothing is ever merged or deleted.  A posting is known by 32 bits of its hash, its print, which scaled to the number
of rows is its row (Lemire 2019), so that the table may grow by any step.  Two postings in a hundred thousand texts
that fall together by chance are far from the shared passages of a copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints

Prints = npt.NDArray[np.uint32]

WIDTH = 16  # texts a row remembers
FULL = 0.7  # share of the table's places that live postings may take
GROWTH = 1.25  # of the table: a larger step would leave more of it empty, a smaller one move it more often

_FEW = 4096  # rows of the first table
_CHUNK = 2048  # rows moved at a time …
_PACE = 1  # … after so many postings for each: all are moved long before the table grows again
_PRINT = np.uint64(32)  # bits of a print


class Postings:
    """Passages (prints) and the numbers of the texts that hold them.

    The table grows in place and a few rows at a time, so that no article waits for it.  Rows are moved from the last
    on: a posting's row among more is never before its row among fewer.
    """

    def __init__(self) -> None:
        self._prints = np.zeros((_FEW, WIDTH), np.uint32)
        self._owners = np.zeros((_FEW, WIDTH), np.uint32)
        self._cursors = np.zeros(_FEW, np.uint8)  # where each row is written next
        self._before = _FEW  # rows that there were before the table grew last, of which …
        self._unmoved = 0  # … so many, the first, are still to be moved
        self._due = 0  # postings written since some were moved

    def freeze(self) -> dict[str, Any]:
        """All that the table holds, to be given to `thaw`."""
        return {
            "prints": self._prints,
            "owners": self._owners,
            "cursors": self._cursors,
            "growing": (self._before, self._unmoved, self._due),
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the table that was frozen."""
        self._prints, self._owners, self._cursors = frozen["prints"], frozen["owners"], frozen["cursors"]
        self._before, self._unmoved, self._due = frozen["growing"]

    def find(self, prints: Prints) -> tuple[Ints, Ints]:
        """Pairs (place in `prints`, number of a text that holds it)."""
        rows = self._rows(prints)
        hits = (self._prints[rows] == prints[:, None]).ravel().nonzero()[0]
        found = hits // WIDTH
        return found, self._owners[rows[found], hits % WIDTH].astype(np.int64)

    def add(self, prints: Prints, owner: int, live: int, oldest: int) -> None:
        """Write a text's postings, no two of them the same.

        `live` is how many postings there are by now of texts that are still compared, the first of them `oldest`.
        """
        if live > FULL * self._owners.size:
            self._move(self._unmoved, oldest)
            self._grow()
        self._due += prints.size
        if self._unmoved and self._due >= _PACE * _CHUNK:
            self._move(min(_CHUNK, self._unmoved), oldest)
            self._due = 0
        self._write(prints, np.full(prints.size, owner, np.uint32))

    def _rows(self, prints: Prints) -> Ints:
        wide = prints.astype(np.uint64)
        rows = ((wide * np.uint64(self._cursors.size)) >> _PRINT).astype(np.int64)
        if self._unmoved:
            before = ((wide * np.uint64(self._before)) >> _PRINT).astype(np.int64)
            rows = np.where(before < self._unmoved, before, rows)
        return rows

    def _write(self, prints: Prints, owners: Prints) -> None:
        """Write postings over the oldest of their rows."""
        held, owned = self._prints.reshape(-1), self._owners.reshape(-1)
        rows = self._rows(prints)
        while rows.size:
            cursors = self._cursors[rows]
            places = rows * WIDTH + cursors
            held[places], owned[places] = prints, owners
            self._cursors[rows] = (cursors + 1) % WIDTH
            lost = (held[places] != prints).nonzero()[0]  # of two in one row the last was written
            rows, prints, owners = rows[lost], prints[lost], owners[lost]

    def _grow(self) -> None:
        """Make room for more rows; the postings are still where they were."""
        self._before = self._unmoved = self._cursors.size
        rows = int(self._before * GROWTH)
        for held in (self._prints, self._owners, self._cursors):
            held.resize((rows, *held.shape[1:]), refcheck=False)

    def _move(self, count: int, oldest: int) -> None:
        """Move the postings of so many rows to where they are looked for from now on, but for those before `oldest`."""
        rows = slice(self._unmoved - count, self._unmoved)
        self._unmoved -= count
        prints, owners, cursors = (
            self._prints[rows].copy(),
            self._owners[rows].copy(),
            self._cursors[rows].copy(),
        )
        self._prints[rows], self._owners[rows], self._cursors[rows] = 0, 0, 0
        for age in range(WIDTH):  # oldest first: the cursor stands on the oldest
            places = np.arange(cursors.size), (cursors + age) % WIDTH
            live = owners[places] >= oldest
            self._write(prints[places][live], owners[places][live])
