"""A ledger as people and programs see it: the story's bottom line and its figures."""

from __future__ import annotations

from collections.abc import Iterator

from tallywire.ledger import tracks
from tallywire.ledger.consensus import estimate
from tallywire.ledger.odds import slips, speaking
from tallywire.ledger.policy import Policy
from tallywire.ledger.positions import positions
from tallywire.ledger.state import Ledger, Standing, Track
from tallywire.ledger.sums import sums
from tallywire.ledger.tally import tally
from tallywire.ledger.values import fits, shown
from tallywire.ledger.wording import sayers
from tallywire.records import Check, Figure, Story


def view(ledger: Ledger, policy: Policy | None = None) -> tuple[Story, tuple[Figure, ...]]:
    """The story with its tally, and its figures: everyone before groups, metric by metric.

    Each figure comes with the positions taken on it, the independent claimants and origins that speak now, and the
    checks it was put to.  While a disagreement is open, its ends are those of all positions.
    """
    policy = policy or Policy()
    standings = {
        key: tracks.standing(track, ledger.tracks.values(), policy) for key, track in ledger.tracks.items()
    }
    checks = _checks(ledger, standings, policy)
    figures = tuple(
        _figure(ledger, track, standings[key], checks.get(key, ()), policy)
        for key, track in sorted(ledger.tracks.items(), key=lambda pair: (pair[1].metric, pair[1].facets.key))
    )
    story = Story(
        story=ledger.story,
        label=ledger.label,
        articles=ledger.articles,
        origins=ledger.origins,
        tally=tally(ledger, standings, policy),
        closed=ledger.closed,
    )
    return story, figures


def _figure(
    ledger: Ledger, track: Track, standing: Standing, checks: tuple[Check, ...], policy: Policy
) -> Figure:
    drawn, voices = estimate(track, standing, policy), speaking(standing, policy)
    return Figure(
        story=ledger.story,
        metric=track.metric,
        group=track.group,
        low=drawn.ends.low,
        high=drawn.ends.high,
        positions=positions(track, voices),
        origins=len({held.entry.origin for held in voices.held}),
        claimants=len({held.voice for held in voices.held}),
        best=drawn.best,
        method=policy.consensus,
        disagreement=bool(track.told.sides),
        checks=checks,
    )


def _checks(ledger: Ledger, standings: dict[str, Standing], policy: Policy) -> dict[str, tuple[Check, ...]]:
    found: dict[str, tuple[Check, ...]] = {}
    for one in sums(ledger):
        check = one.check(policy.tolerance)
        if check is not None:
            found[one.total.key] = (*found.get(one.total.key, ()), check)
    for key, track in ledger.tracks.items():
        slipped = tuple(
            Check(
                kind="slip",
                holds=False,
                says=f"{entry.outlet or entry.article} copies a text but for this number: {shown(entry.value)}",
            )
            for entry in slips(track.entries, policy)
        )
        found[key] = (*found.get(key, ()), *slipped, *_aside(standings[key], policy))
    return found


def _aside(standing: Standing, policy: Policy) -> Iterator[Check]:
    """What lies too far off to be taken for the figure on one word."""
    value = standing.value
    for entry in standing.aside:
        if value is not None and not fits(entry.value, value, policy.tolerance):
            who, said = sayers([entry]), shown(entry.value)
            if entry.district:
                says = f"{who}: {said}, in one of several places that are counted ({entry.district.title()})"
            else:
                says = f"{who}: {said}, too far from {shown(value)} for the word of one text"
            yield Check(kind="aside", holds=False, says=says)
