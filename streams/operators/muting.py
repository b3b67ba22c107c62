"""Mutes: a person's wish to hear nothing of a story for a while.

A mute that names a story which has gone into another holds for that one: who asked for silence gets it.

They are records beside the pipeline, latest by scope: rows of the state file, or a compacted topic.  A runner hands the
alert stage a view of them; what a mute holds waits in the stage's state and is told together when the mute ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

import msgspec

from tallywire.records import Mute, Update

ALL = "all"  # the scope of a mute that holds for every story

Mutes = Callable[[], Iterable[Mute]]


def nobody() -> tuple[Mute, ...]:
    """No mutes."""
    return ()


def in_place_of(before: Mute | None, mute: Mute) -> Mute:
    """A mute as it is kept in place of an earlier one of its scope: silence that has not ended goes on.

    What the earlier one held is looked at by when silence began, once the later one ends.
    """
    if before is None or before.until < mute.since:
        return mute
    return msgspec.structs.replace(mute, since=min(before.since, mute.since))


def muted_until(
    update: Update, mutes: Iterable[Mute], now: datetime, adopted: Collection[str] = ()
) -> datetime | None:
    """The end of the longest mute that holds for the update at `now`; None where none does.

    `adopted` are the stories that went into the update's, by id.
    """
    return max(
        (
            mute.until
            for mute in mutes
            if mute.scope in (ALL, update.story, *adopted)
            and mute.since <= now < mute.until
            and (not mute.kinds or update.kind in mute.kinds)
        ),
        default=None,
    )
