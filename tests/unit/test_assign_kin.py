"""Origins that turn out to be one: an article that copies texts of both shows it, once, and for good."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from streams.operators.assign import Assigner
from tallywire.records import Reading, StoryReading
from tests.support.kin import FIRST, read, reading, told
from tests.support.news import noise

NOISE = [read(item, None) for item in noise(60, seed=5, hours=12)]


def place(assigner: Assigner, item: Reading) -> StoryReading:
    """Where one article goes."""
    return assigner.step(item).outputs[-1]


def before(*names: str) -> Assigner:
    """An index among other news that has placed some of the four articles, an hour apart."""
    assigner = Assigner()
    for item in (*NOISE, *(reading(name, 13 + hours) for hours, name in enumerate(names))):
        assigner.step(item)
    return assigner


def test_two_rewrites_that_share_little_are_two_texts_until_the_third_comes() -> None:
    assigner = before("first")
    assert place(assigner, reading("second", 14)).copy_of is None
    third = place(assigner, reading("source", 15))
    assert (third.origin, third.unites) == ("first", ("second",))


def test_what_copies_either_comes_from_the_one() -> None:
    assigner = before("first", "second", "source")
    for name in ("first", "second"):
        copy = place(
            assigner, read(replace(told(name, 17), id=f"{name} again", outlet=f"{name} reprinted"), None)
        )
        assert (copy.copy_of, copy.origin, copy.unites) == (name, "first", ())


def test_an_edit_of_the_other_comes_from_the_one() -> None:
    assigner = before("first", "second", "source")
    edit = told("second", 17, revision_of="second", version=2)
    assert place(assigner, read(replace(edit, id="second~2"), "WNA")).origin == "first"


def test_an_article_that_comes_again_gets_the_same_answer_again() -> None:
    assigner = before("first", "second")
    item = reading("source", 15)
    assert assigner.step(item).outputs == assigner.step(item).outputs
    assert place(assigner, reading("second", 14)).origin == "second", "as it was decided then"


@pytest.mark.parametrize("order", list(itertools.permutations(("source", "first", "second", "own"))))
def test_the_order_of_arrival_makes_no_other_groups(order: tuple[str, ...]) -> None:
    assigner = before()
    kin: dict[str, str] = {}
    origins: dict[str, str] = {}
    for hours, name in enumerate(order):
        put = place(assigner, reading(name, 13 + hours))
        origins[name] = put.origin
        kin.update(dict.fromkeys(put.unites, put.origin))
    groups = {name: kin.get(origin, origin) for name, origin in origins.items()}
    assert groups["source"] == groups["first"] == groups["second"] != groups["own"]
    assert groups["own"] == "own"


@pytest.mark.parametrize("cut", range(7))
def test_restored_before_or_after_it_decides_the_same(cut: int) -> None:
    items = [reading(name, 13 + hours) for hours, name in enumerate(("first", "second", "own", "source"))]
    items.append(read(replace(told("second", 20), id="again", outlet="reprint"), None))
    items.append(read(replace(told("second", 21, revision_of="second", version=2), id="second~2"), "WNA"))
    whole = before()
    outputs = [whole.step(item).outputs for item in items]
    restored = Assigner()
    earlier = before()
    restored.restore(earlier.step(item).outputs[-1] for item in NOISE)
    restored.restore(put[-1] for put in outputs[:cut])
    revived = Assigner.from_snapshot(restored.snapshot())
    assert [restored.step(item).outputs for item in items[cut:]] == outputs[cut:]
    assert [revived.step(item).outputs for item in items[cut:]] == outputs[cut:]
    assert restored.snapshot() == whole.snapshot() == revived.snapshot()


def test_what_an_outlet_prints_twice_is_never_one_text() -> None:
    assigner = before("first")
    place(assigner, reading("second", 14, outlet=told("first").outlet))
    assert place(assigner, reading("source", 15)).unites == ()


def test_texts_of_two_agencies_are_never_one() -> None:
    assigner = before()
    place(assigner, read(told("first", 13), "WNA"))
    place(assigner, read(told("second", 14), "Pelago"))
    assert place(assigner, read(told("source", 15), None)).unites == ()


def test_an_update_by_an_outlet_of_either_stays_a_text_of_its_own() -> None:
    for name in ("first", "second"):
        assigner = before("first", "second", "source")
        newer = replace(told(name, 18), id="newer", body=told("source").body.replace("34", "36"))
        put = place(assigner, read(newer, "WNA"))
        assert (put.copy_of, put.origin) == (None, "newer")


def test_a_third_text_in_another_story_unites_nothing() -> None:
    assigner = Assigner()
    for name, story in (("first", "a"), ("second", "a"), ("source", "b")):
        assert place(assigner, read(replace(told(name), story=story), "WNA")).unites == ()


def test_most_of_a_text_unites_without_any_credit() -> None:
    assigner = Assigner()
    half = FIRST[: len(FIRST) // 2], FIRST[len(FIRST) // 2 :]
    items = [
        *(
            read(replace(told("first"), id=str(n), outlet=str(n), body=body), None)
            for n, body in enumerate(half)
        )
    ]
    whole = read(replace(told("first"), id="whole", outlet="whole"), None)
    assert [
        place(assigner, replace(item, article=replace(item.article, story="s"))).copy_of for item in items
    ] == [
        None,
        None,
    ]
    assert place(assigner, replace(whole, article=replace(whole.article, story="s"))).unites == ("1",)
