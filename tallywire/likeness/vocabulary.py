"""The words of the news: in how many stories and articles each stands, and which of an article's tell the most.

Frequencies are counted by story: an event with two hundred articles must not turn its own name into a common word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints, heaviest
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
_ORDER = 32  # bits for the place of a word among those of many articles
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


class Newcomer(msgspec.Struct, frozen=True):
    """An article that is weighed and counted among others."""

    terms: Terms
    known: Hashed  #: the words of its story so far, ascending
    founded: int  #: stories there were before it


class Vectors(msgspec.Struct, frozen=True):
    """The most telling words of some articles, weighed as in a `Vector`, those of one behind those of another."""

    terms: Hashed
    weights: Floats
    sizes: list[int]  #: of each article, how many words are its own
    best: list[Hashed]  #: of each, its heaviest words


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
        return _rarity(frequency, self.stories, math.log(self.stories + PRIOR))

    def articles_with(self, hashes: Hashed) -> Floats:
        """How many articles have used each word, and one."""
        return np.asarray((self._tallies[self._places(hashes)] >> _HALF) + 1.0)

    def vector(self, terms: Terms, founded: int) -> Vector:
        """Weigh an article's words by how few stories they occur in; `founded` are the stories there were before it."""
        frequency = self._tallies[self._places(terms.hashes)] & _STORIES
        weight = _TOLD[terms.flags] * _rarity(frequency, founded, math.log(founded + PRIOR))
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
        self._widen()
        self.articles += 1
        new = _unknown(terms.hashes, known) if known.size else np.True_
        self._tallies[self._places(terms.hashes)] += _ARTICLE + new

    @property
    def room(self) -> int:
        """How many articles can be taken in at once: until the table grows again, one at least."""
        size = self._tallies.size
        return max(1, size // PLACES - self.articles) if size < MOST_PLACES else size

    def take_in(self, articles: Sequence[Newcomer], best: int) -> Vectors:
        """Weigh and count articles, as `vector` and `count` do one after the other; of each, its `best` words are told.

        Each is of another story, and they are no more than there is `room` for.
        """
        self._widen()
        self.articles += len(articles)
        sizes = [article.terms.hashes.size for article in articles]
        hashes = np.concatenate([article.terms.hashes for article in articles])
        flags = np.concatenate([article.terms.flags for article in articles])
        founded = np.array([article.founded for article in articles])
        logarithms = np.array([math.log(article.founded + PRIOR) for article in articles])
        frequency = self._counted(self._places(hashes), sizes, _unknown_to_each(articles, sizes))
        weights = _TOLD[flags] * _rarity(frequency, founded.repeat(sizes), logarithms.repeat(sizes))
        filled = np.arange(max(sizes)) < np.array(sizes)[:, None]
        table = np.zeros(filled.shape)
        table[filled] = weights
        kept, heavy = heaviest(table, ARTICLE_TERMS), heaviest(table, best)
        chosen = kept[filled]
        weights, sizes = weights[chosen], np.count_nonzero(kept, axis=1).tolist()
        return Vectors(
            terms=hashes[chosen],
            weights=weights / np.repeat(lengths(weights, sizes), sizes),
            sizes=sizes,
            best=parts(hashes[heavy[filled]], np.count_nonzero(heavy, axis=1).tolist()),
        )

    def _widen(self) -> None:
        """Make room for one more article, where need be."""
        if self._tallies.size < min(PLACES * (self.articles + 1), MOST_PLACES):
            self._tallies = np.concatenate((self._tallies, self._tallies))

    def _counted(self, places: Hashed, sizes: Sequence[int], unknown: Bools) -> Floats:
        """Count words, given by their places, of articles of certain sizes; the stories of each before its article."""
        if not places.size:
            return np.zeros(0)
        order = (places.astype(np.int64) << _ORDER) | np.arange(places.size)
        order.sort()
        ascending, order = order >> _ORDER, order & ((1 << _ORDER) - 1)
        article = np.arange(len(sizes), dtype=np.int32).repeat(sizes)[order]
        begins = np.flatnonzero(np.concatenate(([True], ascending[1:] != ascending[:-1])))
        last = np.ones(places.size, np.bool_)  # of its article in its place: of these words one counts
        np.not_equal(article[1:], article[:-1], out=last[:-1])
        last[begins[1:] - 1] = True
        counted = unknown[order] & last
        before = counted.cumsum(dtype=np.int32) - counted
        before -= before[begins].repeat(np.diff(begins, append=places.size))
        tallies = self._tallies[ascending]
        frequency = np.empty(places.size)
        frequency[order] = (tallies & _STORIES) + before.astype(np.uint64)
        self._tallies[ascending[begins]] = tallies[begins] + np.add.reduceat(
            last * _ARTICLE + counted, begins
        )
        return frequency

    def _places(self, hashes: Hashed) -> Hashed:
        return hashes & np.uint32(self._tallies.size - 1)


def parts(values: npt.NDArray[Any], sizes: Sequence[int]) -> list[npt.NDArray[Any]]:
    """Values cut into runs of certain sizes."""
    ends = list(accumulate(sizes))
    return [values[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def lengths(weights: Floats, sizes: Sequence[int]) -> list[float]:
    """The lengths of vectors that stand one behind another, 1 where there is nothing."""
    return [math.sqrt(float(part @ part)) or 1.0 for part in parts(weights, sizes)]


def _unknown(terms: Hashed, known: Hashed) -> Bools:
    """Which words are not among some `known`, of which there are any."""
    return np.asarray(known.take(known.searchsorted(terms), mode="clip") != terms)


def _unknown_to_each(articles: Sequence[Newcomer], sizes: Sequence[int]) -> Bools:
    """Which words of some articles, one's behind another's, their stories have not used yet."""
    unknown = np.ones(sum(sizes), np.bool_)
    for article, words in zip(articles, parts(unknown, sizes), strict=True):
        if article.known.size:
            words[:] = _unknown(article.terms.hashes, article.known)
    return unknown


def _rarity(frequency: npt.NDArray[Any], stories: int | Ints, logarithm: float | Floats) -> Floats:
    """How telling words are that stand in so many of so many stories, given with its logarithm."""
    rarity = logarithm - np.log(frequency + 1.0)
    np.maximum(rarity, 0.0, out=rarity)
    rarity[(frequency > COMMON * stories) & (stories > SETTLED)] = 0.0
    return np.asarray(rarity)
