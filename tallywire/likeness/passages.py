"""Shared passages: where two texts say the same in the same words, for a person to see.

The indexes compare sampled hashes; here are two whole texts, and what they have in common is found word for word.
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from tallywire.likeness.sketching import RUN
from tallywire.likeness.text import Located, located

PLACES = 16  # of one run of words looked at in the other text; what stands oftener is a refrain


class Passage(msgspec.Struct, frozen=True):
    """A run of words that stands in both texts: offsets in characters, ends exclusive."""

    start: int
    end: int
    other_start: int
    other_end: int


def shared(text: str, other: str) -> list[Passage]:
    """The longest runs of at least `RUN` words of `text` that stand in `other`, in the order of `text`.

    Words are compared folded; no word of `text` is in two passages.
    """
    ours, theirs = located(text), located(other)
    runs: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(theirs) - RUN + 1):
        runs[_run(theirs, place)].append(place)
    found: list[Passage] = []
    at = 0
    while at <= len(ours) - RUN:
        places = runs.get(_run(ours, at), [])[:PLACES]
        if not places:
            at += 1
            continue
        length, place = max((_length(ours, at, theirs, place), -place) for place in places)
        begin, end = theirs[-place], theirs[-place + length - 1]
        found.append(Passage(ours[at].start, ours[at + length - 1].end, begin.start, end.end))
        at += length
    return found


def _run(words: list[Located], place: int) -> tuple[str, ...]:
    return tuple(word.folded for word in words[place : place + RUN])


def _length(ours: list[Located], at: int, theirs: list[Located], place: int) -> int:
    """How many words in a row are the same from here on."""
    most = min(len(ours) - at, len(theirs) - place)
    for length in range(RUN, most):
        if ours[at + length].folded != theirs[place + length].folded:
            return length
    return most
