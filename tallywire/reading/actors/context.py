"""A name in its sentence: the signs on both sides, with what only the two together tell."""

from __future__ import annotations

from tallywire.reading.actors.following import signs_after
from tallywire.reading.actors.preceding import signs_before
from tallywire.reading.actors.sides import Side, nearest
from tallywire.reading.actors.signs import SUBJECT, Sign
from tallywire.reading.actors.words import Words


def around(left: Side, right: Side, words: Words) -> int:
    """The signs on both sides of a name, with what only the two together tell."""
    found, beyond = signs_before(left, words), signs_after(right, words)
    if nearest(left, words) in words.governing:
        beyond &= ~SUBJECT
    if beyond & Sign.THING:
        found &= ~Sign.AGE  # "a 10-year-old ⟨Springfield⟩ boy"
    return found | beyond
