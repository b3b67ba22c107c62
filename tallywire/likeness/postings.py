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

Prints = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]

WIDTH = 16  # texts a row remembers
FULL = 0.7  # share of the table's places that live postings may take
GROWTH = 1.25  # of the table: a larger step would leave more of it empty, a smaller one move it more often

_FEW = 4096  # rows of the first table
_CHUNK = 1 << 14  # rows moved at a time
_PRINT = 32  # bits


class Postings:
    """Passages (prints) and the numbers of the texts that hold them."""

    def __init__(self) -> None:
        self._prints = np.zeros((_FEW, WIDTH), np.uint32)
        self._owners = np.zeros((_FEW, WIDTH), np.uint32)
        self._cursors = np.zeros(_FEW, np.uint8)  # where each row is written next

    def freeze(self) -> dict[str, Any]:
        """All that the table holds, to be given to `thaw`."""
        return {"prints": self._prints, "owners": self._owners, "cursors": self._cursors}

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the table that was frozen."""
        self._prints, self._owners, self._cursors = frozen["prints"], frozen["owners"], frozen["cursors"]

    def find(self, prints: Prints) -> tuple[Ints, Ints]:
        """Pairs (place in `prints`, number of a text that holds it)."""
        rows = self._rows(prints)
        hits = np.flatnonzero(self._prints[rows] == prints[:, None])
        found = hits // WIDTH
        return found, self._owners[rows[found], hits % WIDTH].astype(np.int64)

    def write(self, prints: Prints, owners: Prints) -> None:
        """Write postings, no two of them the same, over the oldest of their rows."""
        held, owned = self._prints.reshape(-1), self._owners.reshape(-1)
        rows = self._rows(prints)
        while rows.size:
            cursors = self._cursors[rows]
            places = rows * WIDTH + cursors
            held[places], owned[places] = prints, owners
            self._cursors[rows] = (cursors + 1) % WIDTH
            lost = np.flatnonzero(held[places] != prints)  # of two in one row the last was written
            rows, prints, owners = rows[lost], prints[lost], owners[lost]

    def fit(self, live: int, oldest: int) -> None:
        """Grow until the table holds so many postings with ease, leaving behind those of texts before `oldest`."""
        while live > FULL * self._owners.size:
            self._grow(oldest)

    def _rows(self, prints: Prints) -> Ints:
        return ((prints.astype(np.uint64) * np.uint64(self._cursors.size)) >> np.uint64(_PRINT)).astype(
            np.int64
        )

    def _grow(self, oldest: int) -> None:
        """Move to more rows, in place: a posting's row among more is never before its row among fewer."""
        before = self._cursors.size
        for held in (self._prints, self._owners, self._cursors):
            held.resize((int(before * GROWTH), *held.shape[1:]), refcheck=False)
        for end in range(before, 0, -_CHUNK):
            rows = slice(max(end - _CHUNK, 0), end)
            prints, owners, cursors = (
                self._prints[rows].copy(),
                self._owners[rows].copy(),
                self._cursors[rows].copy(),
            )
            self._prints[rows], self._owners[rows], self._cursors[rows] = 0, 0, 0
            for age in range(WIDTH):  # oldest first: the cursor stands on the oldest
                places = np.arange(cursors.size), (cursors + age) % WIDTH
                live = owners[places] >= oldest
                self.write(prints[places][live], owners[places][live])
