"""What parts two events whose words do not: where, when, and how many, two of these together."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tallywire.likeness.scenes import PLACES, Facts, Scenes, facts
from tallywire.likeness.sketching import terms_of
from tallywire.records import Bounds, Extract, Metric, Scene

MONDAY = date(2031, 5, 5)
DAY = timedelta(days=1)


def told(
    places: str = "",
    *days: date,
    killed: Bounds | None = None,
    injured: Bounds | None = None,
    words: str = "",
) -> Facts:
    """The facts of an article that names places (parted by commas) and has further words."""
    names = tuple(name.strip() for name in places.split(",") if name)
    tally = {Metric.KILLED: killed, Metric.INJURED: injured}
    known = {metric: bounds for metric, bounds in tally.items() if bounds is not None}
    extract = Extract(id="a", language="en", scene=Scene(places=names, days=days), tally=known)
    heard = [word for name in names for word in name.lower().split()] + words.split()
    return facts(extract, np.unique(terms_of(heard)))


def exactly(number: int) -> Bounds:
    return Bounds(number, number)


def apart(one: Facts, *story: Facts, twin: bool = False) -> bool:
    """Whether an article cannot be of a story of others; a `twin` has mostly the same words as one of them."""
    scenes = Scenes()
    scenes.open(3, story[0])
    for other in story[1:]:
        scenes.join(3, other)
    heard = np.unique(np.concatenate([other.words for other in story]))
    return bool(scenes.apart(one, np.array([3]), lambda _: heard, 3 if twin else None)[0])


def both_ways(one: Facts, other: Facts) -> bool:
    parted = apart(one, other)
    assert apart(other, one) == parted
    return parted


def test_another_place_on_another_day_is_another_event() -> None:
    assert both_ways(told("Qassara", MONDAY), told("Sedley", MONDAY + DAY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told("Qassara", MONDAY), told("Sedley", MONDAY)),
        (told("Qassara", MONDAY), told("Qassara", MONDAY + DAY)),
        (told("Qassara", MONDAY), told("Sedley", MONDAY + DAY, words="qassara")),
        (told("Qassara, Karst", MONDAY), told("Qassara, Olm", MONDAY + DAY)),
        (told("Qassara", MONDAY), told("Sedley")),
        (told("Qassara", MONDAY, MONDAY + 2 * DAY), told("Sedley", MONDAY + DAY)),
        (told("", MONDAY), told("Sedley", MONDAY + DAY)),
    ],
)
def test_the_place_or_the_day_alone_is_not(one: Facts, other: Facts) -> None:
    assert not both_ways(one, other)


def test_two_tolls_with_a_place_each_are_two_events_in_one_city() -> None:
    one = told("Qassara, Tilden", MONDAY, killed=exactly(6))
    other = told("Qassara, Orso", MONDAY, killed=Bounds(31, None))
    assert both_ways(one, other)
    assert both_ways(told("Vorn", injured=exactly(4)), told("Karst", injured=exactly(9)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told("Qassara", killed=exactly(6)), told("Qassara", killed=exactly(31))),
        (told("Qassara, Tilden", killed=exactly(6)), told("Qassara", killed=exactly(31))),
        (told("Qassara, Tilden", killed=Bounds(6, None)), told("Qassara, Orso", killed=exactly(31))),
        (told("Qassara, Tilden", killed=exactly(23)), told("Qassara, Orso", killed=exactly(40))),
        (told("Qassara, Tilden", killed=exactly(1)), told("Qassara, Orso", killed=exactly(31))),
        (told("Qassara, Tilden", killed=exactly(6)), told("Qassara, Orso", injured=exactly(31))),
        (
            told("Qassara, Tilden", killed=exactly(6)),
            told("Qassara, Orso", killed=exactly(31), words="tilden"),
        ),
        (told(killed=exactly(6)), told(killed=exactly(31))),
    ],
)
def test_tolls_alone_are_not(one: Facts, other: Facts) -> None:
    assert not both_ways(one, other)


def test_mostly_the_same_text_of_another_place_is_a_template_filled_anew() -> None:
    one, other = told("Vorn", killed=exactly(2)), told("Karst", killed=exactly(2))
    assert not apart(one, other)
    assert apart(one, other, twin=True)
    assert not apart(told("Vorn, Olm", killed=exactly(2)), told("Vorn", killed=exactly(2)), twin=True)
    assert not apart(told("Vorn", killed=exactly(2)), told(killed=exactly(2)), twin=True)


def test_a_story_has_the_days_and_tolls_of_all_its_articles() -> None:
    story = told("Vorn", MONDAY, killed=exactly(3)), told("Vorn", MONDAY + 2 * DAY, killed=exactly(40))
    assert not apart(told("Karst", MONDAY + DAY), *story)
    assert apart(told("Karst", MONDAY + 3 * DAY), *story)
    assert not apart(told("Karst", killed=exactly(10)), *story)
    assert apart(told("Karst", killed=exactly(80)), *story)


def test_a_toll_is_the_story_s_also_where_no_place_is_told_beside_it() -> None:
    story = told("Vorn", killed=exactly(6)), told(killed=exactly(14))
    assert not apart(told("Karst", killed=exactly(20)), *story)
    assert apart(told("Karst", killed=exactly(28)), *story)


def test_a_place_that_few_of_a_story_s_articles_name_need_not_be_told() -> None:
    tolls = {"killed": exactly(6)}
    story = [told("Qassara, Tilden", **tolls), told("Qassara", **tolls), told("Qassara", **tolls)]
    assert not apart(told("Qassara, Orso", killed=exactly(31)), *story)
    assert apart(told("Orso", killed=exactly(31)), *story)


def test_a_story_keeps_a_few_places_the_most_told() -> None:
    scenes = Scenes()
    scenes.open(0, told("Qassara", MONDAY))
    for number in range(40):
        scenes.join(0, told(f"{number}place, Qassara", MONDAY))
    row = scenes.of(0, np.zeros(0, np.uint32)).row
    assert row["told"].tolist() == [41, *[1] * (PLACES - 1)]


def test_stories_that_become_one_have_the_facts_of_both() -> None:
    scenes = Scenes()
    scenes.open(0, told("Vorn", MONDAY))
    scenes.open(1, told("Karst", MONDAY + DAY))
    scenes.merge(0, 1)
    none = np.zeros(0, np.uint32)
    later = told("Karst", MONDAY + 5 * DAY)
    assert scenes.apart(later, np.array([0, 1]), lambda _: none).tolist() == [False, False]


def test_frozen_and_thawed_they_part_the_same() -> None:
    scenes, again = Scenes(), Scenes()
    scenes.open(5, told("Vorn", MONDAY))
    again.thaw(scenes.freeze())
    other = told("Karst", MONDAY + DAY)
    for each in (scenes, again):
        assert each.apart(other, np.array([5]), lambda _: np.zeros(0, np.uint32))[0]
