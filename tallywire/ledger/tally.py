"""The story's bottom line: everyone killed, injured, missing … in the event.

Where somebody states a figure for everyone, that is it.  Where only parts are stated, the widest of them that have
nobody in common are added.  Where neither is, the bottom lines of the articles decide.
"""

from __future__ import annotations

from tallywire.ledger.groups import contains, disjoint
from tallywire.ledger.policy import Policy
from tallywire.ledger.positions import best
from tallywire.ledger.standing import rivals
from tallywire.ledger.state import Ledger, Standing, Track
from tallywire.ledger.values import Value
from tallywire.records import Bounds, Metric, Scope


def tally(ledger: Ledger, standings: dict[str, Standing], policy: Policy) -> dict[Metric, Bounds]:
    """The bottom line of every metric that has one."""
    metrics = sorted(
        {track.metric for track in ledger.tracks.values()} | {m for t in ledger.tallies for m in t.counts}
    )
    found = {}
    for metric in metrics:
        bounds = _stated(ledger, standings, metric, policy) or _articles(ledger, metric)
        if bounds is not None:
            found[metric] = bounds
    return found


def _stated(ledger: Ledger, standings: dict[str, Standing], metric: Metric, policy: Policy) -> Bounds | None:
    everyone = standings.get(f"{metric}|")
    parts = _added(ledger, standings, metric)
    if everyone is None or everyone.value is None:
        return parts
    whole = _single(everyone, policy)
    if (
        parts is not None
        and (parts.low or 0) > (whole.low or whole.high or 0)
        and not rivals(everyone, policy)
    ):
        return parts
    return whole


def _single(standing: Standing, policy: Policy) -> Bounds:
    """One line for a figure: while a disagreement is open, its best."""
    value = standing.value or Value(low=None, high=None)
    if not rivals(standing, policy):
        return value.bounds
    number = best(standing, policy)
    return Bounds(number, number)


def _added(ledger: Ledger, standings: dict[str, Standing], metric: Metric) -> Bounds | None:
    groups = [
        (track, value)
        for key, track in sorted(ledger.tracks.items())
        if track.metric is metric
        and track.facets.key
        and track.scope is not Scope.SUBSET
        and (value := standings[key].value) is not None
    ]
    widest = [
        (one, value)
        for one, value in groups
        if not any(contains(other.facets, one.facets) for other, _ in groups)
    ]
    chosen: list[tuple[Track, Value]] = []
    for one, value in sorted(widest, key=lambda pair: (-(pair[1].number or 0), pair[0].facets.key)):
        if all(disjoint(one.facets, other.facets) for other, _ in chosen):
            chosen.append((one, value))
    if not chosen:
        return None
    lows = [value.low for _, value in chosen]
    highs = [value.high for _, value in chosen]
    return Bounds(
        sum(low for low in lows if low is not None),
        None if None in highs else sum(high for high in highs if high is not None),
    )


def _articles(ledger: Ledger, metric: Metric) -> Bounds | None:
    said = [one.counts[metric] for one in ledger.tallies if metric in one.counts]
    return said[-1] if said else None
