"""The assign stage's partition on Kafka: what comes again, and what comes under an id that is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streams import codec
from streams.kafka.placing import Placing, Waiting
from streams.kafka.wire import Stamp
from streams.operators.assign import Assigners
from streams.operators.read import step as read
from streams.store import Store
from streams.topology import Stage
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.records import Article

START = datetime(2031, 5, 4, tzinfo=UTC)


def article(url: str, hours: float = 0, body: str = "Nine people were killed at Orvel.") -> Article:
    arrived = START + timedelta(hours=hours)
    return Article(id="one", title="Landslide at Orvel", body=body, url=url, arrived=arrived)


def placing(assigners: Assigners | None = None) -> Placing:
    assigners = assigners or Assigners()
    stage = Stage(
        name="assign", source="readings", sink="story-readings", item=Article, output=Article,
        key=lambda one: one.extract.language, step=assigners.step,
    )  # fmt: skip
    return Placing(stage, assigners, lambda one: one.story, largest=1_000_000, patience=0)


def waiting(one: Article) -> Waiting:
    (reading,) = read(one, None, one.arrived).outputs
    return Waiting(reading, Stamp(kind="Reading", clock=one.arrived, cause=one.id), None)


def test_an_article_that_comes_again_gets_the_same_answer_again():
    part, one = placing(), article("https://gull.example/1")
    first = part.decide([waiting(one)])
    log, sends, work = part.decide([waiting(one)])
    assert (log, sends, work.dead) == ([], first[1], [])


def test_another_article_under_an_id_that_is_taken_is_the_dead_letter_it_is_on_one_machine():
    given = [article("https://gull.example/1"), article("https://teal.example/1", 1)]
    engine = compose.engine(Settings(), Store())
    (expected,) = engine.take(given).dead
    part = placing()
    _, sends, work = part.decide([waiting(one) for one in given])
    assert len(sends) == 1
    assert work.dead == [expected]
    assert "the id 'one' is another article's already" in expected.cause


def test_who_takes_the_partition_over_knows_whose_the_id_is():
    log, _, _ = placing().decide([waiting(article("https://gull.example/1"))])
    after = placing()
    after.restore(one.value for one in log)
    _, sends, work = after.decide([waiting(article("https://teal.example/1", 1))])
    assert not sends
    assert [letter.stage for letter in work.dead] == ["assign"]


def test_who_takes_the_partition_over_knows_all_that_was_known():
    told = "Nine people were killed on Monday when a slope gave way at Orvel. " * 3
    before, after = Assigners(), Assigners()
    log, _, _ = placing(before).decide([waiting(article("https://gull.example/1", body=told))])
    placing(after).restore(one.value for one in log)
    assert after.snapshot() == before.snapshot()


def test_what_is_no_decision_is_passed_by_in_the_log_and_one_of_a_later_version_is_not():
    log, _, _ = placing().decide([waiting(article("https://gull.example/1"))])
    after = placing()
    unread = after.restore([b"no decision", None, *(one.value for one in log)])
    assert [says.split(":")[0] for says in unread] == ["not a StoryReading record"] * 2
    assert after.decide([waiting(article("https://gull.example/1"))])[0] == []
    with pytest.raises(codec.LaterVersionError):
        placing().restore([b'{"v":2}'])
