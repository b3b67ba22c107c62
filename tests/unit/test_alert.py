"""Alerts: gathered, chosen, paced, worded."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from streams.operators.alert import Alerting, Told
from streams.operators.pace import Pace
from streams.operators.summary import MOST, Contribution, Edition
from streams.step import Reason
from tallywire.ledger.rules import DEFAULT_RULES, Rule
from tallywire.records import (
    Alert,
    Bounds,
    Citation,
    Claim,
    Due,
    Group,
    Metric,
    Mute,
    Position,
    Severity,
    Silence,
    Status,
    StoryReading,
    Update,
    UpdateKind,
)
from tests.scenarios.build import Desk, at, claim, placed
from tests.support.runner import Runner

QUOTE = Citation(
    article="a", outlet="Quay Courier", quote="Police said 55 were killed.", url="https://news.example/a"
)


def update(
    name: str,
    kind: UpdateKind = UpdateKind.CHANGED,
    before: int | None = 32,
    after: int | None = 55,
    *,
    when: datetime | None = None,
    metric: Metric = Metric.KILLED,
    group: Group | None = None,
    part: int = 1,
    parts: int = 1,
    claimants: tuple[str, ...] = ("police",),
    origins: int = 1,
) -> Update:
    when = when or at(0)
    stand = Position(
        low=after,
        high=after,
        claimants=claimants,
        origins=origins,
        outlets=("Quay Courier",),
        as_of=when,
        evidence=(QUOTE,),
    )
    return Update(
        id=name,
        kind=kind,
        story="quay",
        label="Quay blast",
        at=when,
        because=f"{metric} went from {before} to {after}.",
        evidence=(QUOTE,),
        cause=f"cause of {name}" if parts == 1 else "cause",
        part=part,
        parts=parts,
        metric=metric,
        group=group,
        from_=None if before is None else Bounds(before, before),
        to=Bounds(after, after),
        positions=(stand,),
    )


def play(alerting: Alerting, *items: Update | Due) -> tuple[list[Alert], Told | None, list[datetime]]:
    told: Told | None = None
    alerts: list[Alert] = []
    dues: list[datetime] = []
    for item in items:
        step = alerting.step(item, told, item.at)
        told = step.state
        alerts += [one.alert if isinstance(one, Contribution) else one for one in step.outputs]
        if step.due is not None:
            dues.append(step.due)
    return alerts, told, dues


def due(hours: float) -> Due:
    return Due(stage="alert", key="quay", at=at(hours))


def test_the_updates_of_one_article_are_one_alert() -> None:
    metrics = list(Metric)[:5]
    items = [update(f"u{n}", metric=metric, part=n, parts=5) for n, metric in enumerate(metrics, 1)]
    alerts, told, _ = play(Alerting(), *items)
    assert [len(one.updates) for one in alerts] == [5]
    assert told is not None
    assert told.gathered == ()


def test_nothing_is_told_before_the_last_part() -> None:
    step = Alerting().step(update("u1", part=1, parts=2), None, at(0))
    assert step.reason is Reason.HELD
    assert step.outputs == ()


def test_a_cause_that_was_cut_short_is_told_with_the_next() -> None:
    alerts, _, _ = play(Alerting(), update("u1", part=1, parts=2), update("u2", when=at(0.1)))
    assert [sorted(one.id for one in alert.updates) for alert in alerts] == [["u1", "u2"]]


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        (UpdateKind.FIRST, Severity.NOTICE),
        (UpdateKind.CORRECTED, Severity.WARNING),
        (UpdateKind.DISAGREEMENT, Severity.WARNING),
        (UpdateKind.RESOLVED, Severity.NOTICE),
        (UpdateKind.SUM_MISMATCH, Severity.WARNING),
        (UpdateKind.STORY_NEW, None),
        (UpdateKind.REVISED, None),
    ],
)
def test_what_is_told_by_default(kind: UpdateKind, severity: Severity | None) -> None:
    alerts, _, _ = play(Alerting(), update("u", kind))
    assert [one.severity for one in alerts] == ([severity] if severity else [])


@pytest.mark.parametrize(("after", "told"), [(103, 0), (105, 1), (140, 1)])
def test_by_default_a_change_must_be_five_in_a_hundred(after: int, told: int) -> None:
    assert len(play(Alerting(), update("u", before=100, after=after))[0]) == told


def test_rules_are_met_or_not() -> None:
    base = Rule(name="r")
    one = update("u", before=100, after=110, claimants=("police", "the hospital"), origins=2)
    assert base.wants(one)
    assert base.holds_for((one.story,))
    for changes, wanted in (
        ({"kinds": (UpdateKind.FIRST,)}, False),
        ({"metrics": (Metric.INJURED,)}, False),
        ({"metrics": (Metric.KILLED,)}, True),
        ({"min_change": 10}, True),
        ({"min_change": 11}, False),
        ({"min_change_share": 0.1}, True),
        ({"min_change_share": 0.11}, False),
        ({"min_claimants": 2}, True),
        ({"min_claimants": 3}, False),
        ({"min_origins": 2}, True),
        ({"min_origins": 3}, False),
    ):
        assert msgspec.structs.replace(base, **changes).wants(one) is wanted, changes


def test_a_rule_holds_for_the_stories_it_names_under_every_id_they_have_had() -> None:
    for changes, stories, held in (
        ({}, ("quay",), True),
        ({"watches": ("elsewhere",)}, ("quay",), False),
        ({"watches": ("elsewhere",)}, ("quay", "elsewhere"), True),
        ({"not_watches": ("elsewhere",)}, ("quay",), True),
        ({"not_watches": ("elsewhere",)}, ("quay", "elsewhere"), False),
    ):
        assert Rule(name="r", **changes).holds_for(stories) is held, (changes, stories)


def test_a_bound_that_appears_has_no_size_and_is_told() -> None:
    one = msgspec.structs.replace(update("u"), from_=Bounds(None, 100), to=Bounds(63, None))
    assert Rule(name="r", min_change=500).wants(one)


def test_a_rule_cools_down_on_its_figure_alone_and_then_tells_what_came_in_between() -> None:
    rules = (Rule(name="change", cooldown=timedelta(hours=2)),)
    alerts, _, dues = play(
        Alerting(rules, Pace(breaking=timedelta(days=1))),
        update("u1"),
        update("u2", when=at(1), before=55, after=70),
        update("u3", when=at(1), metric=Metric.INJURED),
        update("u4", when=at(1.5), before=70, after=90),
        due(2),
    )
    assert [one.update for one in alerts] == ["u1", "u3", "u4"]
    assert alerts[-1].title == "Quay blast: killed 55 → 90"
    assert set(dues) == {at(2)}


def test_what_flaps_while_a_rule_cools_down_is_not_told() -> None:
    rules = (Rule(name="change", cooldown=timedelta(hours=2)),)
    alerts, _, _ = play(
        Alerting(rules),
        update("u1"),
        update("u2", when=at(0.5), before=55, after=70),
        update("u3", UpdateKind.CORRECTED, 70, 55, when=at(1)),
        due(2),
    )
    assert [one.update for one in alerts] == ["u1"]


def test_steps_too_small_are_told_once_they_add_up() -> None:
    rules = (Rule(name="change", min_change=10),)
    steps = [(100, 104), (104, 107), (107, 111), (111, 115)]
    items = [update(f"u{n}", when=at(n / 10), before=old, after=new) for n, (old, new) in enumerate(steps, 1)]
    alerts, _, _ = play(Alerting(rules), *items)
    assert [one.title for one in alerts] == ["Quay blast: killed 100 → 111"]


def test_a_step_of_what_waits_belongs_to_it_however_small() -> None:
    alerting = Alerting(pace=Pace(breaking=timedelta(0)))
    items = (
        update("u1"),
        update("u2", when=at(0.2), before=55, after=100),
        update("u3", when=at(0.4), before=100, after=101),
        due(1),
    )
    assert play(alerting, *items)[0][1].title == "Quay blast: killed 55 → 101"


def test_a_bound_that_became_a_number_in_silence_is_the_same_figure() -> None:
    alerting = Alerting(pace=Pace(breaking=timedelta(0)))
    bound = msgspec.structs.replace(update("u2", when=at(0.2), before=55), to=Bounds(60, None))
    items = (update("u1"), bound, update("u3", when=at(0.4), before=60, after=70), due(1))
    assert play(alerting, *items)[0][1].title == "Quay blast: killed 55 → 70"


def test_the_end_of_a_disagreement_is_told_though_more_came_that_no_rule_wants() -> None:
    over = msgspec.structs.replace(
        update("u2", UpdateKind.RESOLVED, None, 38, when=at(0.2)), from_=Bounds(29, 38)
    )
    items = (disagreement(), over, update("u3", before=38, after=40, when=at(0.4)), due(1))
    alerts, _, _ = play(Alerting(REMINDING, Pace(breaking=timedelta(0))), *items)
    assert [one.title.partition(": ")[2] for one in alerts[1:]] == ["killed agreed at 38"]


def test_a_correction_that_ends_above_where_it_began_is_a_rise() -> None:
    alerting = Alerting(pace=Pace(breaking=timedelta(0)))
    items = (
        update("u1"),
        update("u2", when=at(0.2), before=55, after=100),
        update("u3", UpdateKind.CORRECTED, 100, 90, when=at(0.4)),
        due(1),
    )
    told = play(alerting, *items)[0][1]
    assert (told.kind, told.severity) == (UpdateKind.CHANGED, Severity.NOTICE)
    assert told.title == "Quay blast: killed 55 → 90"


def test_a_burst_is_one_alert_that_lists_it() -> None:
    items = (
        update("u1"),
        update("u2", UpdateKind.FIRST, None, 9, when=at(0.1), metric=Metric.MISSING),
        update("u3", when=at(0.15), before=55, after=60),
        due(0.25),
    )
    alerts, _, dues = play(Alerting(pace=Pace(gather=timedelta(minutes=15))), *items)
    assert [(one.at, one.title) for one in alerts] == [(at(0.25), "Quay blast: killed 32 → 60; 9 missing")]
    assert set(dues) == {at(0.25)}


def test_a_digest_is_told_at_its_times() -> None:
    rules = (
        Rule(name="loud", kinds=(UpdateKind.FIRST,)),
        Rule(name="rest", kinds=(UpdateKind.CHANGED,), digest=True),
    )
    pace = Pace(digest=(time(7), time(18)))  # the scene opens at six
    items = (
        update("u1", UpdateKind.FIRST, None, 32),
        update("u2", when=at(0.1)),
        update("u3", when=at(0.2), before=55, after=60),
        due(1),
        update("u4", when=at(2), before=60, after=80),
        due(12),
    )
    alerts, _, dues = play(Alerting(rules, pace), *items)
    assert [one.at for one in alerts] == [at(0), at(1), at(12)]
    assert [one.title for one in alerts[1:]] == ["Quay blast: killed 32 → 60", "Quay blast: killed 60 → 80"]
    assert set(dues) == {at(1), at(12)}


def disagreement(name: str = "d1", when: datetime | None = None, before: int = 38) -> Update:
    plain = update(name, UpdateKind.DISAGREEMENT, before, when=when)
    return msgspec.structs.replace(plain, to=Bounds(29, 38))


REMINDING = (
    Rule(
        name="at odds",
        kinds=(UpdateKind.DISAGREEMENT, UpdateKind.RESOLVED),
        escalate=timedelta(hours=10),
        repeat=timedelta(hours=24),
    ),
)


def test_a_disagreement_that_lasts_is_told_again_and_louder() -> None:
    alerts, _, _ = play(Alerting(REMINDING), disagreement(), due(10), due(24), due(48), due(60))
    assert [(one.at, one.severity) for one in alerts] == [
        (at(0), Severity.NOTICE),
        (at(10), Severity.WARNING),
        (at(24), Severity.WARNING),
        (at(48), Severity.WARNING),
    ]
    assert alerts[1].title.startswith("Quay blast: killed disputed for 10 hours: ")
    assert alerts[3].text.startswith("Open for 2 days. ")
    assert len({one.id for one in alerts}) == 4


@pytest.mark.parametrize("kind", [UpdateKind.RESOLVED, UpdateKind.CHANGED, UpdateKind.CORRECTED])
def test_a_disagreement_that_is_over_is_not_told_again(kind: UpdateKind) -> None:
    over = msgspec.structs.replace(update("u2", kind, None, 38, when=at(5)), from_=Bounds(29, 38))
    alerts, _, _ = play(Alerting(REMINDING), disagreement(), over, due(10), due(24))
    assert [one.at for one in alerts if one.at > at(5)] == []


def test_a_disagreement_that_ends_while_it_waits_is_not_told() -> None:
    over = msgspec.structs.replace(
        update("u2", UpdateKind.RESOLVED, None, 38, when=at(1)), from_=Bounds(29, 38)
    )
    night = Pace(quiet_from=time(6), quiet_to=time(9))
    assert play(Alerting(REMINDING, night), disagreement(), over, due(3))[0] == []


def mute(*, hours: float = 6, scope: str = "quay", kinds: tuple[UpdateKind, ...] = ()) -> Mute:
    return Mute(scope=scope, since=at(0), until=at(hours), kinds=kinds)


@pytest.mark.parametrize("scope", ["quay", "all"])
def test_what_a_mute_holds_is_told_together_when_it_ends(scope: str) -> None:
    alerting = Alerting(mutes=lambda: (mute(scope=scope),))
    items = (update("u1", when=at(1)), update("u2", when=at(2), before=55, after=60), due(6))
    alerts, _, dues = play(alerting, *items)
    assert [(one.at, one.title) for one in alerts] == [(at(6), "Quay blast: killed 32 → 60")]
    assert set(dues) == {at(6)}


def test_a_mute_holds_its_scope_and_kinds_while_it_lasts() -> None:
    for held, told in (
        (mute(scope="elsewhere"), 1),
        (mute(kinds=(UpdateKind.FIRST,)), 1),
        (mute(kinds=(UpdateKind.CHANGED,)), 0),
        (mute(hours=0.5), 1),
        (mute(), 0),
    ):
        alerting = Alerting((Rule(name="r", severity=Severity.CRITICAL),), mutes=lambda held=held: (held,))
        assert len(play(alerting, update("u1", when=at(1)))[0]) == told, held


def test_a_mute_that_is_lifted_holds_nothing_any_more() -> None:
    mutes = [mute()]
    alerting = Alerting(mutes=lambda: mutes)
    _, told, _ = play(alerting, update("u1", when=at(1)))
    mutes.clear()
    assert len(alerting.step(due(2), told, at(2)).outputs) == 1


def test_each_set_of_destinations_has_its_own_pace() -> None:
    rules = (
        Rule(name="pager", severity=Severity.CRITICAL, routes=("pager",)),
        Rule(name="mail", digest=True),
    )
    items = (update("u1"), update("u2", when=at(0.1), before=55, after=60), due(1))
    alerts, _, _ = play(Alerting(rules, Pace(digest=(time(7),))), *items)
    assert [(one.at, one.routes) for one in alerts] == [
        (at(0), ("pager",)),
        (at(0.1), ("pager",)),
        (at(1), ()),
    ]


def test_a_timer_that_finds_nothing_leaves_the_state_as_it_is() -> None:
    alerting = Alerting()
    _, told, _ = play(alerting, update("u1"))
    assert alerting.step(due(3), told, at(3)).state is told


def test_after_the_first_hour_alerts_keep_their_distance() -> None:
    items = [update(f"u{n}", when=at(n / 4), before=10 * n, after=10 * n + 10) for n in range(1, 8)]
    alerting = Alerting()
    alerts, told, dues = play(alerting, *items)
    assert [one.at for one in alerts] == [at(0.25), at(0.5), at(0.75), at(1)]
    assert set(dues) == {at(2)}
    step = alerting.step(Due(stage="alert", key="quay", at=at(2)), told, at(2))
    assert [one.title for one in step.outputs] == ["Quay blast: killed 50 → 80"]


def test_what_flaps_while_it_waits_is_not_told() -> None:
    first = update("u1")
    rise = update("u2", when=at(2), before=55, after=70)
    alerting = Alerting(pace=Pace(breaking=timedelta(0), gap=timedelta(hours=5)))
    _, told, _ = play(alerting, first, rise, update("u3", UpdateKind.CORRECTED, 70, 55, when=at(3)))
    step = alerting.step(Due(stage="alert", key="quay", at=at(5)), told, at(5))
    assert step.outputs == ()


def test_an_idle_timer_does_nothing() -> None:
    step = Alerting().step(Due(stage="alert", key="quay", at=at(0)), None, at(0))
    assert (step.outputs, step.reason) == ((), Reason.DUE)


@pytest.mark.parametrize(
    ("start", "end", "hour", "told_at"),
    [(22, 6, 23, 30), (22, 6, 5, 6), (22, 6, 12, 12), (9, 17, 10, 17), (0, 0, 3, 3)],
)
def test_quiet_hours_hold_and_then_tell(start: int, end: int, hour: int, told_at: int) -> None:
    day = at(0).replace(hour=0)
    pace = Pace(quiet_from=time(start), quiet_to=time(end))
    assert pace.opens(day + timedelta(hours=hour), None, None) == day + timedelta(hours=told_at)


@pytest.mark.parametrize(
    ("local", "utc"),
    [("2031-01-10T23:00", "2031-01-11T05:00"), ("2031-07-10T23:00", "2031-07-11T04:00")],
)
def test_quiet_hours_are_those_of_the_time_zone(local: str, utc: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    pace = Pace(quiet_from=time(22), quiet_to=time(6), zone=zone)
    asked = datetime.fromisoformat(local).replace(tzinfo=zone)
    assert pace.after_quiet(asked.astimezone(UTC)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_the_digest_comes_round_every_day() -> None:
    pace = Pace(digest=(time(7), time(18)))
    day = at(0).replace(hour=0)
    for asked, comes in ((6, 7), (7, 18), (17.5, 18), (18, 31), (23, 31)):
        assert pace.next_digest(day + timedelta(hours=asked)) == day + timedelta(hours=comes)


def test_what_is_critical_does_not_wait() -> None:
    day = at(0).replace(hour=23)
    pace = Pace(quiet_from=time(22), quiet_to=time(6))
    loud = Alerting((Rule(name="r", severity=Severity.CRITICAL),), pace)
    assert len(play(loud, update("u", when=day))[0]) == 1
    assert play(Alerting((Rule(name="r"),), pace), update("u", when=day))[0] == []


def test_each_set_of_destinations_has_its_alert() -> None:
    rules = (
        Rule(name="desk", routes=("slack",)),
        Rule(name="all", kinds=(UpdateKind.CORRECTED,), severity=Severity.WARNING),
    )
    alerts, _, _ = play(
        Alerting(rules), update("u1", part=1, parts=2), update("u2", UpdateKind.CORRECTED, part=2, parts=2)
    )
    assert {one.routes: (one.severity, len(one.updates)) for one in alerts} == {
        (): (Severity.WARNING, 1),
        ("slack",): (Severity.NOTICE, 2),
    }
    assert len({one.id for one in alerts}) == 2


def test_ids_rest_on_what_is_told_alone() -> None:
    one, other = update("u1"), update("u1", when=at(5))
    assert play(Alerting(), one)[0][0].id == play(Alerting(), other)[0][0].id


def test_the_state_survives_storage() -> None:
    _, told, _ = play(Alerting(), update("u1"), update("u2", when=at(2), part=1, parts=2))
    assert msgspec.json.decode(msgspec.json.encode(told), type=Told) == told


def test_a_title_tells_at_a_glance() -> None:
    cubans = Group(text="Cuban soldiers", nations=("CU",), roles=("military",))
    venezuelans = Group(text="Venezuelan soldiers", nations=("VE",), roles=("military",))
    alerts, _, _ = play(
        Alerting(),
        update("u1", part=1, parts=3),
        update("u2", UpdateKind.FIRST, None, 32, group=cubans, part=2, parts=3),
        update("u3", UpdateKind.FIRST, None, 23, group=venezuelans, part=3, parts=3),
    )
    assert alerts[0].title == (
        "Quay blast: killed 32 → 55; Cuban soldiers 32, Venezuelan soldiers 23, sums agree"
    )
    assert alerts[0].kind is UpdateKind.CHANGED
    assert alerts[0].update == "u1"


def test_parts_are_named_by_who_gives_them_and_say_whose_the_total_is() -> None:
    both = Group(text="Norlandic and Sudric troops", nations=("NO", "SE"), roles=("military",))
    alerts, _, _ = play(
        Alerting(),
        update("u1", UpdateKind.FIRST, None, 55, group=both, part=1, parts=3),
        update(
            "u2", UpdateKind.FIRST, None, 32, group=Group(nations=("NO",)), claimants=("The Norlandic army",),
            part=2, parts=3,
        ),
        update(
            "u3", UpdateKind.FIRST, None, 23, group=Group(nations=("SE",)), claimants=("Sudria",), part=3, parts=3
        ),
    )  # fmt: skip
    assert alerts[0].title == "Quay blast: 55 killed; Norlandic army 32, Sudria 23, sums agree"


def test_a_disagreement_names_both_sides_once() -> None:
    first = msgspec.structs.replace(
        update("u1", UpdateKind.FIRST, None, 40, part=1, parts=2), to=Bounds(23, 40)
    )
    odds = msgspec.structs.replace(
        update("u2", UpdateKind.DISAGREEMENT, None, 40, part=2, parts=2), to=Bounds(23, 40)
    )
    assert play(Alerting(), first, odds)[0][0].title == "Quay blast: killed disputed: police 40"


def test_the_text_gives_positions_sentences_and_links() -> None:
    text = play(Alerting(), update("u1"))[0][0].text
    assert text.splitlines() == [
        "killed went from 32 to 55.",
        "• 55: police (Quay Courier)",
        "  “Police said 55 were killed.” (Quay Courier)",
        "",
        "https://news.example/a",
    ]


def test_a_long_title_says_how_much_it_leaves_out() -> None:
    group = Group(
        text="members of the armed forces and of the interior ministry assigned to duties abroad",
        nations=("CU",),
    )
    items = [
        update(f"u{n}", metric=metric, group=group, part=n, parts=4)
        for n, metric in enumerate(list(Metric)[:4], 1)
    ]
    title = play(Alerting(), *items)[0][0].title
    assert len(title) <= 140
    assert title.endswith("32 → 55; and 3 more")


@pytest.mark.parametrize(
    ("claims", "phrase"),
    [
        (
            (claim("killed", 23, "the government"), claim("killed", 40, "the hospital")),
            "killed disputed: government 23, hospital 40",
        ),
        ((claim("killed", "50+"),), "at least 50 killed"),
    ],
)
def test_what_the_ledger_says_is_worded(claims: tuple[object, ...], phrase: str) -> None:
    desk = Desk()
    desk.read(placed("a", at(0), *claims))  # type: ignore[arg-type]
    assert phrase in desk.alerts[0].title


def test_the_default_rules_have_names_of_their_own() -> None:
    assert len({rule.name for rule in DEFAULT_RULES}) == len(DEFAULT_RULES)


# -- more voices -------------------------------------------------------------------------------------------------------

TWO = (Rule(name="two", min_claimants=2),)


def test_a_second_voice_makes_a_rule_that_waits_for_two_tell_once() -> None:
    desk = Desk(alerting=Alerting(TWO))
    desk.read(placed("a", at(0), claim("killed", 12, "police")))
    told = len(desk.alerts)
    desk.read(placed("b", at(2), claim("killed", 12, "the hospital")))
    assert [one.title for one in desk.alerts[told:]] == ["Quay blast: 12 killed"]
    assert "Borne out since by the hospital." in desk.alerts[-1].text
    assert {name for one in desk.alerts[-1].updates[0].positions for name in one.claimants} == {
        "police",
        "the hospital",
    }
    desk.read(placed("c", at(4), claim("killed", 12, "the Red Cross")))
    desk.wait(at(48))
    assert len(desk.alerts) == told + 1


def test_a_second_text_makes_a_rule_that_waits_for_two_origins_tell() -> None:
    desk = Desk(alerting=Alerting((Rule(name="two", kinds=(UpdateKind.FIRST,), min_origins=2),)))
    desk.read(placed("a", at(0), claim("killed", 12, "police")))
    desk.read(placed("b", at(2), claim("killed", 12, "police"), origin="a", copy_of="a"))
    assert desk.alerts == [], "a copy is no second text"
    desk.read(placed("c", at(3), claim("killed", 12, "the hospital")))
    assert [one.at for one in desk.alerts] == [at(3)]


def test_a_second_voice_is_told_with_what_else_its_article_brings() -> None:
    desk = Desk(alerting=Alerting((*TWO, Rule(name="hurt", metrics=(Metric.INJURED,)))))
    desk.read(placed("a", at(0), claim("killed", 12, "police")))
    told = len(desk.alerts)
    desk.read(placed("b", at(2), claim("killed", 12, "the hospital"), claim("injured", 30, "the hospital")))
    assert [one.title for one in desk.alerts[told:]] == ["Quay blast: 12 killed; 30 injured"]


def test_voices_for_a_figure_that_has_moved_on_bear_out_what_it_came_to() -> None:
    desk = Desk(alerting=Alerting(TWO))
    desk.read(placed("a", at(0), claim("killed", 12, "police")))
    desk.read(placed("b", at(2), claim("killed", 20, "police")))
    desk.read(placed("c", at(3), claim("killed", 20, "the hospital")))
    assert [one.title for one in desk.alerts if one.updates[0].metric] == ["Quay blast: 20 killed"]


# -- several stories ---------------------------------------------------------------------------------------------------


def both(alerting: Alerting, *hours: float) -> Runner:
    """Two stories that have their first figure at different hours."""
    runner = Runner(alerting=alerting)
    for number, (story, hour) in enumerate(zip(("quay", "gorge", "hill"), hours, strict=False), 1):
        item = placed(story, at(hour), claim("killed", 10 * number), story=story)
        runner.give(msgspec.structs.replace(item, label=f"{story.capitalize()} blast"), at(hour))
    return runner


def test_a_digest_is_one_message_for_all_stories() -> None:
    rules = (Rule(name="rest", kinds=(UpdateKind.FIRST,), digest=True),)
    runner = both(Alerting(rules, Pace(digest=(time(12),))), 1, 2, 3)
    runner.wait(at(7))
    (alert,) = runner.alerts
    assert alert.at == at(6)
    assert alert.title == "3 stories · Hill blast: 30 killed · Gorge blast: 20 killed · Quay blast: 10 killed"
    assert [page.story for page in alert.pages] == ["hill", "gorge", "quay"]
    assert [one.story for one in alert.updates] == ["hill", "gorge", "quay"]
    assert alert.update in {one.id for one in alert.updates}


def test_the_end_of_quiet_hours_tells_all_stories_in_one_message() -> None:
    rules = (Rule(name="all", kinds=(UpdateKind.FIRST,)),)
    runner = both(Alerting(rules, Pace(quiet_from=time(6), quiet_to=time(12))), 1, 2)
    assert runner.alerts == []
    runner.wait(at(7))
    assert [len(one.pages) for one in runner.alerts] == [2]
    both_told = both(Alerting(rules, Pace(quiet_from=time(22), quiet_to=time(5))), 1, 2)
    assert [one.pages for one in both_told.alerts] == [(), ()], "outside of them each is told alone"


def test_a_digest_of_one_story_is_that_storys_alert() -> None:
    rules = (Rule(name="rest", kinds=(UpdateKind.FIRST,), digest=True),)
    runner = both(Alerting(rules, Pace(digest=(time(12),))), 1)
    runner.wait(at(7))
    assert [(one.title, one.pages) for one in runner.alerts] == [("Quay blast: 10 killed", ())]


def test_each_set_of_destinations_has_its_own_digest() -> None:
    rules = (
        Rule(name="mail", kinds=(UpdateKind.FIRST,), digest=True, routes=("mail",)),
        Rule(name="desk", kinds=(UpdateKind.FIRST,), digest=True, routes=("desk",)),
    )
    runner = both(Alerting(rules, Pace(digest=(time(12),))), 1, 2)
    runner.wait(at(7))
    assert sorted((one.routes, len(one.pages)) for one in runner.alerts) == [(("desk",), 2), (("mail",), 2)]


def pages(count: int) -> tuple[Alert, ...]:
    """What some stories have to tell, each alone."""
    told = [play(Alerting(), update(f"u{number}"))[0][0] for number in range(count)]
    return tuple(msgspec.structs.replace(page, story=f"s{number}") for number, page in enumerate(told))


def summed(told: Told | None, *items: Contribution | Edition | Due) -> tuple[list[Alert], Told | None]:
    """What is told to some destinations in one message; what comes back to their key, comes at once."""
    alerts: list[Alert] = []
    waiting = list(items)
    while waiting:
        item = waiting.pop(0)
        step = Alerting().step(item, told, item.at if isinstance(item, Due) else at(0))
        told = step.state
        waiting[:0] = [one for one in step.outputs if isinstance(one, Edition)]
        alerts += [one for one in step.outputs if isinstance(one, Alert)]
    return alerts, told


def test_a_page_that_comes_twice_is_told_once() -> None:
    (page,) = pages(1)
    first = Alerting().step(Contribution(alert=page), None, at(0))
    again = Alerting().step(Contribution(alert=page), first.state, at(0))
    assert again.state == first.state
    assert again.due is not None
    alerts, told = summed(again.state, due(1))
    assert alerts == [page]
    late = Alerting().step(Contribution(alert=page), told, at(2))
    assert (late.outputs, late.due, late.state) == ((), None, told)


def test_more_stories_than_one_message_holds_are_a_second_message() -> None:
    alerts, _ = summed(None, *(Contribution(alert=page) for page in pages(MOST + 3)), due(1))
    assert [len(one.pages) for one in alerts] == [MOST, 3]
    assert len(alerts[0].title) <= 140
    assert "more" in alerts[0].title


def test_of_pages_that_were_settled_twice_only_those_are_told_that_were_not() -> None:
    some = pages(3)
    before, after = Edition(pages=some[:2]), Edition(pages=some)
    alerts, told = summed(None, before, after)
    assert [[page.story for page in one.pages] for one in alerts] == [["s0", "s1"], []]
    assert alerts[1] == some[2], "of one story, its own alert"
    step = Alerting().step(after, told, at(0))
    assert (step.outputs, step.reason, step.state) == ((), Reason.DUPLICATE, told)


def test_a_whole_days_stories_that_come_once_more_are_told_once() -> None:
    many = [Contribution(alert=page) for page in pages(20 * MOST)]
    _, told = summed(None, *many)
    assert summed(told, *many) == ([], told)


# -- words -------------------------------------------------------------------------------------------------------------


def stand(low: int | None, high: int | None, *by: str, status: Status = Status.ASSERTED, **more) -> Position:
    known = {"origins": 1, "outlets": ("Quay Courier",), "as_of": at(0), "evidence": ()}
    return Position(low=low, high=high, claimants=by, status=status, **{**known, **more})


def test_a_dispute_shows_each_side_once_and_nobody_twice() -> None:
    odds = msgspec.structs.replace(
        disagreement(),
        positions=(
            stand(5200, 5200, "The Lamp", "Alder Radio"),
            stand(5000, None, "Harbour News"),
            stand(2300, 2300, "a spokeswoman for the regional office of civil protection in the north"),
            stand(None, 2200, "the coroner"),
            stand(2000, 2400, "The Lamp"),
            stand(900, 900, "police", status=Status.FEARED),
        ),
    )
    title = play(Alerting(), odds)[0][0].title
    assert title == "Quay blast: killed disputed: Lamp 5,200, spokeswoman for the regional office … 2,300"


def test_the_text_says_who_stands_where_and_in_one_line_what_is_feared() -> None:
    quote = Citation(
        article="b", outlet="Harbour News", quote="A  long\n\nsentence.", url="https://news.example/b"
    )
    one = msgspec.structs.replace(
        update("u1"),
        positions=(
            stand(55, 55, "Harbour News", outlets=("Harbour News",), evidence=(quote,)),
            stand(55, None, *"abcdef", origins=3, outlets=("A", "B", "C")),
            stand(60, 60, "the army", status=Status.DENIED),
            stand(90, 90, "The Lamp", status=Status.FEARED),
            stand(90, 90, "Alder Radio", status=Status.UNCONFIRMED),
            stand(100, None, "a driver", status=Status.FEARED),
        ),
    )
    assert play(Alerting(), one)[0][0].text.splitlines()[1:] == [
        "• 55: Harbour News",
        "  “A long sentence.” (Harbour News)",
        "• at least 55: a, b, c, d and 2 more (3 independent texts: A, B, C)",
        "• denied 60: the army (Quay Courier)",
        "Feared or unconfirmed: 90 (The Lamp, Alder Radio); at least 100 (a driver)",
        "",
        "https://news.example/b",
    ]


def because(*items: StoryReading, wait: float = 0) -> list[str]:
    desk = Desk()
    desk.read(*items)
    if wait:
        desk.wait(at(wait))
    return [one.because for one in desk.updates if one.metric is not None]


def test_every_update_is_a_sentence() -> None:
    soldiers = {"group": "Norlandic soldiers", "nations": "NO", "roles": "military"}
    assert because(
        placed("a", at(0), claim("killed", 12, "The coast guard")),
        placed("b", at(1), claim("killed", 20, "The coast guard"), claim("missing", "5+", "police")),
        placed("c", at(2), claim("killed", 18, "The coast guard"), claim("missing", 9, "police")),
        placed("d", at(3), claim("killed", 4, "Norland", **soldiers)),
    ) == [
        "First count of the dead: 12, according to the coast guard.",
        "The count of the dead rose from 12 to 20, according to the coast guard.",
        "First count of the missing: at least 5, according to police.",
        "The count of the dead was taken back from 20 to 18 by the coast guard.",
        "The count of the missing rose from at least 5 to 9, according to police.",
        "First count of the dead (Norlandic soldiers): 4, according to Norland.",
    ]
    odds = placed("a", at(0), claim("killed", 23, "the government"), claim("killed", 40, "A hospital"))
    agreed = placed("b", at(5), claim("killed", 40, "the government"))
    assert because(odds, agreed)[1:] == [
        "Sources disagree on the count of the dead: 40 according to a hospital; 23 according to the government.",
        "Sources now agree on the count of the dead: 40, after 23–40, according to the government and a hospital.",
    ]
    edited = placed("b", at(1), revises="a", outlet="Outlet a")
    assert because(placed("a", at(0), claim("killed", 12)), edited)[-1] == (
        "Nobody vouches any longer for 12 killed: taken out by Outlet a."
    )


def test_bodies_are_called_so() -> None:
    desk = Desk()
    desk.read(placed("a", at(0), claim("killed", 1000, "the mayor", group="bodies", roles="body")))
    assert desk.alerts[0].title == "Quay blast: 1,000 bodies"
    assert desk.updates[-1].because == "First count of bodies: 1,000, according to the mayor."


def test_where_nobody_counts_all_the_dead_those_of_a_group_lead_the_title() -> None:
    tourists = Group(text="Swedish tourists", nations=("SE",))
    hurt = update("u1", UpdateKind.FIRST, None, 1, metric=Metric.INJURED, part=1, parts=2)
    dead = update("u2", UpdateKind.FIRST, None, 2, group=tourists, part=2, parts=2)
    assert play(Alerting(), hurt, dead)[0][0].title == "Quay blast: 2 killed (Swedish tourists); 1 injured"
    everyone = update("u3", UpdateKind.FIRST, None, 3, part=3, parts=3)
    three = [msgspec.structs.replace(one, parts=3) for one in (hurt, dead)]
    title = play(Alerting(), *three, everyone)[0][0].title
    assert title == "Quay blast: 3 killed; 1 injured; 2 killed (Swedish tourists)"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (claim("casualties", 1), "Quay blast: 1 casualty"),
        (claim("casualties", 2), "Quay blast: 2 casualties"),
        (claim("injured", 1, group="Girl", roles="child"), "Quay blast: 1 injured (girl)"),
        (claim("injured", 2, group="Leeds girls", roles="child"), "Quay blast: 2 injured (Leeds girls)"),
        (claim("killed", 900, group="corpses", roles="body"), "Quay blast: 900 bodies"),
    ],
)
def test_a_title_is_worded_as_a_desk_would(said: Claim, title: str) -> None:
    desk = Desk()
    desk.read(placed("a", at(0), said))
    assert desk.alerts[0].title == title


def test_a_sentence_that_shows_two_figures_is_quoted_once() -> None:
    both = "Police said 12 were killed and 30 injured."
    desk = Desk()
    claims = (claim("killed", 12, "police", quote=both), claim("injured", 30, "police", quote=both))
    desk.read(placed("a", at(0), *claims))
    assert desk.alerts[0].text.count(both) == 1


def test_a_closed_story_rests_unless_something_waits() -> None:
    silence = Silence(story="quay", silent_since=at(0))
    _, told, _ = play(Alerting(), update("u1"))
    assert Alerting().step(silence, told, at(170)).rests
    night = Pace(quiet_from=time(6), quiet_to=time(9))
    _, held, _ = play(Alerting(pace=night), update("u1"))
    assert not Alerting(pace=night).step(silence, held, at(2)).rests


def test_a_summary_waits_for_the_last_that_came_in_time() -> None:
    first, second = pages(2)
    later = msgspec.structs.replace(second, at=first.at + timedelta(seconds=4))
    told = Alerting().step(Contribution(alert=first), None, first.at).state
    told = Alerting().step(Contribution(alert=later), told, later.at).state
    early = Alerting().step(due(1), told, first.at + timedelta(seconds=10))
    assert early.outputs == ()
    assert early.due == later.at + timedelta(seconds=10)
    [edition] = Alerting().step(due(1), early.state, early.due).outputs
    assert isinstance(edition, Edition)
    assert edition.pages == (first, later)


def test_updates_that_another_ledger_has_brought_wait_for_what_was_told_of_its_story() -> None:
    awaits = Alerting().awaits
    brought = msgspec.structs.replace(update("u1"), cause="merged:mole")
    assert awaits(brought, None) == "mole"
    assert awaits(brought, Told()) == "mole"
    assert awaits(brought, Told(adopted=("mole",))) is None
    assert awaits(brought, Told(into="pier")) is None
    assert awaits(update("u2"), Told()) is None
    assert awaits(due(1), Told()) is None
