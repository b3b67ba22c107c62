"""revise: repeats are dropped, edits go on as versions with names of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from streams.operators import revise
from streams.step import Reason
from tallywire.records import Article

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)


def article(**changes: object) -> Article:
    base = Article(
        id="a1", title="Bus overturns", body="Four people were hurt.", arrived=NOW, url="https://x.example/1"
    )
    return msgspec.structs.replace(base, **changes)


def test_a_new_article_goes_on_as_it_is():
    step = revise.step(article(), None, NOW)
    assert step.reason is Reason.NEW
    assert step.outputs == (article(),)


def test_an_exact_repeat_goes_nowhere():
    first = revise.step(article(), None, NOW)
    again = revise.step(article(arrived=NOW.replace(hour=13)), first.state, NOW)
    assert again.reason is Reason.DUPLICATE
    assert again.outputs == ()
    assert again.state == first.state


def test_white_space_alone_is_no_edit():
    first = revise.step(article(), None, NOW)
    assert (
        revise.step(article(body=" Four  people\nwere hurt. "), first.state, NOW).reason is Reason.DUPLICATE
    )


def test_an_edit_is_the_next_version_and_names_the_one_before():
    first = revise.step(article(), None, NOW)
    second = revise.step(article(body="Five people were hurt."), first.state, NOW)
    third = revise.step(article(body="Six people were hurt."), second.state, NOW)
    assert second.reason is Reason.REVISED
    (two,), (three,) = second.outputs, third.outputs
    assert (two.id, two.version, two.revision_of) == ("a1~2", 2, "a1")
    assert (three.id, three.version, three.revision_of) == ("a1~3", 3, "a1~2")


def test_an_edit_that_brings_its_own_id_keeps_it():
    first = revise.step(article(), None, NOW)
    (second,) = revise.step(article(id="b7", body="Five."), first.state, NOW).outputs
    assert (second.id, second.revision_of) == ("b7", "a1")


def test_an_edit_of_the_title_alone_is_an_edit():
    first = revise.step(article(), None, NOW)
    assert revise.step(article(title="Coach overturns"), first.state, NOW).reason is Reason.REVISED


def test_an_edit_taken_back_is_an_edit_again():
    first = revise.step(article(), None, NOW)
    second = revise.step(article(body="Five."), first.state, NOW)
    third = revise.step(article(), second.state, NOW)
    assert third.outputs[0].id == "a1~3"
