"""What the claims of one figure come to: update or contradiction, decided claim by claim.

The claims are taken in the order of the time they speak for, whatever order they arrived in: so a late article, an
edit or two articles of one instant need no rules of their own.  `design`: every rule below is one function.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tallywire.ledger.claimants import aliases
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import ORIGIN, Entry, Held, Standing
from tallywire.ledger.values import Value, above, fits, meet, reach, tells_more
from tallywire.records import Metric, Quantifier, Record, Scope, Status

LARGE = 100  # from here on, tolls are counted by offices, and a bound is a count
SEVERAL = 3  # independent voices that outvote one
MANY = 5  # people, beside whom the fate of one is no count


class Rival(Record, frozen=True):
    """A voice at odds with the figure."""

    held: Held
    since: datetime  #: when it came to be at odds
    at_once: bool

    @property
    def denies(self) -> bool:
        """Whether it denies the figure without giving another."""
        return self.held.entry.status is Status.DENIED


def order(entry: Entry) -> tuple[object, ...]:
    """By the time a claim speaks for; at one instant the lower first, and the vaguer before the more precise."""
    low, high = reach(entry.value, 0.0)
    increment = entry.scope is Scope.INCREMENT
    return (
        entry.as_of,
        entry.heard,
        increment,
        entry.status is Status.DENIED,
        low,
        -high,
        entry.quantifier is not Quantifier.ABOUT,
        entry.voices,
        entry.article,
        entry.n,
    )


class Terms(Record, frozen=True):
    """What decides on one figure beside its claims."""

    metric: Metric
    policy: Policy
    parts: frozenset[int] = frozenset()  #: present numbers of its parts and subsets


def stand(base: Standing, entries: Iterable[Entry], terms: Terms) -> Standing:
    """The standing after `entries` (in order) on top of `base`."""
    standing, kept = _known(base, tuple(entries))
    for entry in kept:
        if not _slipped(entry, kept, terms.policy):
            standing = _advance(standing, entry, terms)
    return standing


def _known(base: Standing, entries: tuple[Entry, ...]) -> tuple[Standing, tuple[Entry, ...]]:
    """The same with every claimant under the fullest name that it goes by."""
    voices = {held.voice for held in base.held}.union(*(entry.voices for entry in entries))
    known = aliases(voice for voice in voices if not voice.startswith(ORIGIN))
    if not known:
        return base, entries
    held = {
        known.get(one.voice, one.voice): one for one in sorted(base.held, key=lambda one: one.entry.heard)
    }
    renamed = tuple(
        msgspec.structs.replace(held[voice], voice=voice, entry=_renamed(held[voice].entry, known))
        for voice in sorted(held)
    )
    return msgspec.structs.replace(base, held=renamed), tuple(_renamed(entry, known) for entry in entries)


def _renamed(entry: Entry, known: dict[str, str]) -> Entry:
    if not any(voice in known for voice in entry.voices):
        return entry
    names: dict[str, str] = {}
    for voice, name in zip(entry.voices, entry.names, strict=True):
        names.setdefault(known.get(voice, voice), name)
    return msgspec.structs.replace(entry, voices=tuple(names), names=tuple(names.values()))


def slips(entries: tuple[Entry, ...], policy: Policy) -> tuple[Entry, ...]:
    """The claims that are but a slip of the pen in a copy."""
    return tuple(entry for entry in entries if _slipped(entry, entries, policy))


def rivals(standing: Standing, policy: Policy) -> tuple[Rival, ...]:
    """The voices at odds with the figure: those who spoke since it was published, and do not fit it.

    Who has not spoken since is stale, not in disagreement.
    """
    value, since = standing.value, standing.since
    if value is None or since is None:
        return ()
    return tuple(
        Rival(held=held, since=max(held.since, since), at_once=held.at_once)
        for held in standing.held
        if held.entry.as_of >= since and _at_odds(held, value, policy)
    )


def holders(standing: Standing, policy: Policy) -> tuple[Held, ...]:
    """The voices that carry the figure: who spoke since it was published, and fits it."""
    value, since = standing.value, standing.since
    if value is None or since is None:
        return ()
    return tuple(
        held for held in standing.held if held.entry.as_of >= since and not _at_odds(held, value, policy)
    )


def _at_odds(held: Held, value: Value, policy: Policy) -> bool:
    if held.entry.status is Status.DENIED:
        return _denied(held.entry, value, policy)
    return not fits(held.value, value, policy.tolerance) or another_count(held.value, value)


def another_count(said: Value, value: Value) -> bool:
    """Whether a lower bound lies so far below a large figure that it is another count, not a weaker word for it.

    "At least 50" fits 55.  Beside 5,200, a new "at least 2,300" is the toll of somebody who counts otherwise.
    """
    open_above = said.low is not None and said.high is None
    return open_above and (value.low or 0) >= LARGE and 2 * (said.low or 0) < (value.low or 0)


# -- one claim after another -------------------------------------------------------------------------------------------


def _advance(standing: Standing, entry: Entry, terms: Terms) -> Standing:
    policy = terms.policy
    if entry.status is Status.DENIED:
        return _deny(standing, entry, policy)
    if not entry.speaks:
        return standing
    if entry.scope is Scope.INCREMENT:
        return _add(standing, entry, policy)
    said = entry.value
    if standing.value is None:
        # That nobody was hurt is the state before any figure.
        return standing if said.high == 0 else _open(standing, entry, said, policy)
    if _rounds(said, standing.value, policy):
        said = msgspec.structs.replace(said, quantifier=Quantifier.ABOUT)
    if another_count(said, standing.value):
        return standing if _left_before(standing, said) else _rival(standing, entry, said, policy)
    if fits(said, standing.value, policy.tolerance):
        return _agree(standing, entry, said, policy)
    if standing.as_of is not None and entry.as_of < standing.as_of:
        return standing  # it speaks for an earlier time: history
    if _left_before(standing, said) and not entry.corrects and not entry.moves and not entry.eases:
        # An old figure: from nobody, or from who has left it, it is told late; from anybody else it is a stand.
        late = not entry.named or any(held.voice in entry.voices for held in holders(standing, policy))
        return standing if late else _hold(standing, entry, said, policy)
    if above(said, standing.value, policy.tolerance):
        return _move(standing, entry, said, policy)
    if said.number in terms.parts or _one_fate(said, standing.value):
        return standing
    if entry.eases or entry.corrects or _own(standing, entry, policy):
        return _move(standing, entry, said, policy)
    return _rival(standing, entry, said, policy)


def _open(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    opened = msgspec.structs.replace(standing, value=said, since=entry.as_of, as_of=entry.as_of, added=())
    return _speak(opened, entry, said, policy, at_once=False)


def _agree(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    held = _hold(standing, entry, said, policy)
    assert held.value is not None  # noqa: S101 - for the type checker: only called on a figure with a value
    value = meet(held.value, said, policy.tolerance)
    news = tells_more(held.value, value, policy.tolerance)
    left = (*held.left, held.value)[-LIMITS.values :] if news else held.left
    return msgspec.structs.replace(
        held,
        value=value,
        since=entry.as_of if news else held.since,
        left=left,
        as_of=max(held.as_of or entry.as_of, entry.as_of),
        added=() if entry.scope is not Scope.INCREMENT else held.added,
    )


def _move(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    assert standing.value is not None  # noqa: S101 - as above
    left = (*standing.left, standing.value)[-LIMITS.values :]
    moved = _hold(standing, entry, said, policy)
    return msgspec.structs.replace(
        moved, value=said, since=entry.as_of, as_of=entry.as_of, left=left, added=()
    )


def _rival(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    """A stand against the figure; the figure gives way where it stands alone, or has not been said for long."""
    held = _hold(standing, entry, said, policy)
    yields = _outvoted(held, said, policy) or _outlived(standing, entry, policy)
    return _move(held, entry, said, policy) if yields else held


def _hold(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    """Keep what the entry's voices say now; mark both where one article gives two voices at odds."""
    opposed = [
        held
        for held in standing.held
        if held.entry.article == entry.article
        and held.voice not in entry.voices
        and not fits(held.value, said, policy.tolerance)
    ]
    if not opposed:
        return _speak(standing, entry, said, policy, at_once=False)
    marked = tuple(
        msgspec.structs.replace(held, at_once=True) if held in opposed else held for held in standing.held
    )
    return _speak(msgspec.structs.replace(standing, held=marked), entry, said, policy, at_once=True)


def _continues(standing: Standing, before: Held, entry: Entry, said: Value, policy: Policy) -> bool:
    """Whether a voice goes on with the stand it has taken since the figure was published: for it, or against."""
    if standing.value is None or before.entry.as_of < (standing.since or entry.as_of):
        return False
    now = msgspec.structs.replace(before, entry=entry, value=said)
    return _at_odds(before, standing.value, policy) == _at_odds(now, standing.value, policy)


def _speak(standing: Standing, entry: Entry, said: Value, policy: Policy, *, at_once: bool) -> Standing:
    held = {one.voice: one for one in standing.held}
    for voice in entry.voices:
        before = held.get(voice)
        if before is None or not _continues(standing, before, entry, said, policy):
            held[voice] = Held(voice=voice, entry=entry, value=said, since=entry.heard, at_once=at_once)
        else:  # the stand it has taken since the figure was published
            held[voice] = msgspec.structs.replace(
                before, entry=entry, value=said, at_once=at_once or before.at_once
            )
    return msgspec.structs.replace(standing, held=tuple(held[voice] for voice in sorted(held)))


def _add(standing: Standing, entry: Entry, policy: Policy) -> Standing:
    """ "Two more have died": the figure and two.  Told again, by whomever, before a new total is stated, it is the same two."""
    more = entry.low if entry.low is not None else entry.high
    if standing.value is None or more is None:
        return standing
    if more in standing.added:
        return standing
    value = standing.value
    said = Value(
        low=None if value.low is None else value.low + more,
        high=None if value.high is None else value.high + more,
        quantifier=value.quantifier,
    )
    moved = _move(standing, entry, said, policy)
    return msgspec.structs.replace(moved, added=(*standing.added, more))


def _deny(standing: Standing, entry: Entry, policy: Policy) -> Standing:
    """A denial stands against the figure; of one's own figure it is its withdrawal."""
    value = standing.value
    if value is None or not _denied(entry, value, policy):
        return standing
    others = [held for held in holders(standing, policy) if held.voice not in entry.voices]
    kept = tuple(held for held in standing.held if held.voice not in entry.voices)
    if not others:
        left = (*standing.left, value)[-LIMITS.values :]
        return msgspec.structs.replace(standing, value=None, since=None, as_of=None, held=kept, left=left)
    same = any(held.entry.article == entry.article for held in others)
    return _speak(standing, entry, entry.value, policy, at_once=same)


def _denied(entry: Entry, value: Value, policy: Policy) -> bool:
    nothing = entry.low is None and entry.high is None
    return nothing or fits(entry.value, value, policy.tolerance)


# -- what tells an update from a contradiction ---------------------------------------------------------------------


def _own(standing: Standing, entry: Entry, policy: Policy) -> bool:
    """Whether the claimant who vouches for the figure says this itself: its own correction.

    Of claims that name nobody, the outlet that gave the figure corrects it.
    """
    supporters = holders(standing, policy)
    if any(held.voice in entry.voices for held in supporters):
        return True
    unnamed = not entry.named and all(not held.entry.named for held in supporters)
    return unnamed and {held.entry.outlet for held in supporters} == {entry.outlet}


def _outlived(standing: Standing, entry: Entry, policy: Policy) -> bool:
    """Whether a voice that was at odds with the figure before says so again, long after anybody last gave the figure."""
    disputed = any(rival.held.voice in entry.voices for rival in rivals(standing, policy))
    last = max((held.entry.as_of for held in holders(standing, policy)), default=None)
    return disputed and last is not None and last + policy.stale <= entry.as_of


def _outvoted(standing: Standing, said: Value, policy: Policy) -> bool:
    """Whether the figure rests on one unnamed voice, far above several that agree: a misreading, most likely."""
    if standing.value is None or 2 * (said.number or 0) > (standing.value.number or 0):
        return False
    agreeing = [rival for rival in rivals(standing, policy) if _near(rival.held.value, said, policy)]
    carrying = holders(standing, policy)
    alone = len(carrying) <= 1 and not any(held.entry.named for held in carrying)
    return alone and len(agreeing) >= SEVERAL


def _near(one: Value, other: Value, policy: Policy) -> bool:
    if one.number is None or other.number is None:
        return False
    return abs(one.number - other.number) <= policy.tolerance * max(one.number, other.number)


def _left_before(standing: Standing, said: Value) -> bool:
    """Whether this is a figure that was current once and has been left."""
    return any(left.number == said.number for left in standing.left)


def _rounds(said: Value, value: Value, policy: Policy) -> bool:
    """Whether a number is but the rounding of a large figure: 10,000 beside 10,100."""
    if (
        said.low is None
        or said.low != said.high
        or value.low is None
        or value.low != value.high
        or said.low < 1000
    ):
        return False
    near = abs(said.low - value.low) <= policy.tolerance * value.low
    return near and _zeros(said.low) > _zeros(value.low)


def _zeros(number: int) -> int:
    return len(str(number)) - len(str(number).rstrip("0"))


def _one_fate(said: Value, value: Value) -> bool:
    """Whether this tells of one person among many: a story of its own, no count of everyone."""
    return said.number == 1 and (value.number or 0) >= MANY


def _slipped(entry: Entry, entries: tuple[Entry, ...], policy: Policy) -> bool:
    """Whether a copy differs from its origin in this number alone.

    It is none where the words speak of a change, where the copy says it twice, where a second copy says the same,
    or where it fits what the origin says.
    """
    if not entry.copied or entry.moves or entry.corrects or not entry.speaks:
        return False
    family = [
        other for other in entries if other.origin == entry.origin and other.speaks and other is not entry
    ]
    others = [other for other in family if other.article != entry.article]
    twice = any(other.article == entry.article and other.value == entry.value for other in family)
    return (
        not twice
        and any(other.heard <= entry.heard for other in others)
        and not any(fits(other.value, entry.value, policy.tolerance) for other in others)
    )
