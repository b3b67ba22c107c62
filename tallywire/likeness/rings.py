"""Which stories lately used a word: a ring of story slots for each, the oldest overwritten first.

A word's ring is known by the last bits of its hash.  With the stories their number doubles, by one bit more: both
halves start as the rings were, so that nothing is lost, and what is the other half's leaves by being overwritten.

As with postings, what is used is written once something is asked, or much has come.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tallywire.likeness.arrays import Ints, distinct
from tallywire.likeness.vocabulary import Floats, Hashed

RING = 32  # stories a word remembers: a power of two
ROWS = 2  # rings for each story at least

_FEW = 1 << 15  # rings at first
_BATCH = 512  # stories that wait at most
_ORDER = 32  # bits for the place of a word among those that wait
_PLACES = (1 << _ORDER) - 1


class Rings:
    """Words (hashed) to the slots of the stories that used them last."""

    def __init__(self) -> None:
        self._rings = np.zeros((_FEW, RING), np.uint32)  # slot + 1, 0 is empty
        self._cursors = np.zeros(_FEW, np.uint8)
        self._waiting: list[tuple[Hashed, int]] = []  # words to be written, with the slot that has used them

    def freeze(self) -> dict[str, Any]:
        """All that they hold, to be given to `thaw`."""
        self._settle()
        return {"rings": self._rings, "ring_cursors": self._cursors}

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the rings that were frozen."""
        self._rings, self._cursors = frozen["rings"], frozen["ring_cursors"]

    def lately(self, words: Hashed, weights: Floats) -> tuple[Ints, Floats]:
        """The slots that lately used some words, ascending, and the weight of those that each used."""
        self._settle()
        found = self._rings.take(self._rows(words), axis=0).ravel()
        used = found.nonzero()[0]
        slots, places = distinct(found[used])
        score = np.bincount(places, weights[used // RING], slots.size)
        return slots.astype(np.int64) - 1, np.asarray(score, np.float64)

    def use(self, words: Hashed, slot: int) -> None:
        """Remember that a slot has used some words."""
        while self._cursors.size < ROWS * slot:
            self._settle()
            self._rings, self._cursors = (
                np.concatenate((self._rings,) * 2),
                np.concatenate((self._cursors,) * 2),
            )
        if len(self._waiting) == _BATCH:
            self._settle()
        self._waiting.append((words, slot))

    def lead(self, words: Hashed, gone: int, into: int) -> None:
        """Let what leads to one slot lead to another."""
        self._settle()
        rows = np.unique(self._rows(words))
        rings = self._rings[rows]
        known = (rings == into + 1).any(axis=1, keepdims=True)
        self._rings[rows] = np.where(rings == gone + 1, np.where(known, 0, into + 1), rings)

    def _settle(self) -> None:
        """Write what waits, as if one by one: of each ring what came first, then what came next."""
        waiting, self._waiting = self._waiting, []
        if len(waiting) == 1:
            words, slot = waiting[0]  # where two of its words share a ring, both write the same
            self._write(self._rows(words), np.full(words.size, slot + 1, np.uint32))
        elif waiting:
            rows = self._rows(np.concatenate([words for words, _ in waiting]))
            entries = np.array([slot + 1 for _, slot in waiting], np.uint32)
            self._write_in_turn(rows, entries.repeat([words.size for words, _ in waiting]))

    def _write_in_turn(self, rows: Hashed, entries: Hashed) -> None:
        order = (rows.astype(np.int64) << _ORDER) | np.arange(rows.size)
        order.sort()
        rows, entries = rows[order & _PLACES], entries[order & _PLACES]
        while rows.size:
            now = np.ones(rows.size, np.bool_)
            np.not_equal(rows[1:], rows[:-1], out=now[1:])
            self._write(rows[now], entries[now])
            rows, entries = rows[~now], entries[~now]

    def _write(self, rows: Hashed, entries: Hashed) -> None:
        """Write entries over the oldest of their rings that do not have them yet."""
        new = np.logical_and.reduce(self._rings.take(rows, axis=0) != entries[:, None], axis=1)
        rows, entries = rows[new], entries[new]
        places = self._cursors[rows]
        self._rings[rows, places] = entries
        self._cursors[rows] = (places + 1) & (RING - 1)

    def _rows(self, words: Hashed) -> Hashed:
        return words & np.uint32(self._cursors.size - 1)
