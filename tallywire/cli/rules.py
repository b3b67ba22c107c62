"""The rules of the configuration, each watch's own choice of figures among them, and the pace of alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

import msgspec

from streams.operators.pace import Pace
from tallywire.config import Settings
from tallywire.ledger.rules import DEFAULT_RULES, FIGURES, Rule
from tallywire.likeness.watches import Watch
from tallywire.records import Metric, UpdateKind

_WITHOUT_METRIC = tuple(kind for kind in UpdateKind if kind not in FIGURES)


def rules(settings: Settings) -> tuple[Rule, ...]:
    """Every rule, the default set where there is none, kept from figures that a watch does not ask for.

    What a watch asks for belongs to its story, whatever the rule: so a rule that holds for such a story is split into
    itself without that story, and itself for that story with fewer metrics.  Updates without a metric pass as before.
    """
    asked = {Watch(name=watch.name).story: watch.metrics for watch in settings.watches if watch.metrics}
    given = tuple(_configured(settings)) or DEFAULT_RULES
    return tuple(part for rule in given for part in _split(rule, asked))


def pace(settings: Settings) -> Pace:
    """When alerts may go out."""
    wanted = settings.alerts
    return Pace(
        breaking=wanted.breaking,
        gap=wanted.gap,
        gather=wanted.gather,
        quiet_from=wanted.quiet_from,
        quiet_to=wanted.quiet_to,
        digest=wanted.digest,
        zone=ZoneInfo(wanted.time_zone),
    )


def _configured(settings: Settings) -> Iterator[Rule]:
    for rule in settings.rules:
        yield Rule(
            name=rule.name,
            kinds=rule.kinds,
            metrics=rule.metrics,
            watches=(*(Watch(name=name).story for name in rule.watches), *rule.stories),
            min_change=rule.min_change,
            min_change_share=rule.min_change_share,
            min_claimants=rule.min_claimants,
            min_origins=rule.min_origins,
            severity=rule.severity,
            routes=rule.routes,
            cooldown=rule.cooldown,
            digest=rule.digest,
            escalate=rule.escalate,
            repeat=rule.repeat,
        )


def _split(rule: Rule, asked: Mapping[str, tuple[Metric, ...]]) -> Iterator[Rule]:
    own = tuple(story for story in asked if not rule.watches or story in rule.watches)
    yield msgspec.structs.replace(rule, not_watches=own)
    for story in own:
        metrics = tuple(metric for metric in asked[story] if not rule.metrics or metric in rule.metrics)
        narrow = msgspec.structs.replace(rule, watches=(story,), metrics=metrics)
        if metrics:
            yield narrow
        elif kinds := tuple(kind for kind in _WITHOUT_METRIC if not rule.kinds or kind in rule.kinds):
            yield msgspec.structs.replace(narrow, kinds=kinds)  # no figure of the rule is asked for
