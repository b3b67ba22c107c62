"""What one reading may cost, in steps: the core knows no clock, and the same text always costs the same.

A step is some ten microseconds of work: a token of a sentence that is read in full, or ten characters that
are only looked through.  A sentence costs its tokens and, since its figures are weighed against each other, the square
of their number; a claim costs those it is compared with.  A sentence is cut at 1,500 characters, so that no step of the
count hides an endless one.
"""

from __future__ import annotations

from tallywire.errors import OverrunError

ALLOWED = 700_000  # steps: a megabyte of dense news costs some 230,000
_LOOKED_THROUGH = 10  # characters in a step
_COMPARED = 10  # pairs of claims in a step
_FIGURE = 10  # steps of a figure by itself


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
        self._spend(tokens + figures * (figures + _FIGURE))

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
