"""Who comes into a story: the same within an instant, whatever the order of its articles."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tallywire.ledger import cast
from tallywire.reading import actors as naming
from tallywire.records import Actor, StoryReading
from tests.scenarios.build import Desk, actor, at, placed, without_telling

FULL = ("Ada Reyes", "Bruno Reyes", "Vidal Padrón Lemos", "Otto Lind")
SHORT = ("Reyes", "Ada B. Reyes", "Padrón", "Vidal Padrón", "Lind")
ROLES = ("", "President", "vice president", "interim president", "Foreign Minister", "miner")
QUOTES = (
    "{role} {name} said so.",
    "A portrait of {role} {name} hung there.",
    "{name} was sworn in as interim president.",
)


def people(names: tuple[str, ...]) -> st.SearchStrategy[Actor]:
    """Somebody of one of the names, who takes part or does not."""
    parts = st.tuples(st.sampled_from(names), st.sampled_from(ROLES), st.sampled_from(QUOTES))
    return parts.map(
        lambda one: actor(one[0], role=one[1], quote=one[2].format(name=one[0], role=one[1]).strip())
    )


@st.composite
def instants(
    draw: st.DrawFn, names: tuple[str, ...], *, revisions: bool = False
) -> tuple[StoryReading, list[StoryReading]]:
    """An earlier article, and up to four of one instant hours later, revisions of the earlier one among them."""
    cast_of = st.lists(people(names), min_size=1, max_size=3, unique_by=lambda one: one.name).map(tuple)
    known = placed("k", at(2), actors=draw(cast_of), title=draw(st.sampled_from(("", "Reyes speaks"))))
    later = [
        placed(
            f"b{number}",
            at(9),
            actors=draw(cast_of),
            title=draw(st.sampled_from(("", "Reyes and Padrón"))),
            origin=draw(st.sampled_from(("", "wire"))),
            revises=draw(st.sampled_from((None, None, "k"))) if revisions else None,
        )
        for number in range(draw(st.integers(2, 4)))
    ]
    return known, later


def told(known: StoryReading, later: tuple[StoryReading, ...]) -> tuple[Desk, list[Actor]]:
    """A desk that has read all, and whom it told of the later articles."""
    desk = Desk()
    desk.read(placed("a", at(0), actors=(actor("Ilan Torvey", role="Mayor"),)), known)
    before = len(desk.updates)
    desk.read(*later)
    return desk, [one.actor for one in desk.updates[before:] if one.actor is not None]


def members(desk: Desk) -> tuple[cast.Member, ...]:
    assert desk.ledger is not None
    return cast.members(desk.ledger, naming)


def identified(desk: Desk, entered: list[Actor]) -> frozenset[str]:
    """The members that those who were told turn out to be; who may be either of two is left out."""
    everyone = [member.actor for member in members(desk)]
    found = (naming.match(one, everyone) for one in entered)
    return frozenset(one.name for one in found if one is not None)


@given(instants(FULL))
def test_an_instant_brings_in_the_same_people_in_any_order(
    drawn: tuple[StoryReading, list[StoryReading]],
) -> None:
    known, later = drawn
    ends = set()
    for order in permutations(later):
        desk, entered = told(known, order)
        ends.add((members(desk), identified(desk, entered)))
        assert len(entered) == len({(one.name, one.role) for one in entered})
    assert len(ends) == 1


@given(instants((*FULL, *SHORT)))
def test_whom_an_instant_as_a_whole_brings_in_is_told_in_any_order(
    drawn: tuple[StoryReading, list[StoryReading]],
) -> None:
    known, later = drawn
    casts = set()
    for order in permutations(later):
        desk, entered = told(known, order)
        casts.add(members(desk))
        assert desk.ledger is not None
        before = [one.actor for one in desk.ledger.cast]
        newcomers = [
            one.actor
            for one in members(desk)
            if one.news and not any(naming.same(one.actor, earlier) for earlier in before)
        ]
        assert {one.name for one in newcomers} <= identified(desk, entered)
    assert len(casts) == 1


@given(instants((*FULL, *SHORT), revisions=True))
def test_an_instant_leaves_the_same_ledger_in_any_order(
    drawn: tuple[StoryReading, list[StoryReading]],
) -> None:
    known, later = drawn
    ledgers = []
    for order in permutations(later):
        ledger = told(known, order)[0].ledger
        assert ledger is not None
        ledgers.append(without_telling(ledger))
    assert all(ledger == ledgers[0] for ledger in ledgers)


@given(instants(FULL, revisions=True))
def test_a_revision_has_no_say_in_whom_its_instant_brings_in(
    drawn: tuple[StoryReading, list[StoryReading]],
) -> None:
    known, later = drawn
    plain = tuple(one for one in later if one.reading.article.revision_of is None)
    names = {
        frozenset((one.name, one.role) for one in told(known, order)[1]) for order in permutations(later)
    }
    assert names <= {
        frozenset((one.name, one.role) for one in told(known, order)[1]) for order in permutations(plain)
    }
