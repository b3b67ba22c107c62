"""A figure's low, best and high, drawn from the positions on it by one of three methods."""

from __future__ import annotations

from tallywire.ledger import tracks
from tallywire.ledger.odds import rivals, speaking
from tallywire.ledger.policy import Consensus, Policy
from tallywire.ledger.positions import alike
from tallywire.ledger.state import Held, Standing, Track
from tallywire.records import Bounds, Record, Status


class Estimate(Record, frozen=True):
    """What a figure comes to."""

    ends: Bounds = Bounds()
    best: int | None = None  #: the one number to print


def estimate(track: Track, standing: Standing, policy: Policy) -> Estimate:
    """The figure's consensus, by the method of the policy; empty where nobody vouches for a number.

    `desk`: the figure's own ends, those of all stands while a disagreement is open; best fits what most independent
    voices say, of equals the latest.  `ucdp`: the least and the greatest number of all who speak now, settled or not;
    best is what most independent voices say, of equals the least.  `acled`: the least number of all who speak now.
    """
    voices = _numbering(standing, policy)
    numbers = [held.value.number for held in voices if held.value.number is not None]
    if standing.value is None:
        return Estimate()
    if policy.consensus is Consensus.DESK or not numbers:
        return Estimate(ends=tracks.extent(standing.value, track.told.sides), best=best(standing, policy))
    least = min(numbers)
    if policy.consensus is Consensus.ACLED:
        return Estimate(ends=Bounds(least, least), best=least)
    greatest = max(numbers + [held.value.high for held in voices if held.value.high is not None])
    likely = max(numbers, key=lambda number: (_weight(number, voices, policy), -number))
    return Estimate(ends=Bounds(least, greatest), best=likely)


def best(standing: Standing, policy: Policy) -> int | None:
    """The number that fits what most independent voices say; of equals the latest said, then the highest."""
    if standing.value is None:
        return None
    voices = _numbering(standing, policy)
    numbered = [held for held in voices if held.value.low is not None]  # "fewer than 100" names no number
    if not rivals(standing, policy) or not numbered:
        return standing.value.number
    chosen = max(
        numbered,
        key=lambda held: (
            _weight(held.value.number, voices, policy),
            held.value.high is not None,
            held.entry.heard,
            held.value.low,
            held.voice,
        ),
    )
    return chosen.value.number


def _numbering(standing: Standing, policy: Policy) -> list[Held]:
    """The voices that give a number now."""
    return [held for held in speaking(standing, policy).held if held.entry.status is Status.ASSERTED]


def _weight(number: int | None, voices: list[Held], policy: Policy) -> int:
    """How many independent voices give about this number."""
    return sum(alike(held.value.number, number, policy) for held in voices)
