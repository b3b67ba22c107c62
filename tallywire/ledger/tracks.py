"""One figure in the ledger: taking claims in, withdrawing them, keeping it bounded."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from datetime import datetime

import msgspec

from tallywire.ledger import odds
from tallywire.ledger.groups import PERPETRATOR, clarity, contains
from tallywire.ledger.lineage import traced
from tallywire.ledger.odds import Rival, holders, rivals
from tallywire.ledger.placing import Placed
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.standing import Terms, order, stand
from tallywire.ledger.state import Entry, Folded, Held, Side, Standing, Told, Track
from tallywire.ledger.values import Value, span
from tallywire.records import Bounds, Scope

_SCOPES = (Scope.TOTAL, Scope.PART, Scope.INCREMENT, Scope.SUBSET)  # the widest first


def standing(track: Track, others: Iterable[Track], policy: Policy) -> Standing:
    """What the track's claims come to, seen among the other figures of its story."""
    return stand(track.base, track.entries, _terms(track, others, policy))


def _terms(track: Track, others: Iterable[Track], policy: Policy) -> Terms:
    parts = {
        other.facets: other.told.value.number
        for other in others
        if other.metric is track.metric
        and other.told.value is not None
        and contains(track.facets, other.facets)
    }
    return Terms(
        metric=track.metric,
        policy=policy,
        parts=frozenset(number for number in parts.values() if number is not None),
        attackers=max((number or 0 for one, number in parts.items() if PERPETRATOR in one.roles), default=0),
    )


def take(track: Track, new: tuple[Entry, ...], others: Iterable[Track], policy: Policy) -> Track:
    """The track with more claims, the oldest folded into its base where they are too many."""
    known = list(track.entries)  # in order: so only the new ones look for their place
    for entry in new:
        insort(known, entry, key=order)
    entries = _whose(tuple(known), track.base)
    if len(entries) <= LIMITS.claims:
        return msgspec.structs.replace(track, entries=entries)
    slips = odds.slips(entries, policy)  # to be seen while the text that a copy differs from is at hand
    entries = tuple(msgspec.structs.replace(one, slips=True) if one in slips else one for one in entries)
    cut = len(entries) - LIMITS.claims // 2
    base = _bounded(stand(track.base, entries[:cut], _terms(track, others, policy)), policy)
    folded = (*track.folded, *(_folded(entry) for entry in entries[:cut]))[-LIMITS.folded :]
    return msgspec.structs.replace(track, base=base, entries=entries[cut:], folded=folded)


def _folded(entry: Entry) -> Folded:
    return Folded(
        article=entry.article,
        low=entry.low,
        high=entry.high,
        quantifier=entry.quantifier,
        status=entry.status,
    )


def scoped(track: Track, ones: Iterable[Placed | Track]) -> Track:
    """The track under its clearest name: somewhere called a total it is one; what is never more stays a subset."""
    given = (track, *ones)
    groups = [one.group for one in given if one.group is not None]
    return msgspec.structs.replace(
        track,
        scope=min((one.scope for one in given), key=_SCOPES.index),
        group=min(groups, key=clarity) if track.group else None,
    )


def given(track: Track, article: str) -> tuple[Entry, ...]:
    """The claims of an article that are at hand: kept one by one, or folded and still the last word of their voice."""
    kept = tuple(entry for entry in track.entries if entry.article == article)
    last = (held.entry for held in track.base.held if held.entry.article == article)
    return (*kept, *dict.fromkeys(last))


def withdraw(track: Track, article: str, others: Iterable[Track], policy: Policy) -> Track:
    """The track without the claims of one article.

    Of folded ones goes what counts still: the last word of a voice, with which that voice falls silent.
    """
    if not given(track, article) and all(one.article != article for one in track.folded):
        return track
    base = _without(track.base, article, _terms(track, others, policy))
    entries = tuple(entry for entry in track.entries if entry.article != article)
    return msgspec.structs.replace(
        track,
        base=base,
        entries=_whose(entries, base),
        folded=tuple(one for one in track.folded if one.article != article),
    )


def _without(base: Standing, article: str, terms: Terms) -> Standing:
    """What folded claims come to without those of an article: to what the other voices last said."""
    rest = {one.voice: one for one in base.held if one.entry.article != article}
    if len(rest) == len(base.held):
        return base
    again = stand(Standing(), sorted((one.claim for one in rest.values()), key=order), terms)
    held = (
        msgspec.structs.replace(one, since=rest[one.voice].since, at_once=rest[one.voice].at_once)
        for one in again.held
    )
    return msgspec.structs.replace(again, held=tuple(held), left=base.left, aside=base.aside)


def _whose(entries: tuple[Entry, ...], base: Standing) -> tuple[Entry, ...]:
    """The claims of a figure, seen afresh whose they are, in the order of the time they speak for."""
    found = traced(entries, base.held)
    return found if found == entries else tuple(sorted(found, key=order))


def _bounded(base: Standing, policy: Policy) -> Standing:
    """The standing with no more voices than are kept.

    Those at odds come first, then who gives the very number, then who merely fits it, last the stale.
    """
    if len(base.held) <= LIMITS.voices:
        return base
    odd = {rival.held.voice for rival in rivals(base, policy)}
    vouch = {held.voice for held in holders(base, policy)}
    ranked = sorted(
        base.held,
        key=lambda held: (
            held.voice in odd,
            held.value == base.value,
            held.voice in vouch,
            held.entry.heard,
            held.voice,
        ),
        reverse=True,
    )
    kept = sorted(ranked[: LIMITS.voices], key=lambda held: held.voice)
    return msgspec.structs.replace(base, held=tuple(kept))


def ripe(odd: Iterable[Rival], now: datetime, policy: Policy) -> tuple[Rival, ...]:
    """The voices at odds that are to be told: at once within one article, else after the settling time."""
    return tuple(rival for rival in odd if rival.at_once or rival.since + policy.settle <= now)


def next_due(odd: Iterable[Rival], now: datetime, policy: Policy) -> datetime | None:
    """When the next settling time of voices at odds runs out, if any is running."""
    waiting = [rival.since + policy.settle for rival in odd if not rival.at_once]
    return min((time for time in waiting if time > now), default=None)


def told(after: Standing, against: tuple[Rival, ...], speaking: tuple[Held, ...]) -> Told:
    """What is known of the figure once it has been told, with the voices that speak now."""
    return Told(
        value=after.value,
        sides=tuple(side(rival) for rival in against),
        claimants=len({held.voice for held in speaking}),
        origins=len({held.entry.origin for held in speaking}),
    )


def side(rival: Rival) -> Side:
    """The stand a rival takes."""
    return Side(value=rival.held.value, denies=rival.denies)


def extent(value: Value | None, sides: tuple[Side, ...]) -> Bounds:
    """The figure's ends: the value, or the span of all stands while a disagreement is open."""
    if value is None:
        return Bounds()
    return span((value, *(one.value for one in sides if not one.denies)))
