"""The merge decision: how well an article fits a story, as fourteen features and a logistic regression over them.

A logistic decision takes the place of a fixed cosine (single-pass clustering of news after Miranda et al., EMNLP
2018), because the best cosine wanders with the length of the texts.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from tallywire.likeness.arrays import summed
from tallywire.likeness.centroids import Rows
from tallywire.likeness.sketching import IN_OPENING
from tallywire.likeness.vocabulary import Bools, Floats, Vector

HEAD = 8  # heaviest words of a story
OWN = 0.9  # share of a word's articles that are the story's, from which on the word is its own …
USUAL = (
    0.8  # … and share of the story's articles that use it, from which on every article of it is expected to
)

# Fitted once on pairs (article, running story) of English news, wrong decisions of its own included: local crime
# reports, whole, cut to 80 words, and cut to headline and first sentence; and two running events among the other news
# of their days.  Fitted with either event left out it follows that event as well, so nothing in it is one event's own.
# The bias was set again, on the same news, once stories kept out who has none of their own words: it needs less
# caution.  An article joins where the sum is not negative.
BIAS = -10.1
COSINE, NEXT = 0, 2  # places of two features in a row
WEIGHTS = np.array(
    [
        7.03,  # cosine of article and story
        -8.80,  # its square: the last tenths tell little
        -3.22,  # cosine of the next best story: where two fit, be slow
        0.79,  # words of the article, logarithm
        -0.25,  # articles of the story, logarithm
        0.06,  # words of the story, logarithm
        -0.52,  # hours since the story's latest article, logarithm
        1.46,  # share of the story's heaviest words that the article has
        1.47,  # log-odds of the article's opening under the story against the news
        1.42,  # the word most the story's own that both have
        0.45,  # … times the logarithm of the story's articles
        1.24,  # share of the story's own words that the article has
        5.08,  # how alike the story's articles are: loose stories must not grow
        5.31,  # cosine relative to that
    ]
)


class Fit(msgspec.Struct, frozen=True):
    """How an article fits some stories: a row for each."""

    features: Floats  #: in the order of `WEIGHTS`
    decisions: Floats  #: it joins where this is not negative


class _Common(msgspec.Struct, frozen=True):
    """An article beside some stories: in each array a row for each story, a column for each of its words."""

    weights: Floats  #: the article's, 0 where it has not the word
    same: Bools  #: the article has the word
    named: Bools  #: … in its title or its opening
    opening: Bools  #: … in its opening
    usage: Floats  #: share of the story's articles that use it
    share: Floats  #: of the articles that use it, the share that is the story's


def fit(vector: Vector, rows: Rows, used: Floats, read: float, at: float) -> Fit:
    """How an article that speaks for the time `at` and has any words fits some stories.

    `used` is how many articles of the news use each word of `rows`, and one; `read` how many articles there are.
    An article joins no story that has words of its own of which the article has none: within a war, all that is told
    of another day of it fits the story of one day but for the words that only that story has.
    """
    common = _common(vector, rows, used)
    features = _features(vector, rows, common, read, at)
    fitted = Fit(features=features, decisions=features @ WEIGHTS + BIAS)
    if alone(fitted).max() >= 0.0:
        fitted.decisions[_strange(common)] = -np.inf
    return fitted


def alone(fitted: Fit) -> Floats:
    """What would be decided at most on each story if no other were there."""
    return np.asarray(fitted.decisions - WEIGHTS[NEXT] * fitted.features[:, NEXT])


def apart(fitted: Fit, one: int, other: int) -> float:
    """What would be decided on the story in one row if that in the other were not there."""
    rest = np.delete(fitted.features[:, COSINE], (one, other))
    rival = float(rest.max(initial=0.0))
    return float(fitted.decisions[one] + WEIGHTS[NEXT] * (rival - fitted.features[one, NEXT]))


def _common(vector: Vector, rows: Rows, used: Floats) -> _Common:
    places = vector.terms.searchsorted(rows.terms)
    same = vector.terms.take(places, mode="clip") == rows.terms
    flags = vector.flags.take(places, mode="clip") * same
    return _Common(
        weights=vector.weights.take(places, mode="clip") * same,
        same=same,
        named=flags >= IN_OPENING,
        opening=(flags & IN_OPENING) > 0,
        usage=rows.counts / rows.articles[:, None],
        share=rows.counts / used,
    )


def _features(vector: Vector, rows: Rows, common: _Common, read: float, at: float) -> Floats:
    """What the decision looks at: a row for each story, in the order of `WEIGHTS`."""
    cosine = np.vecdot(common.weights, rows.weights) / rows.norms
    unity = rows.norms / rows.articles
    own = np.maximum.reduce(common.usage * common.share * common.named, axis=1)
    size = np.log(rows.articles)
    heavy, owned = _covered(rows.weights, common.share, common.same)
    seen = (
        cosine,
        cosine * cosine,
        _highest_other(cosine),
        math.log1p(vector.terms.size),
        size,
        np.log1p(rows.sizes),
        np.log1p(np.maximum(at - rows.last, 0.0) / 3600.0),
        heavy,
        _opening_odds(vector, rows, common, read),
        own,
        own * size,
        owned,
        unity,
        np.minimum(cosine / np.maximum(unity, 0.05), 2.0),
    )
    table = np.empty((len(seen), cosine.size))
    for row, values in enumerate(seen):
        table[row] = values
    return table.T


def _strange(common: _Common) -> Bools:
    """Whether each story has words that nearly all of its articles use and hardly any other, the article none."""
    own = (common.usage >= USUAL) & (common.share >= OWN)
    return np.asarray(_any(own) & ~_any(own & common.same))


def _any(values: Bools) -> Bools:
    """Whether any is true in each row; leaner than its general counterpart."""
    return np.asarray(np.logical_or.reduce(values, axis=1))


def _opening_odds(vector: Vector, rows: Rows, common: _Common, read: float) -> Floats:
    """How much likelier an article's opening words are in each story than in the news.

    The sum of logarithms, story and news mixed half and half, so that a word new to the story costs a bounded share;
    scaled by the root of the opening's length and by how much news was read.
    """
    size = int(np.count_nonzero(vector.flags & IN_OPENING))
    # A word's share of the story's articles, by its share of the news:
    odds = common.share * (read / rows.articles[:, None]) * common.opening
    return np.asarray(
        (summed(np.log1p(odds)) + size * math.log(0.5)) / (math.sqrt(size + 1.0) * math.log(read))
    )


def _highest_other(values: Floats) -> list[float]:
    """For each value the highest of the others, 0 where there is none."""
    if values.size < 2:
        return [0.0]
    listed = values.tolist()
    second, first = sorted(listed)[-2:]
    others = [first] * len(listed)
    others[listed.index(first)] = second
    return others


def _covered(weights: Floats, share: Floats, same: Bools) -> Floats:
    """The share of each story's `HEAD` heaviest words that an article has: by weight, and by weight and share."""
    both = np.empty((2, *weights.shape))
    both[0] = weights
    np.multiply(weights, share, out=both[1])
    ranked = both.copy()
    ranked.sort(axis=2)  # for so few faster than a partition
    both *= both >= ranked[:, :, -HEAD, None]
    return np.asarray(np.vecdot(both, same) / np.maximum(summed(both), 1e-9))
