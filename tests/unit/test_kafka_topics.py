"""The topics as they should be: room for every record, and times that nobody else can tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from streams.kafka.topics import ROOM
from tallywire.cli.on_kafka import common
from tallywire.cli.on_kafka.common import wanted
from tallywire.config import Settings
from tallywire.config.settings import KafkaSettings
from tallywire.errors import ConfigError


def test_every_topic_has_room_for_the_largest_value_with_its_key_and_headers():
    topics = wanted(Settings(kafka=KafkaSettings(message_limit=5_000_000)))
    assert {one.settings["max.message.bytes"] for one in topics} == {str(5_000_000 + ROOM)}


def test_articles_arrive_when_the_brokers_take_them_in():
    stamped = {one.name for one in wanted(Settings()) if "message.timestamp.type" in one.settings}
    assert stamped == {"articles"}


def test_records_are_kept_for_their_time_whatever_room_a_cluster_gives_its_topics():
    by_age = [one.settings for one in wanted(Settings()) if one.settings["cleanup.policy"] == "delete"]
    assert by_age
    assert {settings["retention.bytes"] for settings in by_age} == {"-1"}


def test_compacted_topics_stay_near_what_they_hold_whatever_the_largest_record():
    for limit in (1_000_000, 100_000_000):
        topics = wanted(Settings(kafka=KafkaSettings(message_limit=limit)))
        compacted = [one.settings for one in topics if one.settings["cleanup.policy"] == "compact"]
        assert compacted
        for settings in compacted:
            assert int(settings["segment.bytes"]) > int(settings["max.message.bytes"])
            assert settings["delete.retention.ms"] == str(7 * 24 * 3_600_000)


@pytest.mark.parametrize("seconds", [8, 120])
def test_a_session_that_the_brokers_allow_nobody_is_a_mistake_with_what_they_allow(monkeypatch, seconds):
    settings = Settings(kafka=KafkaSettings(session_timeout=timedelta(seconds=seconds)))
    monkeypatch.setattr(common, "sessions", lambda _: (20.0, 60.0))
    with pytest.raises(
        ConfigError, match=rf"session_timeout is {seconds} s, and the brokers allow 20 to 60 s"
    ):
        common.refuse_wrong_session(settings)
    for known in ((6.0, 1800.0), None):
        monkeypatch.setattr(common, "sessions", lambda _, known=known: known)
        common.refuse_wrong_session(settings)
