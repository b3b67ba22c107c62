"""What a story heard before an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tallywire.ledger.groups import THERE, Facets
from tallywire.ledger.state import Entry, Track
from tallywire.records import Metric


class Earlier:
    """What a story heard before a time: articles of that very instant tell each other nothing, in whatever order."""

    def __init__(self, tracks: Iterable[Track], when: datetime) -> None:
        """`tracks` are the story's figures."""
        self._tracks = tuple(tracks)
        self._when = when

    def said(self, metric: Metric, facets: Facets | None = None) -> Iterator[Entry]:
        """The claims of a metric, or of one figure, as far as they are kept one by one, or the last of their voice."""
        for track in self._tracks:
            if track.metric is metric and facets in (None, track.facets):
                kept = (*track.entries, *(held.entry for held in track.base.held))
                yield from (entry for entry in kept if entry.heard < self._when)

    def parts(self) -> set[str]:
        """The countries that have figures of their own."""
        return {code for one in self._tracks if THERE in one.facets.words for code in one.facets.nations}

    def lands(self) -> Iterator[tuple[str, ...]]:
        """The countries that everyone whom the story counts was said to be in, claim by claim."""
        for track in self._tracks:
            if not track.facets.key:
                yield from (entry.lands for entry in self.said(track.metric, track.facets))

    def last(self, metric: Metric, facets: Facets) -> set[int | None]:
        """The numbers that were last given for a figure."""
        speaking = [entry for entry in self.said(metric, facets) if entry.speaks]
        latest = max((entry.heard for entry in speaking), default=None)
        return {entry.value.number for entry in speaking if entry.heard == latest}
