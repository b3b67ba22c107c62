"""The words of the news: in how many stories and articles each stands, and which of an article's tell the most.

Frequencies are counted by story: an event with two hundred articles must not turn its own name into a common word.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints
from tallywire.likeness.sketching import IN_TITLE, MOST, Terms

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Hashed = npt.NDArray[np.uint32]

ARTICLE_TERMS = 80  # most telling words kept of an article
TITLE_WEIGHT = 2  # a word of the title counts as so many of the lead
COMMON = 0.1  # words in more than this share of the stories tell nothing …
SETTLED = 200  # … once there have been so many
PRIOR = 1000.0  # stories, and …
PRIOR_READ = 200.0  # … articles assumed before the first, so that a cold start takes no word for common

PLACES = 16  # of the vocabulary for each article at least …
MOST_PLACES = 1 << 21  # … up to so many
WEIGHT, NAMED, OPENING = range(
    3
)  # of a word in an article: its share, is it in title or opening, is it in the opening
_FEW = 1 << 19  # places at first
_ARTICLE = np.uint64(1 << 32)  # a tally holds a word's articles above its stories, 32 bits each
_STORIES = np.uint64((1 << 32) - 1)
_HALF = np.uint64(32)
_FLAGS = np.arange(256)
_TOLD = 1.0 + np.log(  # how much is told of a word, by its flags
    np.maximum((_FLAGS & MOST) + TITLE_WEIGHT * ((_FLAGS & IN_TITLE) > 0), 1)
)


class Vector(msgspec.Struct, frozen=True):
    """An article's most telling words, weighted: parallel arrays ascending by word."""

    terms: Hashed
    weights: Floats  #: of length 1 together
    flags: npt.NDArray[np.uint8]  #: `IN_TITLE` and `IN_OPENING`
    order: Ints  #: places by weight, heaviest first


class Vocabulary:
    """How often each word (hashed) has been used; of two words in one place one counts.

    A word's place is known by the last bits of its hash.  Their number doubles, by one bit more, with what is read:
    both halves start with what the words had in common.
    """

    def __init__(self) -> None:
        self.stories = 0  #: founded so far
        self.articles = 0  #: read so far
        self._tallies = np.zeros(_FEW, np.uint64)

    def freeze(self) -> dict[str, Any]:
        """All that it holds, to be given to `thaw`."""
        return {"founded": self.stories, "read": self.articles, "tallies": self._tallies}

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the vocabulary that was frozen."""
        self.stories, self.articles = frozen["founded"], frozen["read"]
        self._tallies = frozen["tallies"]

    def rarity(self, hashes: Hashed) -> Floats:
        """How telling each word is: the logarithm of its inverse frequency among stories, 0 where common."""
        frequency = self._tallies[self._places(hashes)] & _STORIES
        rarity = math.log(self.stories + PRIOR) - np.log(frequency + 1.0)
        np.maximum(rarity, 0.0, out=rarity)
        if self.stories > SETTLED:
            rarity[frequency > COMMON * self.stories] = 0.0
        return np.asarray(rarity)

    def articles_with(self, hashes: Hashed) -> Floats:
        """How many articles have used each word, and one."""
        return np.asarray((self._tallies[self._places(hashes)] >> _HALF) + 1.0)

    def vector(self, terms: Terms) -> Vector:
        """Weigh an article's words by how few stories they occur in."""
        weight = _TOLD[terms.flags] * self.rarity(terms.hashes)
        telling = min(int(np.count_nonzero(weight)), ARTICLE_TERMS)
        heaviest = (-weight).argsort(kind="stable")[:telling]
        best = heaviest.copy()
        best.sort()
        kept = weight[best]
        return Vector(
            terms=terms.hashes[best],
            weights=kept / (math.sqrt(float(kept @ kept)) or 1.0),
            flags=terms.flags[best],
            order=best.searchsorted(heaviest),
        )

    def count(self, terms: Terms, known: Hashed) -> None:
        """Count an article's words, for the news and, where its story has not used them yet, for the story.

        `known` are the words of the story so far, ascending.
        """
        self.articles += 1
        if self._tallies.size < min(PLACES * self.articles, MOST_PLACES):
            self._tallies = np.concatenate((self._tallies, self._tallies))
        words = self._places(terms.hashes)
        if known.size:
            places = known.searchsorted(terms.hashes)
            self._tallies[words] += _ARTICLE + (known.take(places, mode="clip") != terms.hashes)
        else:
            self._tallies[words] += _ARTICLE + np.uint64(1)

    def _places(self, hashes: Hashed) -> Hashed:
        return hashes & np.uint32(self._tallies.size - 1)
