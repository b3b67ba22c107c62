"""What one reading may cost, in steps: the core knows no clock, and the same text always costs the same.

A step is some four microseconds of work at most, so that what is allowed is over in about three seconds: a token of
a sentence that is read in full, or six characters that are only looked through.  A sentence costs its tokens and the
steps that it takes however short it is; its figures cost what each takes by itself and, since they are weighed against
each other, the square of their number; a claim costs those it is compared with.  A sentence is cut at 1,500 characters,
so that no step of the count hides an endless one.  Actors take their share of the same steps: each sentence for being
cut into words, each run of capitals for being looked at and more where it names something, and each new name for those
of one surname that it may be another form of.
"""

from __future__ import annotations

from tallywire.errors import OverrunError

ALLOWED = 850_000  # steps: a megabyte of nothing but figures of an event costs a little less
_LOOKED_THROUGH = 6  # characters in a step
_COMPARED = 10  # pairs of claims in a step
_SENTENCE = 20  # steps of a sentence by itself
_FIGURE = 25  # … and of a figure
_CUT = 1  # … and of a sentence that is only cut into words
_WORDS = 8  # words that are only cut in a step
_CAPITALS = 3  # steps of a run of capitals
_NAME = 9  # … and of what it names
_ALIKE = 5  # … of a name that is new, and of each that it may be another form of


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

    def on_words(self, words: int) -> None:
        """Count a sentence that is cut into words to look for actors.  Raises `OverrunError`."""
        self._spend(_CUT + words // _WORDS)

    def on_capitals(self) -> None:
        """Count a run of capitals that may be a name.  Raises `OverrunError`."""
        self._spend(_CAPITALS)

    def on_name(self) -> None:
        """Count a place where an actor is named.  Raises `OverrunError`."""
        self._spend(_NAME)

    def on_new_name(self, namesakes: int) -> None:
        """Count a name not seen before, and those it is compared with.  Raises `OverrunError`."""
        self._spend((1 + namesakes) * _ALIKE)

    def _spend(self, steps: int) -> None:
        self.spent += steps
        if self.spent > self._allowed:
            raise OverrunError(
                f"reading takes more than the {self._allowed:,} steps that an article is allowed: "
                "too long, or too many figures or names to a sentence, for news"
            )
