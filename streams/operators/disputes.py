"""Open disagreements that were told, and when a rule wants them told again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from streams.operators.drawing import ENDS, follows
from tallywire.ledger.rules import LOUDNESS, Rule
from tallywire.records import Record, Severity, Update

KEPT = 16  # open disagreements of one story; of more, the latest


class Dispute(Record, frozen=True):
    """A disagreement that is open."""

    update: Update  #: the latest that told it
    since: datetime  #: when it was first found
    told: datetime  #: when a person last heard of it

    def escalated(self, rule: Rule, now: datetime) -> bool:
        """Whether it has been open for so long that the rule raises its voice."""
        return bool(rule.escalate) and now >= self.since + rule.escalate

    def next_reminder(self, rule: Rule) -> datetime | None:
        """When it is to be told again; None where the rule does not ask for that."""
        return min(self._reminders(rule), default=None)

    def _reminders(self, rule: Rule) -> Iterator[datetime]:
        if rule.escalate and self.told < self.since + rule.escalate:
            yield self.since + rule.escalate
        if rule.repeat:
            yield self.since + ((self.told - self.since) // rule.repeat + 1) * rule.repeat


def followed(disputes: tuple[Dispute, ...], update: Update) -> tuple[Dispute, ...]:
    """The open disagreements after an update, told or not: what ends is gone, what a new stand joins has its words."""
    found: list[Dispute] = []
    for one in disputes:
        if not follows(one.update, update):
            found.append(one)
        elif update.kind not in ENDS:
            found.append(msgspec.structs.replace(one, update=update))
    return tuple(found)


def heard(disputes: tuple[Dispute, ...], update: Update, now: datetime) -> tuple[Dispute, ...]:
    """The open disagreements once a person was told of one, for the first time or again."""
    known = next((one for one in disputes if one.update.id == update.id), None)
    others = tuple(one for one in disputes if one is not known)
    return (*others, Dispute(update=update, since=known.since if known else update.at, told=now))[-KEPT:]


def raised(severity: Severity) -> Severity:
    """The next louder severity."""
    return LOUDNESS[min(LOUDNESS.index(severity) + 1, len(LOUDNESS) - 1)]
