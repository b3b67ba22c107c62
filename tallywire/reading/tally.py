"""An article's bottom line a metric: everyone it says was killed (injured, …) in the event it reports."""

from __future__ import annotations

from collections.abc import Sequence

from tallywire.records import Bounds, Claim, Metric, Scope, Status

_COUNTED = frozenset({Scope.TOTAL, Scope.PART, Scope.INCREMENT})
_SPOKEN = frozenset({Status.ASSERTED, Status.UNCONFIRMED})


def tally_of(claims: Sequence[Claim]) -> dict[Metric, Bounds]:
    """The bottom line of an article's claims."""
    tally: dict[Metric, Bounds] = {}
    for metric in Metric:
        counted = [
            claim
            for claim in claims
            if claim.metric is metric and claim.scope in _COUNTED and claim.status in _SPOKEN
        ]
        if counted:
            best = max(counted, key=lambda claim: claim.low if claim.low is not None else claim.high or 0)
            tally[metric] = Bounds(best.low, best.high)
    return tally
