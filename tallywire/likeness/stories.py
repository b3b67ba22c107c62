"""The story index: which running story a new article belongs to, in one pass over the news.

A story is the centroid of its articles' most telling words (TF-IDF, hashed vocabulary).  Candidates are the
stories that lately used the article's rarest words; the best few are compared exactly, and the merge decision joins
or opens.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from tallywire.likeness import fitting
from tallywire.likeness.arrays import Ints
from tallywire.likeness.centroids import Centroids
from tallywire.likeness.rings import Rings
from tallywire.likeness.scenes import Facts, Scenes
from tallywire.likeness.sketching import Terms
from tallywire.likeness.vocabulary import PRIOR_READ, Bools, Floats, Hashed, Newcomer, Vector, Vocabulary

QUERY_TERMS = 16  # words by which candidates are sought
INDEX_TERMS = 24  # words under which a story is found
SEASONED = 8  # a story of n times so many articles is asked at every n + 1st whether it meets another
TOGETHER = 256  # articles taken in again, each of another story, that are weighed at a time; …
FEW = 6  # … fewer than this are weighed one by one
SHORTLIST = 32  # stories looked at first, in the hope that enough of them are still running
FINALISTS = 5  # candidates compared exactly


class Choice(msgspec.Struct, frozen=True):
    """The few stories compared with an article that fits one, the likest first, and how it fits them."""

    slots: Ints
    fit: fitting.Fit
    parted: bool = False  #: they are another event's, by their facts: it joins none of them


class Item(msgspec.Struct, frozen=True):
    """An article as the index looks at it."""

    terms: Terms
    facts: Facts
    at: float  #: what time it speaks for, seconds since 1970


class Weighed(Item, frozen=True):
    """An article whose words are weighed by how few stories they occur in."""

    vector: Vector


class Title(msgspec.Struct, frozen=True):
    """What a story is called."""

    id: str
    label: str


class StoryIndex:
    """Stories with an article in the last `window` seconds.

    What is taken in without having been weighed, since it was decided before, is weighed and written once something is
    asked, or much has come.
    """

    def __init__(self, window: float) -> None:
        self._window = window
        self._words = Vocabulary()
        self._rings = Rings()
        self._stories = Centroids()
        self._scenes = Scenes()
        self._titles: dict[int, Title] = {}  # by slot
        self._places: dict[str, int] = {}  # story's id → slot
        self._waiting: dict[
            int, tuple[Item, int]
        ] = {}  # slot → article to be written, stories founded before it

    def freeze(self) -> dict[str, Any]:
        """All that the index holds, to be given to `thaw`."""
        self._settle()
        return {
            **self._words.freeze(),
            **self._rings.freeze(),
            **self._stories.freeze(),
            **self._scenes.freeze(),
            "titles": [(slot, title.id, title.label) for slot, title in self._titles.items()],
        }

    def thaw(self, frozen: dict[str, Any]) -> None:
        """Become the index that was frozen."""
        self._words.thaw(frozen)
        self._rings.thaw(frozen)
        self._stories.thaw(frozen)
        self._scenes.thaw(frozen)
        self._titles = {slot: Title(id=story, label=label) for slot, story, label in frozen["titles"]}
        self._places = {title.id: slot for slot, title in self._titles.items()}

    # -- what is held ----------------------------------------------------------------------------------------

    def weighed(self, item: Item) -> Weighed:
        """An article with its words weighed by how few stories they occur in."""
        self._settle()
        vector = self._words.vector(item.terms, self._words.stories)
        return Weighed(terms=item.terms, facts=item.facts, at=item.at, vector=vector)

    def rarity(self, hashes: Hashed) -> Floats:
        """How telling each word is: the logarithm of its inverse frequency among stories, 0 where common."""
        self._settle()
        return self._words.rarity(hashes)

    def slot(self, story: str) -> int | None:
        """Where a story is held, or None where it is not."""
        return self._places.get(story)

    def title(self, slot: int) -> Title:
        """What the story in a slot is called."""
        return self._titles[slot]

    def number(self, slot: int) -> int:
        """The number of the story in a slot: unlike the slot, never used again."""
        return int(self._stories.heads["number"][slot])

    def findable(self, slot: int) -> bool:
        """Whether the story in a slot takes articles by likeness."""
        return bool(self._stories.heads["findable"][slot])

    # -- finding a story -------------------------------------------------------------------------------------

    def parted(self, item: Item, slot: int) -> bool:
        """Whether an article cannot be of the story in a slot, though its text is mostly in it: its facts are not."""
        return bool(self._apart(item.facts, np.array([slot]), slot)[0])

    def choice(self, item: Weighed, twin: int | None = None) -> Choice | None:
        """The stories likest an article; None where its words fit none.

        `twin` is the slot of a story that has a text with mostly the article's words.
        """
        slots = self._candidates(item.vector, item.at)
        apart = self._apart(item.facts, slots, twin)
        choice = self._likest_of(slots[~apart], item)
        if choice is None and apart.any():
            choice = self._likest_of(slots[apart], item, parted=True)
        return choice

    def meeting(self, choice: Choice, at: float) -> int | None:
        """The slot of a story that tells the likest one's event; None where no other does.

        The article joins either, were the other not there; each of the two, weighed as if it were an article, joins the
        other, taken together; and no facts part them.  Large stories are asked at some articles only: by one more they
        hardly change.
        """
        fit, articles = choice.fit, int(self._stories.heads["articles"][choice.slots[0]])
        if articles % (articles // SEASONED + 1):
            return None
        for place in (np.flatnonzero(fitting.alone(fit)[1:] >= 0.0) + 1).tolist():
            if min(fitting.apart(fit, 0, place), fitting.apart(fit, place, 0)) < 0:
                continue
            ours, theirs = int(choice.slots[0]), int(choice.slots[place])
            alike = self._joins(ours, theirs, at) + self._joins(theirs, ours, at) >= 0
            if alike and not self._apart(
                self._scenes.of(ours, self._stories.words(ours)), choice.slots[[place]]
            ):
                return theirs
        return None

    def _likest_of(self, slots: Ints, item: Weighed, *, parted: bool = False) -> Choice | None:
        if not slots.size:
            return None
        fit = self._fit(item.vector, slots, item.at)
        if fit.decisions.max() < 0.0:
            return None
        order = np.lexsort((self._stories.heads["number"][slots], -fit.decisions))
        fit = fitting.Fit(features=fit.features[order], decisions=fit.decisions[order])
        return Choice(slots=slots[order], fit=fit, parted=parted)

    def _fit(self, vector: Vector, slots: Ints, at: float) -> fitting.Fit:
        rows = self._stories.rows(slots)
        used = self._words.articles_with(rows.terms)
        return fitting.fit(vector, rows, used, self._words.articles + PRIOR_READ, at)

    def _apart(self, facts: Facts, slots: Ints, twin: int | None = None) -> Bools:
        return self._scenes.apart(facts, slots, self._stories.words, twin)

    def _joins(self, one: int, other: int, at: float) -> float:
        """The decision on a story, weighed as if it were an article, and another."""
        return float(self._fit(self._stories.as_article(one), np.array([other]), at).decisions[0])

    def _candidates(self, vector: Vector, at: float) -> Ints:
        """The slots of the few running stories that share most of the article's rarest words."""
        query = vector.order[:QUERY_TERMS]
        slots, score = self._rings.lately(vector.terms[query], vector.weights[query])
        if slots.size > 2 * SHORTLIST:
            ranked = score.copy()
            ranked.partition(-SHORTLIST)
            short = score >= ranked[-SHORTLIST]
            best = self._likest(slots[short], score[short], at)
            if best.size == FINALISTS:
                return best
        return self._likest(slots, score, at)

    def _likest(self, slots: Ints, score: Floats, at: float) -> Ints:
        """The slots of the running stories with the highest scores; of equal ones the older."""
        heads = self._stories.heads
        running = heads["findable"][slots] > 0
        running &= heads["last"][slots] >= at - self._window
        running &= heads["first"][slots] <= at + self._window
        slots, score = slots[running], score[running]
        number = heads["number"][slots]
        return np.asarray(slots[np.lexsort((number, -score))[:FINALISTS]])

    # -- taking an article in --------------------------------------------------------------------------------

    def found(self, title: Title, item: Item, now: float, *, findable: bool) -> int:
        """Open a story with its first article; its slot.

        `now` is the index's clock (seconds since 1970); a story that is not `findable` is joined by its id
        alone.
        """
        if self._stories.full:
            self._forget(now - self._window)
        slot = self._stories.open(self._words.stories + 1, item.at, findable=findable)
        self._scenes.open(slot, item.facts)
        self._titles[slot], self._places[title.id] = title, slot
        self._add(slot, item)
        self._words.stories += 1
        return slot

    def join(self, slot: int, item: Item) -> None:
        """Add an article to a story."""
        self._add(slot, item)
        self._scenes.join(slot, item.facts)

    def _add(self, slot: int, item: Item) -> None:
        if isinstance(item, Weighed):
            self._write(slot, item)
            return
        if slot in self._waiting or len(self._waiting) >= min(TOGETHER, self._words.room):
            self._settle()
        self._waiting[slot] = item, self._words.stories

    def _write(self, slot: int, item: Weighed) -> None:
        vector = item.vector
        self._words.count(item.terms, self._stories.words(slot))
        self._stories.join(slot, vector, item.at)
        if self.findable(slot):
            self._rings.use(vector.terms[vector.order[:INDEX_TERMS]], slot)

    def _settle(self) -> None:
        """Weigh and write the articles that wait, as if one by one."""
        waiting, self._waiting = self._waiting, {}
        if len(waiting) < FEW:
            for slot, (item, founded) in waiting.items():
                vector = self._words.vector(item.terms, founded)
                self._write(slot, Weighed(terms=item.terms, facts=item.facts, at=item.at, vector=vector))
            return
        newcomers = [
            Newcomer(item.terms, self._stories.words(slot), founded)
            for slot, (item, founded) in waiting.items()
        ]
        vectors = self._words.take_in(newcomers, INDEX_TERMS)
        slots, at = np.array(list(waiting)), np.array([item.at for item, _ in waiting.values()])
        self._stories.join_each(slots, vectors, at)
        for slot, words in zip(waiting, vectors.best, strict=True):
            if self.findable(slot):
                self._rings.use(words, slot)

    def merge(self, into: int, gone: int) -> None:
        """Let the story in one slot go on in another: its articles are the other's, its slot is free."""
        self._settle()
        self._rings.lead(self._stories.words(gone), gone, into)
        self._stories.merge(into, gone)
        self._scenes.merge(into, gone)
        del self._places[self._titles.pop(gone).id]

    def rename(self, slot: int, title: Title) -> None:
        """Call a story otherwise."""
        del self._places[self._titles[slot].id]
        self._titles[slot], self._places[title.id] = title, slot

    def _forget(self, before: float) -> None:
        """Let go of the stories silent since a time."""
        self._settle()
        for slot in self._stories.sweep(before).tolist():
            title = self._titles.pop(slot, None)
            if title is not None:
                del self._places[title.id]
