"""What is told of the figures of a story together: what each has new, but for what another says already, and sums."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tallywire.ledger.groups import contains, demographic
from tallywire.ledger.news import Draft, News, Turn, drafts, settled, turn
from tallywire.ledger.odds import FEW, LARGE, MANY
from tallywire.ledger.policy import Policy
from tallywire.ledger.positions import cite
from tallywire.ledger.state import Ledger, Track
from tallywire.ledger.sums import named, speakers, sums
from tallywire.ledger.values import Value
from tallywire.records import Bounds, Scope, UpdateKind


def told(
    book: Ledger, keys: Iterable[str], now: datetime, news: News, policy: Policy
) -> tuple[Ledger, list[Draft], list[Turn]]:
    """The ledger once what is new of the figures named by `keys` has been told, that, and how each figure stands."""
    known = dict(book.tracks)
    turns: dict[str, Turn] = {}
    for key in _inwards(book, keys):
        turns[key] = turn(known[key], known.values(), now, policy)
        known[key] = settled(turns[key])
    others = [track for key, track in book.tracks.items() if key not in turns]
    found: list[Draft] = []
    said: list[Turn] = []
    for _, one in sorted(turns.items()):
        quiet = one.track.scope is Scope.SUBSET and not demographic(one.track.facets)
        if not quiet and not _echoes(one, others, said, turns.values()):
            found += drafts(one, news, policy)
        said.append(one)
    return msgspec.structs.replace(book, tracks=known), found, said


def _inwards(book: Ledger, keys: Iterable[str]) -> list[str]:
    """The named figures and those that contain them, parts before what they are parts of."""
    named = {key: book.tracks[key] for key in keys if key in book.tracks}
    chosen = {
        key: track
        for key, track in book.tracks.items()
        if key in named
        or any(one.metric is track.metric and contains(track.facets, one.facets) for one in named.values())
    }
    depth = {
        key: sum(contains(track.facets, one.facets) for one in chosen.values())
        for key, track in chosen.items()
    }
    return sorted(chosen, key=lambda key: (depth[key], key))


def _echoes(one: Turn, others: list[Track], said: list[Turn], turns: Iterable[Turn]) -> bool:
    """Whether a figure's news says, in wider or narrower words, what the story says already or says beside it.

    "Five students were killed" after "five people were killed" is the same five.
    """
    value = one.standing.value
    if value is None or one.sides:
        return False
    first = one.track.told.value is None
    if first and (_tells_late(one, value, turns) or _is_a_few(one, value, turns)):
        return True
    known = [(other, other.told.value) for other in (*others, *(turn.track for turn in turns))]
    known += [(turn.track, turn.standing.value) for turn in said]
    numbers = [
        (other.facets, held.number or 0) for other, held in known if held and other.metric is one.track.metric
    ]
    for facets, number in numbers:
        wider = contains(facets, one.track.facets)
        if number == value.number and (wider or (first and contains(one.track.facets, facets))):
            return True
        small = value.number == 1 or (demographic(one.track.facets) and FEW * (value.number or 0) <= number)
        if wider and small and number >= MANY:
            return True  # the fate of one among many, or of a few told apart by age or sex
    return False


def _is_a_few(one: Turn, value: Value, turns: Iterable[Turn]) -> bool:
    """Whether a figure's first number is less than that of some of its people told beside it: who is fewer is some."""
    return any(
        part.standing.value is not None
        and (part.standing.value.number or 0) > (value.high or value.number or 0)
        for part in turns
        if part.track.metric is one.track.metric and contains(one.track.facets, part.track.facets)
    )


def _tells_late(one: Turn, value: Value, turns: Iterable[Turn]) -> bool:
    """Whether the first number of some people is one that a wider figure has left: large, it is hardly chance."""
    return (value.number or 0) >= LARGE and any(
        left.number == value.number
        for wider in turns
        if wider.track.metric is one.track.metric and contains(wider.track.facets, one.track.facets)
        for left in wider.standing.left
    )


def summed(book: Ledger, policy: Policy) -> tuple[Ledger, list[Draft]]:
    """The sums that do not add up, each told once."""
    wrong: dict[str, Draft] = {}
    for one in sums(book):
        check = one.check(policy.tolerance)
        if check is None or check.holds or not one.together:
            continue
        wrong[named(one)] = Draft(
            kind=UpdateKind.SUM_MISMATCH,
            because=f"The parts do not add up: {check.says}.",
            evidence=tuple(dict.fromkeys(cite(entry) for entry in speakers(one))),
            metric=one.total.metric,
            group=one.total.group,
            from_=one.value.bounds,
            to=_added(one.values),
        )
    new = [draft for name, draft in wrong.items() if name not in book.mismatches]
    return msgspec.structs.replace(book, mismatches=tuple(sorted(wrong))), new


def _added(values: tuple[Value, ...]) -> Bounds:
    """The ends of a sum of values; open where one of them is."""
    lows, highs = [value.low for value in values], [value.high for value in values]
    return Bounds(
        sum(low for low in lows if low is not None),
        None if None in highs else sum(high for high in highs if high is not None),
    )
