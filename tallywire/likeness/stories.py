"""The story index: which running story a new article belongs to, in one pass over the news.

A story is the centroid of its articles' most telling words (TF-IDF, hashed vocabulary).  Candidates are the
stories that lately used the article's rarest words; the best few are compared exactly, and a logistic
decision joins or opens (single-pass clustering of news after Miranda et al., EMNLP 2018; the decision in
place of a fixed cosine, because the best cosine wanders with the length of the texts).
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.sketching import Terms

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ARTICLE_TERMS = 80  # most telling words kept of an article …
STORY_TERMS = 96  # … and of a story
QUERY_TERMS = 16  # words by which candidates are sought
INDEX_TERMS = 24  # words under which a story is found
RING = 32  # stories a word remembers
FINALISTS = 5  # candidates compared exactly
TITLE_WEIGHT = 2  # a word of the title counts as so many of the lead
HEAD = 8  # heaviest words of a story
COMMON = 0.1  # words in more than this share of the stories tell nothing …
SETTLED = 200  # … once there have been so many
OWN = 0.9  # share of a word's articles that are the story's, from which on the word is its own …
USUAL = (
    0.8  # … and share of the story's articles that use it, from which on every article of it is expected to
)
PRIOR = 1000.0  # stories, and …
PRIOR_READ = 200.0  # … articles assumed before the first, so that a cold start takes no word for common

_VOCABULARY = 1 << 20
_ROWS = 1 << 17

# The merge decision: a logistic regression over `features`; an article joins where the sum is not negative.  Fitted
# once on pairs (article, running story) of English news, wrong decisions of its own included: local crime reports,
# whole, cut to 80 words, and cut to headline and first sentence; and two running events among the other news of their
# days.  Fitted with either event left out it follows that event as well, so nothing in it is one event's own.  The
# bias was set again, on the same news, once stories kept out who has none of their own words: it needs less caution.
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

_SLOT = np.dtype(
    [
        ("terms", "<u4", STORY_TERMS),  # ascending; the last `size` places hold nothing
        ("weights", "<f4", STORY_TERMS),
        ("counts", "<u2", STORY_TERMS),  # articles with the term
        ("size", "<i4"),
        ("articles", "<i4"),
        ("number", "<i8"),  # of the story, for ever; 0 is a free slot
        ("findable", "?"),
        ("norm", "<f8"),
        ("first", "<f8"),  # seconds since 1970
        ("last", "<f8"),
    ]
)


class Vector(msgspec.Struct, frozen=True):
    """An article's most telling words, weighted: parallel arrays ascending by word."""

    terms: npt.NDArray[np.uint32]
    weights: Floats  #: of length 1 together
    titled: npt.NDArray[np.bool_]  #: in the title
    opening: npt.NDArray[np.bool_]  #: among the first of the body
    order: Ints  #: places by weight, heaviest first


class Fit(msgspec.Struct, frozen=True):
    """How an article fits the few stories that it may belong to, the likest first."""

    slots: Ints
    features: Floats  #: a row for each
    decisions: Floats  #: it joins where this is not negative


class Title(msgspec.Struct, frozen=True):
    """What a story is called."""

    id: str
    label: str


class StoryIndex:
    """Stories with an article in the last `window` seconds."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._read = 0
        self._frequency = np.zeros(_VOCABULARY, np.uint32)  # stories with the word
        self._mentions = np.zeros(_VOCABULARY, np.uint32)  # articles with the word
        self._rings = np.zeros((_ROWS, RING), np.uint32)  # slot + 1, 0 is empty
        self._cursors = np.zeros(_ROWS, np.uint8)
        self._slots = np.zeros(1024, _SLOT)
        self._free = list(range(1023, -1, -1))
        self._founded = 0
        self._titles: dict[int, Title] = {}  # by slot
        self._places: dict[str, int] = {}  # story's id → slot

    def freeze(self) -> dict[str, Any]:
        """All that the index holds, to be given to `thaw`."""
        return {
            "read": self._read,
            "frequency": self._frequency,
            "mentions": self._mentions,
            "rings": self._rings,
            "ring_cursors": self._cursors,
            "slots": self._slots,
            "free": self._free,
            "founded": self._founded,
            "titles": [(slot, title.id, title.label) for slot, title in self._titles.items()],
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the index that was frozen."""
        self._read, self._founded = frozen["read"], frozen["founded"]
        self._frequency, self._mentions = frozen["frequency"], frozen["mentions"]
        self._rings = frozen["rings"]
        self._cursors, self._slots = frozen["ring_cursors"], frozen["slots"]
        self._free = list(frozen["free"])
        self._titles = {slot: Title(id=story, label=label) for slot, story, label in frozen["titles"]}
        self._places = {title.id: slot for slot, title in self._titles.items()}

    # -- an article's vector ---------------------------------------------------------------------------------

    def vector(self, terms: Terms) -> Vector:
        """Weigh an article's words by how few stories they occur in."""
        rarity = self.rarity(terms.hashes)
        count = terms.counts + TITLE_WEIGHT * terms.titled.astype(np.int64)
        weight = (1.0 + np.log(count)) * rarity
        best = np.argsort(-weight, kind="stable")[:ARTICLE_TERMS]
        best = np.sort(best[weight[best] > 0])
        kept = weight[best]
        norm = math.sqrt(float(kept @ kept)) or 1.0
        return Vector(
            terms=terms.hashes[best],
            weights=kept / norm,
            titled=terms.titled[best],
            opening=terms.opening[best],
            order=np.argsort(-kept, kind="stable"),
        )

    def rarity(self, hashes: npt.NDArray[np.uint32]) -> Floats:
        """How telling each word is: the logarithm of its inverse frequency among stories, 0 where common."""
        frequency = self._frequency[hashes & np.uint32(_VOCABULARY - 1)]
        rarity = np.maximum(math.log(self._founded + PRIOR) - np.log(frequency + 1.0), 0.0)
        if self._founded > SETTLED:
            rarity[frequency > COMMON * self._founded] = 0.0
        return np.asarray(rarity)

    # -- finding a story -------------------------------------------------------------------------------------

    def fit(self, vector: Vector, at: float) -> Fit | None:
        """How an article that speaks for the time `at` fits the stories; None without any it shares a word with."""
        slots = self._candidates(vector, at)
        if not slots.size:
            return None
        features = self.features(vector, slots, at)
        decisions = self._decided(vector, slots, features)
        order = np.lexsort((self._slots["number"][slots], -decisions))
        return Fit(slots=slots[order], features=features[order], decisions=decisions[order])

    def _decided(self, vector: Vector, slots: Ints, features: Floats) -> Floats:
        """The decisions on some stories.

        An article joins none that has words of its own of which the article has none: within a war, all that is
        told of another day of it fits the story of one day but for the words that only that story has.
        """
        decisions = np.asarray(features @ WEIGHTS + BIAS)
        fitting = np.flatnonzero(decisions >= 0.0)
        if fitting.size:
            decisions[fitting[self._strange(vector, slots[fitting])]] = -np.inf
        return decisions

    def meeting(self, vector: Vector, fit: Fit, at: float) -> int | None:
        """The slot of a story that tells the likest one's event; None where no other does.

        The article joins either, were the other not there; and each of the two, weighed as if it were an article,
        joins the other, taken together.
        """
        alone = fit.decisions - WEIGHTS[NEXT] * fit.features[:, NEXT]  # at most, were no other story there
        for place in (np.flatnonzero(alone[1:] >= 0.0) + 1).tolist():
            ours, theirs = int(fit.slots[0]), int(fit.slots[place])
            if min(_apart(fit, 0, place), _apart(fit, place, 0)) < 0:
                continue
            alike = self._joins(ours, theirs, at) + self._joins(theirs, ours, at) >= 0
            if alike and not self._strange(vector, fit.slots[place : place + 1])[0]:
                return theirs
        return None

    def _joins(self, one: int, other: int, at: float) -> float:
        """The decision on a story, weighed as if it were an article, and another."""
        vector, slots = self._as_article(one), np.array([other])
        return float(self._decided(vector, slots, self.features(vector, slots, at))[0])

    def _as_article(self, slot: int) -> Vector:
        """A story's most telling words as if an article had them, none of them in a title or an opening."""
        held = self._slots[slot]
        size = int(held["size"])
        weights = held["weights"][:size].astype(np.float64)
        best = np.sort(np.argsort(-weights, kind="stable")[:ARTICLE_TERMS])
        kept = weights[best]
        norm = math.sqrt(float(kept @ kept)) or 1.0
        nowhere = np.zeros(best.size, np.bool_)
        return Vector(
            terms=held["terms"][:size][best],
            weights=kept / norm,
            titled=nowhere,
            opening=nowhere,
            order=np.argsort(-kept, kind="stable"),
        )

    def features(self, vector: Vector, slots: Ints, at: float) -> Floats:
        """What the merge decision looks at: a row for each story in `slots`, in the order of `WEIGHTS`."""
        held = self._slots[slots]
        weights, counts = held["weights"].astype(np.float64), held["counts"]
        articles = held["articles"].astype(np.float64)
        mentions = self._news(held["terms"])
        usage = counts / articles[:, None]  # share of the story's articles that use each word
        places, same = _found(vector, held)
        cosine = (np.where(same, vector.weights[places], 0.0) * weights).sum(axis=1) / held["norm"]
        unity = held["norm"] / articles
        share = counts / mentions  # share of each word's articles that are the story's
        named = same & (vector.titled | vector.opening)[places]
        own = np.where(named, usage * share, 0.0).max(axis=1)
        size = np.log(articles)
        seen = (
            cosine,
            cosine * cosine,
            _highest_other(cosine),
            math.log1p(vector.terms.size),
            size,
            np.log1p(held["size"]),
            np.log1p(np.maximum(at - held["last"], 0.0) / 3600.0),
            _covered(weights, same),
            self._opening_odds(vector, usage / mentions, same & vector.opening[places]),
            own,
            own * size,
            _covered(weights * share, same),
            unity,
            np.minimum(cosine / np.maximum(unity, 0.05), 2.0),
        )
        table = np.empty((slots.size, len(seen)))
        for column, values in enumerate(seen):
            table[:, column] = values
        return table

    def _strange(self, vector: Vector, slots: Ints) -> npt.NDArray[np.bool_]:
        """Whether each story has words that nearly all of its articles use and hardly any other, the article none."""
        held = self._slots[slots]
        counts = held["counts"]
        own = counts >= USUAL * held["articles"][:, None]
        own &= counts >= OWN * self._news(held["terms"])
        return np.asarray(own.any(axis=1) & ~(own & _found(vector, held)[1]).any(axis=1))

    def _news(self, terms: npt.NDArray[np.uint32]) -> Floats:
        """How many articles of the news use each word, and one."""
        return np.asarray(self._mentions[terms & np.uint32(_VOCABULARY - 1)] + 1.0)

    def _opening_odds(self, vector: Vector, odds: Floats, known: npt.NDArray[np.bool_]) -> Floats:
        """How much likelier an article's opening words are in each story than in the news.

        `odds` is each word's share of the story's articles by its number of articles in the news; `known` are
        the opening words among them.  The sum of logarithms, story and news mixed half and half, so that a
        word new to the story costs a bounded share; scaled by the root of the opening's length and by how
        much news was read.
        """
        news = self._read + PRIOR_READ
        size = int(vector.opening.sum())
        gained = np.where(known, np.log(0.5 * news * odds + 0.5), 0.0).sum(axis=1)
        lost = (size - known.sum(axis=1)) * math.log(0.5)
        return np.asarray((gained + lost) / (math.sqrt(size + 1.0) * math.log(news)))

    def _candidates(self, vector: Vector, at: float) -> Ints:
        """The slots of the few stories that share most of the article's rarest words, by number."""
        query = vector.order[:QUERY_TERMS]
        if not query.size:
            return np.zeros(0, np.int64)
        found = self._rings[vector.terms[query] & np.uint32(_ROWS - 1)].astype(np.int64)
        weight = np.repeat(vector.weights[query], RING).reshape(found.shape)[found > 0]
        slots, index = np.unique(found[found > 0] - 1, return_inverse=True)
        number = self._slots["number"][slots]
        running = (
            (number > 0)
            & self._slots["findable"][slots]
            & (self._slots["last"][slots] >= at - self._window)
            & (self._slots["first"][slots] <= at + self._window)
        )
        score = np.where(running, np.bincount(index, weight, slots.size), 0.0)
        best = np.lexsort((number, -score))[:FINALISTS]
        return np.asarray(slots[best[score[best] > 0]])

    # -- taking an article in --------------------------------------------------------------------------------

    def found(
        self, title: Title, terms: Terms, vector: Vector, at: float, now: float, *, findable: bool
    ) -> int:
        """Open a story with its first article; its slot.

        `now` is the index's clock (seconds since 1970); a story that is not `findable` is joined by its id
        alone.
        """
        if not self._free:
            self._make_room(now)
        slot = self._free.pop()
        self._founded += 1
        held = np.zeros((), _SLOT)
        held["number"], held["findable"] = self._founded, findable
        held["first"] = held["last"] = at
        self._slots[slot] = held
        self._titles[slot], self._places[title.id] = title, slot
        self.join(slot, terms, vector, at)
        return slot

    def join(self, slot: int, terms: Terms, vector: Vector, at: float) -> None:
        """Add an article to a story."""
        held = self._slots[slot]
        self._count(terms, held["terms"][: int(held["size"])])
        self._add(slot, vector.terms, vector.weights, np.ones(vector.terms.size))
        held["articles"] += 1
        held["first"], held["last"] = min(held["first"], at), max(held["last"], at)
        self._index(slot, vector)

    def merge(self, into: int, gone: int) -> None:
        """Let the story in one slot go on in another: its articles are the other's, its slot is free."""
        held, lost = self._slots[into], self._slots[gone]
        terms = lost["terms"][: int(lost["size"])]
        self._add(into, terms, lost["weights"][: terms.size], lost["counts"][: terms.size])
        held["articles"] += lost["articles"]
        held["first"], held["last"] = min(held["first"], lost["first"]), max(held["last"], lost["last"])
        self._lead(np.unique(terms & np.uint32(_ROWS - 1)), gone, into)
        lost["number"] = 0
        del self._places[self._titles.pop(gone).id]
        self._free.append(gone)

    def rename(self, slot: int, title: Title) -> None:
        """Call a story otherwise."""
        del self._places[self._titles[slot].id]
        self._titles[slot], self._places[title.id] = title, slot

    def _add(self, slot: int, terms: npt.NDArray[np.uint32], weights: Floats, counts: Floats) -> None:
        """Add words to a story, and keep those that weigh most."""
        held = self._slots[slot]
        size = int(held["size"])
        if size:
            before = held["terms"][:size]
            terms, index = np.unique(np.concatenate((before, terms)), return_inverse=True)
            weights = _sums(index, np.concatenate((held["weights"][:size], weights)), terms.size)
            counts = _sums(index, np.concatenate((held["counts"][:size], counts)), terms.size)
        if terms.size > STORY_TERMS:
            kept = np.sort(np.argsort(-weights, kind="stable")[:STORY_TERMS])
            terms, weights, counts = terms[kept], weights[kept], counts[kept]
        held["terms"][: terms.size], held["weights"][: terms.size] = terms, weights
        held["counts"][: terms.size] = np.minimum(counts, 65535)
        held["size"] = terms.size
        held["norm"] = math.sqrt(float(weights @ weights)) or 1.0

    def _count(self, terms: Terms, known: npt.NDArray[np.uint32]) -> None:
        """Count an article's words, for the news and, where its story has not used them yet, for the story."""
        self._read += 1
        words = terms.hashes & np.uint32(_VOCABULARY - 1)
        self._mentions[words] += 1  # of two words in one place one counts, here and below
        self._frequency[words[~_among(terms.hashes, known)] if known.size else words] += 1

    def slot(self, story: str) -> int | None:
        """Where a story is held, or None where it is not."""
        return self._places.get(story)

    def title(self, slot: int) -> Title:
        """What the story in a slot is called."""
        return self._titles[slot]

    def number(self, slot: int) -> int:
        """The number of the story in a slot: unlike the slot, never used again."""
        return int(self._slots["number"][slot])

    def findable(self, slot: int) -> bool:
        """Whether the story in a slot takes articles by likeness."""
        return bool(self._slots["findable"][slot])

    def _index(self, slot: int, vector: Vector) -> None:
        """Make a story findable under an article's most telling words."""
        if not self._slots["findable"][slot]:
            return
        rows = (vector.terms[vector.order[:INDEX_TERMS]] & np.uint32(_ROWS - 1)).astype(np.int64)
        rows = rows[~(self._rings[rows] == slot + 1).any(axis=1)]
        self._rings[rows, self._cursors[rows]] = slot + 1
        self._cursors[rows] = (self._cursors[rows] + 1) % RING

    def _lead(self, rows: npt.NDArray[np.uint32], gone: int, into: int) -> None:
        """Let what leads to one slot lead to another."""
        rings = self._rings[rows]
        known = (rings == into + 1).any(axis=1, keepdims=True)
        self._rings[rows] = np.where(rings == gone + 1, np.where(known, 0, into + 1), rings)

    def _make_room(self, now: float) -> None:
        """Free the slots of silent stories; add half as many where most are still running."""
        size = self._slots.size
        silent = np.flatnonzero(self._slots["last"] < now - self._window)
        self._slots["number"][silent] = 0
        for slot in silent.tolist():
            title = self._titles.pop(slot, None)
            if title is not None:
                del self._places[title.id]
        self._free = silent[::-1].tolist()
        if silent.size < size // 4:
            more = size // 2
            self._slots = np.concatenate((self._slots, np.zeros(more, _SLOT)))
            self._free = list(range(size + more - 1, size - 1, -1)) + self._free


def _found(vector: Vector, held: npt.NDArray[np.void]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """For each word of some stories its place in an article, and whether the article has it."""
    places = np.searchsorted(vector.terms, held["terms"])
    places[places == vector.terms.size] = 0
    return places, (vector.terms[places] == held["terms"]) & (held["counts"] > 0)


def _sums(index: Ints, values: Floats, size: int) -> Floats:
    """The sum of the values at each index below `size`."""
    return np.asarray(np.bincount(index, values, size), np.float64)


def _among(values: npt.NDArray[np.uint32], held: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Which of `values` are in `held`, which is ascending and not empty."""
    places = np.minimum(np.searchsorted(held, values), held.size - 1)
    return np.asarray(held[places] == values)


def _apart(fit: Fit, one: int, other: int) -> float:
    """What would be decided on the story in one place of `fit` if that in the other were not there."""
    rest = np.delete(fit.features[:, COSINE], (one, other))
    rival = float(rest.max(initial=0.0))
    return float(fit.decisions[one] + WEIGHTS[NEXT] * (rival - fit.features[one, NEXT]))


def _highest_other(values: Floats) -> Floats:
    """For each value the highest of the others, 0 where there is none."""
    if values.size < 2:
        return np.zeros(values.size)
    second, first = np.partition(values, -2)[-2:]
    others = np.full(values.size, first)
    others[np.argmax(values)] = second
    return others


def _covered(weights: npt.NDArray[np.floating[Any]], same: npt.NDArray[np.bool_]) -> Floats:
    """The share of each story's `HEAD` heaviest words, by weight, that an article has."""
    heavy = np.where(weights >= np.partition(weights, -HEAD, axis=1)[:, -HEAD][:, None], weights, 0.0)
    return np.asarray((heavy * same).sum(axis=1) / np.maximum(heavy.sum(axis=1), 1e-9))
