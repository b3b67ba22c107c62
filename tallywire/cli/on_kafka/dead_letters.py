"""Dead letters on Kafka: what the topic holds, and another try for it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime

import typer

from connectors.kafka.table import latest
from streams import codec
from streams.kafka import wire
from streams.kafka.again import resent
from streams.kafka.connecting import Outgoing
from streams.kafka.wire import Stamp
from streams.operators.assign import Assigners
from streams.topology import DEAD_LETTERS
from tallywire.cli import compose, dead_letters
from tallywire.cli.on_kafka.common import access, pipeline, producer
from tallywire.config import Settings
from tallywire.records import DeadLetter

REPLAYED = "Replayed"  # the kind of a record without a value: the letter of its key has been sent again


def found(settings: Settings) -> list[DeadLetter]:
    """The letters that wait, oldest first.  Raises `BrokerError`."""
    kept = latest(access(settings), settings.kafka.prefix + DEAD_LETTERS)
    return sorted((codec.decode(one, DeadLetter) for one in kept.values()), key=lambda one: (one.at, one.id))


def replay(settings: Settings, ids: Sequence[str]) -> None:
    """Send letters through their stages again, beside the running workers.  Exit status 1 where some cannot be."""
    chosen = dead_letters.choose(found(settings), ids)
    sent = asyncio.run(_sent(settings, chosen))
    sys.stdout.write(f"{sent} sent again, {len(chosen) - sent} kept\n")
    if sent < len(chosen):
        raise typer.Exit(1)


async def _sent(settings: Settings, chosen: Sequence[DeadLetter]) -> int:
    stages, prefix, sent = pipeline(settings, Assigners()), settings.kafka.prefix, 0
    sending = producer(settings)
    try:
        for letter in chosen:
            now = _now(settings, letter)
            try:
                one = resent(letter, stages, now)
            except ValueError as error:
                sys.stderr.write(f"tallywire: {letter.id}: {error}: kept\n")
                continue
            record = Outgoing(prefix + one.topic, one.key.encode(), one.value, wire.headers(one.stamp))
            mark = Stamp(kind=REPLAYED, clock=now)
            gone = Outgoing(prefix + DEAD_LETTERS, letter.id.encode(), None, wire.headers(mark))
            await sending.send([gone, record])  # in this order: it may fail again, under the same id
            sent += 1
    finally:
        await sending.close()
    return sent


def _now(settings: Settings, letter: DeadLetter) -> datetime:
    """The pipeline's time, as far as it is known here."""
    return letter.at if settings.monitor.clock == "articles" else compose.SystemClock().now()
