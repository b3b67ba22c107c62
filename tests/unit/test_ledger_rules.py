"""The rules that tell an update from a contradiction, each with claims made by hand.

The scenarios tell the same in sentences; here nothing is read, so that a failure is the ledger's.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tallywire.ledger import Consensus, Policy
from tallywire.ledger.policy import LIMITS
from tallywire.records import Scope, Status, StoryReading, UpdateKind
from tests.scenarios.build import Desk, at, claim, placed, told

FIRST = "story.new"


def told_by(desk: Desk) -> list[str]:
    return [line for line in told(desk.updates) if line != FIRST]


def test_articles_of_one_instant_know_nothing_of_each_other() -> None:
    some = claim("injured", 5, scope="subset", group="sailors", roles="military")
    everyone = claim("injured", 5, group="military personnel", roles="military")
    minister = claim("killed", 9, "the Ruritanian health ministry")
    ministry = claim("killed", 8, "the ministry")
    part = claim("killed", 30, group="Cuban soldiers", nations="CU", roles="military")
    fewer, more = claim("killed", 20), claim("killed", 40)
    for one, other in ((some, everyone), (minister, ministry), (fewer, more)):
        here, there = Desk(), Desk()
        for desk, order in ((here, (one, other)), (there, (other, one))):
            desk.read(placed("before", at(0), part))
            names = {id(one): "a", id(other): "b"}
            desk.read(*(placed(names[id(said)], at(1), said) for said in order))
        assert here.ledger == there.ledger


def voices_of(desk: Desk, article: str) -> set[str]:
    """Who vouches for what an article says, by key."""
    assert desk.ledger is not None
    return {
        voice
        for track in desk.ledger.tracks.values()
        for entry in track.entries
        if entry.article == article
        for voice in entry.voices
    }


@pytest.mark.parametrize(
    ("earlier", "called", "known"),
    [
        (("the Dockers' Union",), "their union", True),
        (("the Dockers' Union", "the Health Ministry"), "their union", True),
        (("the Dockers' Union", "the Health Ministry"), "the ministry", True),
        (("the Dockers' Union", "the Nurses' Union"), "their union", False),
        (("the Health Ministry",), "their union", False),
        (("the Dockers' Union",), "several unions", False),
    ],
)
def test_a_body_called_by_its_kind_is_the_only_one_that_the_story_knows(
    earlier: tuple[str, ...], called: str, known: bool
) -> None:
    desk = Desk()
    for number, name in enumerate(earlier):
        desk.read(placed(f"a{number}", at(number), claim("killed", 12, name)))
    desk.read(placed("b", at(9), claim("killed", 12, called)))
    heard = set[str]().union(*(voices_of(desk, f"a{number}") for number in range(len(earlier))))
    assert (voices_of(desk, "b") <= heard) is known


def test_silence_is_stale_and_restating_disagrees() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 14, "Interior Ministry")))
    desk.read(placed("b", at(1), claim("killed", 22, "the Red Cross")))
    desk.wait(at(30))
    assert told_by(desk) == ["figure.first killed 14", "figure.changed killed 14 → 22"]
    assert desk.figure().claimants == 1
    desk.read(placed("c", at(31), claim("killed", 14, "Interior Ministry")))
    desk.wait(at(36.9))
    assert len(told_by(desk)) == 2
    desk.wait(at(37))
    assert told_by(desk)[2:] == ["figure.disagreement killed 22 → 14-22"]
    assert desk.updates[-1].at == at(37)


def test_the_settling_time_is_a_setting() -> None:
    desk = Desk(Policy(settle=timedelta(minutes=30)))
    desk.read(
        placed("a", at(0), claim("killed", 22, "the Red Cross")),
        placed("b", at(1), claim("killed", 14, "Cuba")),
    )
    desk.wait(at(1.5))
    assert desk.updates[-1].kind is UpdateKind.DISAGREEMENT


def test_the_tolerance_is_a_setting() -> None:
    desk = Desk(Policy(tolerance=0.02))
    desk.read(placed("a", at(0), claim("killed", 55)), placed("b", at(1), claim("killed", "~60")))
    assert told_by(desk)[-1] == "figure.changed killed 55 → 60"


def test_who_moves_within_the_settling_time_never_disagreed() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 22, "the Red Cross")))
    desk.read(
        placed("b", at(1), claim("killed", 14, "Cuba")), placed("c", at(5), claim("killed", 22, "Cuba"))
    )
    desk.wait(at(48))
    assert told_by(desk) == ["figure.first killed 22"]


def test_two_claimants_in_one_article_disagree_at_once() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 23, "the government"), claim("killed", 40, "the hospital")))
    assert told_by(desk) == ["figure.first killed 23-40", "figure.disagreement killed 23-40"]
    figure = desk.figure()
    assert figure.disagreement
    assert (figure.low, figure.high, figure.claimants, figure.origins) == (23, 40, 2, 1)


def test_best_follows_the_most_independent_claimants() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 23, "the government"), claim("killed", 40, "the hospital")))
    desk.read(placed("b", at(1), claim("killed", 23, "the Red Cross")))
    assert desk.figure().best == 23


def test_the_consensus_is_drawn_by_the_method_that_was_chosen() -> None:
    drawn = {}
    for method in Consensus:
        desk = Desk(Policy(consensus=method))
        desk.read(placed("a", at(0), claim("killed", 40, "the hospital")))
        desk.read(placed("b", at(1), claim("killed", 23, "the Red Cross")))
        desk.read(placed("c", at(2), claim("killed", 40, "the mayor")))
        figure = desk.figure()
        drawn[figure.method] = (figure.low, figure.best, figure.high)
    assert drawn == {"desk": (40, 40, 40), "ucdp": (23, 40, 40), "acled": (23, 23, 23)}


def test_of_two_equal_sides_an_institution_takes_the_lower() -> None:
    for method, best in (("desk", 40), ("ucdp", 23), ("acled", 23)):
        desk = Desk(Policy(consensus=Consensus(method)))
        desk.read(
            placed("a", at(0), claim("killed", 23, "the government"), claim("killed", 40, "the hospital"))
        )
        assert desk.figure().best == best, method


def test_a_resolution_names_what_was_given_before() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 23, "the government"), claim("killed", 40, "the hospital")))
    desk.read(placed("b", at(1), claim("killed", 40, "the government")))
    assert told_by(desk)[-1] == "figure.resolved killed 23-40 → 40"
    assert not desk.figure().disagreement


def test_a_third_higher_figure_overtakes_both_sides() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 23, "the government"), claim("killed", 40, "the hospital")))
    desk.read(placed("b", at(1), claim("killed", 50, "the Red Cross")))
    assert told_by(desk)[-1] == "figure.changed killed 23-40 → 50"
    assert desk.figure().claimants == 1


def test_an_increment_is_added_and_said_to_be_ours() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 3, "the hospital")))
    desk.read(placed("b", at(1), claim("killed", 2, "the hospital", scope="increment")))
    assert told_by(desk)[-1] == "figure.changed killed 3 → 5"
    assert "add 2 to 3" in desk.updates[-1].because
    desk.read(placed("c", at(2), claim("killed", 2, "police", scope="increment")))
    assert desk.figure().low == 5, "the same two, told again"


def test_an_increment_without_a_figure_is_none() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 2, "the hospital", scope="increment")))
    assert told_by(desk) == []


def test_an_increment_beside_its_total_is_the_total() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 43)))
    desk.read(placed("b", at(1), claim("killed", 12, scope="increment"), claim("killed", 55)))
    assert told_by(desk)[-1] == "figure.changed killed 43 → 55"


def test_what_never_speaks_is_shown() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", "2000+", "the mayor", status="feared")))
    assert told_by(desk) == []
    figure = desk.figure()
    assert (figure.low, figure.high, figure.claimants) == (None, None, 0)
    assert [one.status for one in figure.positions] == [Status.FEARED]


def test_a_title_that_drops_a_fear_is_feared() -> None:
    desk = Desk()
    desk.read(
        placed(
            "a",
            at(0),
            claim("killed", 2000, field="title"),
            claim("killed", "~2000", "the premier", status="feared"),
        )
    )
    assert told_by(desk) == []


def test_a_denial_stands_against_the_figure() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 40, "the rebels")))
    desk.read(placed("b", at(1), claim("killed", 40, "the army", status="denied")))
    desk.wait(at(7))
    assert told_by(desk)[-1] == "figure.disagreement killed 40 → 40"
    assert "denied by the army" in desk.updates[-1].because
    assert Status.DENIED in [one.status for one in desk.figure().positions]


def test_denying_ones_own_figure_withdraws_it() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 40, "the army")))
    desk.read(placed("b", at(1), claim("killed", 40, "the army", status="denied")))
    assert told_by(desk)[-1] == "figure.corrected killed 40 → none"
    assert desk.updates[-1].evidence


def test_a_denial_of_another_number_says_nothing() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 12, "the rebels")))
    desk.read(placed("b", at(1), claim("killed", 40, "the army", status="denied")))
    desk.wait(at(24))
    assert told_by(desk) == ["figure.first killed 12"]


def test_an_old_figure_as_of_then_is_history() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 40, "the army")))
    desk.read(placed("b", at(8), claim("killed", 25, "the hospital", as_of=at(-3))))
    desk.wait(at(48))
    assert told_by(desk) == ["figure.first killed 40"]


def test_a_slip_in_a_copy_is_a_check() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 23)))
    desk.read(placed("b", at(1), claim("killed", 32), origin="a", copy_of="a", shared=0.9))
    desk.wait(at(48))
    assert told_by(desk) == ["figure.first killed 23"]
    assert [(one.kind, one.holds) for one in desk.figure().checks] == [("slip", False)]


def test_an_edit_of_an_article_that_claimed_nothing_says_what_it_gives_now() -> None:
    desk = Desk()
    desk.read(placed("a", at(0)))
    desk.read(placed("a2", at(1), claim("injured", 22), revises="a"))
    assert "article.revised" in [one.kind for one in desk.updates]


def test_an_edit_of_a_forgotten_article_says_nothing_but_its_figures() -> None:
    desk = Desk()
    desk.read(placed("b", at(0), claim("killed", 9)))
    desk.read(placed("a2", at(1), claim("killed", 14), revises="a"))
    assert told_by(desk) == ["figure.first killed 9", "figure.changed killed 9 → 14"]
    assert "article.revised" not in [one.kind for one in desk.updates]


def test_an_agencys_next_version_replaces() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 23)))
    desk.read(placed("b", at(1), claim("killed", 21), origin="a"))
    assert told_by(desk)[-1] == "figure.corrected killed 23 → 21"


def test_parts_are_added_and_checked() -> None:
    desk = Desk()
    desk.read(
        placed(
            "a",
            at(0),
            claim(
                "killed",
                "55+",
                "Caracas",
                "Havana",
                nations="CU VE",
                roles="military",
                group="Cubans and Venezuelans",
            ),
            claim("killed", 23, "Venezuela's military", roles="military", group="service members"),
            claim("killed", 32, "Cuba", roles="military security", group="members of its armed forces"),
        )
    )
    figure = desk.figure(group="Cubans and Venezuelans")
    assert [(one.kind, one.holds) for one in figure.checks] == [("sum", True)]
    assert not any(update.kind is UpdateKind.SUM_MISMATCH for update in desk.updates)
    assert desk.view()[0].tally["killed"].low == 55


def test_a_sum_that_does_not_add_up_is_told_once() -> None:
    def article(name: str, hours: float) -> None:
        desk.read(
            placed(
                name,
                at(hours),
                claim("killed", 60, nations="CU VE", roles="military", group="Cubans and Venezuelans"),
                claim("killed", 23, nations="VE", roles="military", group="Venezuelans"),
                claim("killed", 32, nations="CU", roles="military", group="Cubans"),
            )
        )

    desk = Desk()
    article("a", 0)
    article("b", 1)
    assert [update.kind for update in desk.updates].count(UpdateKind.SUM_MISMATCH) == 1


def test_a_subset_never_adds() -> None:
    desk = Desk()
    desk.read(
        placed(
            "a",
            at(0),
            claim("killed", 20),
            claim("killed", 6, roles="child", group="children", scope="subset"),
        )
    )
    assert desk.view()[0].tally["killed"].low == 20
    assert desk.figure(group="children").low == 6


def test_a_part_told_as_everyone_is_the_part() -> None:
    desk = Desk()
    cubans = {"nations": "CU", "roles": "military", "group": "Cuban soldiers"}
    desk.read(placed("a", at(0), claim("killed", 55, "the army"), claim("killed", 32, "Cuba", **cubans)))
    desk.read(placed("b", at(1), claim("killed", 32, "the army")))
    desk.wait(at(48))
    assert desk.figure().low == 55
    assert "figure.corrected killed 55 → 32" not in told_by(desk)


def test_an_edit_gives_the_next_versions_claims_their_place() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 9, "police")))
    desk.read(placed("a~2", at(1), revises="a"))
    assert told_by(desk) == ["figure.first killed 9", "article.revised", "figure.corrected killed 9 → none"]
    assert "police" in desk.updates[-1].evidence[0].quote
    assert desk.figure().low is None


def test_a_lone_unnamed_number_far_above_gives_way() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 50)), placed("b", at(1), claim("killed", 500)))
    for hour, who in enumerate(["the fire service", "the Red Cross", "Cuba"], 2):
        desk.read(placed(f"c{hour}", at(hour), claim("killed", 52, who)))
    assert told_by(desk)[-1] == "figure.corrected killed 500 → 52"


def test_a_named_number_far_above_stays() -> None:
    desk = Desk()
    desk.read(
        placed("a", at(0), claim("killed", 50)),
        placed("b", at(1), claim("killed", 500, "the health ministry")),
    )
    for hour, who in enumerate(["the fire service", "the Red Cross", "Cuba"], 2):
        desk.read(placed(f"c{hour}", at(hour), claim("killed", 52, who)))
    desk.wait(at(12))
    assert told_by(desk)[-1] == "figure.disagreement killed 500 → 52-500"


def test_a_claim_of_nobody_takes_the_claimant_its_article_names() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 12, field="title"), claim("killed", 12, "police")))
    assert desk.figure().claimants == 1
    assert desk.figure().positions[0].claimants == ("police",)


def test_a_story_stays_bounded_and_goes_on() -> None:
    desk = Desk()
    for number in range(400):
        who = ("police", "the Red Cross", "")[number % 3]
        desk.read(placed(f"a{number}", at(number), claim("killed", 10 + number, *filter(None, [who]))))
    assert desk.ledger is not None
    track = desk.ledger.tracks["killed|"]
    assert len(track.entries) <= 16
    assert len(desk.ledger.seen) <= 256
    assert desk.figure().low == 409
    assert desk.view()[0].articles == 400
    assert track.scope is Scope.TOTAL


# -- edits of what is folded away --------------------------------------------------------------------------------------


def long_story(*after: StoryReading, top: str = "Ada Reyes") -> Desk:
    """A ministry's count, then a governor's, and so many that repeat a lower part of it that both are folded."""
    desk = Desk()
    desk.read(placed("early", at(0), claim("killed", 30, "Health Ministry")))
    desk.read(placed("top", at(0.5), claim("killed", 44, top)))
    others = [
        placed(f"x{number}", at(1 + number / 10), claim("killed", "30+", f"desk {number}"))
        for number in range(2 * LIMITS.claims)
    ]
    desk.read(*others, *after)
    assert desk.ledger is not None
    assert "top" not in {entry.article for entry in desk.ledger.tracks["killed|"].entries}
    return desk


def test_an_edit_takes_back_a_claim_that_is_folded_away() -> None:
    edit = placed("edit", at(9), claim("killed", 40, "Ada Reyes"), revises="top")
    desk = long_story(edit)
    assert told(desk.updates)[-2:] == ["article.revised", "figure.corrected killed 44 → 40"]
    assert (
        desk.updates[-2].because
        == "Outlet edit edited its article: it no longer gives 44 killed; it now gives 40 killed."
    )


def test_an_edit_that_leaves_a_folded_figure_out_lets_what_else_was_said_stand() -> None:
    desk = long_story(placed("edit", at(9), revises="top"))
    assert told(desk.updates)[-2:] == ["article.revised", "figure.corrected killed 44 → 30+"]


def test_an_edit_of_words_alone_is_no_news_however_long_ago() -> None:
    before = len(long_story().updates)
    edit = placed("edit", at(9), claim("killed", 44, "Ada Reyes"), revises="top")
    desk = long_story(edit)
    assert len(desk.updates) == before
    assert desk.figure().low == 44


def test_of_a_version_long_forgotten_the_new_claims_count_and_nothing_is_said_of_the_old() -> None:
    desk = long_story()
    many = [
        placed(f"y{number}", at(10 + number), claim("killed", 44, "Ada Reyes"))
        for number in range(LIMITS.articles)
    ]
    desk.read(*many)
    before = len(desk.updates)
    desk.read(placed("edit", at(400), claim("killed", 50, "Health Ministry"), revises="early"))
    assert told(desk.updates[before:]) == ["figure.changed killed 44 → 50"]
