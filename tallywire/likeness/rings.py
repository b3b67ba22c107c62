"""Which stories lately used a word: a ring of story slots for each, the oldest overwritten first."""

from __future__ import annotations

from typing import Any

import numpy as np

from tallywire.likeness.vocabulary import Floats, Hashed, Ints

RING = 32  # stories a word remembers

_ROWS = 1 << 17
_MASK = np.uint32(_ROWS - 1)


class Rings:
    """Words (hashed) to the slots of the stories that used them last."""

    def __init__(self) -> None:
        self._rings = np.zeros((_ROWS, RING), np.uint32)  # slot + 1, 0 is empty
        self._cursors = np.zeros(_ROWS, np.uint8)

    def freeze(self) -> dict[str, Any]:
        """All that they hold, to be given to `thaw`."""
        return {"rings": self._rings, "ring_cursors": self._cursors}

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the rings that were frozen."""
        self._rings, self._cursors = frozen["rings"], frozen["ring_cursors"]

    def lately(self, words: Hashed, weights: Floats) -> tuple[Ints, Floats]:
        """The slots that lately used some words, ascending, and the weight of those that each used."""
        found = self._rings[words & _MASK].ravel()
        used = np.flatnonzero(found)
        slots = found[used]
        order = slots.argsort(kind="stable")
        slots = slots[order]
        first = np.flatnonzero(slots[1:] != slots[:-1]) + 1
        starts = np.concatenate((np.zeros(min(slots.size, 1), np.int64), first))
        score = np.add.reduceat(weights[used // RING][order], starts) if slots.size else np.zeros(0)
        return slots[starts] - np.int64(1), score

    def use(self, words: Hashed, slot: int) -> None:
        """Remember that a slot has used some words."""
        rows = (words & _MASK).astype(np.int64)
        rows = rows[~(self._rings[rows] == slot + 1).any(axis=1)]
        places = self._cursors[rows]
        self._rings[rows, places] = slot + 1
        self._cursors[rows] = (places + 1) % RING

    def lead(self, words: Hashed, gone: int, into: int) -> None:
        """Let what leads to one slot lead to another."""
        rows = np.unique(words & _MASK)
        rings = self._rings[rows]
        known = (rings == into + 1).any(axis=1, keepdims=True)
        self._rings[rows] = np.where(rings == gone + 1, np.where(known, 0, into + 1), rings)
