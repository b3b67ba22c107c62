"""What running stories are made of: of each the sum of its articles' most telling words, in a slot of its own."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.arrays import Ints, distinct
from tallywire.likeness.vocabulary import ARTICLE_TERMS, Floats, Hashed, Vector, Vectors, lengths

STORY_TERMS = 96  # most telling words kept of a story

_FEW = 1024  # slots made at first

_HEAD = np.dtype(
    [
        ("number", "<i8"),  # of the story, for ever; 0 is a free slot
        ("norm", "<f8"),
        ("first", "<f8"),  # seconds since 1970
        ("last", "<f8"),
        ("size", "<i4"),  # words held
        ("articles", "<i4"),
        ("findable", "<i8"),  # 0 or 1
    ]
)


class Rows(msgspec.Struct, frozen=True):
    """Some stories side by side: in each array a row for each, in `terms`, `weights` and `counts` a column a word."""

    terms: Hashed  #: ascending; behind a story's last word nothing
    weights: Floats
    counts: Floats  #: articles with each word
    articles: Floats
    sizes: Ints  #: words held
    norms: Floats  #: lengths of the stories as vectors
    last: Floats  #: times of the latest articles, seconds since 1970


class Centroids:
    """The words of stories, by slot."""

    def __init__(self) -> None:
        self.heads = np.zeros(_FEW, _HEAD)  #: what is known of each slot's story beside its words
        self._terms = np.zeros((_FEW, STORY_TERMS), np.uint32)
        self._weights = np.zeros((_FEW, STORY_TERMS), np.float32)
        self._counts = np.zeros((_FEW, STORY_TERMS), np.uint16)  # articles with the word
        self._used = 0  # slots that were ever in use
        self._free: list[int] = []  # of these, the ones to be used again

    def freeze(self) -> dict[str, Any]:
        """All that they hold, to be given to `thaw`."""
        used = slice(self._used)
        return {
            "room": self.heads.size,
            "heads": self.heads[used],
            "terms": self._terms[used],
            "weights": self._weights[used],
            "counts": self._counts[used],
            "free": self._free,
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the centroids that were frozen."""
        self._used, self._free = frozen["heads"].size, list(frozen["free"])
        self.heads, self._terms = frozen["heads"], frozen["terms"]
        self._weights, self._counts = frozen["weights"], frozen["counts"]
        self._widen(frozen["room"])

    @property
    def full(self) -> bool:
        """Whether there is no slot left for another story."""
        return not self._free and self._used == self.heads.size

    def open(self, number: int, at: float, *, findable: bool) -> int:
        """A slot for a new story, which has no words yet."""
        slot = self._free.pop() if self._free else self._used
        self._used = max(self._used, slot + 1)
        self.heads[slot] = (number, 1.0, at, at, 0, 0, findable)
        self._terms[slot], self._weights[slot], self._counts[slot] = 0, 0.0, 0
        return slot

    def close(self, slot: int) -> None:
        """Let go of a story."""
        self._vacate(slot)
        self._free.append(slot)

    def sweep(self, before: float) -> Ints:
        """Let go of the stories silent since `before`, whose slots are told, and make room where these are few."""
        silent = np.flatnonzero(self.heads["last"] < before)
        self._vacate(silent)
        self._free = silent[::-1].tolist()
        if silent.size < self.heads.size // 4:
            self._widen(self.heads.size + self.heads.size // 2)
        return silent

    def words(self, slot: int) -> Hashed:
        """A story's words, ascending."""
        return self._terms[slot, : self.heads["size"][slot]]

    def rows(self, slots: Ints) -> Rows:
        """Some stories side by side."""
        heads = self.heads[slots]
        return Rows(
            terms=self._terms.take(slots, axis=0),
            weights=self._weights.take(slots, axis=0).astype(np.float64),
            counts=self._counts.take(slots, axis=0).astype(np.float64),
            articles=heads["articles"].astype(np.float64),
            sizes=heads["size"],
            norms=heads["norm"],
            last=heads["last"],
        )

    def as_article(self, slot: int) -> Vector:
        """A story's most telling words as if an article had them, none of them in a title or an opening."""
        terms = self.words(slot)
        weights = self._weights[slot, : terms.size].astype(np.float64)
        best = np.sort(np.argsort(-weights, kind="stable")[:ARTICLE_TERMS])
        kept = weights[best]
        return Vector(
            terms=terms[best],
            weights=kept / (math.sqrt(float(kept @ kept)) or 1.0),
            flags=np.zeros(best.size, np.uint8),
            order=np.argsort(-kept, kind="stable"),
        )

    def join(self, slot: int, vector: Vector, at: float) -> None:
        """Add an article to a story."""
        once = np.ones(vector.terms.size)
        self._add(slot, vector.terms, vector.weights, once, articles=1, first=at, last=at)

    def join_each(self, slots: Ints, vectors: Vectors, at: Floats) -> None:
        """Add an article to each of some stories, all of them different."""
        sizes = np.array(vectors.sizes)
        new = self.heads["articles"][slots] == 0
        words, first = new.repeat(sizes), (sizes.cumsum() - sizes)
        rows = slots.repeat(sizes)[words]
        columns = (np.arange(vectors.terms.size) - first.repeat(sizes))[words]
        self._terms[rows, columns] = vectors.terms[words]
        self._weights[rows, columns] = vectors.weights[words]
        self._counts[rows, columns] = 1
        norms = np.array(lengths(vectors.weights, vectors.sizes))
        self.heads["norm"][slots[new]] = norms[new]
        self.heads["size"][slots[new]] = sizes[new]
        self.heads["articles"][slots[new]] = 1
        for place in np.flatnonzero(~new).tolist():
            own = slice(first[place], first[place] + sizes[place])
            once = np.ones(sizes[place])
            when = float(at[place])
            self._add(
                int(slots[place]),
                vectors.terms[own],
                vectors.weights[own],
                once,
                articles=1,
                first=when,
                last=when,
            )

    def merge(self, into: int, gone: int) -> None:
        """Add one story to another, and let go of it."""
        terms, lost = self.words(gone), self.heads[gone]
        weights, counts = self._weights[gone, : terms.size], self._counts[gone, : terms.size]
        since, until = float(lost["first"]), float(lost["last"])
        self._add(into, terms, weights, counts, articles=int(lost["articles"]), first=since, last=until)
        self.close(gone)

    def _add(
        self,
        slot: int,
        terms: Hashed,
        weights: npt.NDArray[Any],
        counts: npt.NDArray[Any],
        *,
        articles: int,
        first: float,
        last: float,
    ) -> None:
        """Add words and articles to a story, and keep the words that weigh most."""
        number, _, since, until, held, before, findable = self.heads[slot].item()
        if held:
            terms, places = distinct(np.concatenate((self._terms[slot, :held], terms)))
            weights = np.bincount(places, np.concatenate((self._weights[slot, :held], weights)))
            counts = np.bincount(places, np.concatenate((self._counts[slot, :held], counts)))
        if terms.size > STORY_TERMS:
            kept = (-weights).argsort(kind="stable")[:STORY_TERMS]
            kept.sort()
            terms, weights, counts = terms[kept], weights[kept], counts[kept]
        size = terms.size
        self._terms[slot, :size], self._weights[slot, :size] = terms, weights
        self._counts[slot, :size] = np.minimum(counts, 65535)
        self.heads[slot] = (
            number,
            math.sqrt(float(weights @ weights)) or 1.0,
            min(since, first),
            max(until, last),
            size,
            before + articles,
            findable,
        )

    def _vacate(self, slots: int | Ints) -> None:
        """Let nothing find some slots any more."""
        self.heads["number"][slots] = self.heads["findable"][slots] = 0

    def _widen(self, room: int) -> None:
        """Make room for so many stories; slots not in use yet take no memory."""
        for name in ("heads", "_terms", "_weights", "_counts"):
            held = getattr(self, name)
            wider = np.zeros((room, *held.shape[1:]), held.dtype)
            wider[: self._used] = held[: self._used]
            setattr(self, name, wider)
