"""Which names are one actor's, within a story and across outlets."""

import pytest

from tallywire.reading.actors import keys, match, merge, same, same_role
from tallywire.records import Actor, Evidence


def actor(name: str, role: str = "", kind: str = "person", aliases: tuple[str, ...] = ()) -> Actor:
    evidence = Evidence(field="body", start=0, end=len(name), quote=name)
    return Actor(name=name, kind=kind, role=role, aliases=aliases, evidence=evidence)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nicolás Ibarguren", "Nicolas Ibarguren"),
        ("Vidal Padrón Lemos", "Vidal Padrón"),
        ("Vidal Padrón Lemos", "Padrón Lemos"),
        ("Vidal Padrón Lemos", "Padron"),
        ("Muhammad Qasimi", "Mohammed al-Qasimi"),
        ("Mohamed Qasimi", "Mohammad Qasimi"),
        ("Volodymyr Hrynenskyy", "Volodymyr Hrynensky"),
        ("Viktor Yanchenkovych", "Viktor Yanchenkovich"),
        ("Hussein Marwani", "Husayn Marwani"),
        ("Osama Sharif", "Usama Shareef"),
        ("Johanna B. Tressel", "Johanna Tressel"),
        ("J. Tressel", "Johanna Tressel"),
        ("Bill Haverstock", "William Haverstock"),
        ("Joe Pemberton", "Joseph Pemberton"),
        ("Haverstock", "William Haverstock"),
        ("Mr. Haverstock", "William Haverstock"),
        ("Dr. Anna Weiss", "Anna Weiss"),
        ("Pieter van der Hoek", "Pieter Van Der Hoek"),
        ("Wilbert “Dizzy” Hanratty", "Wilbert Hanratty"),
        ("Osama bin Rashid", "bin Rashid"),
        ("Maria Elena Cortez", "Maria Cortez"),
        ("Maria Elena Cortez", "Maria E. Cortez"),
        ("Kim Seo-yun", "Kim"),
        ("Xi Mingze", "Mr. Xi"),
        ("Kim Seo-yun", "Kim Seo Yun"),
        ("Jean-Luc Moreau", "Jean Luc Moreau"),
        ("Maria Keller-Brandt", "Maria Keller"),
        ("Maria Keller-Brandt", "Brandt"),
        ("Oleksandr Hrynenko", "Alexander Hrynenka"),
        ("Aleksey Mironov", "Alexei Mironov"),
        ("Yevgeny Brusilov", "Evgeny Brusilov"),
        ("Volodymyr Hrynenko", "Vladimir Hrynenko"),
        ("Conor McAllister", "Conor MacAllister"),
        ("Muammar Qadhani", "Moammar Gaddani"),
        ("Muammar Kadhani", "Muammar al-Gadhani"),
        ("Gaddani", "Muammar Kadhani"),
        ("Khalil Hibtar", "Khalil Habter"),
        ("Khaled Marwani", "Khalid el-Marwani"),
        ("Qasim Bashrani", "Kassem Bachrani"),
        ("Abdel Rahim Sharqawi", "Abdul Rahim Charqawi"),
        ("Nikita Khrumanov", "Nikita Khrumanoff"),
        ("Vidal Padrón-Lemos", "V. Padrón Lemos"),
        ("María José Ibarra Peña", "M. J. Ibarra Peña"),
        ("María José Ibarra Peña", "María Ibarra"),
    ],
)
def test_spellings_of_one_name_are_one_person(one: str, other: str) -> None:
    assert same(actor(one), actor(other))
    assert same(actor(other), actor(one))
    assert set(keys(actor(one))) & set(keys(actor(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Weiss", "Berta Weiss"),
        ("John Brown", "John Byrne"),
        ("Carlos Tejada", "Carla Tejada"),
        ("John Adam Marsh", "John Brian Marsh"),
        ("Ferdinand Moretti", "Ferdinand Moretti Jr."),
        ("Vidal Padrón", "Lemos"),
        ("Anna", "Anna Weiss"),
        ("Jon Hansen", "Jon Hanson"),
        ("Xi Mingze", "Xi Yuandong"),
        ("Xi Mingze", "Anna Xi"),
        ("Christopher Mark Tompkins", "Mark"),
        ("Vidal Padrón", "Padrón Lemos"),
        ("Alonso Rafael Duarte", "Rafael"),
        ("Kim Seo-yun", "Yun"),
        ("Hassan Qabrani", "Hussein Qabrani"),
        ("Khalil Salem", "Khalil Salman"),
        ("Khalil Salam", "Khalil Salim"),
        ("Omar Khatibi", "Amir Khatibi"),
        ("Martin Hansen", "Martin Hanson"),
        ("Zhang Wei", "Zheng Wei"),
        ("John Cartier", "John Carter"),
        ("Ana Ibarra Peña", "Ana Ibarra Soto"),
    ],
)
def test_different_names_are_different_people(one: str, other: str) -> None:
    assert not same(actor(one), actor(other))
    assert not same(actor(other), actor(one))


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("vice president", "interim president", True),
        ("Mexico's President", "President of Mexico", True),
        ("Ruritanian President", "", True),
        ("general", "defence minister", True),
        ("Mexican president", "Cuban president", False),
        ("foreign minister", "striker", False),
        ("police chief", "suspect", False),
        ("Mexican president", "defendant", True),
        ("former police chief", "suspect", True),
        ("mayor", "prisoner", False),
        ("judge", "defendant", False),
        ("actress", "senator", False),
        ("vice president", "goalkeeper", False),
    ],
)
def test_roles_that_contradict_keep_namesakes_apart(one: str, other: str, agree: bool) -> None:
    assert same(actor("Elena Marsh", one), actor("Elena Marsh", other)) is agree


def test_spellings_of_one_name_with_roles_that_contradict_are_two_people() -> None:
    leader = actor("Khalil Hibtar", "Ruritanian general")
    assert same(leader, actor("Khalil Habter", "commander"))
    assert not same(leader, actor("Khalil Habter", "goalkeeper"))
    assert not same(leader, actor("Karim Habter", "general"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Joseph R. Haverstock Jr.", "Joe Haverstock"),
        ("Vidal Padrón", "Padrón Lemos"),
        ("Alonso Rafael Duarte", "Alonso Rafael"),
        ("Alonso Rafael Duarte", "Rafael"),
    ],
)
def test_one_office_makes_one_person_of_names_that_leave_it_open(one: str, other: str) -> None:
    here, there = actor(one, "Mexican President"), actor(other, "President of Mexico")
    assert same(here, there)
    assert same(there, here)
    assert set(keys(here)) & set(keys(there))
    assert not same(actor(one, "victim"), actor(other, "victim"))
    assert not same(here, actor(other, "finance minister"))


def test_kin_of_a_leader_are_not_the_leader() -> None:
    leader = actor("Nicolás Ibarguren", "Ruritanian President")
    assert not same(leader, actor("Nicolás Ibarguren Peña", "Ibarguren's son"))
    assert not same(actor("Ibarguren", "President"), actor("Jorge Ibarguren", "brother"))
    assert same(actor("Cilia Peña", "wife"), actor("Cilia Peña", "First Lady"))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Mexico's President", "Mexican President", True),
        ("Mexican president", "President of Mexico", True),
        ("U.S. President", "American president", True),
        ("Prime Minister", "PM", True),
        ("British Prime Minister", "UK PM", True),
        ("Sen.", "Senator", True),
        ("Lt. Gov.", "lieutenant governor", True),
        ("spokesman", "spokeswoman", True),
        ("ex-president", "former president", True),
        ("ousted president", "former president", True),
        ("interim president", "acting president", True),
        ("interim president", "president", False),
        ("former president", "president", False),
        ("President-elect", "President", False),
        ("vice-president", "president", False),
        ("shadow chancellor", "chancellor", False),
        ("Mexican president", "Cuban president", False),
        ("chief of police", "police chief", True),
    ],
)
def test_roles_as_stated_are_compared_by_what_they_say(one: str, other: str, alike: bool) -> None:
    assert same_role(one, other) is alike
    assert same_role(other, one) is alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ministry of Defense", "Defence Ministry"),
        ("the Ministry of Health", "Ministry of Health"),
        ("Mexico's defence ministry", "Mexican Defense Ministry"),
        ("Mexican Ministry of Defence", "Mexico’s Defence Ministry"),
        ("Organization of Island States", "Organisation of Island States"),
    ],
)
def test_a_body_is_one_whatever_the_order_of_its_words(one: str, other: str) -> None:
    assert same(actor(one, kind="organisation"), actor(other, kind="organisation"))


def test_a_body_is_known_by_its_acronym_as_well() -> None:
    full = actor("National Liberation Army", kind="organisation", aliases=("NLA",))
    assert same(full, actor("NLA", kind="organisation"))
    assert not same(full, actor("NLA", kind="operation"))


def test_a_bare_surname_joins_only_where_one_person_bears_it() -> None:
    amar, ramal = actor("Amar Chisholm"), actor("Ramal Chisholm")
    assert match(actor("Chisholm"), (amar,)) == amar
    assert match(actor("Chisholm"), (amar, ramal)) is None
    assert match(actor("Ramal Chisholm"), (actor("R. Chisholm"), ramal)) == ramal


def test_the_union_leads_with_the_fuller_name_and_the_newer_role() -> None:
    known, later = (
        actor("Delcy Arroyo", "vice president", aliases=("Arroyo",)),
        actor("Delcy Arroyo Mena", "president"),
    )
    merged = merge(known, later)
    assert merged.name == "Delcy Arroyo Mena"
    assert merged.role == "president"
    assert set(merged.aliases) == {"Delcy Arroyo", "Arroyo"}
    assert merged.evidence == known.evidence
    assert merge(later, known).name == merged.name
