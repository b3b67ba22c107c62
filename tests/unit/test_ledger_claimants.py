"""One key for a claimant, however it is written; none for nobody."""

from __future__ import annotations

import pytest

from streams.operators.reconcile import nation
from tallywire.ledger.claimants import aliases, identify, kind


@pytest.mark.parametrize(
    "names",
    [
        ["Venezuela's military", "the Venezuelan armed forces", "the army in Caracas", "Venezuela’s army"],
        ["Havana", "Cuba", "the Cuban government", "Cuban authorities"],
        ["Hamas-run Health Ministry in Gaza", "the Palestinian Health Ministry", "Gaza health officials"],
        ["the Libyan Red Crescent", "Libya's Red Crescent"],
        ["the U.S. military", "the US army"],
        ["police", "the local police", "Police spokesman"],
        ["Governor Ada Reyes", "governor Ada Reyes"],
        ["UN", "the United Nations"],
        ["the UN refugee agency", "UNHCR"],
        ["the World Health Organization", "WHO"],
        ["the Pentagon", "the U.S. military"],
        ["the White House", "the US government"],
        ["the Miners' Union", "the Miners Union", "the Miners’ Union"],
        ["the coast guard", "the coastguard"],
        ["the city health office", "the city's health office"],
        ["Belsk General Hospital", "the hospital in Belsk"],
        ["the Kestrian Health Ministry", "Kestria's health ministry", "Kestria's ministry of health"],
        [
            "Health Minister Ilan Torvey",
            "Ilan Torvey, the health minister",
            "the health minister, Ilan Torvey",
        ],
    ],
)
def test_wordings_of_one_claimant_share_a_key(names: list[str]) -> None:
    assert len({identify(name, nation) for name in names}) == 1, [identify(name, nation) for name in names]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Venezuela's military", "Cuba's military"),
        ("the health ministry", "the interior ministry"),
        ("the hospital", "police"),
        ("authorities in eastern Libya", "authorities in western Libya"),
        ("the Red Cross", "the Red Crescent"),
        ("the city health office", "the Health Ministry"),
        ("the provincial health office", "the city health office"),
        ("the police chief of Belsk", "the police chief of Arda"),
        ("Belsk hospital", "Arda hospital"),
        ("the Attorney General", "the army"),
        ("the UN Secretary-General", "the army"),
        ("Doctors Without Borders", "a doctor"),
        ("the Fire Service Union", "the fire service"),
        ("the police union", "the police"),
        ("the prosecutor", "the court"),
        ("Dr. Mia Tor", "Dr. Ola Tor"),
    ],
)
def test_different_claimants_differ(one: str, other: str) -> None:
    assert identify(one, nation) != identify(other, nation)


@pytest.mark.parametrize(
    "name",
    [
        "officials",
        "local officials",
        "sources",
        "state media",
        "residents",
        "the ministry",
        "witnesses",
        "their union",
        "two officials",
        "relatives",
    ],
)
def test_who_cannot_be_told_from_others_is_nobody(name: str) -> None:
    assert identify(name, nation) == ()


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("the ministry", "ministry"),
        ("Health Minister Ilan Torvey", "ministry"),
        ("the ministry's spokesman", "ministry"),
        ("their union", "union"),
        ("The Dockers’ Union", "union"),
        ("several unions", ""),
        ("the reunion committee", ""),
        ("the army", ""),
    ],
)
def test_bodies_that_are_called_by_their_kind(name: str, known: str) -> None:
    assert kind(name) == known


def test_two_governments_in_one_phrase_are_two() -> None:
    assert identify("the governments of Cuba and Venezuela", nation) == identify("Cuba", nation) + identify(
        "Venezuela", nation
    )


def test_a_first_name_is_no_country() -> None:
    assert identify("Vladimir Padrino", nation) == ("padrino vladimir",)


def test_a_shorter_name_is_the_only_longer_one() -> None:
    keys = ["reyes", "ada governor reyes", "#health", "#health LY"]
    assert aliases(keys) == {"reyes": "ada governor reyes", "#health": "#health LY"}


def test_who_holds_an_office_speaks_for_it() -> None:
    keys = [key for name in ("Health Minister Ilan Torvey", "Torvey") for key in identify(name, nation)]
    assert set(aliases([*keys, "#health"]).values()) == {"#health"}
    assert aliases(keys) == dict.fromkeys(keys, "#health")


def test_two_ministers_of_one_name_are_not_told_apart_by_it() -> None:
    keys = identify("Health Minister Ilan Torvey", nation) + identify("Interior Minister Oda Torvey", nation)
    assert "torvey" not in aliases([*keys, "torvey"])


def test_a_shorter_name_of_two_is_neither() -> None:
    assert aliases(["reyes", "ada reyes", "reyes tomas"]) == {}


def test_a_citys_office_is_no_shorter_name_of_the_ministry() -> None:
    keys = identify("the Belsk city health office", nation) + identify("the Health Ministry", nation)
    assert aliases(keys) == {}
