"""Who comes into a story, when, and under which role."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from tallywire.ledger import Policy, cast
from tallywire.ledger.joining import joined
from tallywire.ledger.state import Member
from tallywire.reading import actors as naming
from tallywire.records import Actor, UpdateKind
from tests.scenarios.build import Desk, actor, at, placed, without_telling

OPENING = actor("Ilan Torvey", role="Mayor")


def entered(desk: Desk) -> list[str]:
    """The names of those who came in, in order."""
    return [one.actor.name for one in desk.updates if one.actor is not None]


def members(desk: Desk) -> tuple[Member, ...]:
    """The cast of a desk's story."""
    assert desk.ledger is not None
    return cast.members(desk.ledger, naming)


def desk_with(*later: tuple[Actor, ...], title: str = "", origin: str = "") -> Desk:
    """A story of one article, then one more an hour and a half apart for each of `later`."""
    desk = Desk()
    desk.read(placed("a", at(0), actors=(OPENING,)))
    for number, actors in enumerate(later, 1):
        desk.read(placed(f"b{number}", at(number * 1.5), actors=actors, title=title, origin=origin))
    return desk


def test_the_first_hour_is_the_founding_cast() -> None:
    desk = Desk()
    president = actor("Ada Reyes", role="President")
    desk.read(placed("a", at(0), actors=(OPENING,)), placed("b", at(1), actors=(president,)))
    desk.read(placed("c", at(3), actors=(OPENING, president), title="Torvey and Reyes"))
    assert entered(desk) == []


def test_how_long_founding_takes_is_policy() -> None:
    desk = Desk(Policy(founding=at(3) - at(0)))
    desk.read(placed("a", at(0), actors=(OPENING,)))
    desk.read(placed("b", at(2), actors=(actor("Ada Reyes", role="President"),)))
    assert entered(desk) == []


@pytest.mark.parametrize(
    "someone",
    [
        actor("Ada Reyes", role="Ruritanian President"),
        actor("Teo Lind", role="foreign minister", quote="The foreign minister, Teo Lind, rejected it."),
        actor("Operation Iron Gate", "operation", quote="It was called Operation Iron Gate."),
    ],
)
def test_who_leads_and_acts_comes_in_at_once_and_once(someone: Actor) -> None:
    assert entered(desk_with((someone,), (someone,))) == [someone.name]


@pytest.mark.parametrize(
    "someone",
    [
        actor("Ada Reyes", role="President", quote="A portrait of President Ada Reyes hung there."),
        actor(
            "Ada Reyes", role="President", quote="In the district that President Ada Reyes won, it rained."
        ),
        actor("Tomas Okoro", role="neighbour"),
        actor("Tomas Okoro"),
        actor("Harbour Union", "organisation"),
    ],
)
def test_others_do_not_come_in_with_one_text(someone: Actor) -> None:
    assert entered(desk_with((someone,))) == []


@pytest.mark.parametrize("someone", [actor("Tomas Okoro"), actor("Harbour Union", "organisation")])
def test_who_acts_comes_in_with_a_second_text_or_a_title(someone: Actor) -> None:
    assert entered(desk_with((someone,), (someone,))) == [someone.name]
    assert entered(desk_with((someone,), (someone,), origin="b1")) == []
    assert entered(desk_with((someone,), title=f"{someone.name} speaks")) == [someone.name]


def test_a_title_names_whole_words_only() -> None:
    assert entered(desk_with((actor("Tomas Ali"),), title="All alive after fire")) == []


@pytest.mark.parametrize(
    "someone",
    [
        actor("Lena Maas", role="reporter"),
        actor("Lena Maas", quote="Channel Nine News' Lena Maas arrived in town."),
        actor("AFP", "organisation", role="news agency"),
        actor("Fallowdale Police", "organisation"),
        actor("Lena Maas", kind="name"),
        actor("Fallowdale", kind="place"),
    ],
)
def test_who_tells_the_news_or_is_asked_every_day_never_comes_in(someone: Actor) -> None:
    assert entered(desk_with((someone,), (someone,), title=someone.name)) == []


def test_the_sentence_told_shows_what_the_actor_does() -> None:
    acting = actor("Lena Maas", quote="Lena Maas was arrested on Friday.")
    passing = actor("Lena Maas", quote="The house of Lena Maas is empty.")
    desk = desk_with((acting,), (passing,))
    update = next(one for one in desk.updates if one.kind is UpdateKind.ACTOR_NEW)
    assert [(one.article, one.quote) for one in update.evidence] == [
        ("b1", "Lena Maas was arrested on Friday.")
    ]


@pytest.mark.parametrize(
    ("quote", "deed"),
    [
        ("President Ada Reyes on Tuesday night called for a fair trial.", "called for a fair trial"),
        ("Ada Reyes called it a “fair trial” at last, and left.", "called it a “fair trial” at last"),
        ("Ada Reyes (D-Ohio) criticised the raid, aides said.", "criticised the raid"),
        ("Ada Reyes, the president, urges a fair trial; others wait.", "urges a fair trial"),
        ("Ada Reyes was sworn in as president.", "was sworn in as president"),
        ("Ada Reyes said the U.S. pays $1.5 billion, no more.", "said the U.S. pays $1.5 billion"),
        ("Ada Reyes has also visited the port.", "has also visited the port"),
        ("“No,” said Ada Reyes.", ""),
    ],
)
def test_the_reason_says_what_the_actor_does(quote: str, deed: str) -> None:
    desk = desk_with((actor("Ada Reyes", role="President", quote=quote),), title="Reyes")
    (reason,) = [one.because for one in desk.updates if one.actor is not None]
    assert reason.endswith(f": “{deed}”" if deed else "named by Outlet b1.")


def test_two_of_one_surname_are_both_kept() -> None:
    ada, bruno = actor("Ada Reyes", role="President"), actor("Bruno Reyes", role="Foreign Minister")
    desk = desk_with((ada, bruno), (actor("Ada Reyes", role="President"),), (bruno,))
    assert entered(desk) == ["Ada Reyes", "Bruno Reyes"]


def test_a_bare_surname_of_two_is_nobody_new() -> None:
    ada, bruno = actor("Ada Reyes", role="President"), actor("Bruno Reyes", role="Minister")
    desk = desk_with((ada, bruno), (actor("Reyes"),), (actor("Reyes"),), title="Reyes speaks")
    assert entered(desk) == ["Ada Reyes", "Bruno Reyes"]


def test_all_spellings_are_one_actor() -> None:
    spellings = ["Vidal Padrón Lemos", "Vidal Padron", "Padrón Lemos", "Padrón"]
    desk = desk_with(*((actor(name, role="Defence Minister"),) for name in spellings))
    assert len(entered(desk)) == 1
    member = next(one for one in members(desk) if one.actor.role == "Defence Minister")
    assert member.actor.name == "Vidal Padrón Lemos"
    assert set(member.actor.aliases) == set(spellings[1:])


@pytest.mark.parametrize("hour", [0.0, 9.0])
@pytest.mark.parametrize(
    "named",
    [
        (actor("Reyes", role="Governor"), actor("Ada Reyes"), actor("Bruno Reyes", role="miner")),
        (actor("Ada Reyes"), actor("Ada B. Reyes"), actor("Ada Reyes Lemos", role="Governor")),
        (actor("Vidal Padrón"), actor("Padrón", role="Minister"), actor("Otto Padrón", role="Minister")),
    ],
    ids=lambda named: named[0].name,
)
def test_articles_of_one_instant_make_one_cast_in_any_order(hour: float, named: tuple[Actor, ...]) -> None:
    articles = [placed(f"b{number}", at(hour), actors=(one,)) for number, one in enumerate(named)]
    casts = set()
    for order in permutations(articles):
        desk = desk_with()
        desk.read(*order)
        casts.add(members(desk))
    assert len(casts) == 1


@pytest.mark.parametrize(
    "named",
    [
        (actor("Ada Reyes"), actor("Reyes", role="Governor")),
        (actor("Ada Reyes", role="Governor"), actor("Reyes"), actor("Bruno Reyes", role="Governor")),
        (actor("Ada Reyes"), actor("Ada Reyes", quote="Ada Reyes was sworn in as president.")),
    ],
    ids=lambda named: named[-1].name,
)
def test_articles_of_one_instant_leave_one_ledger_in_any_order(named: tuple[Actor, ...]) -> None:
    articles = [placed(f"b{number}", at(9), actors=(one,)) for number, one in enumerate(named)]
    ledgers = []
    for order in permutations(articles):
        desk = desk_with()
        desk.read(*order)
        assert desk.ledger is not None
        ledgers.append(without_telling(desk.ledger))
    assert all(ledger == ledgers[0] for ledger in ledgers)


def test_who_comes_in_by_two_articles_of_one_instant_is_told_with_the_second() -> None:
    articles = [placed(f"b{n}", at(9), actors=(actor("Ada Reyes", role="miner"),)) for n in range(3)]
    for order in permutations(articles):
        desk = desk_with()
        desk.read(*order)
        assert [one.cause for one in desk.updates if one.actor] == [order[1].reading.article.id]


def test_a_surname_told_early_that_two_bear_is_told_again_under_both_full_names() -> None:
    bare = placed("b", at(9), actors=(actor("Reyes", role="President"),))
    both = [actor(f"{name} Reyes", role="President") for name in ("Ada", "Bruno")]
    whole = placed("c", at(9), actors=tuple(both))
    early, late = desk_with(), desk_with()
    early.read(bare, whole)
    late.read(whole, bare)
    assert entered(early) == ["Reyes", "Ada Reyes", "Bruno Reyes"]
    assert entered(late) == ["Ada Reyes", "Bruno Reyes"]
    assert members(early) == members(late)


def test_who_was_told_under_a_surname_that_two_bear_is_told_by_the_full_name() -> None:
    """Whichever article is the last: the surname in a title, one bearer of it, both bearers."""
    title = placed("b", at(9), actors=(actor("Reyes"),), title="Reyes speaks")
    one = placed("c", at(9), actors=(actor("Ada Reyes"),))
    two = placed("d", at(9), actors=(actor("Ada Reyes"), actor("Bruno Reyes")))
    for order in permutations((title, one, two)):
        desk = desk_with()
        desk.read(*order)
        assert entered(desk).count("Ada Reyes") == 1
        assert set(entered(desk)) <= {"Reyes", "Ada Reyes"}


@pytest.mark.parametrize("revision_first", [True, False])
def test_a_revision_brings_in_nobody_and_helps_nobody_in(revision_first: bool) -> None:
    someone = (actor("Ada Reyes", role="miner"),)
    revision = placed("r", at(9), actors=(*someone, actor("Otto Lind", role="President")), revises="a")
    article = placed("b", at(9), actors=someone)
    desk = desk_with()
    desk.read(*((revision, article) if revision_first else (article, revision)))
    assert entered(desk) == []
    desk.read(placed("c", at(10), actors=(actor("Otto Lind", role="President"),)))
    assert entered(desk) == []


def test_an_actor_named_twice_in_an_article_comes_in_once() -> None:
    desk = desk_with((actor("Ada Reyes", role="Governor"), actor("Reyes", role="Governor")))
    assert entered(desk) == ["Ada Reyes"]


def test_roles_are_kept_with_their_time() -> None:
    roles = ["vice president", "Mexican Vice President", "interim president"]
    desk = desk_with(*((actor("Ada Reyes", role=role),) for role in roles))
    member = next(one for one in members(desk) if one.actor.name == "Ada Reyes")
    assert [(one.role, one.since, one.last) for one in member.roles] == [
        ("Mexican Vice President", at(1.5), at(3)),
        ("interim president", at(4.5), at(4.5)),
    ]
    assert member.actor.role == "interim president"


def test_who_takes_a_leading_office_comes_in_again() -> None:
    sworn = "Ada Reyes was sworn in as interim president."
    new = actor("Ada Reyes", role="interim president", quote=sworn)
    desk = desk_with((actor("Ada Reyes", role="vice president"),), (new,), (new,))
    assert entered(desk) == ["Ada Reyes", "Ada Reyes"]
    assert "vice president before" in desk.updates[-1].because
    assert desk.updates[-1].actor == new


def test_an_older_office_named_later_is_no_news() -> None:
    sworn = "Ada Reyes was sworn in as interim president."
    desk = desk_with(
        (actor("Ada Reyes", role="interim president", quote=sworn),),
        (actor("Ada Reyes", role="former vice president"),),
        (actor("Ada Reyes", role="interim president", quote=sworn),),
    )
    assert entered(desk) == ["Ada Reyes"]


def test_newcomers_of_one_article_are_one_alert() -> None:
    desk = desk_with((actor("Ada Reyes", role="President"), actor("Teo Lind", role="Prime Minister")))
    assert [len(alert.updates) for alert in desk.alerts] == [2]
    assert all(name in desk.alerts[0].title for name in ("Ada Reyes", "Teo Lind"))


def test_a_crowd_drives_out_nobody_who_came_in() -> None:
    crowd = tuple(actor(f"Harbour Union {number}", "organisation") for number in range(300))
    desk = desk_with((actor("Ada Reyes", role="President"),), crowd, (actor("Ada Reyes", role="President"),))
    assert entered(desk) == ["Ada Reyes"]
    assert len(members(desk)) == 256


def test_the_cast_of_an_adopted_story_outlasts_the_instant() -> None:
    one, other = Desk(), Desk()
    one.read(placed("a", at(0), actors=(actor("Ada Reyes"),)))
    other.read(placed("b", at(0), actors=(actor("Otto Lind"),)))
    assert one.ledger is not None
    assert other.ledger is not None
    one.ledger = joined(one.ledger, other.ledger, Policy(), naming)
    one.read(placed("c", at(0), actors=(actor("Bruno Reyes"),)))
    assert {member.actor.name for member in members(one)} == {"Ada Reyes", "Otto Lind", "Bruno Reyes"}


def test_whom_two_stories_name_comes_in_with_the_next_text_once_they_are_one() -> None:
    someone = actor("Otto Lind")
    one, other = desk_with((someone,)), desk_with((someone,))
    assert one.ledger is not None
    assert other.ledger is not None
    assert not entered(one)
    one.ledger = joined(one.ledger, msgspec.structs.replace(other.ledger, story="other"), Policy(), naming)
    one.read(placed("c", at(9), actors=(someone,)))
    assert entered(one) == ["Otto Lind"]
