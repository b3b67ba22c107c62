"""The gazetteer: which nation a word belongs to, and what it is to that nation."""

import pytest

from tallywire.reading.gazetteer import Form, country, nation, place


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Venezuelan", "VE"),
        ("Venezuelans", "VE"),
        ("Havana", "CU"),
        ("Bogotá", "CO"),
        ("U.S.", "US"),
        ("US", "US"),
        ("Briton", "GB"),
        ("the Philippines", "PH"),
        ("Filipinos", "PH"),
        ("South Korean", "KR"),
        ("Kiev", "UA"),
        ("Kremlin", "RU"),
        ("Georgian", "GE"),
        ("Chihuahua", "MX"),
        ("Côte d’Ivoire", "CI"),
    ],
)
def test_a_word_belongs_to_its_nation(word: str, code: str) -> None:
    assert nation(word) == code


@pytest.mark.parametrize(
    "word", ["us", "reading", "Reading", "Georgia", "Monday", "Middle East", "", "polish"]
)
def test_a_word_of_no_nation_or_several_has_none(word: str) -> None:
    assert nation(word) is None


def test_a_place_is_shown_under_its_present_name_and_known_by_its_form() -> None:
    assert place("Bombay") == place("Mumbai")
    forms = {word: found.form for word in ("Cuba", "Cuban", "Cubans", "Havana") if (found := place(word))}
    assert forms == {
        "Cuba": Form.COUNTRY,
        "Cuban": Form.ADJECTIVE,
        "Cubans": Form.PEOPLE,
        "Havana": Form.SEAT,
    }
    assert place("Cuban").name == country("CU") == "Cuba"


def test_of_two_cities_of_one_name_the_larger_is_meant() -> None:
    assert nation("Birmingham") == "GB"


def test_states_of_the_united_states_are_no_cities() -> None:
    assert place("Texas").form is Form.STATE
    assert place("Texas").nation == "US"
