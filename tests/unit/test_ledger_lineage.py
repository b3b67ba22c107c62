"""Whose a copy's claims are: those of the text that it comes from, or its own."""

from __future__ import annotations

import itertools

import pytest

from tallywire.ledger.policy import LIMITS
from tallywire.records import Claim, StoryReading
from tests.scenarios.build import Desk, at, claim, placed


def wire(*claims: Claim) -> StoryReading:
    return placed("wire", at(0), *claims, outlet="Wire")


def copy(name: str, hours: float, *claims: Claim, of: str = "wire") -> StoryReading:
    return placed(name, at(hours), *claims, origin="wire", copy_of=of, shared=0.4)


def origins(
    *items: StoryReading, metric: str = "killed", group: str = ""
) -> dict[tuple[str, int | None], str]:
    """The origin of each claim, by article and number."""
    desk = Desk()
    desk.read(*items)
    assert desk.ledger is not None
    return {
        (entry.article, entry.low): entry.origin
        for track in desk.ledger.tracks.values()
        if track.metric == metric and (track.group.text if track.group else "") == group
        for entry in track.entries
    }


def test_what_the_origin_tells_is_its_own_however_a_copy_words_it() -> None:
    found = origins(
        wire(claim("killed", 23, "Governor Reyes")), copy("b", 1, claim("killed", 23, "the police"))
    )
    assert found["b", 23] == "wire"


def test_a_rewrite_that_asked_the_hospital_is_an_origin_for_that_claim_alone() -> None:
    found = origins(
        wire(claim("killed", 23, "Governor Reyes")),
        copy("b", 1, claim("killed", 23, "Reyes"), claim("killed", 26, "St Ann's Hospital")),
    )
    assert found == {("wire", 23): "wire", ("b", 23): "wire", ("b", 26): "b"}


def test_the_own_count_of_a_copy_counts_as_an_independent_text() -> None:
    desk = Desk()
    desk.read(
        wire(claim("killed", 23, "Governor Reyes")),
        copy("b", 1, claim("killed", 23, "Reyes"), claim("killed", 26, "St Ann's Hospital")),
    )
    assert desk.figure().origins == 2
    assert {one.low: one.origins for one in desk.figure().positions} == {23: 1, 26: 1}
    assert not desk.figure().checks


@pytest.mark.parametrize("speaker", [(), ("Governor Ada Reyes",), ("Reyes",)])
def test_another_number_from_nobody_new_is_a_slip(speaker: tuple[str, ...]) -> None:
    items = wire(claim("killed", 23, "Governor Reyes")), copy("b", 1, claim("killed", 32, *speaker))
    desk = Desk()
    desk.read(*items)
    assert origins(*items)["b", 32] == "wire"
    assert [check.kind for check in desk.figure().checks] == ["slip"]


@pytest.mark.parametrize(
    ("said", "copied", "told"),
    [
        pytest.param(
            (claim("killed", 23),),
            (claim("killed", 32, quote="The count was corrected: 32 people were killed."),),
            {32},
            id="words of correction",
        ),
        pytest.param(
            (claim("killed", 23),),
            (claim("killed", 32, field="title"), claim("killed", 32)),
            {32},
            id="said twice",
        ),
        pytest.param((claim("killed", 23),), (claim("killed", 90, status="feared"),), {23}, id="feared"),
        pytest.param((claim("killed", 90, status="feared"),), (claim("killed", 23),), {23}, id="of a fear"),
        pytest.param((claim("killed", 0),), (claim("killed", 5),), {5}, id="nobody hurt before"),
        pytest.param((claim("killed", "20+"),), (claim("killed", 23),), {23}, id="within its bound"),
    ],
)
def test_another_number_with_a_reason_is_no_slip(
    said: tuple[Claim, ...], copied: tuple[Claim, ...], told: set[int]
) -> None:
    desk = Desk()
    desk.read(wire(*said), copy("b", 1, *copied))
    assert [check for check in desk.figure().checks if check.kind == "slip"] == []
    assert desk.figure().high in told


@pytest.mark.parametrize(("hours", "slips"), [(0, 1), (-2, 0)], ids=["at once", "before it"])
def test_a_copy_slips_from_what_was_there_to_be_copied(hours: float, slips: int) -> None:
    desk = Desk()
    desk.read(copy("b", hours, claim("killed", 32)), wire(claim("killed", 23)))
    assert len([check for check in desk.figure().checks if check.kind == "slip"]) == slips


def test_a_figure_that_a_copy_adds_in_nobody_s_name_is_its_own() -> None:
    found = origins(wire(claim("killed", 23)), copy("b", 1, claim("injured", 9)), metric="injured")
    assert found == {("b", 9): "b"}


def test_two_numbers_of_a_copy_do_not_bear_each_other_out() -> None:
    desk = Desk()
    desk.read(wire(claim("killed", 23)), copy("b", 1, claim("killed", 32), claim("killed", 41)))
    assert desk.figure().high == 23
    assert [check.kind for check in desk.figure().checks] == ["slip", "slip"]


def test_a_title_with_the_copy_s_own_number_is_its_own_as_well() -> None:
    found = origins(
        wire(claim("killed", 23, "Governor Reyes")),
        copy("b", 1, claim("killed", 26, field="title"), claim("killed", 26, "St Ann's Hospital")),
    )
    assert found["b", 26] == "b"


def test_an_abridgement_adds_nothing() -> None:
    desk = Desk()
    desk.read(
        wire(claim("killed", 23, "Governor Reyes"), claim("injured", 40, "Governor Reyes")),
        copy("b", 1, claim("killed", 23)),
        copy("c", 2, claim("injured", 40)),
    )
    assert (desk.figure("killed").origins, desk.figure("injured").origins) == (1, 1)


def test_a_figure_that_the_origin_does_not_have_is_who_first_adds_it_s() -> None:
    items = (
        wire(claim("killed", 23, "Governor Reyes")),
        copy("b", 1, claim("injured", 12, "St Ann's Hospital")),
        copy("c", 2, claim("injured", 12, "the hospital of St Ann")),
        copy("d", 3, claim("injured", 12), of="b"),
    )
    assert set(origins(*items, metric="injured").values()) == {"b"}


def test_what_came_first_does_not_hang_on_the_order_of_one_instant() -> None:
    items = [
        copy("b", 0, claim("killed", 26, "St Ann's Hospital")),
        copy("c", 0, claim("killed", 26, "St Ann's Hospital")),
        copy("d", 0, claim("killed", 23)),
    ]
    first = wire(claim("killed", 23, "Governor Reyes"))
    found = [origins(first, *order) for order in itertools.permutations(items)]
    assert all(one == found[0] for one in found)
    assert found[0]["c", 26] == "b"


def test_an_edit_of_the_origin_changes_whose_claim_it_is() -> None:
    before = wire(claim("killed", 23, "Governor Reyes"))
    own = copy("b", 1, claim("killed", 26, "St Ann's Hospital"))
    after = placed(
        "wire~2",
        at(0.5),
        claim("killed", 23, "Governor Reyes"),
        claim("killed", 26, "St Ann's Hospital"),
        origin="wire",
        revises="wire",
    )
    assert origins(before, own)["b", 26] == "b"
    assert origins(before, after, own)["b", 26] == "wire"


def test_where_the_origin_s_claims_are_folded_away_a_copy_adds_no_source() -> None:
    others = [
        placed(f"o{n}", at(1 + n / 10), claim("killed", 23 + n, "Governor Reyes"))
        for n in range(2 * LIMITS.claims)
    ]
    late = copy("b", 30, claim("killed", 80, "St Ann's Hospital"))
    assert origins(wire(claim("killed", 20)), *others, late)["b", 80] == "b"  # its voice is kept at hand
    assert origins(wire(claim("killed", 20, "Governor Reyes")), *others, late)["b", 80] == "wire"
