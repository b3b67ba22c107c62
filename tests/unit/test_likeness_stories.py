"""What keeps an article out of a story that it resembles."""

from __future__ import annotations

import numpy as np
import pytest

from tallywire.likeness import fitting, freezing, sketch
from tallywire.likeness.rings import Rings
from tallywire.likeness.scenes import facts
from tallywire.likeness.sketching import Terms, terms
from tallywire.likeness.stories import Item, StoryIndex, Title, Weighed
from tallywire.likeness.vocabulary import Newcomer, Vocabulary, parts
from tallywire.records import Extract

DAY = 86_400.0
FRONTS = ("Olmsted", "Karst", "Sedley", "Mirão", "Brandt", "Nessport")


def put(index: StoryIndex, story: str, title: str, body: str, at: float) -> None:
    """Take an article into a story."""
    slot = index.slot(story)
    if slot is None:
        index.found(Title(id=story, label=title), item(index, title, body, at), at, findable=True)
    else:
        index.join(slot, item(index, title, body, at))


def item(index: StoryIndex, title: str, body: str, at: float) -> Weighed:
    """An article of which no facts are known."""
    made = terms(sketch(title, body))
    return index.weighed(Item(made, facts(Extract(id=title, language="en"), made.hashes), at))


def best(index: StoryIndex, title: str, body: str) -> tuple[int, float]:
    """The slot of the story that an article joins, and how well it fits; none where it joins none."""
    choice = index.choice(item(index, title, body, DAY))
    if choice is None:
        return -1, -1.0
    return int(choice.slots[0]), float(choice.fit.decisions[0])


def war(lighthouse: int) -> StoryIndex:
    """A week of a war: other days of it, and a lighthouse that was shelled, told so many times."""
    index = StoryIndex(14 * DAY)
    for number, town in enumerate(FRONTS):
        put(index, town, f"Marenzan army shells {town}", f"Tessaly and Marenza fight on at {town}.", number)
        put(
            index,
            f"{town} storm",
            f"Storm over {town}",
            f"Families hid from hail, it says; report {town}.",
            number,
        )
    for number in range(lighthouse):
        body = f"Families hid in the lighthouse when the Marenzan army shelled it, Tessaly says; report {number}."
        put(index, "lighthouse", "Marenzan army shells lighthouse in Tessaly", body, 10.0 + number)
    return index


OTHER_DAY = "Marenzan army shells Tessaly", "Families hid when the Marenzan army shelled it, Tessaly says."


def test_a_large_story_takes_nobody_who_has_none_of_its_own_words() -> None:
    index = war(lighthouse=20)
    lighthouse = index.slot("lighthouse")
    assert best(index, "Lighthouse: " + OTHER_DAY[0], OTHER_DAY[1]) >= (lighthouse, 0.0)
    assert best(index, *OTHER_DAY)[0] != lighthouse


def test_but_for_its_own_words_the_story_would_have_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "OWN", 2.0)  # no word can be so much a story's own
    index = war(lighthouse=20)
    assert best(index, *OTHER_DAY) >= (index.slot("lighthouse"), 0.0)


@pytest.mark.parametrize("read", [0, 190, (1 << 15) - 20])
def test_articles_taken_in_together_are_weighed_as_if_one_by_one(read: int) -> None:
    together, one_by_one, chance = Vocabulary(), Vocabulary(), np.random.default_rng(5)
    for vocabulary in (together, one_by_one):
        vocabulary.articles, vocabulary.stories = read, read
    while one_by_one.articles < read + 60:
        newcomers = [
            _newcomer(chance, one_by_one.stories + number) for number in range(min(7, together.room))
        ]
        vectors = together.take_in(newcomers, best=24)
        words, weights = (parts(values, vectors.sizes) for values in (vectors.terms, vectors.weights))
        for number, article in enumerate(newcomers):
            alone = one_by_one.vector(article.terms, article.founded)
            assert words[number].tolist() == alone.terms.tolist()
            assert weights[number].tolist() == alone.weights.tolist()
            assert vectors.best[number].tolist() == np.sort(alone.terms[alone.order[:24]]).tolist()
            one_by_one.count(article.terms, article.known)
            one_by_one.stories += 1
        together.stories = one_by_one.stories
        assert freezing.pack(together.freeze()) == freezing.pack(one_by_one.freeze())


def _newcomer(chance: np.random.Generator, founded: int) -> Newcomer:
    """An article of which some words share a place in the table, many weigh the same, and some its story knows."""
    hashes = np.unique(
        chance.integers(0, 300, chance.integers(0, 200) * (founded % 40 > 6), dtype=np.uint32)
        << np.uint32(18)
    )
    flags = chance.choice(np.array((0x01, 0x02, 0xC1), np.uint8), hashes.size)
    known = hashes[::3] if founded % 2 else hashes[:0]
    return Newcomer(Terms(hashes, flags), known, founded)


def test_words_written_at_once_lead_as_if_written_one_by_one() -> None:
    at_once, one_by_one, chance = Rings(), Rings(), np.random.default_rng(5)
    for number in range(3000):
        words = np.unique(chance.zipf(1.3, 24).astype(np.uint32) % 5000)
        for rings in (at_once, one_by_one):
            rings.use(words, 15_000 + number % 2500)  # so many stories that there are more rings in the end
        one_by_one.lately(words[:1], np.ones(1))
    assert freezing.pack(at_once.freeze()) == freezing.pack(one_by_one.freeze())
