"""One partition of the outbox on Kafka: which alerts still go where.  No Kafka in it.

The topic `deliveries` holds a row for every alert and destination, under both their names, in the partition that the
alert stands in.  An alert is queued once, however often it comes; where it stands says the order, and where to read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from streams import codec
from streams.kafka.partition import EPOCH
from streams.operators.deliver import Delivery, State
from tallywire.records import Alert, Record


class Queued(Record, frozen=True):
    """A delivery as the topic keeps it."""

    delivery: Delivery
    offset: int  #: where its alert stands in the partition
    decided: datetime  #: when it was queued (UTC)


def name(delivery: Delivery) -> str:
    """The key of a delivery's row."""
    return f"{delivery.alert}/{delivery.destination}"


def untried(delivery: Delivery) -> Delivery:
    """A delivery as it was before its first try."""
    return Delivery(
        alert=delivery.alert, destination=delivery.destination, story=delivery.story, next_due=EPOCH
    )


class Shelf:
    """The deliveries of one partition."""

    def __init__(self, rows: Mapping[str, bytes]) -> None:
        """`rows` are the latest of the topic, in the order they were written.  Raises `LaterVersionError`."""
        self.unread: list[str] = []  #: why rows were passed by: such as no deliverer writes
        self._pending: dict[str, Queued] = {}
        self._done: dict[str, int] = {}  # row → where its alert stands
        self._given_up: set[str] = set()  # rows among these that nobody accepted
        self._threads: dict[
            tuple[str, str], tuple[str, int]
        ] = {}  # destination, story → conversation, last alert
        for key, value in rows.items():
            try:
                self.put(codec.decode(value, Queued))
            except codec.LaterVersionError:
                raise
            except codec.CodecError as error:
                self.unread.append(f"{key}: {error}")

    def fresh(self, alert: Alert, offset: int, destinations: Iterable[str], now: datetime) -> list[Queued]:
        """The rows of an alert for the destinations that it has none for yet.

        Those that wait, and say that it stands further on, are of a topic that was made anew since: they are set right.
        """
        made = [
            Delivery(alert=alert.id, destination=one, story=alert.story, next_due=EPOCH)
            for one in destinations
        ]
        fresh = [
            Queued(delivery=one, offset=offset, decided=now) for one in made if not self._knows(name(one))
        ]
        waiting = [row for one in made if (row := self._pending.get(name(one))) and row.offset > offset]
        return fresh + [msgspec.structs.replace(row, offset=offset) for row in waiting]

    def again(self, delivery: Delivery, now: datetime) -> list[Queued]:
        """The row of a delivery that was given up, to be tried once more; none where it waits, or was accepted since.

        So it may come twice, as after a kill.  Without its alert, it will be given up again.
        """
        key = name(delivery)
        if self._knows(key) and key not in self._given_up:
            return []
        return [Queued(delivery=untried(delivery), offset=self._done.get(key, -1), decided=now)]

    def put(self, row: Queued) -> None:
        """Take in a row that is written."""
        delivery, key = row.delivery, name(row.delivery)
        self._given_up.discard(key)
        if delivery.state is State.PENDING:
            self._done.pop(key, None)
            self._pending[key] = row
        else:
            self._pending.pop(key, None)
            self._done[key] = row.offset
            if delivery.state is State.DEAD:
                self._given_up.add(key)
        if delivery.thread is not None:
            told = delivery.destination, delivery.story
            _, last = self._threads.get(told, ("", row.offset))
            self._threads[told] = delivery.thread, max(last, row.offset)

    @property
    def pending(self) -> list[Queued]:
        """What still has to be delivered, in the order it was decided."""
        return sorted(self._pending.values(), key=lambda row: row.offset)

    def row(self, delivery: Delivery) -> Queued | None:
        """The row of a delivery that is pending; None where it is not."""
        return self._pending.get(name(delivery))

    def thread(self, delivery: Delivery) -> str | None:
        """What the destination calls the conversation of the story."""
        known = self._threads.get((delivery.destination, delivery.story))
        return known[0] if known is not None else None

    def forget(self, first: int) -> list[str]:
        """Drop what is done with, of alerts before `first`, which are past their retention; the keys of its rows."""
        gone = [key for key, offset in self._done.items() if offset < first]
        for key in gone:
            del self._done[key]
        self._given_up.difference_update(gone)
        self._threads = {told: last for told, last in self._threads.items() if last[1] >= first}
        return gone

    def _knows(self, key: str) -> bool:
        return key in self._pending or key in self._done
