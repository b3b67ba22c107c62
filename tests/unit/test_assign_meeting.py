"""Two stories that turn out to be one: decided by an article that tells of both, once, and for good."""

from __future__ import annotations

import msgspec
import pytest

from streams.operators.assign import Assigner
from streams.step import Reason
from tallywire.identity import digest
from tallywire.likeness import sketch
from tallywire.records import Article, Extract, Merge, Reading, StoryReading
from tests.support.gorge import articles
from tests.support.news import noise

COACH, RAIL = digest("story", "coach-1"), digest("story", "rail-1")
NOISE = noise(120, seed=7, hours=12)


def reading(item: Article) -> Reading:
    return Reading(
        article=item, extract=Extract(id=item.id, language="en"), sketch=sketch(item.title, item.body)
    )


def place(assigner: Assigner, item: Article) -> StoryReading:
    return assigner.step(reading(item)).outputs[-1]


def before(count: int) -> Assigner:
    """An index among other news that has placed the first so many articles of the gorge."""
    assigner = Assigner()
    for item in (*NOISE, *articles()[:count]):
        assigner.step(reading(item))
    return assigner


def test_two_stories_stay_two_until_articles_tell_of_both() -> None:
    assigner = before(0)
    stories = [place(assigner, item).story for item in articles()[:5]]
    assert stories == [COACH, COACH, RAIL, RAIL, RAIL]


def test_the_younger_goes_on_in_the_older() -> None:
    step = before(5).step(reading(articles()[5]))
    merge, put = step.outputs
    assert isinstance(merge, Merge)
    assert (merge.story, merge.into, merge.shown.article) == (RAIL, COACH, "both-2")
    assert merge.label == put.label == "Landslide buries coach near Orvel"
    assert (put.story, put.met, put.opens_story) == (COACH, RAIL, False)
    assert step.reason is Reason.JOINED


def test_later_articles_of_either_go_to_the_older() -> None:
    assigner = before(6)
    assert [place(assigner, item).story for item in articles()[6:]] == [COACH, COACH]


def test_a_reprint_and_an_edit_of_the_younger_story_s_articles_go_to_the_older() -> None:
    assigner = before(6)
    rail = articles()[2]
    reprint = msgspec.structs.replace(rail, id="reprint", outlet="The Ridge")
    copy = place(assigner, reprint)
    assert (copy.story, copy.origin, copy.copy_of) == (COACH, "rail-1", "rail-1")
    edit = msgspec.structs.replace(
        rail, id="rail-1~2", version=2, revision_of="rail-1", body=rail.body + " More soon."
    )
    revised = place(assigner, edit)
    assert (revised.story, revised.origin) == (COACH, "rail-1")


def test_an_article_pinned_to_the_younger_story_s_id_goes_to_the_older() -> None:
    pinned = msgspec.structs.replace(articles()[6], story=RAIL)
    assert place(before(6), pinned).story == COACH


def test_an_article_that_comes_again_gets_the_same_answer_again() -> None:
    assigner = before(5)
    item = reading(articles()[5])
    first, again = assigner.step(item), assigner.step(item)
    assert again.outputs == first.outputs
    assert again.reason is Reason.DUPLICATE
    rail = assigner.step(reading(articles()[2])).outputs
    assert [one.story for one in rail] == [RAIL], "as it was decided then"


@pytest.mark.parametrize("cut", range(len(articles()) + 1))
def test_restored_before_or_after_the_meeting_it_decides_the_same(cut: int) -> None:
    whole = Assigner()
    items = [reading(item) for item in (*NOISE, *articles())]
    outputs = [whole.step(item).outputs for item in items]
    cut += len(NOISE)
    restored = Assigner()
    restored.restore(put[-1] for put in outputs[:cut])
    revived = Assigner.from_snapshot(restored.snapshot())
    assert [restored.step(item).outputs for item in items[cut:]] == outputs[cut:]
    assert [revived.step(item).outputs for item in items] == outputs
    assert restored.snapshot() == whole.snapshot()


def test_restored_without_the_older_story_s_articles_the_younger_s_are_its_own() -> None:
    whole = Assigner()
    outputs = [whole.step(reading(item)).outputs[-1] for item in (*NOISE, *articles())]
    kept = [output for output in outputs if not output.reading.article.id.startswith("coach")]
    restored = Assigner()
    restored.restore(kept[:-1])
    assert place(restored, articles()[-1]).story == COACH


def test_named_stories_meet_nobody() -> None:
    assigner = before(0)
    named = [msgspec.structs.replace(item, story="coach") for item in articles()[:2]]
    outputs = [assigner.step(reading(item)).outputs for item in (*named, *articles()[2:])]
    assert all(len(put) == 1 for put in outputs)


def test_a_round_up_of_two_events_makes_them_no_one_event() -> None:
    assigner = before(4)
    first, other = articles()[0], articles()[2]
    for number in range(4):
        both = msgspec.structs.replace(
            other,
            id=f"brief-{number}",
            outlet=f"Outlet {number}",
            title=f"The day in brief: {first.title}",
            body=f"In brief, {number}. {first.body.split('. ')[0]}. {other.body.split('. ')[0]}. Markets were calm.",
        )
        assert len(assigner.step(reading(both)).outputs) == 1
