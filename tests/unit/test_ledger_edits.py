"""Edits: what the next version of an article takes back, gives anew, and says of it."""

from __future__ import annotations

from tallywire.ledger.policy import LIMITS
from tallywire.records import Claim, Scope, UpdateKind
from tests.scenarios.build import Desk, at, claim, placed, told


def because(desk: Desk) -> list[str]:
    """What was said of edits."""
    return [one.because for one in desk.updates if one.kind is UpdateKind.REVISED]


def test_an_edit_that_names_somebody_else_for_the_same_number_is_told() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 14, "police"), outlet="Courier"))
    desk.read(placed("a2", at(1), claim("killed", 14, "the mayor"), outlet="Courier", revises="a"))
    assert because(desk) == [
        "Courier edited its article: it no longer gives 14 killed; it now gives 14 killed."
    ]


def test_an_edit_that_says_the_same_of_nobody_in_particular_is_none() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 14), outlet="Courier"))
    desk.read(placed("a2", at(1), claim("killed", 14), outlet="Courier", revises="a", origin="b"))
    assert because(desk) == []


def test_an_edit_names_the_people_of_a_part_and_nobody_of_everyone() -> None:
    desk = Desk()
    soldiers = claim("killed", 9, "police", group="soldiers", roles="military", scope="part")
    desk.read(placed("a", at(0), soldiers, claim("killed", 14, "police", group="people"), outlet="Courier"))
    desk.read(placed("a2", at(1), outlet="Courier", revises="a"))
    assert because(desk) == [
        "Courier edited its article: it no longer gives 14 killed; it no longer gives 9 killed (soldiers)."
    ]


def test_an_edit_without_figures_shows_its_title_else_its_first_words() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 14)), placed("b", at(0), claim("killed", 15)))
    desk.read(
        placed("a2", at(1), revises="a", title="Blast shakes the quay"), placed("b2", at(2), revises="b")
    )
    quotes = [one.evidence[0].quote for one in desk.updates if one.kind is UpdateKind.REVISED]
    assert quotes == ["Blast shakes the quay", "Nothing is known yet."]


def test_an_edit_with_figures_shows_their_sentences() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 14)))
    desk.read(placed("a2", at(1), claim("killed", 15, quote="Fifteen died."), revises="a", title="Blast"))
    [edit] = [one for one in desk.updates if one.kind is UpdateKind.REVISED]
    assert [one.quote for one in edit.evidence] == ["Fifteen died."]


def crowded(*first: tuple[str, Claim]) -> Desk:
    """A figure whose first articles are folded away, each by a claimant of its own."""
    desk = Desk()
    for name, said in first:
        desk.read(placed(name, at(0), said))
    desk.read(*(placed(f"x{n}", at(1 + n / 10), claim("killed", "30+", f"desk {n}")) for n in range(20)))
    return desk


def test_one_edit_of_what_is_folded_forgets_no_other_article() -> None:
    desk = crowded(
        ("a", claim("killed", 44, "Ada Reyes")),
        ("b", claim("killed", 44, "Health Ministry")),
        ("c", claim("killed", 44, "Red Cross")),
    )
    assert desk.ledger is not None
    kept = {entry.article for entry in desk.ledger.tracks["killed|"].entries}
    assert not kept & {"a", "b", "c"}
    desk.read(placed("a2", at(9), revises="a"), placed("b2", at(10), revises="b"))
    assert len(because(desk)) == 2
    assert desk.figure().low == 44  # the Red Cross is heard still
    desk.read(placed("c2", at(11), revises="c"))
    assert told(desk.updates)[-2:] == ["article.revised", "figure.corrected killed 44 → 30+"]


def test_whoever_is_at_odds_is_kept_before_those_who_agree() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 44, "Ada Reyes"), claim("killed", 30, "Health Ministry")))
    for n in range(3 * LIMITS.voices):
        desk.read(placed(f"x{n}", at(1 + n / 10), claim("killed", 44, f"desk {n}")))
    assert (desk.figure().low, desk.figure().high) == (30, 44)
    assert desk.figure().claimants <= LIMITS.voices + LIMITS.claims


def test_a_group_goes_by_its_clearest_name_and_widest_scope() -> None:
    desk = Desk()
    own = claim("killed", 9, "Cuba", group="its soldiers", nations="CU", roles="military", scope="part")
    named = claim("killed", 11, "Cuba", group="Cuban soldiers", nations="CU", roles="military")
    desk.read(placed("a", at(0), own), placed("b", at(1), named))
    assert desk.ledger is not None
    [track] = desk.ledger.tracks.values()
    assert track.scope is Scope.TOTAL
    assert track.group is not None
    assert track.group.text == "Cuban soldiers"
