"""The two sides of a name: the words before it and after it, nearest first.

They are views of the tokens that the sentence is cut into for its figures; nothing is cut a second time.
"""

from __future__ import annotations

from msgspec import Struct

from tallywire.reading.actors.words import Words
from tallywire.reading.tokens import Tokens

_REACH = 14  # words looked at on either side …
_SHORT = 9  # … and where no comma, and no "as", says that more may follow
_JOINED = frozenset((",", "'s", "'"))  # what may tie a name to the words before it
_OPENING = frozenset(('"', "("))
_FIGURES = frozenset("0123456789(")


class Side(Struct, frozen=True, eq=False):
    """The words on one side of a name in lower case, nearest first."""

    words: list[str]
    tokens: Tokens
    nearest: int  #: the number of the token nearest to the name
    step: int  #: to the token behind it: 1 after the name, -1 before it

    def start(self, place: int) -> int:
        """Where the word number `place` begins in the field."""
        return self.tokens.starts[self.nearest + place * self.step]

    def end(self, place: int) -> int:
        """Where it ends."""
        return self.start(place) + len(self.words[place])

    def written(self, place: int) -> str:
        """The word as written, folded."""
        return self.tokens.words[self.nearest + place * self.step]

    def is_capital(self, place: int) -> bool:
        """Whether it is written with a capital."""
        return self.written(place)[0].isupper()


def nothing(tokens: Tokens) -> Side:
    """A side on which nothing is."""
    return Side([], tokens, 0, 1)


def before(tokens: Tokens, at: int, words: Words | None = None) -> Side:
    """The words before the token number `at`, nearest first.

    With `words`, nothing at all where the nearest word can be no sign: most names are met this way, at the price
    of one look-up.
    """
    lower = tokens.lower
    if words is not None:
        near = at - 1
        while near >= 0 and lower[near] in _OPENING:
            near -= 1
        if near < 0 or not ((word := lower[near]) in _JOINED or word in words.left or "-" in word):
            return nothing(tokens)
    return Side(lower[max(0, at - _REACH) : at][::-1], tokens, at - 1, -1)


def after(tokens: Tokens, at: int, words: Words) -> Side:
    """The words from the token number `at` on, nearest first; nothing where the nearest can be no sign."""
    lower = tokens.lower
    if at >= len(lower):
        return nothing(tokens)
    near = lower[at]
    if near in (",", "'s", "'"):
        return Side(lower[at : at + _REACH], tokens, at, 1)
    if near in words.right or near[0] in _FIGURES:
        return Side(lower[at : at + _SHORT], tokens, at, 1)
    return nothing(tokens)


def nearest(left: Side, words: Words) -> str:
    """The word before a name, an article aside; "" where there is none."""
    for word in left.words[:2]:
        if word not in words.articles:
            return word
    return ""
