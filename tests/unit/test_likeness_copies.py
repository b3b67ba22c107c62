"""What the copy index finds, forgets and disregards."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tallywire.likeness import freezing, sketch
from tallywire.likeness.copies import FURNITURE, CopyIndex, Place, Text, text
from tallywire.likeness.postings import WIDTH, Postings
from tallywire.likeness.sketching import RUN

HOUR = 3600.0


def prose(seed: int, count: int = 120) -> str:
    """Words without meaning, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - chance for a test, the same every time
    return " ".join(f"w{rng.randrange(40_000)}" for _ in range(count))


def made(body: str) -> Text:
    """A body as the index takes it."""
    return text(sketch("", body))


def put(index: CopyIndex, body: str, *, story: int = 1, at: float = 0.0) -> int:
    """Take a text in."""
    return index.add(
        made(body), Place(outlet=1, source=1, origin=1, agency=0, story=story, at=at, taken=max(at, 0.0))
    )


def test_nothing_is_like_anything_in_an_empty_index() -> None:
    assert CopyIndex(HOUR).matches(made(prose(1)), 0.0).texts.size == 0


def test_containment_is_the_share_of_the_shorter_text() -> None:
    index = CopyIndex(HOUR)
    whole = prose(1, 800)
    put(index, whole)
    for share in (0.25, 0.5, 0.75):
        size = int(400 * share)
        mixed = " ".join(whole.split()[:size]) + " " + prose(2, 400 - size)
        found = index.matches(made(mixed), 0.0)
        assert found.containment[0] == pytest.approx(share, abs=0.12)
        assert found.shared[0] == pytest.approx(size, rel=0.35)


def test_a_short_text_inside_a_very_long_one_is_found() -> None:
    index = CopyIndex(HOUR)
    put(index, prose(2, 8000) + " " + prose(1, 2000))
    assert index.matches(made(prose(1, 2000)), 0.0).containment[0] == pytest.approx(1.0, abs=0.35)


def test_unrelated_texts_share_nothing() -> None:
    index = CopyIndex(HOUR)
    for seed in range(200):
        put(index, prose(seed), story=seed)
    assert index.matches(made(prose(1000)), 0.0).texts.size == 0


def test_a_text_is_out_of_reach_beyond_the_window_either_way() -> None:
    index = CopyIndex(HOUR)
    put(index, prose(1), at=10 * HOUR)
    assert index.matches(made(prose(1)), 10.5 * HOUR).texts.size == 1
    for at in (8.9 * HOUR, 11.1 * HOUR):
        assert index.matches(made(prose(1)), at).texts.size == 0


def test_a_passage_under_several_stories_is_furniture() -> None:
    standing = prose(99, 40)
    for stories, weighs in ((FURNITURE - 1, True), (FURNITURE, False)):
        index = CopyIndex(HOUR)
        for story in range(stories):
            put(index, prose(story) + " " + standing, story=story)
        found = index.matches(made(prose(50) + " " + standing), 0.0)
        assert bool(found.containment.max() > 0.1) is weighs


def test_what_many_outlets_print_of_one_story_stays_rare() -> None:
    index = CopyIndex(HOUR)
    for _ in range(3 * WIDTH):
        put(index, prose(7), story=7)
    assert index.matches(made(prose(7)), 0.0).containment.max() == 1.0


def test_what_is_held_is_found_again() -> None:
    index = CopyIndex(HOUR)
    for seed in range(600):
        put(index, prose(seed, 200), story=seed)
    shares = [index.matches(made(prose(seed, 200)), 0.0).shared.max(initial=0.0) for seed in range(600)]
    assert np.mean(shares) > 0.95 * (200 - RUN + 1)
    assert min(shares) > 0.6 * (200 - RUN + 1)


def test_the_table_grows_by_steps_and_loses_next_to_nothing() -> None:
    table, chance = Postings(), np.random.default_rng(5)
    first = table.room
    texts = [np.unique(chance.integers(0, 1 << 32, 4000, dtype=np.uint32)) for _ in range(440)]
    live = 0
    for number, prints in enumerate(texts, start=1):
        live += prints.size
        table.add(prints, number, live, oldest=1)
    assert table.room > 1.5 * first
    for number, prints in list(enumerate(texts, start=1))[::40]:
        found, owner = table.find(prints)
        assert np.unique(found[owner == number]).size > 0.8 * prints.size


def test_texts_written_at_once_stand_as_if_written_one_by_one() -> None:
    at_once, one_by_one, chance = Postings(), Postings(), np.random.default_rng(5)
    live = 0
    for number in range(1, 2001):
        prints = np.unique(chance.integers(0, 1 << 32, 500, dtype=np.uint32) & 0xFFFF0FFF)  # many in one row
        live += prints.size
        for table in (at_once, one_by_one):
            table.add(prints, number, live, oldest=1)
        one_by_one.find(prints[:1])
    assert at_once.room > Postings().room
    assert freezing.pack(at_once.freeze()) == freezing.pack(one_by_one.freeze())


def test_a_growing_table_lets_go_of_what_is_too_old() -> None:
    table, chance = Postings(), np.random.default_rng(5)
    texts = [np.unique(chance.integers(0, 1 << 32, 4000, dtype=np.uint32)) for _ in range(400)]
    live = 0
    for number, prints in enumerate(texts, start=1):
        live += prints.size
        table.add(prints, number, live, oldest=150)
    assert not (table.find(texts[0])[1] == 1).any()
    found, owner = table.find(texts[200])
    assert np.unique(found[owner == 201]).size > 0.95 * texts[200].size


def test_texts_past_the_window_leave() -> None:
    index = CopyIndex(HOUR)
    for number in range(6000):
        put(index, prose(number, 12), story=number, at=number * 2.0)
    assert len(index) < 4000
    assert index.matches(made(prose(0, 12)), 0.0).texts.size == 0
    assert index.matches(made(prose(5999, 12)), 11998.0).texts.size == 1


def test_what_is_thawed_goes_on_as_what_was_frozen() -> None:
    index, other = CopyIndex(HOUR), CopyIndex(HOUR)
    for seed in range(50):
        put(index, prose(seed), story=seed)
    other.thaw(freezing.unpack(freezing.pack(index.freeze())))
    for seed in range(40, 90):
        assert put(index, prose(seed), story=seed) == put(other, prose(seed), story=seed)
    assert freezing.pack(index.freeze()) == freezing.pack(other.freeze())
