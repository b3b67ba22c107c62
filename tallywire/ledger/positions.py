"""The positions of a figure: who currently holds what, counted by claimant, then by origin."""

from __future__ import annotations

from collections.abc import Iterable

from tallywire.ledger.odds import Speaking
from tallywire.ledger.policy import Policy
from tallywire.ledger.state import Entry, Held, Track
from tallywire.ledger.values import Value
from tallywire.records import Citation, Position, Quantifier, Status

SENTENCES = 4  # cited for a position


def positions(track: Track, speaking: Speaking) -> tuple[Position, ...]:
    """Those who speak now, most independent voices first; then the figures that are feared or unconfirmed."""
    groups: dict[tuple[Value, Status], list[Held]] = {}
    for held in speaking.held:
        groups.setdefault((held.value, held.entry.status), []).append(held)
    taken = [_position(value, status, members) for (value, status), members in groups.items()]
    taken.sort(
        key=lambda one: (-len(one.claimants), -one.origins, one.low or 0, one.high or 0, one.claimants)
    )
    return (*taken, *_unspoken(track))


def cite(entry: Entry) -> Citation:
    """The sentence behind a claim."""
    return Citation(article=entry.article, outlet=entry.outlet, quote=entry.quote, url=entry.url)


def alike(one: int | None, other: int | None, policy: Policy) -> bool:
    """Whether two numbers are the same within the tolerance."""
    return one is not None and other is not None and abs(one - other) <= policy.tolerance * max(one, other)


def _position(value: Value, status: Status, members: list[Held]) -> Position:
    entries = [
        held.entry for held in sorted(members, key=lambda held: (held.entry.heard, held.voice), reverse=True)
    ]
    return Position(
        low=value.low,
        high=value.high,
        claimants=_names(members),
        origins=len({entry.origin for entry in entries}),
        outlets=tuple(sorted({entry.outlet for entry in entries if entry.outlet})),
        as_of=max(entry.as_of for entry in entries),
        evidence=_cited(entries),
        status=status,
    )


def _cited(entries: Iterable[Entry]) -> tuple[Citation, ...]:
    """The first few different sentences."""
    found: dict[Citation, None] = {}
    for entry in entries:
        found[cite(entry)] = None
        if len(found) == SENTENCES:
            break
    return tuple(found)


def _names(members: Iterable[Held]) -> tuple[str, ...]:
    """One name for each voice, as its latest claim writes it."""
    names = (held.entry.names[held.entry.voices.index(held.voice)] for held in members)
    return tuple(dict.fromkeys(names))


def _unspoken(track: Track) -> tuple[Position, ...]:
    """Claims that are feared or unconfirmed, the latest of each voice; "several" is no stand at all."""
    latest: dict[str, Entry] = {}
    for entry in track.entries:
        stated = entry.low is not None or entry.high is not None
        if (
            stated
            and entry.status in (Status.FEARED, Status.UNCONFIRMED)
            and entry.quantifier is not Quantifier.VAGUE
        ):
            latest[entry.voices[0]] = entry
    return tuple(
        Position(
            low=entry.low,
            high=entry.high,
            claimants=entry.names,
            origins=1,
            outlets=(entry.outlet,) if entry.outlet else (),
            as_of=entry.as_of,
            evidence=(cite(entry),),
            status=entry.status,
        )
        for _, entry in sorted(latest.items())
    )
