"""Parts and totals: do they add up?

Parts are figures of groups that the total's group contains and that have nobody in common.  They must add up to the
total where they cover it (their nations together are the total's, or one article names them as its parts); in any
case they must not exceed it.  Subsets ("three of the dead were officers") never add and never exceed.
"""

from __future__ import annotations

from tallywire.ledger import wording
from tallywire.ledger.groups import contains, demographic, disjoint
from tallywire.ledger.state import Entry, Ledger, Standing, Track
from tallywire.ledger.values import Value, reach, shown
from tallywire.records import Check, Record, Scope


class Sum(Record, frozen=True):
    """One total and the parts found for it."""

    total: Track
    value: Value
    parts: tuple[Track, ...]
    values: tuple[Value, ...]
    covers: bool
    together: bool  #: one article gives them all

    def check(self, tolerance: float) -> Check | None:
        """What the addition says; None where it decides nothing."""
        low = sum(reach(value, tolerance)[0] for value in self.values)
        high = sum(reach(value, tolerance)[1] for value in self.values)
        ends = reach(self.value, tolerance)
        fitting = low <= ends[1] and (high >= ends[0] or not self.covers)
        if fitting and not self.covers:
            return None
        addition = " + ".join(
            f"{shown(value)} ({wording.people(part.group)})"
            for value, part in zip(self.values, self.parts, strict=True)
        )
        name = wording.figure(self.total.metric, self.total.group)
        verdict = "is" if fitting else "is not"
        return Check(kind="sum", holds=fitting, says=f"{addition} {verdict} {shown(self.value)} {name}")


def sums(ledger: Ledger, standings: dict[str, Standing]) -> list[Sum]:
    """Every total of the story with its parts."""
    found = []
    for key in sorted(standings):
        total, value = ledger.tracks[key], standings[key].value
        if value is None or total.scope is Scope.SUBSET:
            continue
        parts = _parts(ledger, standings, total)
        if len(parts) < 2:
            continue
        values = tuple(said for part in parts if (said := standings[_key(part)].value) is not None)
        found.append(
            Sum(
                total=total,
                value=value,
                parts=tuple(parts),
                values=values,
                covers=_covers(total, parts),
                together=_together(total, parts, standings),
            )
        )
    return found


def _key(track: Track) -> str:
    return f"{track.metric}|{track.facets.key}"


def _parts(ledger: Ledger, standings: dict[str, Standing], total: Track) -> list[Track]:
    """The widest figures inside the total that have nobody in common."""
    inside = [
        track
        for key, track in sorted(ledger.tracks.items())
        if track.metric is total.metric
        and contains(total.facets, track.facets)
        and track.scope is not Scope.SUBSET
        and not demographic(track.facets)
        and standings[key].value is not None
    ]
    widest = [one for one in inside if not any(contains(other.facets, one.facets) for other in inside)]
    chosen: list[Track] = []
    for one in widest:
        if all(disjoint(one.facets, other.facets) for other in chosen):
            chosen.append(one)
    return chosen


def _covers(total: Track, parts: list[Track]) -> bool:
    nations = {nation for part in parts for nation in part.facets.nations}
    if total.facets.nations and nations == set(total.facets.nations):
        return all(part.facets.roles == total.facets.roles for part in parts)
    return all(part.scope is Scope.PART for part in parts) and bool(_shared(total, parts))


def _shared(total: Track, parts: list[Track]) -> set[str]:
    """The articles that give the total and every part."""
    shared = {entry.article for entry in total.entries if entry.speaks}
    for part in parts:
        shared &= {entry.article for entry in part.entries if entry.speaks}
    return shared


def _together(total: Track, parts: list[Track], standings: dict[str, Standing]) -> bool:
    """Whether one article gives the total and all parts at their present values."""

    def saying(track: Track) -> set[str]:
        value = standings[_key(track)].value
        return {entry.article for entry in track.entries if entry.speaks and entry.value == value}

    articles = saying(total)
    for part in parts:
        articles &= saying(part)
    return bool(articles)


def speakers(one: Sum) -> list[Entry]:
    """The latest claim behind the total and behind each part."""
    return [
        max((e for e in track.entries if e.speaks), key=lambda e: (e.heard, e.n))
        for track in (one.total, *one.parts)
        if any(e.speaks for e in track.entries)
    ]


def named(one: Sum) -> str:
    """The sum as a stable name, so that the same mismatch is told once."""
    sides = [
        f"{_key(track)}={value.low}-{value.high}"
        for track, value in zip((one.total, *one.parts), (one.value, *one.values), strict=True)
    ]
    return ";".join(sides)
