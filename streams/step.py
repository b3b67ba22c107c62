"""The shape of every keyed operator: `step(item, state, now) -> Step`.

Synchronous, total on valid input, one key, no clock but `now`, no environment, no input or output.  The state is
immutable and handed back whole; None deletes it.  `due` asks to be called again, with a `Due` record, once the time
has come; every wish is kept until it fires, asking twice for one time is asking once, and a step must bear a wish that
has become idle.  `rests` says that the state will hardly be asked for soon: a runner may keep it where it costs less,
and brings it back, whole, when its key comes again.  `reason` says what happened to the item, in one word that metrics,
logs and tests share.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

State = TypeVar("State")
Output = TypeVar("Output")


class Reason(StrEnum):
    """What became of an item at a stage; each item has exactly one."""

    NEW = "new"
    DUPLICATE = "duplicate"
    REVISED = "revised"
    READ = "read"
    PINNED = "pinned"
    WATCHED = "watched"
    ALONE = "alone"
    JOINED = "joined"
    COPY = "copy"
    MERGED = "merged"
    CLOSED = "closed"
    UPDATED = "updated"
    NO_CHANGE = "no_change"
    TOLD = "told"
    HELD = "held"
    SUPPRESSED = "suppressed"
    DUE = "due"
    DEAD = "dead"


class Step(msgspec.Struct, Generic[State, Output], frozen=True, kw_only=True):
    """What one step did."""

    state: State | None
    outputs: tuple[Output, ...] = ()
    due: datetime | None = None
    rests: bool = False
    reason: Reason
