"""Rules: which updates a person is told, how loudly, and where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from tallywire.records import Bounds, Metric, Position, Record, Severity, Update, UpdateKind

FIGURES = (
    UpdateKind.FIRST,
    UpdateKind.CHANGED,
    UpdateKind.CORRECTED,
    UpdateKind.DISAGREEMENT,
    UpdateKind.RESOLVED,
    UpdateKind.SUM_MISMATCH,
)


LOUDNESS = (Severity.INFO, Severity.NOTICE, Severity.WARNING, Severity.CRITICAL)


class Rule(Record, frozen=True):
    """One reason to tell somebody.  An update that passes every condition is told."""

    name: str
    kinds: tuple[UpdateKind, ...] = ()  #: empty is every kind
    metrics: tuple[Metric, ...] = ()  #: empty is every metric; says nothing of updates without one
    watches: tuple[str, ...] = ()  #: stories, by id; empty is every story
    not_watches: tuple[str, ...] = ()  #: stories, by id, that other rules are for
    min_change: int = 0  #: smallest change in people
    min_change_share: float = 0.0  #: smallest change as a share of the old number
    min_claimants: int = 1  #: fewest claimants behind the new number
    min_origins: int = 1  #: fewest independent texts behind it
    severity: Severity = Severity.NOTICE
    routes: tuple[str, ...] = ()  #: destinations by name; empty is all of them
    cooldown: timedelta = timedelta(0)  #: after an alert of this rule, the same figure's next waits so long
    digest: bool = False  #: what it chooses waits for the next digest
    escalate: timedelta = timedelta(0)  #: open for so long, a disagreement is told again, louder; 0 is never
    repeat: timedelta = timedelta(0)  #: a disagreement that stays open is told again this often; 0 is never

    def holds_for(self, stories: Collection[str]) -> bool:
        """Whether the rule is about a story, known by its own id and those of the stories that went into it."""
        chosen = not self.watches or any(story in self.watches for story in stories)
        return chosen and not any(story in self.not_watches for story in stories)

    def wants(self, update: Update) -> bool:
        """Whether the update of a story that the rule holds for passes every condition, its support included.

        When it may be told is another matter.
        """
        return self.awaits(update) and self._vouched(update)

    def awaits(self, update: Update) -> bool:
        """Whether the update passes every condition, or would if more voices stood behind its number."""
        return (
            (not self.kinds or update.kind in self.kinds)
            and (not self.metrics or update.metric is None or update.metric in self.metrics)
            and self._large_enough(update)
        )

    def _large_enough(self, update: Update) -> bool:
        """A change is measured by the bound that moved more; what is no change from a number passes."""
        if (
            update.kind not in (UpdateKind.CHANGED, UpdateKind.CORRECTED)
            or update.from_ is None
            or update.to is None
        ):
            return True
        ends = ((update.from_.low, update.to.low), (update.from_.high, update.to.high))
        moves = [(abs(new - old), old) for old, new in ends if old is not None and new is not None]
        if not moves:
            return True  # a bound appeared or went: no size to measure
        return any(step >= self.min_change and step >= self.min_change_share * old for step, old in moves)

    def _vouched(self, update: Update) -> bool:
        if update.metric is None or update.to is None:
            return True
        behind = positions_behind(update.positions, update.to)
        if not behind:
            return self.min_claimants <= 1 and self.min_origins <= 1
        claimants = len({name for one in behind for name in one.claimants})
        return claimants >= self.min_claimants and sum(one.origins for one in behind) >= self.min_origins


def positions_behind(positions: Sequence[Position], value: Bounds) -> list[Position]:
    """The positions that carry an end of a figure."""
    return [one for one in positions if one.low == value.low or one.high == value.high]


DEFAULT_RULES = (
    Rule(name="first figure", kinds=(UpdateKind.FIRST,)),
    Rule(name="change", kinds=(UpdateKind.CHANGED,), min_change_share=0.05),
    Rule(name="correction", kinds=(UpdateKind.CORRECTED,), severity=Severity.WARNING),
    Rule(name="disagreement", kinds=(UpdateKind.DISAGREEMENT,), severity=Severity.WARNING),
    Rule(name="resolution", kinds=(UpdateKind.RESOLVED,)),
    Rule(name="sum", kinds=(UpdateKind.SUM_MISMATCH,), severity=Severity.WARNING),
    Rule(name="new actor", kinds=(UpdateKind.ACTOR_NEW,), severity=Severity.INFO),
)
