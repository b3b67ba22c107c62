"""reconcile as a step of the pipeline: reasons, timers, repeats, storage."""

from __future__ import annotations

import msgspec

from streams.operators.reconcile import Reconcile
from streams.step import Reason
from tallywire.ledger import Ledger
from tallywire.records import Due, UpdateKind
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
