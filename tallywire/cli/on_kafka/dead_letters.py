"""Dead letters on Kafka: what the topic holds, and another try for it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import typer

from connectors.kafka.access import reached
from connectors.kafka.producer import Producer
from streams import codec
from streams.kafka import reading, wire
from streams.kafka.again import resent
from streams.kafka.connecting import Outgoing
from streams.kafka.partition import Sent
from streams.kafka.wire import Stamp
from streams.operators.assign import Assigners
from streams.topology import DEAD_LETTERS
from tallywire.cli import compose, dead_letters
from tallywire.cli.on_kafka.common import access, pipeline, producer, say
from tallywire.config import Settings
from tallywire.records import DeadLetter

REPLAYED = (
    "Replayed"  # the kind of a record without a value: the letter of its key, up to an offset, is sent again
)


def found(settings: Settings) -> list[DeadLetter]:
    """The letters that wait, oldest first; what is none is told of, and passed by.  Raises `BrokerError`."""
    return [letter for letter, _ in _found(settings)]


def replay(settings: Settings, ids: Sequence[str]) -> None:
    """Send letters through their stages again, beside the running workers.  Exit status 1 where some cannot be."""
    kept = _found(settings)
    chosen = dead_letters.choose([letter for letter, _ in kept], ids)
    offsets = {letter.id: offset for letter, offset in kept}
    sent = asyncio.run(_sent(settings, chosen, offsets))
    sys.stdout.write(f"{sent} sent again, {len(chosen) - sent} kept\n")
    if sent < len(chosen):
        raise typer.Exit(1)


def _found(settings: Settings) -> list[tuple[DeadLetter, int]]:
    """The letters that wait, and where each stands in its partition."""
    way = access(settings)
    with reached(way):
        kept = asyncio.run(_waiting(way.options(), settings.kafka.prefix + DEAD_LETTERS))
    return sorted(kept, key=lambda one: (one[0].at, one[0].id))


async def _waiting(options: Mapping[str, Any], topic: str) -> list[tuple[DeadLetter, int]]:
    kept: dict[str, tuple[DeadLetter, int]] = {}
    async for record in reading.each(options, topic):
        try:
            if record.value is not None:
                letter = codec.decode(record.value, DeadLetter)
                kept.pop(letter.id, None)
                kept[letter.id] = letter, record.offset
            elif (stamp := wire.stamp(record.headers)) is not None and stamp.kind == REPLAYED:
                name = record.key.decode()
                if name in kept and kept[name][1] <= stamp.turn:
                    del kept[name]
        except ValueError as error:
            say(f"{record.topic}[{record.partition}]@{record.offset}: {error}: passed by")
    return list(kept.values())


async def _sent(settings: Settings, chosen: Sequence[DeadLetter], offsets: Mapping[str, int]) -> int:
    stages, sent = pipeline(settings, Assigners()), 0
    sending = producer(settings)
    try:
        for letter in chosen:
            if dead_letters.undeliverable(letter, settings):
                continue
            now = _now(settings, letter)
            try:
                await _resend(
                    sending, settings.kafka.prefix, letter, offsets[letter.id], resent(letter, stages, now)
                )
            except ValueError as error:
                say(f"{letter.id}: {error}: kept")
            else:
                sent += 1
    finally:
        await sending.close()
    return sent


async def _resend(sending: Producer, prefix: str, letter: DeadLetter, offset: int, one: Sent) -> None:
    """Send what a letter holds, then word that the letter has been, up to where it stands: it may fail once more.

    Raises `ValueError` where the brokers take no record so large.
    """
    record = Outgoing(prefix + one.topic, one.key.encode(), one.value, wire.headers(one.stamp))
    if refused := await sending.send([record]):
        raise ValueError(refused[0])
    mark = Stamp(kind=REPLAYED, clock=one.stamp.clock, turn=offset)
    await sending.send([Outgoing(prefix + DEAD_LETTERS, letter.id.encode(), None, wire.headers(mark))])


def _now(settings: Settings, letter: DeadLetter) -> datetime:
    """The pipeline's time, as far as it is known here."""
    return letter.at if settings.monitor.clock == "articles" else compose.SystemClock().now()
