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
RING = 64  # stories a word remembers
FINALISTS = 8  # candidates compared exactly
TITLE_WEIGHT = 2  # a word of the title counts as so many of the lead
COMMON = 0.1  # words in more than this share of the articles tell nothing …
SETTLED = 200  # … once so many have been read

_VOCABULARY = 1 << 20
_ROWS = 1 << 17

# The merge decision: logistic regression on five labelled sets of English news together (shootings, and four
# sets of general news), fitted once; join where the sum is not negative.
BIAS = -6.8203
COSINE = 21.0927
COSINE_SQUARED = -10.4797
RUNNER_UP = -14.3784
SHARED_TERMS = -0.3951
SHARED_WEIGHT = 2.1669
ARTICLE_SIZE = -0.2434
STORY_ARTICLES = 0.2922
STORY_SIZE = -0.705

_SLOT = np.dtype(
    [
        ("terms", "<u4", STORY_TERMS),  # ascending; the last `size` places hold nothing
        ("weights", "<f4", STORY_TERMS),
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
    norm: float  #: length before scaling
    order: Ints  #: places by weight, heaviest first


class Choice(msgspec.Struct, frozen=True):
    """The story an article is most like."""

    slot: int
    cosine: float
    runner_up: float
    decision: float  #: joins where it is not negative


class Title(msgspec.Struct, frozen=True):
    """What a story is called."""

    id: str
    label: str


class StoryIndex:
    """Stories with an article in the last `window` seconds."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._read = 0
        self._frequency = np.zeros(_VOCABULARY, np.uint32)
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
        self._frequency, self._rings = frozen["frequency"], frozen["rings"]
        self._cursors, self._slots = frozen["ring_cursors"], frozen["slots"]
        self._free = list(frozen["free"])
        self._titles = {slot: Title(id=story, label=label) for slot, story, label in frozen["titles"]}
        self._places = {title.id: slot for slot, title in self._titles.items()}

    # -- an article's vector ---------------------------------------------------------------------------------

    def vector(self, terms: Terms) -> Vector:
        """Weigh an article's words by how rare they are among the articles read so far."""
        frequency = self._frequency[terms.hashes & np.uint32(_VOCABULARY - 1)]
        count = terms.counts + TITLE_WEIGHT * terms.titled.astype(np.int64)
        weight = (1.0 + np.log(count)) * (math.log(self._read + 2.0) + 0.1 - np.log(frequency + 1.0))
        if self._read > SETTLED:
            weight = np.where(frequency > COMMON * self._read, 0.0, weight)
        best = np.argsort(-weight, kind="stable")[:ARTICLE_TERMS]
        best = np.sort(best[weight[best] > 0])
        kept = weight[best]
        norm = math.sqrt(float(kept @ kept)) or 1.0
        return Vector(
            terms=terms.hashes[best],
            weights=kept / norm,
            norm=norm,
            order=np.argsort(-kept, kind="stable"),
        )

    def read(self, terms: Terms) -> None:
        """Count an article's words as read."""
        self._read += 1
        self._frequency[np.unique(terms.hashes & np.uint32(_VOCABULARY - 1))] += 1

    def rarity(self, hashes: npt.NDArray[np.uint32]) -> Floats:
        """How telling each word is, for a label."""
        frequency = self._frequency[hashes & np.uint32(_VOCABULARY - 1)]
        return np.asarray(math.log(self._read + 2.0) - np.log(frequency + 1.0))

    # -- finding a story -------------------------------------------------------------------------------------

    def best(self, vector: Vector, at: float) -> Choice | None:
        """The story most like an article that speaks for the time `at`; None without any."""
        slots = self._candidates(vector, at)
        if not slots.size:
            return None
        held = self._slots[slots]
        places = np.searchsorted(vector.terms, held["terms"])
        places[places == vector.terms.size] = 0
        filled = np.arange(STORY_TERMS) < held["size"][:, None]
        same = (vector.terms[places] == held["terms"]) & filled
        weights = np.where(same, vector.weights[places], 0.0)
        cosine = (weights * held["weights"]).sum(axis=1) / held["norm"]
        first = int(np.lexsort((held["number"], -cosine))[0])
        rest = np.delete(cosine, first)
        runner_up = float(rest.max()) if rest.size else 0.0
        best = float(cosine[first])
        decision = (
            BIAS
            + COSINE * best
            + COSINE_SQUARED * best * best
            + RUNNER_UP * runner_up
            + SHARED_TERMS * math.log1p(int(same[first].sum()))
            + SHARED_WEIGHT * math.log1p(float(weights[first].sum()) * vector.norm)
            + ARTICLE_SIZE * math.log1p(vector.terms.size)
            + STORY_ARTICLES * math.log(int(held["articles"][first]))
            + STORY_SIZE * math.log1p(int(held["size"][first]))
        )
        return Choice(slot=int(slots[first]), cosine=best, runner_up=runner_up, decision=decision)

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
            & (self._slots["last"][slots] >= at - self._window)
            & (self._slots["first"][slots] <= at + self._window)
        )
        score = np.where(running, np.bincount(index, weight, slots.size), 0.0)
        best = np.lexsort((number, -score))[:FINALISTS]
        return np.asarray(slots[best[score[best] > 0]])

    # -- taking an article in --------------------------------------------------------------------------------

    def found(self, title: Title, vector: Vector, at: float, now: float, *, findable: bool) -> int:
        """Open a story with its first article; its slot.

        `now` is the index's clock (seconds since 1970); a story that is not `findable` is joined by its id
        alone.
        """
        if not self._free:
            self._make_room(now)
        slot = self._free.pop()
        self._founded += 1
        held = np.zeros((), _SLOT)
        size = vector.terms.size
        held["terms"][:size], held["weights"][:size] = vector.terms, vector.weights
        held["size"], held["articles"], held["number"], held["norm"] = size, 1, self._founded, 1.0
        held["first"] = held["last"] = at
        held["findable"] = findable
        self._slots[slot] = held
        self._titles[slot], self._places[title.id] = title, slot
        self._index(slot, vector)
        return slot

    def join(self, slot: int, vector: Vector, at: float) -> None:
        """Add an article to a story."""
        held = self._slots[slot]
        size = int(held["size"])
        terms, index = np.unique(np.concatenate((held["terms"][:size], vector.terms)), return_inverse=True)
        weights = np.bincount(index, np.concatenate((held["weights"][:size], vector.weights)), terms.size)
        if terms.size > STORY_TERMS:
            kept = np.sort(np.argsort(-weights, kind="stable")[:STORY_TERMS])
            terms, weights = terms[kept], weights[kept]
        held["terms"][: terms.size], held["weights"][: terms.size] = terms, weights
        held["size"], held["articles"] = terms.size, held["articles"] + 1
        held["norm"] = math.sqrt(float(weights @ weights)) or 1.0
        held["first"], held["last"] = min(held["first"], at), max(held["last"], at)
        self._index(slot, vector)

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
        rows = np.unique(vector.terms[vector.order[:INDEX_TERMS]] & np.uint32(_ROWS - 1)).astype(np.int64)
        rows = rows[~(self._rings[rows] == slot + 1).any(axis=1)]
        self._rings[rows, self._cursors[rows]] = slot + 1
        self._cursors[rows] = (self._cursors[rows] + 1) % RING

    def _make_room(self, now: float) -> None:
        """Free the slots of silent stories; double the slots where most are still running."""
        size = self._slots.size
        silent = np.flatnonzero(self._slots["last"] < now - self._window)
        self._slots["number"][silent] = 0
        for slot in silent.tolist():
            title = self._titles.pop(slot, None)
            if title is not None:
                del self._places[title.id]
        self._free = silent[::-1].tolist()
        if silent.size < size // 4:
            self._slots = np.concatenate((self._slots, np.zeros_like(self._slots)))
            self._free = list(range(2 * size - 1, size - 1, -1)) + self._free
