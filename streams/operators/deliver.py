"""deliver: what one try to send an alert means for the next, and which deliveries may be tried now.

Pure: the sending itself is a sink's, the keeping a runner's.  A runner records the answer *after* sending,
so that a crash in between repeats a delivery, under the same idempotency key, and never loses one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from streams.operators.circuit import CLOSED, LONGEST_ASKED, Circuits
from tallywire.identity import digest
from tallywire.ports import Outcome, Verdict
from tallywire.records import Record

LONGEST_WAIT = LONGEST_ASKED  # a destination may ask for a later try, up to this
BELIEVED = timedelta(days=2)  # a try that lies further ahead was put off by a clock that ran ahead
JITTER = 0.1  # the share of a wait that is drawn out, so that what failed together does not return together


class State(StrEnum):
    """How a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up: rejected, the destination gone, or the schedule at its end


class Delivery(Record, frozen=True):
    """One alert on its way to one destination."""

    alert: str  #: id of the alert, and the idempotency key of every try
    destination: str  #: its name in the configuration
    story: str
    next_due: datetime  #: no try before this time (UTC)
    attempts: int = 0  #: tries made
    state: State = State.PENDING
    says: str = ""  #: the last answer, in words without secrets
    thread: str | None = None  #: the conversation that took it, as the destination calls it


class Schedule(Record, frozen=True):
    """How long to wait after each failed try; after the last wait's try a delivery is dead.

    The default is the example schedule of Standard Webhooks 1.0: ten tries within 76 hours.
    """

    waits: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    )


STANDARD = Schedule()


def after(delivery: Delivery, outcome: Outcome, now: datetime, schedule: Schedule = STANDARD) -> Delivery:
    """How a delivery stands after a try that was answered with `outcome` at `now` (UTC).

    One that was tried before its time, since its destination might be back, keeps its place in the schedule.
    """
    if outcome.verdict is Verdict.RETRY and now < _due(delivery, now):
        due = max(delivery.next_due, now + _asked(outcome))
        return msgspec.structs.replace(delivery, next_due=due, says=outcome.says)
    attempts = delivery.attempts + 1
    if outcome.verdict is Verdict.DELIVERED:
        state, due = State.DELIVERED, now
    elif outcome.verdict is Verdict.RETRY and attempts <= len(schedule.waits):
        state, due = State.PENDING, now + _wait(delivery, outcome, schedule.waits[attempts - 1])
    else:
        state, due = State.DEAD, now
    return msgspec.structs.replace(
        delivery, attempts=attempts, state=state, next_due=due, says=outcome.says, thread=outcome.thread
    )


def _wait(delivery: Delivery, outcome: Outcome, planned: timedelta) -> timedelta:
    """The planned wait, drawn out a little, or the longer one the destination asked for."""
    seed = int(digest(delivery.alert, delivery.destination, delivery.attempts), 16)
    drawn_out = planned * (1 + JITTER * seed / 2**64)
    return max(drawn_out, _asked(outcome))


def _asked(outcome: Outcome) -> timedelta:
    """How long the destination asked to be left alone."""
    return timedelta(seconds=min(max(outcome.retry_after or 0.0, 0.0), LONGEST_WAIT.total_seconds()))


def ready(
    pending: Sequence[Delivery],
    now: datetime,
    *,
    last_tried: Mapping[str, datetime] | None = None,
    gaps: Mapping[str, timedelta] | None = None,
    circuits: Circuits | None = None,
    early: Collection[str] = (),
) -> tuple[Delivery, ...]:
    """The deliveries that may be tried now, out of all pending ones in the order they were decided.

    A story's earlier delivery holds back its later ones at the same destination, whether it is due or not,
    so that a story is told in order.  A destination with a gap is tried once in that time; `last_tried`
    says when it was.  One whose circuit is open is tried with a single delivery, after its rest.  Alerts in `early`
    do not wait for their time.
    """
    tried, gaps, circuits = dict(last_tried or {}), gaps or {}, circuits or {}
    heads = _heads(pending)
    asking = _asking(heads, now, circuits)
    chosen: list[Delivery] = []
    for delivery in heads:
        place = delivery.destination
        free = max(
            _free(place, tried, gaps.get(place, timedelta(0)), now), circuits.get(place, CLOSED).free_at(now)
        )
        due = _due(delivery, now) <= now or delivery.alert in early
        if free <= now and (asking[place] is delivery if place in asking else due):
            chosen.append(delivery)
            tried[place] = now
    return tuple(chosen)


def _asking(heads: Sequence[Delivery], now: datetime, circuits: Circuits) -> dict[str, Delivery]:
    """For each destination taken to be down the one delivery that asks whether it is back.

    The first that is due.  Where none is, it is one by lot: hours may lie before the next is, and the same each time
    might be one that the destination chokes on.
    """
    waiting: dict[str, list[Delivery]] = {}
    for delivery in heads:
        if circuits.get(delivery.destination, CLOSED).open:
            waiting.setdefault(delivery.destination, []).append(delivery)
    return {
        place: next(
            (one for one in those if _due(one, now) <= now),
            those[int(digest(place, now.isoformat()), 16) % len(those)],
        )
        for place, those in waiting.items()
    }


def next_time(
    pending: Sequence[Delivery],
    now: datetime,
    *,
    last_tried: Mapping[str, datetime] | None = None,
    gaps: Mapping[str, timedelta] | None = None,
    circuits: Circuits | None = None,
    early: Collection[str] = (),
) -> datetime | None:
    """The earliest time at which `ready` has something to try; None where nothing is pending."""
    tried, gaps, circuits = last_tried or {}, gaps or {}, circuits or {}

    def soonest(head: Delivery) -> datetime:
        place = head.destination
        circuit = circuits.get(place, CLOSED)
        free = max(_free(place, tried, gaps.get(place, timedelta(0)), now), circuit.free_at(now))
        return free if circuit.open or head.alert in early else max(_due(head, now), free)

    return min(map(soonest, _heads(pending)), default=None)


def _due(delivery: Delivery, now: datetime) -> datetime:
    """When a delivery may be tried; at once where that was set by a clock that has since been set right."""
    return delivery.next_due if delivery.next_due <= now + BELIEVED else now


def _free(destination: str, tried: Mapping[str, datetime], gap: timedelta, now: datetime) -> datetime:
    """When a destination may be tried again.  A last try that is yet to come is of a clock since set back."""
    last = tried.get(destination)
    return last + gap if last is not None and last <= now else now


def _heads(pending: Iterable[Delivery]) -> list[Delivery]:
    """The first pending delivery of each story at each destination."""
    heads: dict[tuple[str, str], Delivery] = {}
    for delivery in pending:
        if delivery.state is State.PENDING:
            heads.setdefault((delivery.destination, delivery.story), delivery)
    return list(heads.values())
