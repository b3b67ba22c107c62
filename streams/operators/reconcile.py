"""reconcile: a placed article into its story's ledger; what changed comes out as updates.

Keyed by story.  A `Due` comes back when a settling time runs out.
"""

from __future__ import annotations

from datetime import datetime

from streams.step import Reason, Step
from tallywire import ledger
from tallywire.ledger import Ledger, Lore, Policy
from tallywire.reading import actors
from tallywire.reading.gazetteer import Form, place
from tallywire.records import Due, StoryReading, Update

# Cities are left out: too many of them are names of people as well.
_NATIONAL = (Form.COUNTRY, Form.ADJECTIVE, Form.PEOPLE, Form.SEAT)


def nation(words: str) -> str | None:
    """The nation that a claimant's words name: ISO 3166 alpha-2, or None."""
    found = place(words)
    return found.nation if found is not None and found.form in _NATIONAL else None


LORE = Lore(nation=nation, actors=actors)


class Reconcile:
    """The ledger as a step of the pipeline."""

    def __init__(self, policy: Policy | None = None) -> None:
        """`policy` holds the settling time and the tolerances."""
        self._policy = policy or Policy()

    def step(self, item: StoryReading | Due, state: Ledger | None, now: datetime) -> Step[Ledger, Update]:
        """Take an article in, or see whose settling time has run out by `now`."""
        if isinstance(item, Due):
            return self._wait(state, now)
        outcome = ledger.take(state, item, now, self._policy, LORE)
        if outcome.repeated:
            return Step(state=state, due=outcome.due, reason=Reason.DUPLICATE)
        reason = Reason.UPDATED if outcome.updates else Reason.NO_CHANGE
        return Step(state=outcome.ledger, outputs=outcome.updates, due=outcome.due, reason=reason)

    def _wait(self, state: Ledger | None, now: datetime) -> Step[Ledger, Update]:
        if state is None:
            return Step(state=None, reason=Reason.DUE)
        outcome = ledger.wait(state, now, self._policy)
        return Step(state=outcome.ledger, outputs=outcome.updates, due=outcome.due, reason=Reason.DUE)
