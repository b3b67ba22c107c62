"""Claims put to their figures, each seen beside the others of its article."""

from __future__ import annotations

import msgspec

from tallywire.ledger.earlier import Earlier
from tallywire.ledger.groups import Facets, contains
from tallywire.ledger.state import Entry
from tallywire.records import Group, Metric, Record, Scope, Status


class Placed(Record, frozen=True):
    """An entry and the figure it belongs to."""

    metric: Metric
    facets: Facets
    group: Group | None
    scope: Scope
    entry: Entry

    @property
    def key(self) -> str:
        """The figure's key in the ledger."""
        return f"{self.metric}|{self.facets.key}"


def seen_together(placed: tuple[Placed, ...], earlier: Earlier) -> tuple[Placed, ...]:
    """The claims of an article, each put to the figure and the claimants that the others show to be its own."""
    placed = tuple(_answering(one, placed) for one in placed)
    placed = _vouched(_narrowed(tuple(_widened(one, placed, earlier) for one in placed)))
    return tuple(_eased(one, placed, earlier) for one in placed)


def _answering(one: Placed, beside: tuple[Placed, ...]) -> Placed:
    """The same, a bare number put to the people of whom its sentence denies another.

    "The army denied that 30 soldiers had been killed, saying only four had died": four soldiers.
    """
    if one.facets.key or one.entry.text or not one.entry.speaks:
        return one
    denied = [
        other
        for other in beside
        if other.entry.status is Status.DENIED
        and (other.metric, other.entry.quote, other.entry.voices)
        == (one.metric, one.entry.quote, one.entry.voices)
    ]
    whose = denied[0] if denied else one
    return msgspec.structs.replace(one, facets=whose.facets, group=whose.group, scope=whose.scope)


def _widened(one: Placed, beside: tuple[Placed, ...], earlier: Earlier) -> Placed:
    """The same, some of a figure's people put to all who are of their nations and roles, where the number is theirs.

    "14 sailors among the dead", beside 14 military personnel killed, are these 14.
    """
    wide = msgspec.structs.replace(one.facets, words=())
    if one.scope is not Scope.SUBSET or not wide.key or not one.facets.words:
        return one
    here = {
        other.entry.value.number for other in beside if other.metric is one.metric and other.facets == wide
    }
    if one.entry.value.number in here | earlier.last(one.metric, wide):
        return msgspec.structs.replace(one, facets=wide, scope=Scope.PART)
    return one


def _narrowed(placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """The same, a number told of everyone put to the part that has it, where the article gives a larger one, too.

    "Cuba lists 32 dead" beside "55 Cubans and Venezuelans" and "32 Cubans" speaks of the Cubans.
    """
    found = []
    for one in placed:
        number = one.entry.value.number
        same = [
            other for other in placed if other.metric is one.metric and other.entry.value.number == number
        ]
        narrower = [
            other for other in same if contains(one.facets, other.facets) and other.scope is not Scope.SUBSET
        ]
        larger = any(
            other.metric is one.metric
            and other.entry.speaks
            and (other.entry.value.number or 0) > (number or 0)
            for other in placed
        )
        if narrower and larger:
            part = min(narrower, key=lambda other: (other.entry.n, other.key))
            one = msgspec.structs.replace(one, facets=part.facets, group=part.group, scope=part.scope)
        found.append(one)
    return tuple(found)


def _vouched(placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """The same, a number without a claimant (a title, say) put to those who give it elsewhere in the article."""
    named = {
        (one.key, one.entry.value.number): one.entry
        for one in reversed(placed)
        if one.entry.named and one.entry.status is Status.ASSERTED and not one.entry.found
    }
    found = []
    for one in placed:
        by = named.get((one.key, one.entry.value.number))
        if by is not None and not one.entry.named:
            entry = msgspec.structs.replace(one.entry, voices=by.voices, names=by.names)
            one = msgspec.structs.replace(one, entry=entry)
        found.append(one)
    return tuple(found)


def _eased(one: Placed, beside: tuple[Placed, ...], earlier: Earlier) -> Placed:
    """The same; who is injured no more, where the article counts as many more dead, has died, and nobody was wrong."""
    if one.metric is not Metric.INJURED or one.entry.eases:
        return one
    dead = [
        other.entry.value.number or 0
        for other in beside
        if other.metric is Metric.KILLED and other.facets == one.facets and other.entry.speaks
    ]
    died = max(dead, default=0) - max(_numbers(earlier, Metric.KILLED, one.facets), default=0)
    fewer = min(_numbers(earlier, Metric.INJURED, one.facets), default=0) - (one.entry.value.number or 0)
    if not 0 < fewer <= died:
        return one
    return msgspec.structs.replace(one, entry=msgspec.structs.replace(one.entry, eases=True))


def _numbers(earlier: Earlier, metric: Metric, facets: Facets) -> list[int]:
    return [number for number in earlier.last(metric, facets) if number is not None]
