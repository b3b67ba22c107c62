"""How long alerts took: from the fetch, and from the publication, of the article behind them to their first taker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from streams.following import Brought
from tallywire.metrics import Metrics
from tallywire.ports import Clock
from tallywire.records import Alert

AWAITED = 10_000  # alerts; of more, the oldest are let go: nobody may ever take them


class Latency:
    """Alerts on their way, and the metrics of how long it was."""

    def __init__(self, metrics: Metrics, clock: Clock, *, articles_clock: bool = False) -> None:
        """`articles_clock`: articles tell the time, so that their age says nothing."""
        self._metrics = metrics
        self._clock = clock
        self._articles_clock = articles_clock
        self._fetched: dict[str, _Fetched] = {}  # alert → when what is behind it came

    def __len__(self) -> int:
        """How many alerts have not been taken yet, of those that are remembered."""
        return len(self._fetched)

    def expect(self, alerts: Sequence[Alert], brought: Brought) -> None:
        """Remember when what is behind some alerts came."""
        published = {article.id: article.published for article in brought.articles}
        for alert in alerts:
            cause = alert.updates[0].cause if alert.updates else ""
            self._fetched[alert.id] = _Fetched(brought.began, published.get(cause))
        while len(self._fetched) > AWAITED:
            del self._fetched[next(iter(self._fetched))]

    def delivered(self, alert: Alert) -> None:
        """Once an alert: note how long it took to its first taker, with the alert as the example of that long."""
        fetched = self._fetched.pop(alert.id, None)
        if fetched is None:
            return
        example = {"alert": alert.id}
        self._metrics.latency.observe(time.monotonic() - fetched.began, example)
        if fetched.published is not None and not self._articles_clock:
            age = (self._clock.now() - fetched.published).total_seconds()
            self._metrics.published.observe(max(age, 0.0), example)


class _Fetched(NamedTuple):
    """When the article behind an alert came."""

    began: float  #: its fetch, on the monotonic clock (seconds)
    published: datetime | None  #: as the article says (UTC)
