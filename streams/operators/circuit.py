"""circuit: whether a destination is tried at all, by how it has answered of late.

The schedule of `deliver` is each alert's own; a destination that is down would still hear from every story that waits.
So after a few failures in a row it rests, then one alert asks whether it is back, and the rest follow once it is.
What it asks for itself (Retry-After) holds for all its alerts.  Pure; a runner keeps it in memory, since after a
restart a few alerts find out as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tallywire.ports import Outcome, Verdict
from tallywire.records import Record

TRIP = 3  # failures in a row: one is chance, two may be, and a story's first retry comes after seconds
SHORTEST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=5)  # a destination that is back is found within this time
LONGEST_ASKED = timedelta(hours=24)  # a destination may ask for a longer rest, up to this


class Circuit(Record, frozen=True):
    """How a destination has answered of late."""

    failures: int = 0  #: in a row, each of which asked for another try
    rests_until: datetime | None = None  #: no try before this time (UTC)

    @property
    def open(self) -> bool:
        """Whether it is taken to be down: then one alert at a time asks."""
        return self.failures >= TRIP

    def free_at(self, now: datetime) -> datetime:
        """When it may be tried.  A rest longer than any is one of a clock since set back."""
        until = self.rests_until
        return until if until is not None and until <= now + LONGEST_ASKED else now


CLOSED = Circuit()
Circuits = Mapping[str, Circuit]  # by the destination's name; one that is not there is closed


def answered(circuit: Circuit, outcome: Outcome, now: datetime) -> Circuit:
    """How a destination stands after an answer at `now` (UTC).

    A refusal of one alert is an answer, too: it closes the circuit.
    """
    if outcome.verdict is not Verdict.RETRY:
        return CLOSED
    failures = circuit.failures + 1
    rest = timedelta(0)
    if failures >= TRIP:
        rest = min(SHORTEST_REST * 2 ** min(failures - TRIP, 30), LONGEST_REST)
    asked = timedelta(seconds=min(max(outcome.retry_after or 0.0, 0.0), LONGEST_ASKED.total_seconds()))
    longer = max(rest, asked)
    return Circuit(failures=failures, rests_until=now + longer if longer else None)
