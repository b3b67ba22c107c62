"""Groups: the same, containing, apart."""

from __future__ import annotations

import pytest

from tallywire.ledger.groups import Facets, clarity, contains, demographic, disjoint, facets
from tallywire.records import Group, Scope


def group(text: str = "", nations: str = "", roles: str = "", scope: Scope = Scope.TOTAL) -> Facets:
    return facets(Group(text=text, nations=tuple(nations.split()), roles=tuple(roles.split())), scope)


def test_an_unmarked_noun_of_a_total_is_everyone() -> None:
    assert group("people").key == group("victims").key == group("migrants").key == ""


def test_security_personnel_of_an_army_are_its_military() -> None:
    assert group("soldiers", "CU", "military") == group(
        "armed forces and security personnel", "CU", "military security"
    )


def test_a_subset_keeps_its_words() -> None:
    admirals = group("five admirals", "VE", "military", Scope.SUBSET)
    assert admirals.key != group("soldiers", "VE", "military").key
    assert contains(group("soldiers", "VE", "military"), admirals)


def test_children_are_one_group_as_subset_or_not() -> None:
    assert group("six children", "", "child", Scope.SUBSET) == group("children", "", "child")


def test_other_journalists_are_others() -> None:
    assert group("other foreign journalists", "", "journalist") != group("journalists", "", "journalist")


@pytest.mark.parametrize(
    ("whole", "part", "expected"),
    [
        (group(), group("soldiers", "CU", "military"), True),
        (group("", "CU VE", "military"), group("", "CU", "military"), True),
        (group("", "CU", "military"), group("", "CU VE", "military"), False),
        (group("", "", "military"), group("", "CU", "military"), True),
        (group("", "CU", "military"), group("", "CU", "military"), False),
        (group("", "CU", "military"), group("", "CU", "civilian"), False),
    ],
)
def test_containment(whole: Facets, part: Facets, expected: bool) -> None:
    assert contains(whole, part) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (group("", "CU", "military"), group("", "VE", "military"), True),
        (group("", "", "military"), group("", "", "civilian"), True),
        (group("", "", "child"), group("", "", "civilian"), False),
        (group("", "", "child"), group("", "", "woman"), True),
        (group("", "CU", "military"), group("", "", "military"), False),
    ],
)
def test_who_excludes_whom(one: Facets, other: Facets, expected: bool) -> None:
    assert disjoint(one, other) is expected
    assert disjoint(other, one) is expected


def test_age_and_sex_alone_make_a_subset() -> None:
    assert demographic(group("", "", "child"))
    assert not demographic(group("", "CU", "child"))
    assert not demographic(group("", "", "civilian"))


def test_the_clearest_wording_leads() -> None:
    own = Group(text="members of its armed forces", nations=("CU",), roles=("military",))
    named = Group(text="Cuban soldiers", nations=("CU",), roles=("military",))
    assert min(own, named, key=clarity) == named
