"""The fast gate: which places of a text can hold a claim at all.

One Aho-Corasick scan (Aho and Corasick 1975; `ahocorasick_rs`) for the stems of all words that say what
befalls people. A sentence without one is never tokenised; a text without one costs almost nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from ahocorasick_rs import AhoCorasick

from tallywire.reading.folding import without_surrogates


class Gate:
    """Finds trigger words in a text in one pass."""

    def __init__(self, words: Collection[str], stems: Collection[str] = ()) -> None:
        """`words` and phrases stand whole; any word may begin with one of the `stems`."""
        self._whole = [*sorted({*words} - {*stems}), *sorted(stems)]
        self._first_stem = len({*words} - {*stems})
        self._scan = AhoCorasick(self._whole)

    def places(self, lowered: str) -> list[int]:
        """Offsets of trigger words in a folded text in lower case, in order."""
        found = self._scan.find_matches_as_indexes(without_surrogates(lowered), overlapping=True)
        beyond = len(lowered)
        return [
            start
            for trigger, start, end in found
            if (not start or not lowered[start - 1].isalpha())
            and (trigger >= self._first_stem or end == beyond or not lowered[end].isalpha())
        ]
