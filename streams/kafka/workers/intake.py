"""A record as it comes from a topic: the item in it and its stamp, or why it is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from streams import codec, letters
from streams.kafka import wire
from streams.kafka.wire import Stamp
from streams.topology import Stage
from tallywire.records import Article, DeadLetter, Due

Admit = Callable[[bytes, datetime], Any]


class Intake:
    """What one stage takes in."""

    def __init__(self, stage: Stage, admit: Admit | None = None) -> None:
        """`admit` makes an item of another program's value that came at a time, or raises `ValueError`."""
        self._stage = stage
        self._admit = admit
        self._kinds = {kind.__name__: kind for kind in (stage.item, *stage.aside, Due)}

    def understood(self, message: Any) -> tuple[Any, Stamp]:
        """An item and its stamp; a tick has no item.  Raises `ValueError` for what is not fit to be taken in."""
        stamp = wire.stamp(message.headers)
        if stamp is not None and stamp.kind == wire.TICK:
            return None, stamp
        if message.value is None:
            raise ValueError("it has no value")
        if stamp is None:
            return self._admitted(message)
        if stamp.kind not in self._kinds:
            raise ValueError(f"a {stamp.kind} has no place on {self._stage.source}")
        return codec.decode(message.value, self._kinds[stamp.kind]), stamp

    def foreign(self, message: Any) -> bool:
        """Whether another program wrote what was understood, under whatever key it had for it."""
        return self._admit is not None and wire.stamp(message.headers) is None

    def unreadable(self, message: Any, error: ValueError) -> DeadLetter:
        """The dead letter for what was not understood."""
        payload = (message.value or b"").decode("utf-8", "backslashreplace")
        where = f"{message.topic}[{message.partition}]@{message.offset}"
        return letters.letter(
            self._stage.name, where, f"{error} ({where})", payload, wire.moment(message.timestamp)
        )

    def _admitted(self, message: Any) -> tuple[Any, Stamp]:
        """What another program wrote, at the time the brokers took it in."""
        arrived = wire.moment(message.timestamp)
        if self._admit is not None:
            item = self._admit(message.value, arrived)
        else:
            item = letters.item(message.value.decode(), self._stage)
        cause = item.id if isinstance(item, Article) else ""
        return item, Stamp(kind=type(item).__name__, clock=arrived, cause=cause)
