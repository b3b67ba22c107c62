"""Which stories lately used a word: a ring of story slots for each, the oldest overwritten first.

A word's ring is known by the last bits of its hash.  With the stories their number doubles, by one bit more: both
halves start as the rings were, so that nothing is lost, and what is the other half's leaves by being overwritten.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tallywire.likeness.arrays import Ints, distinct
from tallywire.likeness.vocabulary import Floats, Hashed

RING = 32  # stories a word remembers
ROWS = 2  # rings for each story at least

_FEW = 1 << 15  # rings at first


class Rings:
    """Words (hashed) to the slots of the stories that used them last."""

    def __init__(self) -> None:
        self._rings = np.zeros((_FEW, RING), np.uint32)  # slot + 1, 0 is empty
        self._cursors = np.zeros(_FEW, np.uint8)

    def freeze(self) -> dict[str, Any]:
        """All that they hold, to be given to `thaw`."""
        return {"rings": self._rings, "ring_cursors": self._cursors}

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the rings that were frozen."""
        self._rings, self._cursors = frozen["rings"], frozen["ring_cursors"]

    def lately(self, words: Hashed, weights: Floats) -> tuple[Ints, Floats]:
        """The slots that lately used some words, ascending, and the weight of those that each used."""
        slots, places = distinct(self._rings.take(self._rows(words), axis=0).ravel())
        score = np.bincount(places, weights.repeat(RING), slots.size)
        some = int(slots.size > 0 and slots[0] == 0)  # first come the empty places
        return slots[some:].astype(np.int64) - 1, np.asarray(score[some:], np.float64)

    def use(self, words: Hashed, slot: int) -> None:
        """Remember that a slot has used some words."""
        while self._cursors.size < ROWS * slot:
            self._rings, self._cursors = (
                np.concatenate((self._rings,) * 2),
                np.concatenate((self._cursors,) * 2),
            )
        rows = self._rows(words)
        rows = rows[np.logical_and.reduce(self._rings.take(rows, axis=0) != slot + 1, axis=1)]
        places = self._cursors[rows]
        self._rings[rows, places] = slot + 1
        self._cursors[rows] = (places + 1) % RING

    def lead(self, words: Hashed, gone: int, into: int) -> None:
        """Let what leads to one slot lead to another."""
        rows = np.unique(self._rows(words))
        rings = self._rings[rows]
        known = (rings == into + 1).any(axis=1, keepdims=True)
        self._rings[rows] = np.where(rings == gone + 1, np.where(known, 0, into + 1), rings)

    def _rows(self, words: Hashed) -> Hashed:
        return words & np.uint32(self._cursors.size - 1)
