"""Whether articles come in, are read, and alerts go out: health, lag, latency, dead letters."""

from __future__ import annotations

from deploy.grafana.panels import HERE, Query, lines, number


def quantiles(histogram: str, *, exemplars: bool = False) -> tuple[Query, Query]:
    """Median and 95th percentile of a histogram."""
    buckets = f"sum by (le) (rate({histogram}_bucket{{{HERE}}}[$__rate_interval]))"
    return (
        Query(f"histogram_quantile(0.5, {buckets})", "median"),
        Query(f"histogram_quantile(0.95, {buckets})", "95 %", exemplars),
    )


NOW = (
    number(
        "Heartbeat",
        "Age of the last heartbeat that went all the way, through the engine and past every sender.",
        "s",
        f'max(time() - tallywire_heartbeat_timestamp_seconds{{{HERE}, at!~"stage/.*"}} or time() - '
        f'max by (job, at) (tallywire_heartbeat_timestamp_seconds{{{HERE}, at=~"stage/.*"}}))',
        limits=(45, 120),
        runbook="heartbeat-late",
    ),
    number(
        "Articles",
        "Articles that came in, a minute.",
        "short",
        f'60 * sum(rate(tallywire_stage_in_total{{{HERE}, stage="revise"}}[$__rate_interval]))',
        runbook="no-articles",
    ),
    number(
        "Waiting",
        "Articles fetched that have not been read yet: the pipeline's lag.",
        "short",
        f"sum(tallywire_articles_waiting{{{HERE}}})",
        limits=(50, 200),
        runbook="lag-growing",
    ),
    number(
        "Alerts",
        "Alerts decided in the last day.",
        "short",
        f"sum(increase(tallywire_alerts_total{{{HERE}}}[1d]))",
    ),
    number(
        "Oldest alert waiting",
        "Since when an alert has waited for its destination; nothing where none waits.",
        "s",
        f"max(time() - (tallywire_outbox_oldest_timestamp_seconds{{{HERE}}} > 0)) or vector(0)",
        limits=(60, 900),
        runbook="outbox-old",
    ),
    number(
        "Dead letters",
        "Items of the pipeline that could not be processed in the last day; what feeds send is not counted.",
        "short",
        f'sum(increase(tallywire_dead_letters_total{{{HERE}, stage!="feed"}}[1d]))',
        limits=(1, 10),
        runbook="dead-letters",
    ),
)

FLOW = (
    lines(
        "Into each stage",
        "Items that entered each stage, a second.",
        "short",
        Query(f"sum by (stage) (rate(tallywire_stage_in_total{{{HERE}}}[$__rate_interval]))", "{{stage}}"),
    ),
    lines(
        "What became of them",
        "Items a stage was done with, by what became of them, a second.",
        "short",
        Query(
            f"sum by (stage, reason) (rate(tallywire_stage_done_total{{{HERE}}}[$__rate_interval]))",
            "{{stage}} {{reason}}",
        ),
        stacked=True,
    ),
    lines(
        "Waiting",
        "Articles fetched that have not been read yet.",
        "short",
        Query(f"sum by (instance) (tallywire_articles_waiting{{{HERE}}})", "{{instance}}"),
        runbook="lag-growing",
    ),
    lines(
        "Share of a core by stage",
        "Seconds a stage worked, a second: near 1 in all, one core is full.",
        "percentunit",
        Query(f"sum by (stage) (rate(tallywire_stage_seconds_sum{{{HERE}}}[$__rate_interval]))", "{{stage}}"),
        stacked=True,
        runbook="lag-growing",
    ),
    lines(
        "Time for an item",
        "95th percentile of the time a stage takes for one item.",
        "s",
        Query(
            "histogram_quantile(0.95, sum by (stage, le) "
            f"(rate(tallywire_stage_seconds_bucket{{{HERE}}}[$__rate_interval])))",
            "{{stage}}",
        ),
    ),
    lines(
        "Time for a batch",
        "Median and 95th percentile of a batch of articles through the whole pipeline, commit included.",
        "s",
        *quantiles("tallywire_transaction_seconds"),
    ),
)

ALERTS_OUT = (
    lines(
        "From fetch to delivery",
        "Median and 95th percentile from the fetch of the article to the first acceptance of the alert; "
        "the dots are single alerts, by id.",
        "s",
        *quantiles("tallywire_alert_latency_seconds", exemplars=True),
        runbook="alerts-slow",
    ),
    lines(
        "From publication to delivery",
        "The same from the time that the article gives as its publication: polling and the publisher included.",
        "s",
        *quantiles("tallywire_publish_to_alert_seconds", exemplars=True),
    ),
    lines(
        "Tries to deliver",
        "By destination and what came of it, in each minute.",
        "short",
        Query(
            f"60 * sum by (destination, verdict) (rate(tallywire_deliveries_total{{{HERE}}}[$__rate_interval]))",
            "{{destination}} {{verdict}}",
        ),
        runbook="destination-failing",
    ),
    lines(
        "Destinations down",
        "1 while a destination is taken to be down or is gone; its alerts wait.",
        "short",
        Query(f"max by (destination) (tallywire_destination_down{{{HERE}}})", "{{destination}}"),
        runbook="destination-failing",
    ),
    lines(
        "Outbox",
        "Deliveries that wait for their destination.",
        "short",
        Query(f"sum by (instance) (tallywire_outbox_pending{{{HERE}}})", "{{instance}}"),
        runbook="outbox-old",
    ),
)

FAULTS_AND_ROOM = (
    lines(
        "Dead letters by cause",
        "Items that could not be processed in each hour, by kind of cause.",
        "short",
        Query(f"sum by (cause) (increase(tallywire_dead_letter_causes_total{{{HERE}}}[1h]))", "{{cause}}"),
        stacked=True,
        runbook="dead-letters",
    ),
    lines(
        "Memory",
        "Resident memory of the process.",
        "bytes",
        Query(f"process_resident_memory_bytes{{{HERE}}}", "{{instance}}"),
        runbook="restart-loop",
    ),
    lines(
        "Disk",
        "Size of the state file, and the room left beside it.",
        "bytes",
        Query(f"tallywire_state_bytes{{{HERE}}}", "{{instance}} state"),
        Query(f"tallywire_disk_free_bytes{{{HERE}}}", "{{instance}} free"),
        runbook="disk-full",
    ),
)

ON_KAFKA = (
    lines(
        "Stages behind",
        "Records on Kafka that a stage has yet to be done with, whichever worker takes them.",
        "short",
        Query(f"max by (stage) (tallywire_stage_behind_records{{{HERE}}})", "{{stage}}"),
        runbook="lag-growing",
    ),
    lines(
        "Refused by Kafka",
        "Tries that Kafka refused or did not answer, in each minute; each is made again.",
        "short",
        Query(
            f"60 * sum by (instance) (rate(tallywire_broker_refusals_total{{{HERE}}}[$__rate_interval]))",
            "{{instance}}",
        ),
        runbook="broker-refuses",
    ),
    lines(
        "Into the archive",
        "Rows added to the archive, a second, by table.",
        "short",
        Query(
            f"sum by (table) (rate(tallywire_archive_rows_total{{{HERE}}}[$__rate_interval]))", "{{table}}"
        ),
        stacked=True,
        runbook="archive-behind",
    ),
    lines(
        "Archive behind",
        "Records on Kafka that the archive has yet to read, by topic.",
        "short",
        Query(f"sum by (topic) (tallywire_archive_behind_records{{{HERE}}})", "{{topic}}"),
        runbook="archive-behind",
    ),
)

ROWS = {
    "Now": NOW,
    "Flow": FLOW,
    "Alerts out": ALERTS_OUT,
    "Faults and room": FAULTS_AND_ROOM,
    "On Kafka": ON_KAFKA,
}
