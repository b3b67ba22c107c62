"""Metrics stay bounded, whatever is counted."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from bench.articles import generate
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.metrics import CAUSES_SHOWN, FEEDS_SHOWN, FIGURES_SHOWN, Metrics
from tallywire.records import Severity, UpdateKind


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Values of the labels, in the labels' order, → value of the series of one name."""
    body, _ = metrics.expose("")
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if sample.name == name
    }


def test_causes_beyond_the_bound_are_counted_as_other():
    metrics = Metrics(["read"], [])
    for number in range(CAUSES_SHOWN + 20):
        metrics.count_dead("read", f"Fault{number}: what is said of it (reader.py:1)")
    causes = samples(metrics, "tallywire_dead_letter_causes_total")
    assert len(causes) == CAUSES_SHOWN + 1
    assert causes["other",] == 20
    assert samples(metrics, "tallywire_dead_letters_total")["read",] == CAUSES_SHOWN + 20


def test_zeros_stand_before_anything_happens():
    metrics = Metrics(["revise", "read"], ["desk"])
    assert samples(metrics, "tallywire_stage_in_total") == {("revise",): 0, ("read",): 0}
    assert samples(metrics, "tallywire_dead_letters_total") == dict.fromkeys(
        [("revise",), ("read",), ("feed",), ("deliver",)], 0
    )
    assert samples(metrics, "tallywire_deliveries_total")["desk", "delivered"] == 0
    assert samples(metrics, "tallywire_destination_down")["desk",] == 0
    assert ("deliver/desk",) in samples(metrics, "tallywire_heartbeat_timestamp_seconds")


def test_a_story_has_no_more_series_than_the_bound_and_loses_those_of_figures_that_went():
    metrics = Metrics([], [])
    parts = dict.fromkeys(("low", "high", "best", "claimants", "origins", "disagreement"), 3)
    figures = {("killed", f"crew of vessel {number}"): parts for number in range(FIGURES_SHOWN + 10)}
    metrics.figures.show("a watch", figures)
    assert len(samples(metrics, "tallywire_figure_low")) == FIGURES_SHOWN
    metrics.figures.show("a watch", {("killed", "crew of vessel 0"): parts})
    assert samples(metrics, "tallywire_figure_low") == {("crew of vessel 0", "killed", "a watch"): 3}


def test_the_longest_latencies_name_their_alerts():
    metrics = Metrics([], [])
    metrics.latency.observe(0.3, {"alert": "a1b2"})
    body, _ = metrics.expose("application/openmetrics-text; version=1.0.0")
    assert b'# {alert="a1b2"} 0.3' in body


def test_the_first_alert_of_a_kind_is_an_increase():
    metrics = compose.metrics(Settings())
    assert samples(metrics, "tallywire_alerts_total") == {
        (kind.value, severity.value): 0 for kind in UpdateKind for severity in Severity
    }
    assert samples(metrics, "tallywire_updates_total").keys() == {(kind.value,) for kind in UpdateKind}
    assert samples(metrics, "tallywire_polls_total")["not_modified",] == 0
    assert samples(metrics, "tallywire_stage_done_total")["duplicate", "revise"] == 0
    assert samples(metrics, "tallywire_stage_done_total")["dead", "read"] == 0


def test_whatever_became_of_an_item_had_stood_at_zero():
    news = list(generate(200, with_figures=0.7))
    engine = compose.engine(Settings(), Store())
    seen = set(engine.take([*news, *news[:5]]).done)
    seen |= set(engine.fire(engine.clock + timedelta(days=30)).done)
    assert {reason for _, reason in seen} >= {"new", "duplicate", "alone", "joined", "updated", "told", "due"}
    zeros = samples(compose.metrics(Settings()), "tallywire_stage_done_total")
    assert {(reason, stage) for stage, reason in seen} <= zeros.keys()


def test_a_process_beats_only_where_a_heartbeat_passes_in_it():
    assert samples(
        Metrics(["read"], ["desk"], beats=["connect"]), "tallywire_heartbeat_timestamp_seconds"
    ) == {("connect",): 0}


def test_servers_that_answer_anything_do_not_make_series_without_end():
    metrics = Metrics([], [])
    for status in range(400, 1000):
        metrics.count_poll(f"http_{status}")
    outcomes = samples(metrics, "tallywire_polls_total")
    assert len(outcomes) == CAUSES_SHOWN + 1
    assert sum(outcomes.values()) == 600


def test_there_are_no_more_series_than_bounds_allow_whatever_comes():
    """Ten thousand feeds, every fault there is: five series a feed that is shown, and some hundreds beside."""
    metrics = compose.metrics(Settings())
    for number in range(10_000):
        metrics.count_poll(f"http_{number % 600}")
        metrics.count_dead("read", f"Fault{number}: x")
        if number < FEEDS_SHOWN:
            metrics.feed_known(f"https://f{number}.example/", None)
    lines = [line for line in metrics.expose("")[0].decode().splitlines() if not line.startswith("#")]
    assert len(lines) < 5 * FEEDS_SHOWN + 500
