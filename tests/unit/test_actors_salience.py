"""Who takes part in a story, and who is only named in passing; and in which words an actor is shown."""

import pytest

from tallywire.reading.actors import prominent, salient, takes_office
from tests.support.actors_reading import people, read


@pytest.mark.parametrize(
    "text",
    [
        "Mexican President Camila Sandoval on Tuesday called for a fair trial.",
        "Rosalba Vane, 30, was shot on her way home.",
        "Police arrested Marlon Ibarra on Friday.",
        '"We lost all," said Tamsin Oduya.',
        "Gov. Gregor Abbot (R) said he would sign.",
        "Prosecutors who had Otto Lindgren arrested, said Judge Ada Marsh, were wrong.",
        "The Sierra Norte Liberation Front said it had withdrawn.",
        "The raid was called Operation Silent Harvest.",
    ],
)
def test_who_speaks_acts_or_is_acted_on_takes_part(text: str) -> None:
    assert any(salient(actor) for actor in read(text))


@pytest.mark.parametrize(
    "text",
    [
        "A statue of Ambrose Kettering, 19th-century poet, stands there.",
        "He flew to Lisbon and on to Brazil.",
        "Nothing is known of one Barnaby Fisk here.",
        "The toll was announced, AFP reported.",
        "Fallowdale Police said nobody was held.",
        "Saint Odile Hospital has treated nine people.",
        "The hall is next to the Ministry of Health.",
        "Sheriff Otto Lindgren was in town.",
        "The districts that President Camila Sandoval won lie in the north.",
        "Rain fell after President Camila Sandoval arrived.",
        "The inquiry into President Camila Sandoval goes on.",
        "The clinic, which is run by the Harbour Union, said nine had died.",
        "The Senate voted on Friday; the GOP said no.",
        "Mexico's foreign ministry said nothing; the Mexican army withdrew.",
        "The house where wife Maggie and son Paul were shot is for sale.",
        "Reporter Lena Maas said the town was empty.",
        "Channel Nine News' Lena Maas, 40, arrived in town.",
    ],
)
def test_who_is_only_named_does_not(text: str) -> None:
    assert not any(salient(actor) for actor in read(text))


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("Mexican President Camila Sandoval on Tuesday called for a fair trial.", True),
        ("Ruritania's foreign minister, Pavel Hruska, rejected the offer.", True),
        ("Interior ministry spokesman Teo Lindgren rejected the offer.", False),
        ("Police Chief Marguerite Stoll told reporters nothing.", False),
        ("The portrait of President Camila Sandoval hangs there.", False),
        ("Rosalba Vane, 30, was shot on her way home.", False),
    ],
)
def test_who_holds_a_leading_office_and_acts_is_prominent(text: str, leads: bool) -> None:
    assert any(prominent(actor) for actor in read(text)) is leads


def test_who_stands_first_in_a_headline_is_its_subject() -> None:
    (commander,) = read("", title="Rebel commander Haldor Vance in capital for talks")
    assert salient(commander)
    (owner,) = read("", title="Rebel commander Haldor Vance's car found near river")
    assert not salient(owner)


def test_a_reporter_who_is_harmed_takes_part() -> None:
    assert any(salient(one) for one in read("Reporter Lena Maas was arrested on Friday."))


@pytest.mark.parametrize(
    ("text", "newly"),
    [
        ("Vice President Delcy Arroyo was sworn in as interim president.", True),
        ("Delcy Arroyo was elected mayor in May.", True),
        ("Interim President Delcy Arroyo said nothing.", False),
        ("Delcy Arroyo was sworn at by the crowd.", False),
    ],
)
def test_who_newly_takes_an_office(text: str, newly: bool) -> None:
    assert any(takes_office(one) for one in read(text)) is newly


def test_the_evidence_is_the_sentence_that_shows_what_the_actor_does() -> None:
    text = "The car of Ambrose Kettering, 50, was found. Kettering said he had lent it. Rain fell."
    evidence = people(text)["Ambrose Kettering"].evidence
    assert evidence.quote == "Kettering said he had lent it."
    assert text[evidence.start : evidence.end] == evidence.quote


def test_a_change_of_office_shows_in_the_role() -> None:
    text = "Vice President Delcy Arroyo was sworn in as interim president. Arroyo spoke briefly."
    assert people(text)["Delcy Arroyo"].role == "interim president"


def test_the_title_of_an_article_names_actors_too() -> None:
    found = people("Nothing more is known.", title="President Camila Sandoval said to be ill")
    assert found["Camila Sandoval"].evidence.field == "title"


def test_an_endless_sentence_is_quoted_around_the_name_alone() -> None:
    text = "word " * 5_000 + "said President Camila Sandoval " + "word " * 5_000
    evidence = people(text)["Camila Sandoval"].evidence
    assert "Camila Sandoval" in evidence.quote
    assert len(evidence.quote) <= 400


def test_an_article_in_a_language_without_words_has_no_actors() -> None:
    assert read("") == ()
