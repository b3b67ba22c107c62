"""What one reading may cost, in steps: the core knows no clock, and the same text always costs the same.

A step is some four microseconds of work at most, so that what is allowed is over in about three seconds: a token of
a sentence that is read in full, or six characters that are only looked through.  A sentence costs its tokens and the
steps that it takes however short it is; its figures cost what each takes by itself and, since they are weighed against
each other, the square of their number; a claim costs those it is compared with.  A sentence is cut at 1,500 characters,
so that no step of the count hides an endless one.
"""

from __future__ import annotations

from tallywire.errors import OverrunError

ALLOWED = 750_000  # steps: a megabyte of nothing but figures of an event costs a little less
_LOOKED_THROUGH = 6  # characters in a step
_COMPARED = 10  # pairs of claims in a step
_SENTENCE = 20  # steps of a sentence by itself
_FIGURE = 25  # … and of a figure


class Effort:
    """Counts the steps of one reading."""

    __slots__ = ("_allowed", "spent")

    def __init__(self, allowed: int = ALLOWED) -> None:
        self._allowed = allowed
        self.spent = 0

    def on_text(self, characters: int) -> None:
        """Count what every text costs.  Raises `OverrunError`."""
        self._spend(characters // _LOOKED_THROUGH)

    def on_sentence(self, tokens: int, figures: int) -> None:
        """Count a sentence that is read in full.  Raises `OverrunError`."""
        self._spend(_SENTENCE + tokens + figures * (figures + _FIGURE))

    def on_pairs(self, pairs: int) -> None:
        """Count comparisons of one claim with others.  Raises `OverrunError`."""
        self._spend(pairs // _COMPARED)

    def _spend(self, steps: int) -> None:
        self.spent += steps
        if self.spent > self._allowed:
            raise OverrunError(
                f"reading takes more than the {self._allowed:,} steps that an article is allowed: "
                "too long, or too many figures to a sentence, for news"
            )
