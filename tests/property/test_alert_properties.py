"""What holds of alerts whatever happens, however they are held back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.operators.alert import Alerting, Told
from streams.operators.pace import Pace
from streams.operators.summary import Contribution
from tallywire.ledger.rules import DEFAULT_RULES, Rule
from tallywire.records import Alert, Bounds, Citation, Due, Metric, Mute, Severity, Update, UpdateKind
from tests.scenarios.build import at

QUOTE = Citation(article="a", outlet="Quay Courier", quote="So many, police said.")
EVERYTHING = (Rule(name="everything"),)
REMINDING = (Rule(name="everything", escalate=timedelta(hours=5), repeat=timedelta(hours=9)),)
MANY = (
    Rule(name="dead", metrics=(Metric.KILLED,), severity=Severity.CRITICAL, routes=("pager",)),
    Rule(name="flapping", metrics=(Metric.INJURED,), cooldown=timedelta(hours=3)),
    Rule(name="rest", digest=True),
    Rule(name="moved", min_change=10, routes=("desk",)),
)
END = at(24 * 60)

hours = st.integers(0, 24 * 6).map(lambda tenths: tenths / 6)


@st.composite
def stories(draw: st.DrawFn) -> list[Update]:
    """Updates as a ledger makes them: each goes on where the one before left its figure."""
    figures: dict[Metric, Bounds] = {}
    found: list[Update] = []
    for number, hour in enumerate(sorted(draw(st.lists(hours, min_size=1, max_size=14)))):
        metric = draw(st.sampled_from([Metric.KILLED, Metric.INJURED]))
        before = figures.get(metric)
        if before is not None and before.low is not None and before.high is None and draw(st.booleans()):
            before = Bounds(before.low, before.low)  # "at least 20", then 20: no update
        kind, after = draw(st.sampled_from(_steps(before)))
        figures[metric] = after
        found.append(
            Update(
                id=f"u{number}",
                kind=kind,
                story="quay",
                label="Quay blast",
                at=at(hour),
                because="It changed.",
                evidence=(QUOTE,),
                cause=f"a{number}",
                metric=metric,
                from_=None if before == Bounds() else before,
                to=after,
            )
        )
    return found


def _steps(before: Bounds | None) -> list[tuple[UpdateKind, Bounds]]:
    """What may become of a figure."""
    if before is None or before == Bounds():
        return [(UpdateKind.FIRST, Bounds(20, 20)), (UpdateKind.FIRST, Bounds(15, 20))]
    low = before.low or 0
    high = before.high or low
    steps = [
        (UpdateKind.CHANGED, Bounds(high + 1, high + 1)),
        (UpdateKind.CHANGED, Bounds(high + 15, high + 15)),
        (UpdateKind.CHANGED, Bounds(high + 15, None)),
        (UpdateKind.CORRECTED, Bounds(20, 20)),
        (UpdateKind.CORRECTED, Bounds()),
        (UpdateKind.DISAGREEMENT, Bounds(low - 5, high)),
    ]
    return [*steps, (UpdateKind.RESOLVED, Bounds(high, high))] if low < high else steps


@st.composite
def paces(draw: st.DrawFn) -> Pace:
    some = st.sampled_from([timedelta(0), timedelta(minutes=20), timedelta(hours=2)])
    quiet = draw(st.sampled_from([(0, 0), (22, 6), (9, 17)]))
    return Pace(
        breaking=draw(some),
        gap=draw(some),
        gather=draw(some),
        quiet_from=time(quiet[0]),
        quiet_to=time(quiet[1]),
        digest=(time(7), time(18)),
    )


@st.composite
def mutings(draw: st.DrawFn) -> tuple[Mute, ...]:
    spans = draw(st.lists(st.tuples(hours, hours), max_size=2))
    kinds = st.sampled_from([(), (UpdateKind.FIRST,), (UpdateKind.DISAGREEMENT,)])
    return tuple(
        Mute(scope="all", since=at(start), until=at(start + length), kinds=draw(kinds))
        for start, length in spans
    )


def drive(
    alerting: Alerting, updates: Sequence[Update], knocks: Sequence[datetime] = (), *, stored: bool = False
) -> tuple[list[Alert], Told]:
    """Every alert until long after the last update; `knocks` are timers that nobody wished for."""
    told, alerts, dues = Told(), [], set(knocks)

    def step(item: Update | Due) -> None:
        nonlocal told
        done = alerting.step(item, told, item.at)
        assert done.state is not None
        told = msgspec.json.decode(msgspec.json.encode(done.state), type=Told) if stored else done.state
        alerts.extend(one.alert if isinstance(one, Contribution) else one for one in done.outputs)
        if done.due is not None:
            assert done.due > item.at
            dues.add(done.due)

    def pass_until(end: datetime) -> None:
        while due := min((one for one in dues if one <= end), default=None):
            dues.discard(due)
            step(Due(stage="alert", key="quay", at=due))

    for update in updates:
        pass_until(update.at)
        step(update)
    pass_until(END)
    return alerts, told


@given(stories(), paces(), mutings())
@settings(max_examples=100, deadline=None)
def test_what_a_person_heard_last_is_what_stands(updates, pace, mutes):
    alerts, told = drive(Alerting(EVERYTHING, pace, lambda: mutes), updates)
    assert [queue.waiting for queue in told.queues] == [()]
    for metric in Metric:
        stands = [one.to for one in updates if one.metric is metric]
        told_in_order = (
            one for alert in alerts for one in sorted(alert.updates, key=lambda one: int(one.id[1:]))
        )
        heard = [one.to for one in told_in_order if one.metric is metric]
        assert (heard or [Bounds()])[-1] == (stands or [Bounds()])[-1]


@given(stories(), paces(), mutings(), st.sampled_from([EVERYTHING, MANY, DEFAULT_RULES]))
@settings(max_examples=100, deadline=None)
def test_alerts_are_never_more_than_updates(updates, pace, mutes, rules):
    alerts, _ = drive(Alerting(rules, pace, lambda: mutes), updates)
    assert len({alert.id for alert in alerts}) == len(alerts)
    for routes in {alert.routes for alert in alerts}:
        told = [one.id for alert in alerts if alert.routes == routes for one in alert.updates]
        assert len(told) == len(set(told)) <= len(updates)


@given(stories(), paces(), mutings(), st.sampled_from([REMINDING, MANY]), st.lists(hours.map(at), max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_stop_or_a_timer_too_many_changes_nothing(updates, pace, mutes, rules, knocks):
    alerting = Alerting(rules, pace, lambda: mutes)
    through = drive(alerting, updates)
    assert drive(alerting, updates, stored=True) == through
    assert drive(alerting, updates, knocks) == through


@given(stories(), paces())
@settings(max_examples=100, deadline=None)
def test_alerts_keep_their_distance_and_the_quiet_hours(updates, pace):
    alerts, _ = drive(Alerting(EVERYTHING, pace), updates)
    for alert in alerts:
        assert pace.after_quiet(alert.at) == alert.at
    for one, other in pairwise(alerts):
        if other.at >= alerts[0].at + pace.breaking:
            assert other.at >= one.at + pace.gap


@given(stories(), paces(), mutings())
@settings(max_examples=100, deadline=None)
def test_nothing_muted_is_told(updates, pace, mutes):
    alerts, _ = drive(Alerting(MANY, pace, lambda: mutes), updates)
    for alert in alerts:
        for mute in mutes:
            if mute.since <= alert.at < mute.until:
                assert mute.kinds
                assert not {one.kind for one in alert.updates} & set(mute.kinds)
