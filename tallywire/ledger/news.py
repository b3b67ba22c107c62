"""What going from what was told of a figure to how it stands now is worth telling: the figure's updates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from tallywire.ledger import tracks, wording
from tallywire.ledger.metrics import GROWING
from tallywire.ledger.odds import Rival, Speaking, is_at_odds, speaking
from tallywire.ledger.policy import Policy
from tallywire.ledger.positions import alike, cite, positions
from tallywire.ledger.state import Entry, Side, Standing, Told, Track
from tallywire.ledger.values import Value, above, fits, tells_more
from tallywire.records import (
    Actor,
    Bounds,
    Citation,
    Group,
    Metric,
    Position,
    Record,
    Scope,
    Status,
    UpdateKind,
)


class Draft(Record, frozen=True):
    """An update before it has its place among the others of its cause."""

    kind: UpdateKind
    because: str
    evidence: tuple[Citation, ...]
    metric: Metric | None = None
    group: Group | None = None
    from_: Bounds | None = None
    to: Bounds | None = None
    positions: tuple[Position, ...] = ()
    actor: Actor | None = None
    merged: str | None = None  #: id of the story that has come in


class News(msgspec.Struct, frozen=True):
    """What is being reconciled."""

    article: str = ""  #: empty when it is but time that passed
    gone: dict[str, tuple[Entry, ...]] = {}  #: claims that an edit took back, by figure


class Turn(Record, frozen=True):
    """One figure, before and after."""

    track: Track
    standing: Standing
    speaking: Speaking  #: who speaks now, for the figure or against
    against: tuple[Rival, ...]  #: voices at odds that are to be told
    due: datetime | None  #: when the next one is
    told: Told  #: what is known of the figure once its updates are out
    early: bool = False  #: it has no number yet but one that may be, which is told once it has settled

    @property
    def sides(self) -> tuple[Side, ...]:
        """Their stands."""
        return tuple(tracks.side(rival) for rival in self.against)


def turn(track: Track, others: Iterable[Track], now: datetime, policy: Policy) -> Turn:
    """How a figure stands at `now`, among the `others` of its story."""
    standing = tracks.standing(track, others, policy)
    voices = speaking(standing, policy)
    against = tracks.ripe(voices.rivals, now, policy)
    due = tracks.next_due(voices.rivals, now, policy)
    settles = _settles(track, standing, voices, policy)
    if settles is not None and now < settles:
        due, told, early = min(settles, due or settles), track.told, True
    else:
        told, early = tracks.told(standing, against, voices.held), False
    return Turn(
        track=track, standing=standing, speaking=voices, against=against, due=due, told=told, early=early
    )


def _settles(track: Track, standing: Standing, voices: Speaking, policy: Policy) -> datetime | None:
    """When a first number that is but an upper bound, named by nobody, is told; None where it is no such number.

    "As many as 500 are missing", from "officials", says what may be: the first count follows within hours, mostly.
    """
    value, since = standing.value, standing.since
    if track.told.value is not None or value is None or since is None or value.low is not None:
        return None
    named = any(held.entry.named for held in voices.holders)
    return None if named else since + policy.settle


def settled(one: Turn) -> Track:
    """The figure once its updates are out."""
    return msgspec.structs.replace(one.track, told=one.told, due=one.due)


def drafts(one: Turn, news: News, policy: Policy) -> list[Draft]:
    """The updates of one figure."""
    before, after = one.track.told, one.standing
    if one.early:
        return []
    if after.value is None:
        return [] if before.value is None else [_withdrawn(one, news)]
    found: list[Draft] = []
    if before.value is None:
        found.append(_first(one, after.value))
    parted = _new_sides(one, policy)
    if parted:
        found.append(_disagreement(one, after.value, parted))
    elif (
        before.value is not None
        and before.sides
        and not one.speaking.rivals
        and _met(one, before.sides, policy)
    ):
        found.append(_resolved(one, after.value))
    elif before.value is not None and tells_more(before.value, after.value, policy.tolerance):
        found.append(_changed(one, before.value, after.value, news, policy))
    return found


def _first(one: Turn, value: Value) -> Draft:
    by = _speakers(one)
    says = wording.first(one.track.metric, one.track.group, value, by, _derived(by, value))
    return _draft(one, UpdateKind.FIRST, says, by)


def _changed(one: Turn, before: Value, after: Value, news: News, policy: Policy) -> Draft:
    by = [entry for entry in _speakers(one) if entry.article == news.article] or _speakers(one)
    taken_out = one.track.key in news.gone and (after.low or 0) < (before.low or 0)
    lower = taken_out or above(before, after, policy.tolerance)
    cue = any(entry.corrects for entry in by)
    metric, group, ends = one.track.metric, one.track.group, tracks.extent(before, one.track.told.sides)
    eased = any(entry.eases for entry in by)
    if lower and not eased and (cue or metric in GROWING):
        says = wording.corrected(metric, group, ends, after, by, owned=cue)
        return _draft(one, UpdateKind.CORRECTED, says, by)
    how = _derived(by, before)
    return _draft(one, UpdateKind.CHANGED, wording.changed(metric, group, ends, after, by, how), by)


def _derived(by: Sequence[Entry], before: Value) -> str:
    """That the number is our sum, where those who are named for it give but its parts."""
    if all(entry.summed for entry in by):
        return "; the sum is ours"
    more = next((entry for entry in by if entry.scope is Scope.INCREMENT), None)
    if more is None or before.low is None or more.low is None:
        return ""
    return f", who add {more.low:,} to {before.low:,}; the sum is ours"


def _withdrawn(one: Turn, news: News) -> Draft:
    """Nobody vouches any more: the claim was edited out, or denied by who had made it."""
    before = tracks.extent(one.track.told.value, one.track.told.sides)
    denials = [entry for entry in one.track.entries if entry.status is Status.DENIED]
    gone = news.gone.get(one.track.key) or denials[-1:] or one.track.entries[-1:]
    says = wording.withdrawn(one.track.metric, one.track.group, before, gone)
    return Draft(
        kind=UpdateKind.CORRECTED,
        because=says,
        evidence=tuple(dict.fromkeys(cite(entry) for entry in gone)),
        metric=one.track.metric,
        group=one.track.group,
        from_=before,
        to=Bounds(),
    )


def _disagreement(one: Turn, value: Value, parted: list[Rival]) -> Draft:
    by = _speakers(one)
    against = [(rival.held.value, rival.denies, rival.held.entry) for rival in parted]
    says = wording.disagreement(one.track.metric, one.track.group, value, by, against)
    return _draft(one, UpdateKind.DISAGREEMENT, says, by, [entry for _, _, entry in against])


def _resolved(one: Turn, value: Value) -> Draft:
    by = _speakers(one)
    before = tracks.extent(one.track.told.value, one.track.told.sides)
    return _draft(
        one,
        UpdateKind.RESOLVED,
        wording.resolved(one.track.metric, one.track.group, before, value, by),
        by,
    )


def _draft(
    one: Turn, kind: UpdateKind, says: str, by: Sequence[Entry], against: Sequence[Entry] = ()
) -> Draft:
    told = one.track.told
    return Draft(
        kind=kind,
        because=says,
        evidence=tuple(dict.fromkeys(cite(entry) for entry in (*by, *against))),
        metric=one.track.metric,
        group=one.track.group,
        from_=None if told.value is None else tracks.extent(told.value, told.sides),
        to=tracks.extent(one.standing.value, one.sides),
        positions=_foremost(positions(one.track, one.speaking), (*by[:1], *against, *by[1:])),
    )


def _foremost(stands: tuple[Position, ...], spoken: Sequence[Entry]) -> tuple[Position, ...]:
    """The positions, those first that an update speaks of: where they are many, the rest is cut off or overlooked."""
    places = {(one.low, one.high, one.status): place for place, one in reversed(list(enumerate(spoken)))}
    return tuple(sorted(stands, key=lambda one: places.get((one.low, one.high, one.status), len(spoken))))


def _speakers(one: Turn) -> list[Entry]:
    """The claims that give the value, those that say it most exactly and latest first; else all that fit it."""
    value = one.standing.value
    holders = one.speaking.holders
    giving = [held for held in holders if value is not None and held.value.number == value.number]
    carrying = {(held.entry.article, held.entry.n): held for held in giving or holders}
    ranked = sorted(
        carrying.values(),
        key=lambda held: (
            held.value.bounds == (value.bounds if value else None),
            held.entry.heard,
            held.voice,
        ),
        reverse=True,
    )
    return [held.entry for held in ranked[:4]]


def _new_sides(one: Turn, policy: Policy) -> list[Rival]:
    """Those at odds whose stand has not been told, one for each stand."""
    known = list(one.track.told.sides)
    if one.track.told.value is not None and one.sides and not _same_value(one, policy):
        known = []  # against another value it is another disagreement
    found: list[Rival] = []
    for rival in one.against:
        stand = tracks.side(rival)
        if not any(_same_side(stand, side, policy) for side in known):
            known.append(stand)
            found.append(rival)
    return found


def _same_value(one: Turn, policy: Policy) -> bool:
    before, after = one.track.told.value, one.standing.value
    return before is not None and after is not None and fits(before, after, policy.tolerance)


def _same_side(one: Side, other: Side, policy: Policy) -> bool:
    """Whether two stands are the same but for some people, as far as both give their ends.

    3,922 and 4,000 are, and so are "up to 300" and 100–300, or "at least 500" and 500; "up to 100" and 100–300 are not.
    """
    if one.denies or other.denies:
        return one.denies == other.denies
    ends = ((one.value.low, other.value.low), (one.value.high, other.value.high))
    given = [(a, b) for a, b in ends if a is not None and b is not None]
    return bool(given) and all(alike(a, b, policy) for a, b in given)


def _met(one: Turn, sides: tuple[Side, ...], policy: Policy) -> bool:
    """Whether a disagreement ended in agreement: one side took up the other's figure, rather than a third coming."""
    value, told = one.standing.value, one.track.told.value
    if value is None or told is None or _held_out(one.standing, told, value, policy):
        return False
    stands = (told, *(side.value for side in sides if not side.denies))
    return any(not tells_more(stand, value, policy.tolerance) for stand in stands)


def _held_out(after: Standing, before: Value, now: Value, policy: Policy) -> bool:
    """Whether somebody named, of those who gave the figure before, gave it just now and has not moved since."""
    return any(
        held.entry.named
        and after.since is not None
        and held.entry.as_of < after.since <= held.entry.as_of + policy.settle
        and fits(held.value, before, policy.tolerance)
        and is_at_odds(held, now, policy)
        for held in after.held
    )
