"""reconcile as a step of the pipeline: reasons, timers, repeats, storage."""

from __future__ import annotations

import msgspec

from streams.operators.reconcile import Reconcile
from streams.step import Reason
from tallywire.ledger import Ledger
from tallywire.records import Citation, Due, Merge, StoryReading, Update, UpdateKind
from tests.scenarios.build import at, claim, placed

STEP = Reconcile().step


def test_an_article_with_news_says_so() -> None:
    step = STEP(placed("a", at(0), claim("killed", 12, "police")), None, at(0))
    assert step.reason is Reason.UPDATED
    assert [one.kind for one in step.outputs] == [UpdateKind.STORY_NEW, UpdateKind.FIRST]
    assert [(one.part, one.parts, one.cause) for one in step.outputs] == [(1, 2, "a"), (2, 2, "a")]
    assert step.due == at(7 * 24), "to see whether it has fallen silent"


def test_an_article_without_news_says_so() -> None:
    state = STEP(placed("a", at(0), claim("killed", 12, "police")), None, at(0)).state
    step = STEP(placed("b", at(1), claim("killed", 12, "police")), state, at(1))
    assert (step.reason, step.outputs) == (Reason.NO_CHANGE, ())
    assert step.state != state, "its evidence is kept"


def test_a_repeat_changes_nothing() -> None:
    item = placed("a", at(0), claim("killed", 12, "police"))
    state = STEP(item, None, at(0)).state
    step = STEP(item, state, at(1))
    assert (step.state, step.outputs, step.reason) == (state, (), Reason.DUPLICATE)


def test_a_lower_figure_asks_to_be_called_when_it_has_settled() -> None:
    state = STEP(placed("a", at(0), claim("killed", 22, "the Red Cross")), None, at(0)).state
    step = STEP(placed("b", at(1), claim("killed", 14, "police")), state, at(1))
    assert step.due == at(7)
    due = Due(stage="reconcile", key="quay", at=at(7))
    settled = STEP(due, step.state, at(7))
    assert settled.reason is Reason.DUE
    assert [one.kind for one in settled.outputs] == [UpdateKind.DISAGREEMENT]
    assert settled.outputs[0].cause.startswith("due:")
    assert STEP(due, settled.state, at(7)).outputs == (), "an idle wish does nothing"


def test_a_timer_for_a_forgotten_story_does_nothing() -> None:
    step = STEP(Due(stage="reconcile", key="quay", at=at(7)), None, at(7))
    assert (step.state, step.outputs, step.reason) == (None, (), Reason.DUE)


def test_ids_do_not_depend_on_the_clock() -> None:
    item = placed("a", at(0), claim("killed", 12, "police"))
    early, late = STEP(item, None, at(0)), STEP(item, None, at(9))
    assert [one.id for one in early.outputs] == [one.id for one in late.outputs]


def test_the_ledger_is_json() -> None:
    state = STEP(
        placed("a", at(0), claim("killed", 12, "police", nations="CU", roles="military")), None, at(0)
    ).state
    assert msgspec.json.decode(msgspec.json.encode(state), type=Ledger) == state


# -- a story that has turned out to be another -------------------------------------------------------------------------

SHOWN = Citation(article="c", outlet="Quay Courier", quote="Quay and mole are one.", url=None)
MERGE = Merge(story="mole", into="quay", label="Quay blast", at=at(2), shown=SHOWN)
DUE = Due(stage="reconcile", key="quay", at=at(7))


def shows(article: str, other: str | None) -> StoryReading:
    """An article that shows another story to be its own, where one is named."""
    return msgspec.structs.replace(placed(article, at(3), claim("killed", 12, "police")), met=other)


def ledger_of(article: str = "a") -> Ledger:
    state = STEP(placed(article, at(0), claim("killed", 12, "police")), None, at(0)).state
    assert state is not None
    return state


def test_an_article_that_shows_two_stories_to_be_one_waits_for_the_other_ledger() -> None:
    awaits, state = Reconcile().awaits, ledger_of()
    assert awaits(shows("c", "mole"), None) == "mole"
    assert awaits(shows("c", "mole"), state) == "mole"
    assert awaits(shows("c", None), state) is None
    assert awaits(DUE, state) is None
    assert awaits(shows("c", "mole"), msgspec.structs.replace(state, adopted=("mole",))) is None
    assert awaits(shows("c", "mole"), msgspec.structs.replace(state, into="pier")) is None


def test_what_comes_for_a_story_that_is_told_elsewhere_is_sent_on_once() -> None:
    left = STEP(MERGE, ledger_of(), at(2)).state
    late = STEP(shows("b", None), left, at(3))
    assert late.reason is Reason.MERGED
    assert [one.story for one in late.outputs] == ["quay"]
    again = STEP(shows("a", None), left, at(3))
    assert (again.reason, again.outputs) == (Reason.DUPLICATE, ())
    idle = STEP(DUE, left, at(7))
    assert (idle.reason, idle.outputs, idle.rests, idle.state) == (Reason.DUE, (), True, left)


def test_a_story_that_is_told_elsewhere_hands_its_ledger_over_as_often_as_it_is_told() -> None:
    first = STEP(MERGE, ledger_of(), at(2))
    assert STEP(MERGE, first.state, at(2)).outputs == first.outputs
    [merge, adoption] = first.outputs
    assert merge == MERGE
    taken = STEP(adoption, ledger_of("z"), at(3))
    assert taken.reason is Reason.MERGED
    assert UpdateKind.MERGED in [one.kind for one in taken.outputs if isinstance(one, Update)]
    repeat = STEP(adoption, taken.state, at(3))
    assert (repeat.reason, repeat.state, repeat.outputs) == (Reason.DUPLICATE, taken.state, ())
