"""The fast gate: which places of a text can hold a claim at all.

One Aho-Corasick scan (Aho and Corasick 1975; `ahocorasick_rs`) for the stems of all words that say what
befalls people. A sentence without one is never tokenised; a text without one costs almost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick

from tallywire.reading.folding import without_surrogates


class Gate:
    """Finds trigger words in a text in one pass."""

    def __init__(self, triggers: Sequence[str]) -> None:
        self._scan = AhoCorasick(_prefixes(triggers))

    def places(self, lowered: str) -> list[int]:
        """Offsets of trigger words in a folded text in lower case, in order."""
        return [
            start
            for _, start, _ in self._scan.find_matches_as_indexes(
                without_surrogates(lowered), overlapping=True
            )
            if not start or not lowered[start - 1].isalpha()
        ]


def _prefixes(triggers: Sequence[str]) -> list[str]:
    """The triggers without those that begin with another one: the shorter finds them too."""
    kept: list[str] = []
    for trigger in sorted(triggers):
        if not kept or not trigger.startswith(kept[-1]):
            kept.append(trigger)
    return kept
