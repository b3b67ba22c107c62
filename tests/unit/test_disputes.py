"""Open disagreements: for how long they have lasted, when a rule wants them told again, and how loudly."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from streams.operators.alert import Alerting
from streams.operators.disputes import raised
from tallywire.ledger.rules import Rule
from tallywire.records import Alert, Bounds, Metric, Severity, Update, UpdateKind
from tests.scenarios.build import at
from tests.unit.test_alert import due, play, update

WARNING = Severity.WARNING


def dispute(name: str, hour: float, low: int, high: int, metric: Metric = Metric.KILLED) -> Update:
    """A disagreement between two numbers, or a new stand in it."""
    found = update(name, UpdateKind.DISAGREEMENT, None, high, when=at(hour), metric=metric)
    return msgspec.structs.replace(found, from_=Bounds(low, high), to=Bounds(low, high))


def told(alerts: list[Alert]) -> list[tuple[object, Severity, str]]:
    """When, how loudly, and for how long it was said to be open."""
    return [(one.at, one.severity, one.text.partition(". ")[0]) for one in alerts if one.at > at(6)]


def rule(*, escalate: float = 0, repeat: float = 0, severity: Severity = WARNING) -> Rule:
    hours = (timedelta(hours=escalate), timedelta(hours=repeat))
    return Rule(name="all", severity=severity, escalate=hours[0], repeat=hours[1])


def test_without_escalation_a_reminder_is_no_louder() -> None:
    alerts, _, _ = play(Alerting((rule(repeat=12),)), dispute("d", 0, 29, 38), due(12))
    assert told(alerts) == [(at(12), WARNING, "Open for 12 hours")]


def test_a_reminder_before_the_escalation_is_no_louder() -> None:
    both = rule(escalate=24, repeat=12)
    alerts, _, _ = play(Alerting((both,)), dispute("d", 0, 29, 38), due(12), due(24))
    assert [severity for _, severity, _ in told(alerts)] == [WARNING, Severity.CRITICAL]


def test_a_new_stand_lets_a_disagreement_last_from_its_beginning() -> None:
    items = (dispute("d", 0, 29, 38), dispute("e", 5, 29, 38), due(12))
    alerts, _, _ = play(Alerting((rule(escalate=12),)), *items)
    assert told(alerts) == [(at(12), Severity.CRITICAL, "Open for 12 hours")]


def test_two_disagreements_last_each_from_its_own_beginning() -> None:
    items = (dispute("d", 0, 29, 38), dispute("e", 5, 80, 95, Metric.INJURED), due(12), due(17))
    alerts, _, _ = play(Alerting((rule(escalate=12),)), *items)
    assert told(alerts) == [
        (at(12), Severity.CRITICAL, "Open for 12 hours"),
        (at(17), Severity.CRITICAL, "Open for 12 hours"),
    ]


@pytest.mark.parametrize(
    ("severity", "louder"), [(Severity.INFO, Severity.NOTICE), (Severity.CRITICAL, Severity.CRITICAL)]
)
def test_nothing_is_louder_than_critical(severity: Severity, louder: Severity) -> None:
    assert raised(severity) is louder
