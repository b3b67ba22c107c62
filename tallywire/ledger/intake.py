"""Claims into the figures of a ledger and out of them, as many figures as are kept."""

from __future__ import annotations

import msgspec

from tallywire.ledger import tracks
from tallywire.ledger.earlier import Earlier
from tallywire.ledger.placing import Placed
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Entry, Ledger, Track
from tallywire.records import Scope


def entered(book: Ledger, placed: tuple[Placed, ...], policy: Policy) -> Ledger:
    """The ledger with the claims of an article, each in its figure."""
    if not placed:
        return book
    earlier = Earlier(book.tracks.values(), placed[0].entry.heard)
    new: dict[str, list[Placed]] = {}
    for one in placed:
        new.setdefault(one.key, []).append(_partial(one, book, earlier))
    found = dict(book.tracks)
    for key, ones in new.items():
        track = found.get(key) or _track(ones[0])
        found[key] = tracks.take(
            tracks.scoped(track, ones), tuple(one.entry for one in ones), book.tracks.values(), policy
        )
    return msgspec.structs.replace(book, tracks=bounded(found))


def _partial(one: Placed, book: Ledger, earlier: Earlier) -> Placed:
    """A claim of everyone marked where it is fewer than a part that was given before anybody counted everyone.

    "32 people were killed", once 55 Cubans and Venezuelans are known to be dead, speaks of some of them.
    """
    most = one.entry.high if one.entry.high is not None else one.entry.low
    if one.facets.key or most is None or any(entry.speaks for entry in earlier.said(one.metric, one.facets)):
        return one
    known = [
        entry.low or 0
        for track in book.tracks.values()
        if track.metric is one.metric and track.facets.nations
        for entry in earlier.said(track.metric, track.facets)
        if entry.speaks and entry.scope is not Scope.SUBSET
    ]
    if most >= max(known, default=0):
        return one
    return msgspec.structs.replace(one, entry=msgspec.structs.replace(one.entry, apart=True))


def _track(one: Placed) -> Track:
    return Track(metric=one.metric, facets=one.facets, group=one.group, scope=one.scope)


def withdrawn(book: Ledger, article: str, policy: Policy) -> Ledger:
    """The ledger without the claims of an article."""
    others = book.tracks.values()
    found = {key: tracks.withdraw(track, article, others, policy) for key, track in book.tracks.items()}
    return msgspec.structs.replace(book, tracks=found)


def given(ledger: Ledger | None, article: str | None) -> dict[str, tuple[Entry, ...]]:
    """The claims of an article, by figure."""
    if ledger is None or article is None:
        return {}
    found = {key: tracks.given(track, article) for key, track in ledger.tracks.items()}
    return {key: entries for key, entries in found.items() if entries}


def bounded(found: dict[str, Track]) -> dict[str, Track]:
    """The figures heard of last, and those of everyone."""
    if len(found) <= LIMITS.figures:
        return found
    ranked = sorted(found, key=lambda key: (key.endswith("|"), _heard(found[key]), key), reverse=True)
    kept = set(ranked[: LIMITS.figures])
    return {key: track for key, track in found.items() if key in kept}


def _heard(track: Track) -> str:
    return max((entry.heard.isoformat() for entry in track.entries), default="")
