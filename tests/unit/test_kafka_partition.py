"""A keyed stage's partition on Kafka: repeats, timers, states that grow too large, what cannot be stepped."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta

import msgspec

from streams import codec
from streams.kafka.partition import REMEMBERED, Partition
from streams.kafka.wire import Stamp
from streams.step import Reason, Step
from streams.topology import Stage
from tallywire.records import Article, Due, Record

START = datetime(2031, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Count(Record, frozen=True):
    """How many have come, and their words."""

    items: int = 0
    words: str = ""


def count(item: Article | Due, state: Count | None, now: datetime) -> Step[Count, Article]:
    state = state or Count()
    if isinstance(item, Due):
        told = Article(id=f"after {state.items}", body="", arrived=now)
        return Step(state=state, outputs=(told,), reason=Reason.DUE)
    if item.body == "cursed":
        raise ZeroDivisionError("the text is cursed")
    after = msgspec.structs.replace(state, items=state.items + 1, words=state.words + item.body)
    return Step(state=after, outputs=(item,), due=now + HOUR, reason=Reason.NEW)


STAGE = Stage(
    name="count", source="in", sink="out", item=Article, output=Article, key=lambda one: one.outlet, state=Count,
    step=count,
)  # fmt: skip

#: As above; an article of a story waits for the one whose title names it.
MEETING = msgspec.structs.replace(
    STAGE, awaits=lambda item, _state: item.story, brings=lambda item: item.title or None
)


class Bench:
    """A partition over a table of its own."""

    def __init__(self, largest: int = 100_000, stage: Stage = STAGE) -> None:
        self.table: dict[str, bytes] = {}
        self.largest = largest
        self.stage = stage
        self.dead: list[str] = []
        self.start()

    def start(self) -> None:
        """Anew, from what the table holds."""
        self.part = Partition(self.stage, lambda one: one.outlet, self.table.get, largest=self.largest)
        self.part.revive(self.table.items(), 0.0)

    def take(self, name: str, body: str = "", *, hours: float = 0, **more: str) -> list[str]:
        """One article; the ids of what is put out."""
        article = Article(id=name, body=body, outlet="o", arrived=START + hours * HOUR, **more)
        stamp = Stamp(kind="Article", clock=article.arrived, cause=name)
        self.part.take(article, codec.encode(article), stamp, now=0.0)
        return self.written()

    def tick(self, hours: float) -> list[str]:
        """Let time pass; the ids of what is put out."""
        self.part.tick(START + hours * HOUR)
        return self.written()

    def written(self) -> list[str]:
        """What is put out, once states are in the table."""
        sent, work = self.part.sent(), self.part.work()
        self.table |= {key: value for key, value in work.states.items() if value is not None}
        self.dead += [letter.cause for letter in work.dead]
        return [codec.decode(one.value, Article).id for one in sent]


def test_a_record_that_comes_again_is_taken_in_once_and_its_state_written_again():
    bench = Bench()
    assert bench.take("a") == ["a"]
    bench.table.clear()  # the changelog did not get it
    assert bench.take("a") == []
    assert b'"items":1' in bench.table["o"]


def test_repeats_are_known_after_a_restart_and_marks_do_not_grow_without_end():
    bench = Bench()
    for number in range(REMEMBERED + 20):
        bench.take(f"a{number}")
    bench.start()
    assert bench.take(f"a{REMEMBERED}") == []
    assert len(bench.table["o"]) < 16 * REMEMBERED


def test_a_timer_goes_before_a_record_that_came_after_it():
    bench = Bench()
    bench.take("a")
    assert bench.take("b", hours=2) == ["after 1", "b"]


def test_a_tick_fires_timers_also_of_keys_that_were_written_before_a_restart():
    bench = Bench()
    bench.take("a")
    bench.start()
    assert bench.tick(0.9) == []
    assert bench.tick(1.5) == ["after 1"]
    assert bench.tick(2) == []


def test_what_fails_is_a_dead_letter_with_its_cause_and_the_state_stays():
    bench = Bench()
    bench.take("a")
    assert bench.take("b", "cursed") == []
    assert "ZeroDivisionError: the text is cursed" in bench.dead[0]
    assert bench.take("c") == ["c"]
    assert b'"items":2' in bench.table["o"]


def test_a_state_that_no_record_could_hold_is_a_dead_letter_and_the_last_one_stays():
    bench, noise = Bench(largest=5_000), random.Random(1)  # noqa: S311 - noise cannot be compressed
    for name in "ab":
        bench.take(name, base64.b85encode(noise.randbytes(3_200)).decode())
    assert "more than a record may have" in bench.dead[0]
    assert b'"items":1' in bench.table["o"]
    assert bench.take("c") == ["c"]


def test_a_timer_does_not_wait_with_what_comes_after_it():
    bench = Bench(stage=MEETING)
    bench.take("a")
    assert bench.take("b", hours=2, story="gorge") == []
    assert bench.tick(1.5) == ["after 1"]
    assert bench.part.level == START + 1.5 * HOUR
    assert bench.take("from the gorge", hours=2, title="gorge") == ["from the gorge", "b"]


def test_timers_go_on_until_what_is_waited_for_next():
    bench = Bench(stage=MEETING)
    bench.take("b", hours=2, story="gorge")
    bench.take("c", hours=6, story="hill")
    assert bench.tick(10) == []
    assert bench.take("from the gorge", hours=2, title="gorge") == ["from the gorge", "b", "after 2"]
    assert START + 5 * HOUR < bench.part.level < START + 6 * HOUR
    assert bench.take("from the hill", hours=6, title="hill") == ["from the hill", "c", "after 4"]


def test_what_is_handed_over_early_is_taken_in_before_what_came_after_its_time():
    bench = Bench(stage=MEETING)
    assert bench.take("from the hill", hours=2, title="hill") == []
    assert bench.take("d", hours=4) == ["from the hill", "after 1", "d"]


def test_what_is_handed_over_to_one_who_waits_has_its_place_in_time_among_what_waits():
    bench = Bench(stage=MEETING)
    bench.take("b", hours=2, story="gorge")
    bench.take("from the hill", hours=6, title="hill")
    bench.take("c", hours=4)
    bench.take("d", hours=8)
    assert bench.tick(10) == []
    told = bench.take("from the gorge", hours=2, title="gorge")
    assert told == [
        *("from the gorge", "b"),
        *("after 2", "c"),
        *("after 3", "from the hill"),
        *("after 4", "d"),
        "after 5",
    ]


def test_who_is_called_at_a_time_is_stepped_once_time_has_come_there():
    bench = Bench()
    bench.take("a", hours=2)
    later = START + 5 * HOUR
    bench.part.call(later, bench.table.items(), lambda key, state: state.items == 1, since=START)
    bench.start()  # not written yet: it is lost, and called again
    bench.part.call(later, bench.table.items(), lambda key, state: state.items == 1, since=START)
    bench.part.call(later, bench.table.items(), lambda key, state: False, since=START)
    assert bench.tick(4) == ["after 1"]  # its own timer, an hour after the article
    assert bench.tick(6) == ["after 1"]
    assert bench.tick(7) == []


def test_who_was_stepped_at_another_time_is_not_called():
    bench = Bench()
    bench.take("a", hours=2)
    bench.tick(3)
    for since, before in ((3.5, 9), (0, 3)):
        window = {"since": START + since * HOUR, "before": START + before * HOUR}
        bench.part.call(START + 5 * HOUR, bench.table.items(), lambda key, state: True, **window)
    assert bench.tick(6) == []


def test_who_was_not_heard_of_for_long_is_forgotten_but_for_what_waits():
    bench = Bench()
    bench.take("a")
    bench.part.forget(bench.table.items(), START + HOUR)
    bench.written()
    assert bench.table  # its timer is to come
    bench.tick(1)
    bench.part.forget(list(bench.table.items()), START + HOUR)
    assert bench.written() == []
    assert bench.table  # stepped at that hour
    bench.part.forget(list(bench.table.items()), START + 2 * HOUR)
    assert bench.part.work().states == {"o": None}
