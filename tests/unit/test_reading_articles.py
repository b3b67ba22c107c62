"""Whole articles: the bottom line, the agency, the language, and what stands in neither."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tallywire.reading import read
from tallywire.records import Article, Bounds, Extract, Metric


def extract(
    body: str, title: str = "", byline: str | None = None, language: str | None = "en", outlet: str = ""
) -> Extract:
    published = datetime(2024, 6, 1, tzinfo=UTC)
    return read(
        Article(
            id="1",
            title=title,
            body=body,
            outlet=outlet,
            arrived=published,
            published=published,
            byline=byline,
            language=language,
        )
    )


@pytest.mark.parametrize(
    ("body", "metric", "low", "high"),
    [
        ("Twelve people were killed. Two officers were among the dead.", Metric.KILLED, 12, 12),
        (
            "A man was killed on Monday. The man, 34, had left his house. He was shot dead.",
            Metric.KILLED,
            1,
            1,
        ),
        ("A man was killed. A woman was also killed.", Metric.KILLED, 2, 2),
        ("One guard was killed. Another guard was killed near the gate.", Metric.KILLED, 2, 2),
        ("Six soldiers and four civilians were killed.", Metric.KILLED, 10, 10),
        ("Six aid workers, three women and three men, were kidnapped.", Metric.KIDNAPPED, 6, 6),
        ("The blast killed 23, bringing the toll to 55.", Metric.KILLED, 55, 55),
        ("The death toll rose from 40 to 55.", Metric.KILLED, 55, 55),
        ("Five people were shot; one of them died.", Metric.INJURED, 4, 4),
        ("A girl was shot. She later died.", Metric.KILLED, 1, 1),
        ("At least nine people died. Last year's fire killed 60 people.", Metric.KILLED, 9, None),
        ("Three hundred people were evacuated.", Metric.DISPLACED, 300, 300),
        ("Eighty people are feared dead. Three bodies were found.", Metric.KILLED, 3, 3),
        ("Two officers were among the dead.", Metric.KILLED, 2, 2),
        ("A gunman killed four people at a mill before taking his own life.", Metric.KILLED, 5, 5),
        ("Five people died, the gunman too. He killed four before killing himself.", Metric.KILLED, 5, 5),
        ("A gunman killed three people at a mill. He then turned the gun on himself.", Metric.KILLED, 4, 4),
        ("The gunman killed himself. He had killed three people.", Metric.KILLED, 4, 4),
        ("He killed two guards and himself. The gunman had taken his own life.", Metric.KILLED, 3, 3),
        ("Four people, the gunman among them, died. He turned the gun on himself.", Metric.KILLED, 4, 4),
        ("A man shot dead his wife. He then killed himself.", Metric.KILLED, 2, 2),
        ("A man killed himself in Belsk. The man, 34, had lost his job.", Metric.KILLED, 1, 1),
        ("Nine nurses were killed and one doctor was killed in Arda.", Metric.KILLED, 10, 10),
        ("Nine nurses were killed along with one doctor in Arda.", Metric.KILLED, 10, 10),
        ("One of the five people shot in Belsk on Sunday has died.", Metric.KILLED, 1, 1),
        ("One of the five people shot in Belsk on Sunday has died.", Metric.INJURED, 4, 4),
        ("Four were shot, two fatally.", Metric.KILLED, 2, 2),
        ("Four were shot, two fatally.", Metric.INJURED, 2, 2),
        ("One man is dead and three are injured. Four were taken to hospitals.", Metric.INJURED, 3, 3),
        ("A triple shooting left one person dead and two others wounded.", Metric.INJURED, 2, 2),
        ("Police called it a murder-suicide. A triple homicide, they said.", Metric.KILLED, 3, 3),
        (
            "The fire that killed six people last year was no accident. Two men were hurt.",
            Metric.KILLED,
            6,
            6,
        ),
        ("A 20-month-old died at home. The boy, 1, was shot dead.", Metric.KILLED, 1, 1),
        ("Four women were killed. A fifth victim died on Saturday.", Metric.KILLED, 5, 5),
        ("Three others were shot, and two of them are in critical condition.", Metric.INJURED, 3, 3),
        ("Boy grazed, 2 teens wounded in shooting", Metric.INJURED, 3, 3),
        (
            "Three boys were wounded. Police then found another boy with a gunshot wound.",
            Metric.INJURED,
            4,
            4,
        ),
        ("One person was killed, three others were shot.", Metric.INJURED, 3, 3),
        ("One man died and three were injured. Four people in all were injured.", Metric.INJURED, 3, 3),
        (
            "Two were killed and two hurt. Police had found three wounded, of whom one died.",
            Metric.INJURED,
            2,
            2,
        ),
        ("One man died and three were hurt. Two men and two women were shot.", Metric.INJURED, 3, 3),
        (
            "One person died at a bar in Belsk. Four victims were found with gunshot wounds.",
            Metric.INJURED,
            3,
            3,
        ),
        ("A nurse was hit by a bullet; the nurse was taken to hospital.", Metric.INJURED, 1, 1),
        ("A boy, 7, was wounded in a shooting that injured four other people.", Metric.INJURED, 5, 5),
        (
            (
                "Ola Venn, 23, died; he was shot. Buses ran late. No shop was open. Two streets were closed. "
                "Ana Ruiz, John Smith and Cora Diaz were also struck by bullets."
            ),
            Metric.INJURED,
            3,
            3,
        ),
        ("He was arrested over last year's fire, which killed six people.", Metric.KILLED, 6, 6),
        ("Two men were killed in Belsk.Police arrested a 34-year-old man.", Metric.KILLED, 2, 2),
    ],
)
def test_the_bottom_line(body: str, metric: Metric, low: int, high: int | None) -> None:
    assert extract(body).tally[metric] == Bounds(low, high)


def test_the_injured_who_died_are_not_injured() -> None:
    assert Metric.INJURED not in extract("A girl was shot. She later died.").tally


def test_those_who_were_hit_and_are_dead_are_not_injured() -> None:
    body = "He shot his wife and three children in Belsk. All four were pronounced dead."
    assert extract(body).tally == {Metric.KILLED: Bounds(4, 4)}


def test_separate_events_are_not_added_up_to_one() -> None:
    lead = "Six people were killed and 20 wounded in separate shootings in Belsk since Friday."
    event = "In one of them a woman was killed and three men were wounded."
    assert extract(f"{lead} {event}").tally == {
        Metric.KILLED: Bounds(1, 1),
        Metric.INJURED: Bounds(3, 3),
    }
    assert extract(lead).tally == {Metric.KILLED: Bounds(6, 6), Metric.INJURED: Bounds(20, 20)}
    title = "Six dead, 20 hurt in Belsk"
    assert extract(f"{lead} {event}", title).tally == extract(f"{lead} {event}").tally


def test_the_wounds_of_the_dead_are_no_further_victims() -> None:
    body = "Three people were found dead in Belsk. All three suffered gunshot wounds."
    assert extract(body).tally == {Metric.KILLED: Bounds(3, 3)}


def test_some_of_the_dead_are_not_injured() -> None:
    body = "He shot his wife and three children, including his own son. All four died at home."
    assert extract(body).tally == {Metric.KILLED: Bounds(4, 4)}


def test_a_killer_and_the_others_he_hit_are_the_dead() -> None:
    body = "Four people are dead. Ola Venn shot the other three and then committed suicide, police said."
    assert extract(body).tally == {Metric.KILLED: Bounds(4, 4)}


def test_one_hit_of_whom_only_the_rest_tells_may_be_the_dead() -> None:
    later = "A boy was shot and killed in Belsk. He was shot at home. The street is quiet. It was closed. {} there."
    assert Metric.INJURED not in extract(later.format("A woman was shot")).tally
    assert extract(later.format("A woman was grazed by a bullet")).tally[Metric.INJURED] == Bounds(1, 1)


def test_who_died_in_hospital_is_not_injured() -> None:
    body = "A boy, 7, was shot. The child was taken to Belsk Hospital, where he later died."
    assert extract(body).tally == {Metric.KILLED: Bounds(1, 1)}


def test_one_victim_told_of_late_is_not_what_the_article_is_about() -> None:
    plain = "The council met again on Monday. " * 15
    assert extract(plain + "A man was killed there in May.").tally == {}
    assert extract(plain + "Twelve people were killed there in May.").tally[Metric.KILLED] == Bounds(12, 12)
    assert extract(plain + "A man was arrested.").tally[Metric.DETAINED] == Bounds(1, 1)


def test_a_text_about_the_past_tells_of_that_past() -> None:
    assert extract("The earthquake of 2010 killed 4,000 people.").tally[Metric.KILLED] == Bounds(4000, 4000)


def test_figures_of_the_lead_outweigh_those_of_the_rest() -> None:
    body = (
        "Four people were killed in Belsk on Friday. The fire began in a shop. The street was closed. "
        "Neighbours brought water. The mayor visited the scene. In other news, 60 people were killed in Arda."
    )
    assert extract(body, title="Four dead in Belsk fire").tally[Metric.KILLED] == Bounds(4, 4)


@pytest.mark.parametrize(
    ("body", "byline", "agency"),
    [
        ("BELSK (Reuters) - Two people died.", None, "Reuters"),
        ("Two people died, AFP reported.", None, "AFP"),
        ("According to AFP, two people died.", None, "AFP"),
        ("Two people died.", "Jane Doe, Associated Press", "AP"),
        ("Two people died.\nAFP", None, "AFP"),
        ("Two people died.", "Jane Doe", None),
        ("The APEC summit ended. Two people died.", None, None),
    ],
)
def test_the_agency(body: str, byline: str | None, agency: str | None) -> None:
    assert extract(body, byline=byline).agency == agency


def test_an_agency_s_own_feed_is_the_agency_s() -> None:
    assert extract("Two people died.", outlet="AFP").agency == "AFP"
    assert extract("Two people died.", outlet="Belsk AFP Club").agency is None


@pytest.mark.parametrize(
    ("body", "byline"),
    [
        ("(QNX) – Two people died.", None),
        ("PORT BELSK, April 9 (QNX) – Two people died.", None),
        ("PORT BELSK (QNX) – Two people died.", None),
        ("Port Belsk, 9 April (QNX) - Two people died.", None),
        ("Two people died, the harbour office said, QNX reports.", None),
        ("Two people died. The harbour was closed. (QNX)", None),
        ("Two people died. The harbour was closed. — QNX", None),
        ("Two people died.\nAdditional reporting by QNX", None),
        ("The Quay News Exchange (QNX) has an office here. Two people died. (QNX)", None),
        ("Two people died.", "QNX"),
        ("Two people died.", "QNX and staff"),
        ("Two people died.", "By Jane Doe, QNX"),
        ("Two people died.", "Jane Doe with QNX"),
    ],
)
def test_an_agency_that_is_not_listed_is_known_by_its_credit(body: str, byline: str | None) -> None:
    assert extract(body, byline=byline).agency == "QNX"


@pytest.mark.parametrize(
    ("body", "byline"),
    [
        ("The Ministry of Works (MOW) said two people died.", None),
        ("The Ministry of Works (MOW) – which mends roads – said two people died.", None),
        ("Two people died, the Ministry of Works (MOW) said. Nobody knows why. (MOW)", None),
        ("DALLAS (KQNX) — Two people died.", None),
        ("Two people died, UNICEF reports.", None),
        ("Fighters of the Arda People's Front (APF) killed two people.", None),
        ("Two people died.", "JANE DOE"),
        ("Two people died.", "STAFF"),
    ],
)
def test_initials_that_credit_nobody(body: str, byline: str | None) -> None:
    assert extract(body, byline=byline).agency is None


def test_the_language_is_found_where_it_is_not_given() -> None:
    assert (
        extract("The government said on Friday that the talks would go on.", language=None).language == "en"
    )
    assert (
        extract("Die Regierung sagte am Freitag, die Gespräche gingen weiter.", language=None).language
        == "de"
    )
    assert extract("12 34", language=None).language == "und"


def test_a_language_without_a_lexicon_gives_no_claims() -> None:
    found = extract("Zwölf Menschen wurden getötet.", language="de")
    assert found.language == "de"
    assert not found.claims
    assert not found.tally


def test_evidence_is_the_whole_sentence() -> None:
    body = "It rained. Twelve people were killed in Belsk, police said. It rained on."
    claim = extract(body).claims[0]
    assert claim.evidence.quote == "Twelve people were killed in Belsk, police said."
    assert claim.evidence.field == "body"


def test_nations_and_roles_of_a_group() -> None:
    group = extract("Two Cuban and Syrian soldiers were killed.").claims[0].group
    assert group.nations == ("CU", "SY")
    assert group.roles == ("military",)


def test_its_soldiers_are_of_the_nation_that_speaks() -> None:
    claim = extract("Cuba said that 32 members of its armed forces were killed.").claims[0]
    assert claim.group.nations == ("CU",)
    assert claim.claimants == ("Cuba",)


def test_an_agency_that_relays_is_no_claimant() -> None:
    claim = extract("Cuba confirmed that 32 soldiers were killed, AFP reported.").claims[0]
    assert claim.claimants == ("Cuba",)
    assert claim.via == ("AFP",)


def test_long_and_empty_texts_are_read() -> None:
    assert not extract("").claims
    assert len(extract("Twelve people were killed. " * 2_000).claims) == 2_000
