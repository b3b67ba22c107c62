"""Figures that more voices speak of than before, and nothing else: no update, but a rule may have waited for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tallywire.ledger import tracks
from tallywire.ledger.news import Draft
from tallywire.ledger.policy import Policy
from tallywire.ledger.positions import positions
from tallywire.ledger.state import Ledger, Track
from tallywire.records import Support


def support(
    before: Ledger, after: Ledger, found: Iterable[Draft], cause: str, at: datetime, policy: Policy
) -> tuple[Support, ...]:
    """What more voices have borne out between two states of a ledger, but for what the updates `found` tell of."""
    told = [(draft.metric, draft.group) for draft in found]
    grown = [
        track
        for key, track in sorted(after.tracks.items())
        if _has_grown(before.tracks.get(key), track) and (track.metric, track.group) not in told
    ]
    return tuple(_support(track, after, cause, at, policy, last=not told) for track in grown)


def _has_grown(before: Track | None, after: Track) -> bool:
    """Whether a figure that was told before has more voices, or texts, behind what is known of it."""
    if before is None or before is after or before.told.value is None or after.told.value is None:
        return False
    known, now = before.told, after.told
    return now.claimants > known.claimants or now.origins > known.origins


def _support(track: Track, book: Ledger, cause: str, at: datetime, policy: Policy, *, last: bool) -> Support:
    standing = tracks.standing(track, book.tracks.values(), policy)
    return Support(
        brought=cause,
        story=book.story,
        at=at,
        metric=track.metric,
        group=track.group,
        to=tracks.extent(track.told.value, track.told.sides),
        positions=positions(track, standing, policy),
        last=last,
    )
