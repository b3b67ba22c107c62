"""The mutes on Kafka as a person sets them, without a broker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from streams import codec
from streams.kafka import wire
from streams.kafka.wire import Stamp
from tallywire.cli.on_kafka import mutes
from tallywire.cli.on_kafka.mutes import TopicBoard
from tallywire.config import Settings
from tallywire.records import Mute

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


def test_a_stamp_that_cannot_be_read_does_not_keep_the_time_from_who_mutes(monkeypatch):
    settings = Settings()
    settings = settings.model_copy(
        update={"monitor": settings.monitor.model_copy(update={"clock": "articles"})}
    )
    ours = wire.headers(Stamp(kind="Article", clock=NOW))

    async def last(*_where: object) -> list[SimpleNamespace]:
        return [SimpleNamespace(headers=headers) for headers in (ours, (), [(wire.HEADER, b"{")])]

    monkeypatch.setattr(mutes.reading, "last", last)
    assert TopicBoard(settings, None).now() == NOW


class Topic:
    """The topic of mutes, and the producer that writes there."""

    def __init__(self):
        self.kept: dict[str, bytes] = {}

    async def table(self, *_where: object) -> dict[str, bytes]:
        return dict(self.kept)

    async def send(self, records):
        for one in records:
            if one.value is None:
                del self.kept[one.key.decode()]
            else:
                self.kept[one.key.decode()] = one.value

    async def close(self):
        pass


@pytest.fixture
def topic(monkeypatch):
    made = Topic()
    monkeypatch.setattr(mutes.reading, "table", made.table)
    monkeypatch.setattr(mutes, "producer", lambda _settings: made)
    return made


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_a_mute_in_place_of_one_that_holds_says_when_silence_began(topic):
    """A worker that was away knows the latest alone, and by it what the earlier one may have held."""
    board = TopicBoard(Settings(), None)
    for since, until in ((0, 24), (1, 8), (2, 3)):
        board.put(Mute(scope="all", since=at(since), until=at(until)))
    assert board.mutes() == [Mute(scope="all", since=NOW, until=at(3))]
    board.lift("all", at(2.5))
    assert board.mutes() == [Mute(scope="all", since=NOW, until=at(2.5))]
    board.put(Mute(scope="all", since=at(4), until=at(5)))
    assert board.mutes() == [Mute(scope="all", since=at(4), until=at(5))]


def test_mutes_that_ended_longer_ago_than_anything_is_kept_go_with_the_next(topic):
    keep = Settings().retention.keep
    board = TopicBoard(Settings(), None)
    board.put(Mute(scope="old", since=NOW - keep - timedelta(hours=3), until=NOW - keep - timedelta(hours=1)))
    board.put(Mute(scope="late", since=NOW - keep, until=NOW - keep + timedelta(hours=1)))
    board.put(Mute(scope="new", since=NOW, until=at(1)))
    assert sorted(topic.kept) == ["late", "new"]
    assert codec.decode(topic.kept["new"], Mute).scope == "new"
