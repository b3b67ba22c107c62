"""What comes from a topic is a record or a dead letter, whatever another program has written there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from streams import codec, letters
from streams.kafka import wire
from streams.kafka.workers.intake import Intake
from streams.kafka.workers.outlet import buried
from streams.operators.assign import Assigners
from tallywire.cli.on_kafka.common import pipeline
from tallywire.cli.on_kafka.worker import _admitted
from tallywire.config import Settings
from tallywire.records import DeadLetter

REVISE = pipeline(Settings(), Assigners())[0]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def message(value=b'{"body":"Nine died."}', headers=(), timestamp=1_900_000_000.0):
    return SimpleNamespace(
        topic="articles", partition=1, offset=7, key=b"k", value=value, headers=headers, timestamp=timestamp
    )


@pytest.fixture
def intake():
    return Intake(REVISE, _admitted)


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"\xff",
        b"[]",
        b'{"kind":"\xff"}',
        b'{"kind":"Tick","clock":5}',
        b'{"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}",  # Python's stack has no room for it
        b'{"kind":"Tick","clock":"2031-03-04T12:00:00"}',  # of no zone: it cannot be compared with any other
    ],
)
def test_a_header_of_ours_that_is_none_is_the_cause_of_a_dead_letter(intake, header):
    given = message(headers=[("other", None), (wire.HEADER, header)])
    with pytest.raises(ValueError, match="its header tallywire cannot be read") as error:
        intake.understood(given)
    letter = intake.unreadable(given, error.value)
    assert letter.key == "articles[1]@7"


@pytest.mark.parametrize("timestamp", [None, -0.001, -1e15, 1.9e15, 1e300])
def test_a_time_that_no_calendar_knows_is_none(intake, timestamp):
    item, stamp = intake.understood(message(timestamp=timestamp))
    assert stamp.clock == EPOCH
    assert item.body == "Nine died."
    assert intake.unreadable(message(b"\xff", timestamp=timestamp), ValueError("x")).at == EPOCH


@pytest.mark.parametrize("url", ["http://[", "http://a:99999999/", "//", "mailto:x"])
def test_an_address_that_is_none_leaves_an_article_its_name(intake, url):
    item, _ = intake.understood(message(json.dumps({"body": "Nine died.", "url": url}).encode()))
    assert REVISE.key(item) == item.id


def test_a_dead_letter_is_never_too_large_for_its_topic(intake):
    given = message(b"\xff" * 500_000)  # each byte is five characters of a letter's JSON
    letter = intake.unreadable(given, ValueError("no JSON"))
    (sent,) = buried([letter], 1_000_000)
    assert len(sent.value) <= 1_000_000
    kept = codec.decode(sent.value, DeadLetter)
    assert (kept.id, len(kept.payload)) == (letter.id, letters.SHOWN)
    assert "of its 2000000 characters only the first 10000 are kept" in kept.cause


def test_a_dead_letter_that_fits_is_whole(intake):
    letter = intake.unreadable(message(b"[]"), ValueError("no article"))
    (sent,) = buried([letter], 1_000_000)
    assert codec.decode(sent.value, DeadLetter) == letter
