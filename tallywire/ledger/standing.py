"""What the claims of one figure come to: update or contradiction, decided claim by claim.

The claims are taken in the order of the time they speak for, whatever order they arrived in: so a late article, an
edit or two articles of one instant need no rules of their own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from tallywire.ledger.claimants import aliases
from tallywire.ledger.metrics import GROWING
from tallywire.ledger.odds import (
    another_count,
    denies,
    holders,
    is_at_odds,
    is_collapse,
    is_few,
    is_leap,
    is_of_one_district,
    is_outlived,
    is_outvoted,
    is_own,
    is_upheld,
    rivals,
    rounds,
    slipped,
    was_left,
)
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import ORIGIN, Entry, Held, Standing
from tallywire.ledger.values import Value, above, fits, meet, reach, tells_more
from tallywire.records import Metric, Quantifier, Record, Scope, Status


def order(entry: Entry) -> tuple[object, ...]:
    """By the time a claim speaks for; at one instant the lower first, and the vaguer before the more precise."""
    low, high = reach(entry.value, 0.0)
    increment = entry.scope is Scope.INCREMENT
    return (
        entry.as_of,
        entry.heard,
        increment,
        entry.status is not Status.ASSERTED,
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
    attackers: int = 0  #: among its people, whom some leave out of their count


def stand(base: Standing, entries: Iterable[Entry], terms: Terms) -> Standing:
    """The standing after `entries` (in order) on top of `base`."""
    standing, kept = _known(base, tuple(entries))
    return _after(standing, tuple(entry for entry in kept if not slipped(entry, kept, terms.policy)), terms)


@lru_cache(maxsize=4096)  # the next article finds all but its own claims weighed
def _after(base: Standing, entries: tuple[Entry, ...], terms: Terms) -> Standing:
    """The standing after claims taken one after another, which nothing but their order decides on."""
    return _advance(_after(base, entries[:-1], terms), entries[-1], terms) if entries else base


def _known(base: Standing, entries: tuple[Entry, ...]) -> tuple[Standing, tuple[Entry, ...]]:
    """The same with every claimant under the fullest name that it goes by."""
    voices = {held.voice for held in base.held}
    for entry in entries:
        voices.update(entry.voices)
    known = aliases(voice for voice in voices if voice[0] != ORIGIN)
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


# -- one claim after another -------------------------------------------------------------------------------------------


def _advance(standing: Standing, entry: Entry, terms: Terms) -> Standing:
    """The standing after one more claim."""
    policy, value, said = terms.policy, standing.value, entry.value
    if entry.status is Status.DENIED:
        return _deny(standing, entry, policy)
    if entry.disputes:
        return _dispute(standing, entry, policy)
    if not entry.speaks:
        return standing
    if entry.found and value is not None and not _more(said, value):
        return standing  # a batch of bodies: of those counted before, for all that is said
    if entry.scope is Scope.INCREMENT:
        return _add(standing, entry, policy)
    if value is None:
        # That nobody was hurt is the state before any figure.
        return standing if said.high == 0 else _open(standing, entry, said, policy)
    if rounds(said, value, policy):
        said = msgspec.structs.replace(said, quantifier=Quantifier.ABOUT)
    if is_few(said, value) and not _explained(entry):
        return standing
    if another_count(said, value):
        return standing if was_left(standing, said) else _rival(standing, entry, said, policy)
    if fits(said, value, policy.tolerance):
        agree = _hold if said.high == 0 else _agree  # that nobody was hurt narrows no figure
        return agree(standing, entry, said, policy)
    return _differ(standing, value, entry, said, terms)


def _differ(standing: Standing, value: Value, entry: Entry, said: Value, terms: Terms) -> Standing:
    """After a claim that does not fit the figure: history, a new number, a correction or a stand."""
    policy, explained = terms.policy, _explained(entry)
    if terms.attackers and said.number == (value.number or 0) - terms.attackers:
        return standing  # the same, without who killed them
    if standing.as_of is not None and entry.as_of < standing.as_of:
        return standing  # it speaks for an earlier time: history
    if was_left(standing, said) and not explained and not entry.moves:
        # An old figure: from nobody, or from who has left it, it is told late; from anybody else it is a stand.
        ours = any(held.voice in entry.voices for held in holders(standing, policy))
        if not (ours and is_upheld(standing, said, policy)):
            return standing if ours or not entry.named else _hold(standing, entry, said, policy)
    if above(said, value, policy.tolerance):
        leaps = is_leap(standing, entry, said, policy)
        return _aside(standing, entry) if leaps else _move(standing, entry, said, policy)
    if said.number in terms.parts:
        return standing
    if is_of_one_district(standing, entry):
        return _aside(standing, entry)
    if explained:
        return _move(standing, entry, said, policy)
    if is_own(standing, entry, policy):
        falls = terms.metric in GROWING and is_collapse(standing, entry, said, policy)
        return _aside(standing, entry) if falls else _move(standing, entry, said, policy)
    return _rival(standing, entry, said, policy)


def _explained(entry: Entry) -> bool:
    """Whether its words or its article say why the number is lower."""
    return entry.eases or entry.corrects


def _more(said: Value, value: Value) -> bool:
    return (said.number or 0) > (value.number or 0)


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


def _aside(standing: Standing, entry: Entry) -> Standing:
    """Remember what lies too far off without taking it up."""
    return msgspec.structs.replace(standing, aside=(*standing.aside, entry)[-LIMITS.values :])


def _rival(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    """A stand against the figure; the figure gives way where it stands alone, or has not been said for long."""
    held = _hold(standing, entry, said, policy)
    yields = is_outvoted(held, said, policy) or is_outlived(standing, entry, policy)
    return _move(held, entry, said, policy) if yields else held


def _hold(standing: Standing, entry: Entry, said: Value, policy: Policy) -> Standing:
    """Keep what the entry's voices say now; mark both where one article gives two claimants at odds."""
    opposed = [
        held
        for held in standing.held
        if held.entry.article == entry.article
        and held.voice not in entry.voices
        and held.entry.reported
        and entry.reported
        and not fits(held.value, said, policy.tolerance)
    ]
    if not opposed:
        return _speak(standing, entry, said, policy, at_once=False)
    return _speak(_at_once(standing, opposed), entry, said, policy, at_once=True)


def _continues(standing: Standing, before: Held, entry: Entry, said: Value, policy: Policy) -> bool:
    """Whether a voice goes on with the stand it has taken since the figure was published: for it, or against."""
    if standing.value is None or before.entry.as_of < (standing.since or entry.as_of):
        return False
    now = msgspec.structs.replace(before, entry=entry, value=said)
    return is_at_odds(before, standing.value, policy) == is_at_odds(now, standing.value, policy)


def _speak(standing: Standing, entry: Entry, said: Value, policy: Policy, *, at_once: bool) -> Standing:
    held = list(standing.held)
    for voice in entry.voices:
        place = bisect_left(held, voice, key=_voice)
        before = held[place] if place < len(held) and held[place].voice == voice else None
        if before is None or not _continues(standing, before, entry, said, policy):
            new = Held(voice=voice, entry=entry, value=said, since=entry.heard, at_once=at_once)
        else:  # the stand it has taken since the figure was published
            new = msgspec.structs.replace(before, entry=entry, value=said, at_once=at_once or before.at_once)
        held[place : place + (before is not None)] = [new]
    return msgspec.structs.replace(standing, held=tuple(held))


def _voice(held: Held) -> str:
    return held.voice


def _add(standing: Standing, entry: Entry, policy: Policy) -> Standing:
    """ "Two more have died": the figure and two.

    Told again, by whomever, before a new total is stated, it is the same two.
    """
    more = entry.low if entry.low is not None else entry.high
    if more is None:
        return standing
    if standing.value is None:
        if not entry.joins:
            return standing
        opened = _open(standing, entry, entry.value, policy)
        return msgspec.structs.replace(opened, added=(more,))
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
    if value is None or not denies(entry, value, policy):
        return standing
    others = [held for held in holders(standing, policy) if held.voice not in entry.voices]
    kept = tuple(held for held in standing.held if held.voice not in entry.voices)
    if not others:
        left = (*standing.left, value)[-LIMITS.values :]
        return msgspec.structs.replace(standing, value=None, since=None, as_of=None, held=kept, left=left)
    instead = [
        held
        for held in standing.held
        if held.voice in entry.voices
        and held.entry.article == entry.article
        and is_at_odds(held, value, policy)
    ]
    if instead:  # "denied that 30 had been killed, saying only four had died"
        return _at_once(standing, instead)
    same = any(held.entry.article == entry.article for held in others)
    return _speak(standing, entry, entry.value, policy, at_once=same)


def _at_once(standing: Standing, odd: list[Held]) -> Standing:
    """The same, whoever is at odds with the figure so plainly that it need not settle."""
    marked = (msgspec.structs.replace(held, at_once=True) if held in odd else held for held in standing.held)
    return msgspec.structs.replace(standing, held=tuple(marked))


def _dispute(standing: Standing, entry: Entry, policy: Policy) -> Standing:
    """A text says that counts conflict: who is at odds with the figure is so at once; where nobody is, the text is."""
    carrying = holders(standing, policy)
    if not carrying or all(held.voice in entry.voices for held in carrying):
        return standing
    odd = [rival.held for rival in rivals(standing, policy)]
    if not odd:
        return _speak(standing, entry, entry.value, policy, at_once=True)
    return _at_once(standing, odd)
