"""The embedded engine over stand-in stages: transactions, timers, dead letters, and counts that add up."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from streams import codec
from streams.embedded import DELIVER, FEED, Engine
from streams.operators import read, revise
from streams.operators.deliver import Delivery, State
from streams.step import Reason, Step
from streams.store import SourceRow, Store
from streams.topology import Stage
from tallywire.ports import Problem
from tallywire.reading import ALLOWED
from tallywire.records import Alert, Article, DeadLetter, Due, Reading, Record, Severity, Update, UpdateKind

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Count(Record):
    """How many articles a key has had."""

    n: int = 0


def count(item: Article | Due, state: Count | None, now: datetime) -> Step[Count, Update]:
    """Every article is an update; an hour later a timer makes another; a cursed text fails."""
    if isinstance(item, Due):
        return Step(state=state, outputs=(update(f"due-{item.at:%H%M}", now),), reason=Reason.DUE)
    if "cursed" in item.body:
        raise ZeroDivisionError("the text is cursed")
    n = (state.n if state else 0) + 1
    return Step(
        state=Count(n=n), outputs=(update(f"{item.id}-{n}", now),), due=now + HOUR, reason=Reason.UPDATED
    )


def update(name: str, at: datetime) -> Update:
    return Update(
        id=name, kind=UpdateKind.FIRST, story="s", label="l", at=at, because="", evidence=(), cause="c"
    )


def tell(item: Update, state: None, now: datetime) -> Step[None, Alert]:
    alert = Alert(
        id=f"alert-{item.id}", kind=item.kind, severity=Severity.INFO, story=item.story, at=now, title="", text="",
        update=item.id,
    )  # fmt: skip
    return Step(state=None, outputs=(alert,), reason=Reason.TOLD)


STAGES = (
    Stage(
        name="revise", source="articles", sink="unique", item=Article, output=Article, key=lambda a: a.url or a.id,
        state=revise.Seen, step=revise.step,
    ),
    Stage(
        name="count", source="unique", sink="updates", item=Article, output=Update, key=lambda a: a.outlet,
        state=Count, step=count,
    ),
    Stage(name="tell", source="updates", sink="alerts", item=Update, output=Alert, key=lambda u: u.story, step=tell),
)  # fmt: skip


class NoIndex:
    """In place of the likeness index, which these stages do not have."""

    def __init__(self) -> None:
        self.loads = 0

    def load(self, store: Store, now: datetime) -> None:
        self.loads += 1

    def clear(self) -> None:
        pass


def article(name: str, body: str = "text", at: datetime = NOW, outlet: str = "o") -> Article:
    return Article(id=name, body=body, arrived=at, outlet=outlet)


def engine(store: Store | None = None, **options: object) -> Engine:
    return Engine(store or Store(), STAGES, NoIndex(), destinations=("desk",), **options)  # type: ignore[arg-type]


def test_an_article_goes_through_every_stage_and_its_alert_waits_for_delivery():
    runner = engine()
    taken = runner.take([article("a")])
    assert [u.id for u in taken.updates] == ["a-1"]
    assert [a.id for a in taken.alerts] == ["alert-a-1"]
    assert [(d.alert, d.destination) for d in runner.store.pending()] == [("alert-a-1", "desk")]


def test_an_exact_repeat_changes_nothing():
    runner = engine()
    runner.take([article("a")])
    again = runner.take([article("a")])
    assert again.dispositions[0].duplicate
    assert (again.updates, again.alerts) == ([], [])


def test_what_entered_a_stage_is_what_became_of_it_and_what_went_out_is_what_the_next_took():
    runner = engine()
    taken = runner.take([article("a"), article("a"), article("b", "cursed"), article("c", at=NOW + 2 * HOUR)])
    done = Counter[str]()
    for (stage, _), number in taken.done.items():
        done[stage] += number
    assert done == taken.entered
    assert taken.out["revise"] == 3
    assert taken.entered["count"] == 3 + 1  # three articles and one timer
    assert taken.out["count"] == taken.entered["tell"]


def test_timers_fire_in_their_time_before_the_article_that_comes_later():
    runner = engine()
    runner.take([article("a")])
    taken = runner.take([article("b", at=NOW + 3 * HOUR)])
    assert [u.id for u in taken.updates] == ["due-1300", "b-2"]
    assert taken.updates[0].at == NOW + HOUR


def test_a_timer_fires_once():
    runner = engine()
    runner.take([article("a")])
    assert len(runner.fire(NOW + HOUR).updates) == 1
    assert runner.fire(NOW + 2 * HOUR).updates == []


def test_time_never_goes_back():
    runner = engine()
    runner.take([article("a", at=NOW + HOUR)])
    taken = runner.take([article("b", at=NOW)])
    assert taken.updates[0].at == NOW + HOUR
    assert runner.clock == NOW + HOUR


def test_what_fails_becomes_a_dead_letter_with_its_cause_and_the_others_go_on():
    runner = engine()
    taken = runner.take([article("a"), article("b", "cursed"), article("c")])
    assert [u.id for u in taken.updates] == ["a-1", "c-2"]
    (letter,) = runner.store.dead_letters()
    assert letter.stage == "count"
    assert "ZeroDivisionError: the text is cursed" in letter.cause
    assert codec.decode(letter.payload.encode(), Article).id == "b"


def test_a_text_that_costs_too_much_to_read_is_a_dead_letter_with_its_cause():
    stage = Stage(
        name="read", source="articles", sink="readings", item=Article, output=Reading, key=lambda a: a.id,
        step=read.step,
    )  # fmt: skip
    runner = Engine(Store(), (stage,), NoIndex())  # type: ignore[arg-type]
    taken = runner.take([article("a", "x" * 7_100_000), article("b", "Twelve people were killed.")])
    (letter,) = runner.store.dead_letters()
    assert letter.stage == "read"
    assert letter.cause.startswith(f"OverrunError: reading takes more than the {ALLOWED:,} steps")
    assert taken.done["read", Reason.READ.value] == 1


def test_a_dead_letter_goes_in_again_where_it_failed():
    runner = engine()
    runner.take([article("b", "cursed")])
    (letter,) = runner.store.dead_letters()
    assert runner.replay(letter).dead[0].id == letter.id  # still cursed: buried again
    mended = letter.payload.replace("cursed", "mended")
    taken = runner.replay(msgspec.structs.replace(letter, payload=mended))
    assert [u.id for u in taken.updates] == ["b-1"]
    assert runner.store.dead_letters() == []


def test_a_delivery_that_was_given_up_can_be_sent_again():
    runner = engine()
    runner.take([article("a")])
    (waiting,) = runner.store.pending()
    runner.record(msgspec.structs.replace(waiting, state=State.DEAD, attempts=10), "rejected: 404")
    assert runner.store.pending() == []
    (letter,) = runner.store.dead_letters()
    assert (letter.stage, letter.cause) == (DELIVER, "rejected: 404")
    runner.replay(letter)
    (again,) = runner.store.pending()
    assert (again.alert, again.attempts) == ("alert-a-1", 0)


def test_a_feed_item_no_article_could_be_made_of_is_kept():
    runner = engine()
    source = SourceRow(name="https://f.example", position=b"1", next_due=NOW, outcome="new", fetched=NOW)
    runner.take(
        [], source=source, problems=[Problem(cause="not_a_feed", says="it is a picture", payload="GIF89a")]
    )
    (letter,) = runner.store.dead_letters()
    assert (letter.stage, letter.key, letter.payload) == (FEED, "https://f.example", "GIF89a")
    assert "it is a picture" in letter.cause


def test_a_source_moves_on_only_with_its_articles():
    runner = engine()
    source = SourceRow(name="f", position=b"2", next_due=NOW, outcome="new", fetched=NOW)
    with pytest.raises(RuntimeError):
        runner.take(broken(), source=source)
    assert runner.store.sources() == {}
    assert runner.store.count("state") == 0
    assert runner.take([article("a")], source=source).updates[0].id == "a-1"
    assert runner.store.sources()["f"].position == b"2"


def broken():
    yield article("a")
    raise RuntimeError("the source broke off")


def test_after_a_refused_transaction_the_same_batch_gives_the_same_result(tmp_path):
    store = Store(str(tmp_path / "s.sqlite"))
    runner = engine(store)
    runner.take([article("a")])
    store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
    batch = [article(f"big{n}", "x" * 5000, outlet=f"outlet {n} " + "y" * 500) for n in range(50)]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        runner.take(batch)
    assert store.count("updates") == 1
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert len(runner.take(batch).updates) == 50
    store.close()


def test_a_restart_goes_on_where_it_was(tmp_path):
    path = str(tmp_path / "s.sqlite")
    store = Store(path)
    engine(store).take([article("a")])
    store.close()
    store = Store(path)
    runner = engine(store)
    assert runner.clock == NOW
    taken = runner.take([article("a"), article("b", at=NOW + 2 * HOUR)])
    assert [u.id for u in taken.updates] == ["due-1300", "b-2"]
    store.close()


def test_an_update_made_twice_is_told_once():
    runner = engine()
    runner.take([article("a")])
    letter = DeadLetter(
        id="x", stage="tell", key="s", cause="", at=NOW, payload=codec.encode(update("a-1", NOW)).decode()
    )
    assert runner.replay(letter).alerts == []  # its alert was kept before
    assert len(runner.store.pending()) == 1


def test_the_observer_hears_of_committed_work_only():
    heard = []
    runner = engine(observer=heard.append)
    with pytest.raises(RuntimeError):
        runner.take(broken())
    assert heard == []
    runner.take([article("a")])
    assert len(heard) == 1


def test_a_letter_that_cannot_be_read_is_buried_again_with_both_causes():
    runner = engine()
    letter = DeadLetter(id="x", stage="count", key="o", cause="first", at=NOW, payload="Article(…)")
    runner.replay(letter)
    (again,) = runner.store.dead_letters()
    assert again.cause.startswith("first; tried again: not a")


def test_a_wrong_clock_that_was_put_right_is_not_followed():
    wall = [NOW + timedelta(days=1500)]
    runner = engine(wall=lambda: wall[0], follows_wall=True)
    runner.take([article("a", at=wall[0])])
    wall[0] = NOW
    taken = runner.take([article("b", at=NOW)])
    assert runner.clock == NOW
    assert taken.updates[0].at == NOW
    assert runner.prune(timedelta(days=30)) == 0


def test_a_delivery_record_is_plain():
    delivery = Delivery(alert="a", destination="d", story="s", next_due=NOW)
    assert codec.decode(codec.encode(delivery), Delivery) == delivery
