"""What holds of a ledger whatever it is told."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.operators.reconcile import Reconcile
from tallywire.ledger import Ledger, Policy, tracks, view
from tallywire.records import Actor, Claim, Scope, StoryReading, UpdateKind
from tests.scenarios.build import Desk, actor, at, claim, placed, without_telling

NUMBERS = ["0", "5", "12", "23", "32", "40", "55", "50+", "55+", "~60", "-30", "20-30", "300"]
SPEAKERS = [
    "Health Ministry",
    "the ministry",
    "the army",
    "Governor Ada Reyes",
    "Reyes",
    "officials",
    "Cuba",
    "the Cuban government",
]
GROUPS = [
    {},
    {"roles": "military", "group": "soldiers"},
    {"roles": "military", "nations": "CU", "group": "Cuban soldiers"},
    {"roles": "military", "nations": "CU VE", "group": "Cuban and Venezuelan soldiers"},
    {"roles": "child", "group": "children"},
]
WORDS = ["", "The toll was revised down", "The toll rose", "Two of the wounded died later"]


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    return claim(
        draw(st.sampled_from(["killed", "injured", "missing"])),
        draw(st.sampled_from(NUMBERS)),
        *draw(st.lists(st.sampled_from(SPEAKERS), max_size=2, unique=True)),
        status=draw(st.sampled_from(["asserted"] * 6 + ["feared", "denied", "unconfirmed"])),
        scope=draw(st.sampled_from(["total"] * 4 + ["part", "subset", "increment"])),
        quote=draw(st.sampled_from(WORDS)),
        **draw(st.sampled_from(GROUPS)),
    )


ACTORS: list[tuple[Actor, ...]] = [
    (),
    (actor("Ada Reyes"),),
    (actor("Reyes", role="Governor"),),
    (actor("Ada Reyes Lemos", role="Ruritanian Governor"), actor("Lemos")),
    (actor("Vidal Padrón", role="Defence Minister"), actor("Padrón Lemos", role="Defence Minister")),
    (actor("Ada Reyes", role="Governor"), actor("Bruno Reyes")),
    (actor("Vidal Padrón Lemos", role="Defence Minister"), actor("Operation Iron Gate", "operation")),
    (actor("Vidal Padron", role="Mexican Defense Minister", quote="The car of Vidal Padron was found."),),
    (actor("Ada B. Reyes", quote="The house of Ada B. Reyes burned."),),
    (actor("Harbour Union", "organisation"), actor("Bruno Reyes", role="miner")),
]


@st.composite
def articles(draw: st.DrawFn, most: int = 6, instants: int = 4) -> list[StoryReading]:
    """Articles in the order of their time, copies among them."""
    count = draw(st.integers(1, most))
    times = sorted(draw(st.lists(st.integers(0, instants), min_size=count, max_size=count)))
    found: list[StoryReading] = []
    for number, hours in enumerate(times):
        copied = draw(st.booleans()) if found else False
        found.append(
            placed(
                f"a{number}",
                at(hours * 4),
                *draw(st.lists(claims(), max_size=3)),
                origin="a0" if copied else "",
                copy_of="a0" if copied else None,
                actors=draw(st.sampled_from(ACTORS)),
            )
        )
    return found


def ledger(items: list[StoryReading]) -> Ledger:
    desk = Desk()
    desk.read(*items)
    assert desk.ledger is not None
    return desk.ledger


@given(articles(), st.randoms(use_true_random=False))
def test_articles_of_one_instant_end_in_the_same_ledger_in_any_order(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    shuffled.sort(key=lambda item: item.reading.article.arrived)  # stable: only equal times change places
    assert without_telling(ledger(items)) == without_telling(ledger(shuffled))


@given(articles())
def test_an_article_given_again_changes_nothing(items):
    desk = Desk()
    desk.read(*items)
    before, updates = desk.ledger, len(desk.updates)
    for item in items:
        again = Reconcile().step(item, desk.ledger, items[-1].reading.article.arrived)
        assert again.state == before
        assert not again.outputs
    assert len(desk.updates) == updates


def reprint(item: StoryReading) -> StoryReading:
    """Another outlet's copy of an article, at once."""
    article = msgspec.structs.replace(
        item.reading.article, id=f"{item.reading.article.id}x", outlet="Reprint", url=None
    )
    reading = msgspec.structs.replace(item.reading, article=article)
    return msgspec.structs.replace(item, reading=reading, copy_of=item.reading.article.id)


@given(articles())
def test_reprints_change_no_figure(items):
    doubled = [one for item in items for one in ((item, reprint(item)) if item.copy_of is None else (item,))]
    known, copied = (
        [
            (one.metric, one.group, one.low, one.high, one.best, one.claimants, one.origins, one.disagreement)
            for one in view(ledger(story))[1]
        ]
        for story in (items, doubled)
    )
    assert known == copied


@given(articles(), st.integers(0, 6))
def test_a_ledger_goes_on_from_any_checkpoint(items, cut):
    through = Desk()
    through.read(*items)
    through.wait(at(60))
    stopped = Desk()
    stopped.read(*items[:cut])
    if stopped.ledger is not None:
        stopped.ledger = msgspec.json.decode(msgspec.json.encode(stopped.ledger), type=Ledger)
    stopped.read(*items[cut:])
    stopped.wait(at(60))
    assert stopped.ledger == through.ledger
    assert [one.id for one in stopped.updates] == [one.id for one in through.updates]


@given(articles())
def test_the_same_articles_give_the_same_ids(items):
    one, other = Desk(), Desk()
    one.read(*items)
    other.read(*items)
    assert [update.id for update in one.updates] == [update.id for update in other.updates]
    assert [alert.id for alert in one.alerts] == [alert.id for alert in other.alerts]
    ids = [update.id for update in one.updates]
    assert len(set(ids)) == len(ids)


@given(articles())
def test_every_update_has_its_sentences_and_every_alert_its_updates(items):
    desk = Desk()
    desk.read(*items)
    desk.wait(at(200))
    for update in desk.updates:
        assert update.because
        assert update.evidence, update
        assert all(one.quote for one in update.evidence)
    told = [update.id for alert in desk.alerts for update in alert.updates]
    assert len(desk.alerts) <= len(desk.updates)
    assert len(told) == len(set(told))


@given(articles())
def test_a_figure_lies_within_the_claims(items):
    said = [one for item in items for one in item.reading.extract.claims]
    # "Two of the wounded died" adds to the dead as an increment does.
    added = sum(one.low or one.high or 0 for one in said if one.scope in (Scope.INCREMENT, Scope.SUBSET))
    for figure in view(ledger(items))[1]:
        own = [one for one in said if one.metric is figure.metric]
        ends = [end for one in own for end in (one.low, one.high) if end is not None]
        for end in (figure.low, figure.high, figure.best):
            assert end is None or min(ends) <= end <= max(ends) + added


@given(articles(), st.integers(0, 5))
def test_withdrawing_claims_and_giving_them_again_is_as_if_nothing_had_happened(items, which):
    book = ledger(items)
    name = f"a{which}"
    for track in book.tracks.values():
        own = tuple(entry for entry in track.entries if entry.article == name)
        without = tracks.withdraw(track, name, book.tracks.values(), Policy())
        assert tracks.take(without, own, book.tracks.values(), Policy()) == track


@given(articles())
def test_counts_of_the_dead_fall_by_correction_alone(items):
    desk = Desk()
    desk.read(*items)
    desk.wait(at(200))
    for update in desk.updates:
        if update.kind is UpdateKind.CHANGED and update.metric == "killed" and update.from_ and update.to:
            assert (update.to.low or 0) >= (update.from_.low or 0), update


@given(articles())
def test_no_timer_is_left_once_time_has_passed(items):
    desk = Desk()
    desk.read(*items)
    desk.wait(items[-1].reading.article.arrived + timedelta(days=3))
    assert desk.ledger is not None
    assert all(track.due is None for track in desk.ledger.tracks.values())
