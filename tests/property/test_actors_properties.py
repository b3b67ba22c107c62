"""What holds of actors for any text and any names."""

import itertools
import re
import subprocess
import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallywire.reading.actors import keys, match, merge, salient, same
from tallywire.records import Actor, Evidence
from tests.support.actors_reading import read

SCRAPS = (
    "President Camila Sandoval said Padrón López the of “Ruritania” (ELN) Operation Iron Gate, 19, and his wife"
    " Ministry Health Mr. Dr. U.S. bin al-Khatib O'Hara Jr. ' ’s 's . ! \n • — police chief Tuesday New York In was"
    " shot who , ; Lt. Col. İstanbul ﬁn \u2028 é"
)
WORDS = st.sampled_from(re.split(" +", SCRAPS))
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join))


@given(title=TEXTS, body=TEXTS)
@settings(max_examples=300, deadline=None)
def test_evidence_is_verbatim_and_names_stand_in_the_text(title: str, body: str) -> None:
    for actor in read(body, title):
        text = {"title": title, "body": body}[actor.evidence.field]
        assert text[actor.evidence.start : actor.evidence.end] == actor.evidence.quote
        assert actor.name
        assert actor.name not in actor.aliases
        assert isinstance(salient(actor), bool)
        assert actor.kind in {"person", "organisation", "country", "place", "operation", "name"}


@given(body=TEXTS)
@settings(max_examples=100, deadline=None)
def test_reading_twice_is_reading_once(body: str) -> None:
    assert read(body) == read(body)


NAMES = st.lists(
    st.sampled_from(
        [
            "Ana",
            "Bill",
            "William",
            "J.",
            "Padrón",
            "Lopez",
            "López",
            "Mohammed",
            "Muhammad",
            "Jr.",
            "Lopez-Weiss",
            "de",
            "Weiss",
            "Khalil",
            "Hibtar",
            "Habter",
            "Kadhani",
            "Gaddani",
            "al-Gadani",
        ]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
ROLES = st.sampled_from(
    ["", "Mexican President", "foreign minister", "striker", "suspect", "interim president"]
)


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    name = draw(st.one_of(NAMES, st.text(min_size=1, max_size=12)))
    kind = draw(st.sampled_from(["person", "person", "organisation"]))
    evidence = Evidence(field="body", start=0, end=len(name), quote=name)
    return Actor(name=name, kind=kind, role=draw(ROLES), evidence=evidence)


def person(name: str) -> Actor:
    """A person of that name, whom nothing shows."""
    return Actor(
        name=name, kind="person", evidence=Evidence(field="body", start=0, end=len(name), quote=name)
    )


@given(one=actors(), other=actors())
@example(one=person("0 0"), other=person(". 0"))
@settings(max_examples=400, deadline=None)
def test_two_that_are_one_share_a_key_and_agree_both_ways(one: Actor, other: Actor) -> None:
    assert same(one, other) == same(other, one)
    if same(one, other):
        assert set(keys(one)) & set(keys(other))


@given(one=actors(), other=actors())
@settings(max_examples=200, deadline=None)
def test_the_name_of_a_union_does_not_depend_on_who_came_first(one: Actor, other: Actor) -> None:
    assert merge(one, other).name == merge(other, one).name


def test_people_of_distinct_names_end_the_same_in_any_order() -> None:
    spellings = [
        "Nicolás Ibarguren",
        "Nicolas Ibarguren",
        "Ana Weiss",
        "Ana B. Weiss",
        "Vidal Padrón Lemos",
        "Vidal Padrón",
    ]
    evidence = Evidence(field="body", start=0, end=1, quote="x")
    found = [Actor(name=name, kind="person", evidence=evidence) for name in spellings]
    ends = set()
    for order in itertools.permutations(found):
        cast: list[Actor] = []
        for actor in order:
            known = match(actor, cast)
            if known is None:
                cast.append(actor)
            else:
                cast[cast.index(known)] = merge(known, actor)
        ends.add(tuple(sorted((actor.name, tuple(sorted(actor.aliases))) for actor in cast)))
    assert len(ends) == 1


def test_actors_are_the_same_under_any_hash_seed() -> None:
    program = (
        "from tests.support.actors_reading import read;"
        "print(read('President Camila Sandoval, 61, met Bill Weiss and Ana Weiss of the Ministry of Health (MH) in '"
        "'Havana. Weiss said the MH and Operation Iron Gate failed. Padrón and Sandoval wept, said Lemos.'))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1


def test_time_is_linear_in_a_crowd_of_one_surname() -> None:
    crowd = " ".join(
        f"Ana{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]} Weiss, {n % 90 + 1}, sat down."
        for n in range(2_000)
    )
    assert len(read(crowd)) <= 300
