"""What the monitor tells Prometheus: every metric in one place, on a registry of its own.

Names follow the Prometheus conventions: base units, `_total` for counters, times as Unix timestamps rather than ages.
Labels are words from closed lists, but for `feed`, bounded by `FEEDS_SHOWN`, `cause` and a poll's `outcome`, bounded by
`CAUSES_SHOWN`, and `story` with its figures, which only the watches of the configuration have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from tallywire import __version__

FEEDS_SHOWN = 500  # feeds with a series of their own; beyond, only the totals by state tell
CAUSES_SHOWN = (
    30  # causes of dead letters, outcomes of polls with a series of their own; what comes later is "other"
)
FIGURES_SHOWN = 20  # figures of one watched story with series of their own

STEP_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10)
PUBLISHED_BUCKETS = (1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 21600, 86400)
LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)


class Metrics:
    """The metrics of one process."""

    def __init__(
        self,
        stages: Iterable[str],
        destinations: Iterable[str],
        outcomes: Iterable[str] = (),
        verdicts: Iterable[str] = (),
        beats: Iterable[str] | None = None,
    ) -> None:
        """Zeros are exported from the start for every stage and destination.

        Likewise for the `outcomes` of a second reader's questions and the `verdicts` on its suggestions, and for what
        a heartbeat passes in this process: `beats`, unless told an engine and the sender of every destination.
        """
        destinations = tuple(destinations)
        disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each counter and histogram that nobody charts
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._causes: set[str] = set()
        self._outcomes: set[str] = set()
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
        self.stage_seconds = Histogram(
            "tallywire_stage_seconds",
            "Time a stage takes for one item.",
            ["stage"],
            buckets=STEP_BUCKETS,
            registry=self.registry,
        )
        self.waiting = Gauge(
            "tallywire_articles_waiting",
            "Articles fetched that the pipeline has not taken in yet.",
            registry=self.registry,
        )
        self.heartbeat = Gauge(
            "tallywire_heartbeat_timestamp_seconds",
            "When the last heartbeat got as far as this.",
            ["at"],
            registry=self.registry,
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
        self.dead_letter_causes = Counter(
            "tallywire_dead_letter_causes",
            f'Items sent to dead letters, by kind of cause (the first {CAUSES_SHOWN} kinds; then "other").',
            ["cause"],
            registry=self.registry,
        )
        self.polls = Counter(
            "tallywire_polls",
            f'Fetches of feeds, by outcome (the first {CAUSES_SHOWN} kinds; then "other").',
            ["outcome"],
            registry=self.registry,
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
        self.feed_articles = Counter(
            "tallywire_feed_articles",
            f"New articles of a feed (the first {FEEDS_SHOWN} feeds).",
            ["feed"],
            registry=self.registry,
        )
        self.feed_article = Gauge(
            "tallywire_feed_last_article_timestamp_seconds",
            f"When a feed last brought a new article (the first {FEEDS_SHOWN} feeds).",
            ["feed"],
            registry=self.registry,
        )
        self.feed_due = Gauge(
            "tallywire_feed_next_poll_timestamp_seconds",
            f"When a feed is asked next (the first {FEEDS_SHOWN} feeds).",
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
        self.destination_down = Gauge(
            "tallywire_destination_down",
            "1 while a destination is taken to be down (its circuit is open) or gone, and its alerts wait; else 0.",
            ["destination"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "tallywire_alert_latency_seconds",
            "From the fetch that brought the article to the destination's acceptance of the alert.",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.published = Histogram(
            "tallywire_publish_to_alert_seconds",
            "From the time the article gives as its publication to the destination's acceptance of the alert.",
            buckets=PUBLISHED_BUCKETS,
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
        self.refusals = Counter(
            "tallywire_broker_refusals",
            "Tries that Kafka refused or did not answer: each is made again.",
            registry=self.registry,
        )
        self.state_bytes = Gauge(
            "tallywire_state_bytes", "Size of the state file, its log included.", registry=self.registry
        )
        self.disk_free = Gauge(
            "tallywire_disk_free_bytes", "Room left where the state file stands.", registry=self.registry
        )
        self.stories = Gauge("tallywire_stories", "Stories that are followed.", registry=self.registry)
        self.stage_behind = Gauge(
            "tallywire_stage_behind_records",
            "Records on Kafka that a stage has yet to be done with, whoever works on it.",
            ["stage"],
            registry=self.registry,
        )
        self.archive_rows = Counter(
            "tallywire_archive_rows", "Rows added to the archive.", ["table"], registry=self.registry
        )
        self.archive_behind = Gauge(
            "tallywire_archive_behind_records",
            "Records on Kafka that the archive has yet to read.",
            ["topic"],
            registry=self.registry,
        )
        self.figures = FigureSeries(self.registry)
        for stage in stages:
            self.stage_in.labels(stage)
            self.stage_out.labels(stage)
            self.stage_behind.labels(stage)
            self.stage_seconds.labels(stage)
            self.dead_letters.labels(stage)
        for stage in ("feed", "deliver"):
            self.dead_letters.labels(stage)
        for at in at_senders(destinations, "engine") if beats is None else beats:
            self.heartbeat.labels(at)
        for destination in destinations:
            self.destination_down.labels(destination)
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

    def count_dead(self, stage: str, cause: str) -> None:
        """Count a dead letter; the kind of its cause is what stands before the colon."""
        self.dead_letters.labels(stage).inc()
        self.dead_letter_causes.labels(_shown(cause.partition(":")[0].strip(), self._causes)).inc()

    def count_poll(self, outcome: str) -> None:
        """Count a fetch of a feed; a server may answer with any number there is."""
        self.polls.labels(_shown(outcome, self._outcomes)).inc()

    def feed_known(self, feed: str, succeeded: datetime | None) -> None:
        """Start the series of a feed that has some of its own; `succeeded` (UTC) is None where it never did."""
        self.feed_articles.labels(feed)
        self.feed_success.labels(feed).set(succeeded.timestamp() if succeeded else 0)

    def feed_answered(self, feed: str, at: datetime, *, due: datetime, articles: int, fine: bool) -> None:
        """Note what one fetch of a feed that has series of its own came to (times in UTC)."""
        self.feed_due.labels(feed).set(due.timestamp())
        self.feed_articles.labels(feed).inc(articles)
        if fine:
            self.feed_success.labels(feed).set(at.timestamp())
        if articles:
            self.feed_article.labels(feed).set(at.timestamp())

    def expose(self, accept: str) -> tuple[bytes, str]:
        """The metrics as text and its content type, in the format the scraper's Accept header asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


def _shown(name: str, seen: set[str]) -> str:
    """The name, or "other" where so many others have come before it."""
    if name not in seen and len(seen) >= CAUSES_SHOWN:
        return "other"
    seen.add(name)
    return name


def at_senders(destinations: Iterable[str], *others: str) -> list[str]:
    """Where a heartbeat passes: `others`, and the sender of every destination."""
    return [*others, *(f"deliver/{destination}" for destination in destinations)]


class FigureSeries:
    """The figures of watched stories, as they stand: what an analyst sees as panels."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Registers the series; none is exported before a watched story has a figure."""
        names = ["story", "metric", "group"]
        self._gauges = {
            part: Gauge(f"tallywire_figure_{part}", says, names, registry=registry)
            for part, says in (
                ("low", "The least a figure of a watched story comes to."),
                (
                    "high",
                    "The most a figure of a watched story comes to; absent where it has no upper bound.",
                ),
                ("best", "The one number to print of a figure."),
                ("claimants", "Independent claimants who hold a figure."),
                ("origins", "Independent texts that carry a figure."),
                ("disagreement", "1 while independent claimants disagree on a figure."),
            )
        }
        self._shown: dict[str, set[tuple[str, str, str]]] = {}

    def show(self, story: str, figures: Mapping[tuple[str, str], Mapping[str, int | None]]) -> None:
        """Set the series of one story, under the name a person gave it; series of no figure end.

        `figures`: (metric, group) → the value of each part, None where it has none.
        """
        shown = {(story, *figure): figures[figure] for figure in list(figures)[:FIGURES_SHOWN]}
        gone = self._shown.get(story, set()) - shown.keys()
        for part, gauge in self._gauges.items():
            for labels in gone:
                gauge.remove(*labels)
            for labels, values in shown.items():
                if (value := values[part]) is None:
                    gauge.remove(*labels)
                else:
                    gauge.labels(*labels).set(value)
        self._shown[story] = set(shown)
