"""reconcile: a placed article into its story's ledger; what changed comes out as updates.

Keyed by story.  A `Due` comes back when a settling time runs out.  A story that has met an older one hands its ledger
over, as an `Adoption` that comes back under the older one's key, and sends on what still comes for it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from streams.step import Reason, Step
from tallywire import ledger
from tallywire.ledger import Ledger, Lore, Outcome, Policy
from tallywire.reading import actors
from tallywire.reading.gazetteer import Form, place
from tallywire.records import Due, Merge, Record, Silence, StoryReading, Support, Update

# Cities are left out: too many of them are names of people as well.
_NATIONAL = (Form.COUNTRY, Form.ADJECTIVE, Form.PEOPLE, Form.SEAT)


def nation(words: str) -> str | None:
    """The nation that a claimant's words name: ISO 3166 alpha-2, or None."""
    found = place(words)
    return found.nation if found is not None and found.form in _NATIONAL else None


LORE = Lore(nation=nation, actors=actors)


class Adoption(Record, frozen=True):
    """A ledger on its way into that of an older story."""

    merge: Merge
    ledger: Ledger

    @property
    def story(self) -> str:
        """The story that takes it in."""
        return self.merge.into


Item = StoryReading | Merge | Adoption | Due
Output = Update | Support | Silence | Merge | Adoption | StoryReading


class Reconcile:
    """The ledger as a step of the pipeline."""

    def __init__(self, policy: Policy | None = None) -> None:
        """`policy` holds the settling time and the tolerances."""
        self._policy = policy or Policy()

    def step(self, item: Item, state: Ledger | None, now: datetime) -> Step[Ledger, Output]:
        """Take in an article or another story's ledger, hand over one's own, or see what has settled by `now`."""
        if isinstance(item, Merge):
            return _hand_over(item, state)
        if state is not None and state.into is not None:
            return _send_on(item, state, state.into)
        if isinstance(item, Due):
            return self._wait(state, now)
        if isinstance(item, Adoption):
            outcome = ledger.adopt(state, item.ledger, item.merge, now, self._policy, LORE)
            reason = Reason.MERGED
        else:
            outcome = ledger.take(state, item, now, self._policy, LORE)
            reason = Reason.UPDATED if outcome.updates else Reason.NO_CHANGE
        if outcome.repeated:
            return Step(state=state, due=outcome.due, reason=Reason.DUPLICATE)
        return Step(state=outcome.ledger, outputs=_told(outcome), due=outcome.due, reason=reason)

    def awaits(self, item: Item, state: Ledger | None) -> str | None:
        """The story whose ledger comes before an article that has shown it to be this one."""
        if not isinstance(item, StoryReading) or (state is not None and state.into is not None):
            return None
        return None if state is not None and item.met in state.adopted else item.met

    def _wait(self, state: Ledger | None, now: datetime) -> Step[Ledger, Output]:
        if state is None or state.closed is not None:
            return Step(state=state, rests=state is not None, reason=Reason.DUE)
        outcome = ledger.wait(state, now, self._policy)
        book = outcome.ledger
        closed = book.closed is not None
        ends = (Silence(story=book.story, silent_since=book.heard or now),) if closed else ()
        return Step(
            state=book,
            outputs=(*_told(outcome), *ends),
            due=outcome.due,
            rests=closed,
            reason=Reason.CLOSED if closed else Reason.DUE,
        )


def _told(outcome: Outcome) -> tuple[Output, ...]:
    """What bears out the known goes first, so that it is told in one with what is new."""
    return (*outcome.support, *outcome.updates)


def _hand_over(merge: Merge, state: Ledger | None) -> Step[Ledger, Output]:
    """The ledger to the older story, the word to what follows; told twice, the same goes out twice."""
    known = state or Ledger(story=merge.story, label="", opened=merge.at)
    left = msgspec.structs.replace(known, into=merge.into)
    return Step(state=left, outputs=(merge, Adoption(merge=merge, ledger=left)), reason=Reason.MERGED)


def _send_on(item: StoryReading | Adoption | Due, state: Ledger, into: str) -> Step[Ledger, Output]:
    """What comes for a story that is told elsewhere."""
    if isinstance(item, Due):
        return Step(state=state, rests=True, reason=Reason.DUE)
    if isinstance(item, Adoption):
        merge = msgspec.structs.replace(item.merge, into=into)
        return Step(state=state, outputs=(msgspec.structs.replace(item, merge=merge),), reason=Reason.MERGED)
    if item.reading.article.id in state.seen:
        return Step(state=state, reason=Reason.DUPLICATE)
    return Step(state=state, outputs=(msgspec.structs.replace(item, story=into),), reason=Reason.MERGED)
