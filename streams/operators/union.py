"""The queues of two stories that are one: what was told of either was told, what waits in both waits once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from streams.operators.disputes import KEPT
from streams.operators.drawing import figure
from streams.operators.queue import REMEMBERED, WAITING, Queue
from tallywire.records import Merge, Update


def unite(queue: Queue, other: Queue, merge: Merge) -> Queue:
    """The older story's queue with what the younger one's holds, under the older one's name."""
    known = {(figure(one.update), one.update.to) for one in queue.waiting if one.update.metric is not None}
    disputed = {figure(one.update) for one in queue.disputes}
    waiting = (
        msgspec.structs.replace(one, update=_named(one.update, merge))
        for one in other.waiting
        if (figure(one.update), one.update.to) not in known
    )
    disputes = (
        msgspec.structs.replace(one, update=_named(one.update, merge))
        for one in other.disputes
        if figure(one.update) not in disputed
    )
    figures = dict(sorted((*queue.figures.items(), *other.figures.items()), key=lambda pair: pair[1]))
    return Queue(
        routes=queue.routes,
        waiting=(*queue.waiting, *waiting)[-WAITING:],
        unsaid=(*queue.unsaid, *(_named(update, merge) for update in other.unsaid))[-WAITING:],
        disputes=(*queue.disputes, *disputes)[-KEPT:],
        first=_either(min, queue.first, other.first),
        last=_either(max, queue.last, other.last),
        figures=dict(list(figures.items())[-REMEMBERED:]),
    )


def _either(
    which: Callable[[datetime, datetime], datetime], one: datetime | None, other: datetime | None
) -> datetime | None:
    return which(one, other) if one is not None and other is not None else one or other


def _named(update: Update, merge: Merge) -> Update:
    return msgspec.structs.replace(update, story=merge.into, label=merge.label)
