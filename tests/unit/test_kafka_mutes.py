"""The mutes on Kafka as a person sets them, without a broker."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from streams.kafka import wire
from streams.kafka.wire import Stamp
from tallywire.cli.on_kafka import mutes
from tallywire.cli.on_kafka.mutes import TopicBoard
from tallywire.config import Settings

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
