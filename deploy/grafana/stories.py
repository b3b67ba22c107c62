"""What the figures of watched stories have come to: bounds over time, disagreements, who says so."""

from __future__ import annotations

from grafana_foundation_sdk.builders import timeseries

from deploy.grafana.panels import ALL, HERE, Column, Query, lines, number, rows

CHOSEN = f'{HERE}, story=~"$story"'


def bounds(metric: str, who: str) -> timeseries.Panel:
    """A metric's figures with both ends."""
    return lines(
        metric.capitalize(),
        f"{who}: least, most and best. The gap between least and most is what claimants leave open or disagree on.",
        "short",
        *(
            Query(
                f'tallywire_figure_{part}{{{CHOSEN}, metric="{metric}"}}',
                f"{{{{story}}}}, {{{{group}}}}: {name}",
            )
            for part, name in (("low", "least"), ("high", "most"), ("best", "best"))
        ),
        stepped=True,
    )


NOW = (
    number(
        "Open disagreements",
        "Figures of the chosen stories on which independent claimants disagree now.",
        "short",
        f"sum(tallywire_figure_disagreement{{{CHOSEN}}})",
        limits=(1, 3),
    ),
    number(
        "Figures", "Figures that are followed.", "short", f"count(tallywire_figure_disagreement{{{CHOSEN}}})"
    ),
    number(
        "Stories", "Stories that are followed, watched or not.", "short", f"sum(tallywire_stories{{{HERE}}})"
    ),
)

FIGURES = (
    bounds("killed", "The dead"),
    bounds("injured", "The injured"),
    bounds("missing", "The missing"),
    lines(
        "Other figures",
        "The best number of detained, displaced, evacuated, kidnapped and all others.",
        "short",
        Query(
            f'tallywire_figure_best{{{CHOSEN}, metric!~"killed|injured|missing"}}',
            "{{story}}, {{metric}} {{group}}",
        ),
        stepped=True,
        span=ALL,
    ),
)

WHO_SAYS_SO = (
    rows(
        "Figures by story",
        "Every figure as it stands, with how many independent claimants and texts hold it.",
        ("story", "metric", "group"),
        tuple(
            Column(
                heading,
                f"max by (story, metric, group) (tallywire_figure_{part}{{{CHOSEN}}})",
                "short",
                limits,
            )
            for heading, part, limits in (
                ("least", "low", None),
                ("most", "high", None),
                ("best", "best", None),
                ("claimants", "claimants", None),
                ("texts", "origins", None),
                ("disagreement", "disagreement", (1.0, 2.0)),
            )
        ),
        worst="disagreement",
    ),
    lines(
        "Independent claimants",
        "How many independent claimants hold each figure.",
        "short",
        Query(f"tallywire_figure_claimants{{{CHOSEN}}}", "{{story}}, {{metric}} {{group}}"),
        stepped=True,
        span=12,
    ),
    lines(
        "Alerts",
        "Alerts of all stories in each hour, by kind.",
        "short",
        Query(f"sum by (kind) (increase(tallywire_alerts_total{{{HERE}}}[1h]))", "{{kind}}"),
        stacked=True,
        span=12,
    ),
)

ROWS = {"Now": NOW, "Figures": FIGURES, "Who says so": WHO_SAYS_SO}
