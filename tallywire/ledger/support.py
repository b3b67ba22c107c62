"""Figures that more voices speak of than before, and nothing else: no update, but a rule may have waited for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tallywire.ledger import tracks
from tallywire.ledger.news import Draft, Turn
from tallywire.ledger.policy import LIMITS
from tallywire.ledger.positions import positions
from tallywire.ledger.state import Told
from tallywire.records import Support


def support(
    story: str, turns: Iterable[Turn], found: list[Draft], cause: str, at: datetime
) -> tuple[Support, ...]:
    """What more voices have borne out, but for what the updates `found` of the same cause tell of."""
    told = [(draft.metric, draft.group) for draft in found]
    return tuple(
        Support(
            brought=cause,
            story=story,
            at=at,
            metric=one.track.metric,
            group=one.track.group,
            to=tracks.extent(one.standing.value, one.sides),
            positions=positions(one.track, one.speaking),
            last=not found,
        )
        for one in turns
        if _has_grown(one.track.told, one.told) and (one.track.metric, one.track.group) not in told
    )


def _has_grown(before: Told, now: Told) -> bool:
    """Whether a figure that was told before has more voices, or texts, behind it; beyond what is kept nobody counts."""
    if before.value is None or now.value is None:
        return False
    more = now.claimants > before.claimants < LIMITS.voices
    return more or now.origins > before.origins < LIMITS.voices
