"""A story closes once it has been silent for long, and opens again with all its history when somebody speaks of it.

Nobody is told that a story closes.  What it brings when it opens again is told as at any time, and says how long there
was silence.  One timer a story does for that: it is asked for when the story opens, and again, if somebody has spoken
since, when it fires.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tallywire.ledger.policy import Policy
from tallywire.ledger.state import Ledger


def spoken_of(book: Ledger, now: datetime, policy: Policy) -> Ledger:
    """The ledger of a story that an article has come for."""
    wakes = book.wakes or now + policy.close
    return msgspec.structs.replace(book, heard=max(book.heard or now, now), wakes=wakes, closed=None)


def woken(book: Ledger, now: datetime, policy: Policy) -> Ledger:
    """The ledger once its timer has fired: closed, or to be woken again when it may have been silent for long.

    Nothing closes before what has still to settle.
    """
    if book.wakes is None or book.wakes > now:
        return book
    settling = (track.due for track in book.tracks.values() if track.due is not None)
    soonest = max(((book.heard or book.opened) + policy.close, *settling))
    if soonest > now:
        return msgspec.structs.replace(book, wakes=soonest)
    return msgspec.structs.replace(book, wakes=None, closed=now)


def met(book: Ledger, other: Ledger, now: datetime, policy: Policy) -> Ledger:
    """The ledger of a story that another has come into: it is spoken of as lately as either, and open."""
    heard = max((one.heard for one in (book, other) if one.heard is not None), default=now)
    return msgspec.structs.replace(spoken_of(book, now, policy), heard=heard)
