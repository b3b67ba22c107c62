"""The queues of two stories that are one: what was told of either was told, what waits in both waits once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from streams.operators.disputes import KEPT
from streams.operators.drawing import figure
from streams.operators.queue import REMEMBERED, WAITING, Queue, Waiting
from tallywire.records import Bounds, Merge, Update


def unite(queue: Queue, other: Queue, merge: Merge) -> Queue:
    """The older story's queue with what the younger one's holds, under the older one's name."""
    known = {_value(one.update) for one in queue.waiting} - {None}
    disputed = {figure(one.update) for one in queue.disputes}
    theirs = tuple(
        msgspec.structs.replace(one, update=_named(one.update, merge))
        for one in other.waiting
        if _value(one.update) not in known
    )
    waiting = (*queue.waiting, *theirs)[-WAITING:]
    disputes = (
        msgspec.structs.replace(one, update=_named(one.update, merge))
        for one in other.disputes
        if figure(one.update) not in disputed
    )
    figures = dict(sorted((*queue.figures.items(), *other.figures.items()), key=lambda pair: pair[1]))
    return Queue(
        routes=queue.routes,
        waiting=waiting,
        unsaid=_unsaid((*queue.unsaid, *(_named(update, merge) for update in other.unsaid)), waiting),
        disputes=(*queue.disputes, *disputes)[-KEPT:],
        first=_either(min, queue.first, other.first),
        last=_either(max, queue.last, other.last),
        figures=dict(list(figures.items())[-REMEMBERED:]),
    )


def _unsaid(updates: tuple[Update, ...], waiting: tuple[Waiting, ...]) -> tuple[Update, ...]:
    """What no rule wanted in either story, each value once, and none that waits in the other."""
    left: dict[object, Update] = {_value(update): update for update in reversed(updates)}
    for one in waiting:
        left.pop(_value(one.update), None)
    return tuple(reversed(left.values()))[-WAITING:]


def _value(update: Update) -> tuple[str, Bounds | None] | None:
    """A figure and what it came to; None of what is about no figure."""
    return (figure(update), update.to) if update.metric is not None else None


def _either(
    which: Callable[[datetime, datetime], datetime], one: datetime | None, other: datetime | None
) -> datetime | None:
    return which(one, other) if one is not None and other is not None else one or other


def _named(update: Update, merge: Merge) -> Update:
    return msgspec.structs.replace(update, story=merge.into, label=merge.label)
