"""Parts and totals: do they add up?

Parts are figures of groups that the total's group contains and that have nobody in common.  They must add up to the
total where they cover it (their nations together are the total's, or one article names them as its parts); in any
case they must not exceed it.  A total that has moved on since says nothing against them.  Subsets ("three of the dead
were officers") never add and never exceed.
"""

from __future__ import annotations

from tallywire.ledger import wording
from tallywire.ledger.groups import contains, demographic, disjoint
from tallywire.ledger.state import Entry, Ledger, Track
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
    behind: bool  #: the total has moved since the parts were first given

    def check(self, tolerance: float) -> Check | None:
        """What the addition says; None where it decides nothing."""
        low = sum(reach(value, tolerance)[0] for value in self.values)
        high = sum(reach(value, tolerance)[1] for value in self.values)
        ends = reach(self.value, tolerance)
        fitting = low <= ends[1] and (high >= ends[0] or not self.covers)
        if (fitting and not self.covers) or (self.behind and high < ends[0]):
            return None
        addition = " + ".join(
            f"{shown(value)} ({wording.people(part.group)})"
            for value, part in zip(self.values, self.parts, strict=True)
        )
        name = wording.figure(self.total.metric, self.total.group)
        verdict = "is" if fitting else "is not"
        return Check(kind="sum", holds=fitting, says=f"{addition} {verdict} {shown(self.value)} {name}")


def sums(ledger: Ledger) -> list[Sum]:
    """Every total of the story with its parts, as told."""
    told = [
        track
        for _, track in sorted(ledger.tracks.items())
        if track.told.value is not None and track.scope is not Scope.SUBSET
    ]
    found = []
    for total in told:
        value, parts = total.told.value, _parts(told, total)
        if value is None or len(parts) < 2:
            continue
        found.append(
            Sum(
                total=total,
                value=value,
                parts=tuple(parts),
                values=tuple(part.told.value for part in parts if part.told.value is not None),
                covers=_covers(total, parts),
                together=bool(_shared([total, *parts], present=True)),
                behind=all(_given(part) < _given(total) for part in parts),
            )
        )
    return found


def _parts(told: list[Track], total: Track) -> list[Track]:
    """The widest figures inside the total that have nobody in common."""
    inside = [track for track in told if _adds(track, total)]
    widest = [one for one in inside if not any(contains(other.facets, one.facets) for other in inside)]
    chosen: list[Track] = []
    for one in widest:
        if all(disjoint(one.facets, other.facets) for other in chosen):
            chosen.append(one)
    return chosen


def _adds(part: Track, total: Track) -> bool:
    return (
        part.metric is total.metric and contains(total.facets, part.facets) and not demographic(part.facets)
    )


def _covers(total: Track, parts: list[Track]) -> bool:
    nations = {nation for part in parts for nation in part.facets.nations}
    if total.facets.nations and nations == set(total.facets.nations):
        return all(part.facets.roles == total.facets.roles for part in parts)
    named = [{entry.article for entry in part.entries if entry.scope is Scope.PART} for part in parts]
    return bool(_shared([total, *parts], present=False).intersection(*named))


def _shared(figures: list[Track], *, present: bool) -> set[str]:
    """The articles that give all the figures; `present`: at the values they have now."""
    said = [
        {
            entry.article
            for entry in figure.entries
            if entry.speaks and (not present or entry.value == figure.told.value)
        }
        for figure in figures
    ]
    return set.intersection(*said)


def _given(figure: Track) -> tuple[bool, str]:
    """When the number a figure has now was first given, as far as is kept; numbers that nobody gives come last."""
    times = [entry.heard.isoformat() for entry in figure.entries if entry.value == figure.told.value]
    return not times, min(times, default="")


def speakers(one: Sum) -> list[Entry]:
    """The latest claim behind the total and behind each part."""
    said = [[entry for entry in track.entries if entry.speaks] for track in (one.total, *one.parts)]
    return [max(entries, key=lambda entry: (entry.heard, entry.n)) for entries in said if entries]


def named(one: Sum) -> str:
    """The sum as a stable name, so that the same mismatch is told once."""
    figures = zip((one.total, *one.parts), (one.value, *one.values), strict=True)
    return ";".join(f"{track.key}={value.low}-{value.high}" for track, value in figures)
