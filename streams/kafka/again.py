"""A dead letter of the pipeline over Kafka, sent through the stage it failed at once more."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from streams import codec, letters
from streams.embedded import DELIVER
from streams.kafka.partition import Sent
from streams.kafka.topics import ALERTS
from streams.kafka.wire import Stamp
from streams.operators.deliver import Delivery
from streams.topology import Stage
from tallywire.records import Alert, DeadLetter, Due


def resent(letter: DeadLetter, stages: Iterable[Stage], now: datetime) -> Sent:
    """The record that has a letter tried again; `now` is the pipeline's time.

    Raises `ValueError` for a letter that nothing can be made of: of no stage, or of what cannot be read.
    """
    mark = f"{letter.id} {now.isoformat()}"  # a stage takes a record in once, but for this
    if letter.stage == DELIVER:
        told = _told(letter.payload.encode())
        stamp = Stamp(kind=type(told).__name__, clock=now, again=mark)
        return Sent(ALERTS, told.story, codec.encode(told), stamp)
    for stage in stages:
        if stage.name == letter.stage:
            item = letters.item(letter.payload, stage)
            key = item.key if isinstance(item, Due) else stage.key(item)
            stamp = Stamp(kind=type(item).__name__, clock=now, cause=f"again:{letter.id}", again=mark)
            return Sent(stage.source, key, codec.encode(item), stamp)
    raise ValueError(f"nothing can be made of a letter of {letter.stage!r}")


def _told(payload: bytes) -> Delivery | Alert:
    """A delivery that was given up; or an alert that an earlier version could not read.  Raises `CodecError`."""
    with suppress(codec.CodecError):
        return codec.decode(payload, Delivery)
    return codec.decode(payload, Alert)
