"""Two ledgers of one event into one: every claim once, and nothing told again that was told in either."""

from __future__ import annotations

import msgspec

from tallywire.ledger import cast, tracks
from tallywire.ledger.company import Actors
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Ledger, Side, Standing, Told, Track
from tallywire.ledger.values import fits, tells_more


def joined(one: Ledger, other: Ledger, policy: Policy, actors: Actors) -> Ledger:
    """The first ledger with all that the other holds; no article is in both, for each has its place in one story.

    What comes of the figures has still to be told.
    """
    tallies = sorted((*one.tallies, *other.tallies), key=lambda tally: (tally.at, tally.article))
    return msgspec.structs.replace(
        one,
        opened=min(one.opened, other.opened),
        seen={**other.seen, **one.seen},
        articles=one.articles + other.articles,
        origins=one.origins + other.origins,
        tracks=_tracks(one, other, policy),
        tallies=tuple(tallies[-LIMITS.tallies :]),
        cast=cast.join(cast.members(one, actors), cast.members(other, actors), actors),
        scene=None,
        mismatches=tuple(sorted({*one.mismatches, *other.mismatches})),
        adopted=(*one.adopted, *other.adopted, other.story),
    )


def _tracks(one: Ledger, other: Ledger, policy: Policy) -> dict[str, Track]:
    found = {**other.tracks, **one.tracks}
    for key in sorted(one.tracks.keys() & other.tracks.keys()):
        found[key] = _track(one.tracks[key], other.tracks[key], found, policy)
    return found


def _track(one: Track, other: Track, others: dict[str, Track], policy: Policy) -> Track:
    """One figure with the claims of both; of what is folded in both, the other's as each voice last said it."""
    base, folded = (one.base, other.base.held) if one.base != Standing() else (other.base, ())
    whole = tracks.scoped(msgspec.structs.replace(one, base=base), (other,))
    claims = (*other.entries, *(held.claim for held in folded))
    whole = msgspec.structs.replace(whole, folded=(*other.folded, *one.folded)[-LIMITS.folded :])
    whole = tracks.take(whole, claims, others.values(), policy)
    standing = tracks.standing(whole, others.values(), policy)
    return msgspec.structs.replace(whole, told=_told(one.told, other.told, standing, policy))


def _told(one: Told, other: Told, after: Standing, policy: Policy) -> Told:
    """What was told of a figure in either story: the value that still stands, the first one's else, and all stands."""
    if one.value is None or other.value is None:
        return other if one.value is None else one
    value = one.value
    if after.value is not None and tells_more(value, after.value, policy.tolerance):
        value = value if tells_more(other.value, after.value, policy.tolerance) else other.value
    if not (one.sides or other.sides):
        return Told(value=value)
    stands = (Side(value=one.value), *one.sides, Side(value=other.value), *other.sides)
    against = (side for side in stands if side.denies or not fits(side.value, value, policy.tolerance))
    return Told(value=value, sides=tuple(dict.fromkeys(against)))
