"""What the monitor tells Prometheus: every metric in one place, on a registry of its own.

Names follow the Prometheus conventions: base units, `_total` for counters, times as Unix timestamps rather than ages.
Labels are words from closed lists, but for `feed`, which is bounded by `FEEDS_SHOWN`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import choose_encoder

from tallywire import __version__

FEEDS_SHOWN = 500  # feeds with a series of their own; beyond, only the totals by state tell

LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)


class Metrics:
    """The metrics of one process."""

    def __init__(
        self,
        stages: Iterable[str],
        destinations: Iterable[str],
        outcomes: Iterable[str] = (),
        verdicts: Iterable[str] = (),
    ) -> None:
        """Zeros are exported from the start for every stage and destination.

        Likewise for the `outcomes` of a second reader's questions and the `verdicts` on its suggestions.
        """
        self.registry = CollectorRegistry()
        self.build = Info("tallywire_build", "The running version.", registry=self.registry)
        self.build.info({"version": __version__})
        self.stage_in = Counter(
            "tallywire_stage_in", "Items that entered a stage.", ["stage"], registry=self.registry
        )
        self.stage_done = Counter(
            "tallywire_stage_done",
            "Items a stage is done with, by what became of them; their sum is what entered.",
            ["stage", "reason"],
            registry=self.registry,
        )
        self.stage_out = Counter(
            "tallywire_stage_out", "Records a stage put out.", ["stage"], registry=self.registry
        )
        self.updates = Counter("tallywire_updates", "Updates, by kind.", ["kind"], registry=self.registry)
        self.alerts = Counter(
            "tallywire_alerts", "Alerts, by kind and severity.", ["kind", "severity"], registry=self.registry
        )
        self.dead_letters = Counter(
            "tallywire_dead_letters",
            "Items sent to dead letters, by stage.",
            ["stage"],
            registry=self.registry,
        )
        self.polls = Counter(
            "tallywire_polls", "Fetches of feeds, by outcome.", ["outcome"], registry=self.registry
        )
        self.feeds = Gauge(
            "tallywire_feeds", "Feeds, by how their last fetch went.", ["state"], registry=self.registry
        )
        self.feed_success = Gauge(
            "tallywire_feed_last_success_timestamp_seconds",
            f"When a feed last answered well (the first {FEEDS_SHOWN} feeds).",
            ["feed"],
            registry=self.registry,
        )
        self.last_article = Gauge(
            "tallywire_last_article_timestamp_seconds",
            "When the last article came in.",
            registry=self.registry,
        )
        self.transaction = Histogram(
            "tallywire_transaction_seconds",
            "Time to take a batch of articles through the whole pipeline and commit it.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.deliveries = Counter(
            "tallywire_deliveries",
            "Tries to deliver an alert, by destination and verdict.",
            ["destination", "verdict"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "tallywire_alert_latency_seconds",
            "From the fetch that brought the article to the destination's acceptance of the alert.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.outbox = Gauge("tallywire_outbox_pending", "Deliveries that wait.", registry=self.registry)
        self.outbox_oldest = Gauge(
            "tallywire_outbox_oldest_timestamp_seconds",
            "When the oldest waiting alert was decided; 0 where none waits.",
            registry=self.registry,
        )
        self.questions = Counter(
            "tallywire_second_reader_questions",
            "Questions to the second reader, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.suggestions = Counter(
            "tallywire_second_reader_suggestions",
            "Suggestions of the second reader, accepted or by why they are not.",
            ["verdict"],
            registry=self.registry,
        )
        self.answers = Histogram(
            "tallywire_second_reader_seconds",
            "Time the second reader took for an answer.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.faults = Counter(
            "tallywire_store_faults",
            "Transactions the state file refused (a full disk …).",
            registry=self.registry,
        )
        for stage in stages:
            self.stage_in.labels(stage)
            self.stage_out.labels(stage)
            self.dead_letters.labels(stage)
        for stage in ("feed", "deliver"):
            self.dead_letters.labels(stage)
        for destination in destinations:
            for verdict in ("delivered", "retry", "rejected", "gone"):
                self.deliveries.labels(destination, verdict)
        for state in ("ok", "failing", "new"):
            self.feeds.labels(state)
        for outcome in outcomes:
            self.questions.labels(outcome)
        for verdict in verdicts:
            self.suggestions.labels(verdict)

    def count_stages(
        self, entered: Mapping[str, int], done: Mapping[tuple[str, str], int], out: Mapping[str, int]
    ) -> None:
        """Add what one committed transaction did at each stage."""
        for stage, number in entered.items():
            self.stage_in.labels(stage).inc(number)
        for (stage, reason), number in done.items():
            self.stage_done.labels(stage, reason).inc(number)
        for stage, number in out.items():
            self.stage_out.labels(stage).inc(number)

    def feed_succeeded(self, feed: str, at: datetime, *, apart: bool) -> None:
        """Note a feed's good answer; `apart` where it has a series of its own."""
        if apart:
            self.feed_success.labels(feed).set(at.timestamp())

    def expose(self, accept: str) -> tuple[bytes, str]:
        """The metrics as text and its content type, in the format the scraper's Accept header asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
