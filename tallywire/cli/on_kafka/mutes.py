"""Mutes on Kafka: the topic that the alert stage of every worker reads, latest by scope."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import msgspec
from aiokafka import TopicPartition

from connectors.kafka.access import reached
from streams import codec
from streams.embedded import EPOCH
from streams.kafka import reading, wire
from streams.kafka.connecting import Outgoing
from streams.kafka.topics import ARTICLES, MUTES
from streams.kafka.wire import Stamp
from streams.operators.muting import in_place_of
from tallywire.cli import compose
from tallywire.cli.archived import Archived, archived
from tallywire.cli.on_kafka.common import access, producer, say
from tallywire.config import Settings
from tallywire.records import Mute

LOOKED_AT = 50  # the last records of a topic among which one of ours tells the time


@contextmanager
def board(settings: Settings) -> Iterator[TopicBoard]:
    """The mutes; stories are known from the archive, where there is one.  Raises `BrokerError`, `StateError`."""
    if not settings.archive.given:
        yield TopicBoard(settings, None)
        return
    with archived(settings, None) as stories:
        yield TopicBoard(settings, stories)


class TopicBoard:
    """The mutes as the topic has them."""

    def __init__(self, settings: Settings, stories: Archived | None) -> None:
        self.stories = stories
        self._settings = settings
        self._topic = settings.kafka.prefix + MUTES

    def now(self) -> datetime:
        """The pipeline's time; where articles tell it, as the connector has told it last."""
        if self._settings.monitor.clock != "articles":
            return compose.SystemClock().now()
        way, place = access(self._settings), TopicPartition(self._settings.kafka.prefix + ARTICLES, 0)
        with reached(way):
            records = asyncio.run(reading.last(way.options(), place, LOOKED_AT))
        stamps = (_stamp(record) for record in records)
        return max((stamp.clock for stamp in stamps if stamp is not None), default=EPOCH)

    def mutes(self) -> Sequence[Mute]:
        """Every mute that is kept, by scope."""
        way = access(self._settings)
        with reached(way):
            kept = asyncio.run(reading.table(way.options(), self._topic))
        found = []
        for scope, value in sorted(kept.items()):
            try:
                found.append(codec.decode(value, Mute))
            except codec.CodecError as error:  # the workers pass it by, and so do we
                say(f"topic {self._topic}, {scope!r}: {error}: passed by")
        return found

    def put(self, mute: Mute) -> None:
        """Mute from now on; mutes that have ended longer ago than anything is kept go."""
        now = mute.since
        known = {one.scope: one for one in self.mutes()}
        kept = in_place_of(known.pop(mute.scope, None), mute)
        gone = [scope for scope, one in known.items() if one.until < now - self._settings.retention.keep]
        asyncio.run(self._send([self._record(kept, now), *(self._nothing(scope, now) for scope in gone)]))

    def lift(self, scope: str, now: datetime) -> None:
        """End a mute at `now`.  It stays known, so that a worker that was away calls what it held."""
        for one in self.mutes():
            if one.scope == scope:
                asyncio.run(self._send([self._record(msgspec.structs.replace(one, until=now), now)]))

    def _record(self, mute: Mute, now: datetime) -> Outgoing:
        stamp = Stamp(kind=Mute.__name__, clock=now)
        return Outgoing(self._topic, mute.scope.encode(), codec.encode(mute), wire.headers(stamp))

    def _nothing(self, scope: str, now: datetime) -> Outgoing:
        return Outgoing(self._topic, scope.encode(), None, wire.headers(Stamp(kind=Mute.__name__, clock=now)))

    async def _send(self, records: Sequence[Outgoing]) -> None:
        sending = producer(self._settings)
        try:
            await sending.send(records)
        finally:
            await sending.close()


def _stamp(record: Any) -> Stamp | None:
    """A record's stamp; None of another program's, and of one that cannot be read: the workers bury that."""
    with suppress(ValueError):
        return wire.stamp(record.headers)
    return None
