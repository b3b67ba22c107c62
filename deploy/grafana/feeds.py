"""Which feeds are silent or fail, and since when; the worst first."""

from __future__ import annotations

from deploy.grafana.panels import HERE, Column, Query, lines, number, rows

NOW = (
    number(
        "Well", "Feeds whose last fetch went well.", "short", f'sum(tallywire_feeds{{{HERE}, state="ok"}})'
    ),
    number(
        "Failing",
        "Feeds whose last fetch failed.",
        "short",
        f'sum(tallywire_feeds{{{HERE}, state="failing"}})',
        limits=(1, 20),
        runbook="many-feeds-failing",
    ),
    number(
        "Not asked yet",
        "Feeds that have not been fetched yet.",
        "short",
        f'sum(tallywire_feeds{{{HERE}, state="new"}})',
    ),
    number(
        "Last article",
        "Since when no feed has brought anything new.",
        "s",
        f"time() - max(tallywire_last_article_timestamp_seconds{{{HERE}}} > 0)",
        limits=(3600, 7200),
        runbook="no-articles",
    ),
    number(
        "Silent",
        "Feeds silent for more than eight times their own rhythm, and six hours at least.",
        "short",
        f"count(tallywire:feed_silence:seconds{{{HERE}}} > on (job, instance, feed) "
        f"8 * tallywire:feed_gap:seconds{{{HERE}}} and tallywire:feed_silence:seconds{{{HERE}}} > 21600) "
        "or vector(0)",
        limits=(1, 10),
        runbook="feed-silent",
    ),
)

WORST_FIRST = (
    rows(
        "Feeds",
        "How long a feed has been without a good answer and without anything new, beside its own rhythm.",
        ("feed",),
        (
            Column(
                "no good answer for",
                f"max by (feed) (time() - (tallywire_feed_last_success_timestamp_seconds{{{HERE}}} > 0))",
                "s",
                (7200, 21600),
            ),
            Column("silent for", f"max by (feed) (tallywire:feed_silence:seconds{{{HERE}}})", "s"),
            Column("own rhythm", f"max by (feed) (tallywire:feed_gap:seconds{{{HERE}}})", "s"),
            Column(
                "articles a day",
                f"sum by (feed) (increase(tallywire_feed_articles_total{{{HERE}}}[1d]))",
                "short",
            ),
            Column(
                "asked again in",
                f"max by (feed) (tallywire_feed_next_poll_timestamp_seconds{{{HERE}}} - time())",
                "s",
            ),
        ),
        worst="no good answer for",
        runbook="feed-failing",
    ),
)

POLLING = (
    lines(
        "What came of polls",
        "Fetches in each minute, by outcome.",
        "short",
        Query(
            f"60 * sum by (outcome) (rate(tallywire_polls_total{{{HERE}}}[$__rate_interval]))", "{{outcome}}"
        ),
        stacked=True,
        span=12,
        runbook="many-feeds-failing",
    ),
    lines(
        "Busiest feeds",
        "New and edited articles in each hour, of the ten feeds with most.",
        "short",
        Query(f"topk(10, sum by (feed) (increase(tallywire_feed_articles_total{{{HERE}}}[1h])))", "{{feed}}"),
        span=12,
    ),
)

ROWS = {"Now": NOW, "Worst first": WORST_FIRST, "Polling": POLLING}
