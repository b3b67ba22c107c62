"""Two stories that meet, whenever they do: what is known in the end is what one story would have come to know."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallywire.ledger import Policy, cast
from tallywire.ledger.joining import joined
from tallywire.reading import actors
from tallywire.records import Claim, Figure, StoryReading, UpdateKind
from tests.scenarios.build import actor, at, claim, placed
from tests.support.runner import Runner, meets

ENOUGH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
END = at(100)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Claims of everyone: what is known of parts decides how a claim is taken at the time."""
    return claim(
        draw(st.sampled_from(["killed", "injured", "missing"])),
        draw(st.sampled_from(["5", "12", "23", "32", "50+", "~60", "-30", "20-30"])),
        *draw(st.lists(st.sampled_from(["Health Ministry", "the army", "Governor Ada Reyes"]), max_size=1)),
        status=draw(st.sampled_from(["asserted"] * 4 + ["feared", "denied"])),
    )


@st.composite
def items(draw: st.DrawFn) -> list[StoryReading]:
    """Articles of two stories, in the order of their time."""
    times = sorted(draw(st.lists(st.integers(0, 4), min_size=1, max_size=7)))
    return [
        placed(
            f"a{number}",
            at(4 * hours),
            *draw(st.lists(claims(), max_size=2)),
            actors=draw(st.sampled_from([(), (actor("Ada Reyes", role="Governor"),), (actor("Bruno Osk"),)])),
            story=draw(st.sampled_from(["quay", "gorge"])),
        )
        for number, hours in enumerate(times)
    ]


def told(news: list[StoryReading], meeting: int | None, *, again: int = 0) -> Runner:
    """The articles, with the word that both stories are one before that numbered `meeting`; `again` repeats."""
    runner = Runner()
    for number, item in enumerate(news):
        if number == meeting:
            for _ in range(1 + again):
                runner.give(meets(when=item.reading.article.arrived), item.reading.article.arrived)
        for _ in range(1 + again):
            runner.give(item, item.reading.article.arrived)
    if meeting == len(news):
        runner.give(meets(when=END), END)
    runner.wait(END)
    return runner


def known(figures: tuple[Figure, ...]) -> list[object]:
    """Figures without what depends on when they were told."""
    return [(one.metric, one.positions, one.best, one.claimants, one.origins, one.checks) for one in figures]


@ENOUGH
@given(items(), st.data())
def test_whenever_they_meet_it_ends_as_one_story_would(news: list[StoryReading], data: st.DataObject) -> None:
    one = Runner()
    for item in news:
        one.give(placed_in("quay", item), item.reading.article.arrived)
    one.wait(END)
    runner = told(news, data.draw(st.integers(0, len(news))))
    assert known(runner.figures()) == known(one.figures())
    ledger, whole = runner.ledger(), one.ledger()
    assert (ledger.articles, ledger.origins, ledger.tallies) == (whole.articles, whole.origins, whole.tallies)
    casts = [cast.members(each, actors) for each in (ledger, whole)]
    assert len({frozenset(member.actor.name for member in members) for members in casts}) == 1


@ENOUGH
@given(items(), st.data())
def test_repeats_change_nothing(news: list[StoryReading], data: st.DataObject) -> None:
    meeting = data.draw(st.integers(0, len(news)))
    once, often = told(news, meeting), told(news, meeting, again=1)
    assert often.states == once.states
    assert [one.id for one in often.updates] == [one.id for one in once.updates]
    assert [one.id for one in often.alerts] == [one.id for one in once.alerts]


@ENOUGH
@given(items(), st.data())
def test_no_figure_is_first_again_once_they_have_met(news: list[StoryReading], data: st.DataObject) -> None:
    runner = told(news, data.draw(st.integers(0, len(news))))
    seen: set[object] = set()
    met = False
    for update in runner.updates:
        met = met or update.kind is UpdateKind.MERGED
        if (
            update.kind is UpdateKind.CORRECTED
            and update.to is not None
            and update.to.low is update.to.high is None
        ):
            seen.discard(update.metric)  # withdrawn: the next is a first one again
        if update.kind is UpdateKind.FIRST:
            assert not (met and update.metric in seen)
            seen.add(update.metric)
    assert sum(update.kind is UpdateKind.MERGED for update in runner.updates) == 1
    assert len({update.id for update in runner.updates}) == len(runner.updates)


@ENOUGH
@given(items())
def test_the_ledgers_joined_are_the_same_either_way_round(news: list[StoryReading]) -> None:
    runner = told([placed("q", at(0)), placed("g", at(0), story="gorge"), *news], None)
    quay, gorge = runner.ledger(), runner.ledger("gorge")
    policy = Policy()
    one, other = joined(quay, gorge, policy, actors), joined(gorge, quay, policy, actors)
    assert {key: track.entries for key, track in one.tracks.items()} == {
        key: track.entries for key, track in other.tracks.items()
    }
    assert (one.seen, one.articles, one.tallies, one.opened) == (
        other.seen, other.articles, other.tallies, other.opened
    )  # fmt: skip
    members = cast.members(quay, actors)
    assert cast.join(members, members, actors) == members


def placed_in(story: str, item: StoryReading) -> StoryReading:
    """The same article, put to a story."""
    return StoryReading(reading=item.reading, story=story, label=item.label, origin=item.origin)
