"""Which figures count events, and which describe a state."""

from __future__ import annotations

from tallywire.records import Metric

# Counts of events, which time cannot undo.  The others describe a state, which events may end: people are found,
# released, go home.
GROWING = frozenset({Metric.KILLED, Metric.INJURED, Metric.CASUALTIES, Metric.RESCUED, Metric.CAPTURED})
