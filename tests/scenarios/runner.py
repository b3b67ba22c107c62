"""Reads a scenario, tells it to the reader, the ledger and the alerts, and compares what came of it.

`docs/howto/write-a-scenario.md` explains the format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from streams.operators.alert import Alerting
from tallywire.cli.rules import pace, rules
from tallywire.config import Settings
from tallywire.ledger import Policy
from tallywire.reading import read
from tallywire.records import Alert, Article, Figure, Mute, Reading, StoryReading, Update, UpdateKind
from tests.scenarios.build import NO_SKETCH, Desk

DAY = datetime(2031, 5, 4, tzinfo=UTC)
KINDS = {
    "first": "figure.first",
    "changed": "figure.changed",
    "corrected": "figure.corrected",
    "disagreement": "figure.disagreement",
    "resolved": "figure.resolved",
    "mismatch": "figure.sum_mismatch",
    "actor": "actor.new",
    "revised": "article.revised",
}
_ENDS = r"(?:none|~?\d+\+?|-\d+|\d+-\d+)"
_EXPECTED = re.compile(
    rf"(?P<kind>\w+)(?: (?P<metric>[a-z]+))?(?: \[(?P<group>[^\]]*)\])?(?: (?:(?P<old>{_ENDS}) → )?(?P<new>{_ENDS}))?"
)


@dataclass
class Outcome:
    """How a scenario went."""

    wrong: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)


def run(path: Path) -> Outcome:
    """Play one scenario; `wrong` lists where it went another way than expected."""
    scene = yaml.safe_load(path.read_text(encoding="utf-8"))
    mutes: list[Mute] = []
    desk, outcome = _desk(scene.get("config") or {}, mutes), Outcome()
    actors = any("actor" in str(step.get("then", "")) for step in scene["steps"])
    names: dict[str, StoryReading] = {}
    for number, step in enumerate(scene["steps"], 1):
        updates = _play(desk, step, f"a{number}", names, mutes)
        told = [one for one in updates if _counts(one, actors)]
        _compare(outcome, f"step {number}", list(step.get("then") or []), told)
    _compare_end(outcome, desk, scene)
    return outcome


def _desk(config: dict[str, Any], mutes: list[Mute]) -> Desk:
    """A desk with the settings of a configuration, and mutes that come and go."""
    settings = Settings(**config)
    policy = Policy(settle=settings.ledger.settle, tolerance=settings.ledger.tolerance)
    return Desk(policy, Alerting(rules(settings), pace(settings), lambda: mutes))


def _play(
    desk: Desk, step: dict[str, Any], name: str, names: dict[str, StoryReading], mutes: list[Mute]
) -> list[Update]:
    if "wait" in step:
        return desk.wait(_now(desk) + _duration(step["wait"]))
    if "mute" in step:
        now, kinds = _now(desk), tuple(UpdateKind(KINDS[kind]) for kind in step.get("kinds") or ())
        mutes.append(Mute(scope="all", since=now, until=now + _duration(step["mute"]), kinds=kinds))
        return []
    if "unmute" in step:
        mutes.clear()
        desk.wake()
        return []
    item = _placed(step, name, names)
    names[step.get("id", name)] = item
    return desk.read(item)


def _now(desk: Desk) -> datetime:
    assert desk.clock is not None, "a scenario begins with an article"
    return desk.clock


def _placed(step: dict[str, Any], name: str, names: dict[str, StoryReading]) -> StoryReading:
    published = _time(step["at"])
    copied, edited = names.get(step.get("copies", "")), names.get(step.get("edits", ""))
    article = Article(
        id=name,
        title=step.get("title", ""),
        body=" ".join(str(step.get("text", "")).split()),
        outlet=step.get("outlet", edited.reading.article.outlet if edited else name),
        byline=step.get("byline"),
        published=None if step.get("undated") else published,
        arrived=_time(step.get("arrives", step["at"])),
        language=step.get("language"),
        revision_of=edited.reading.article.id if edited else None,
        version=2 if edited else 1,
    )
    source = copied or edited
    return StoryReading(
        reading=Reading(article=article, extract=read(article), sketch=NO_SKETCH),
        story="quay",
        label="Scenario",
        origin=source.origin if source else name,
        copy_of=copied.reading.article.id if copied else None,
        shared=0.9 if copied else 0.0,
    )


def _time(text: str) -> datetime:
    """ "08:30" on the first day, "2 08:30" on the second, "08:30+02:00" with a time zone."""
    match = re.fullmatch(r"(?:(\d+) )?(\d\d):(\d\d)(?:([+-])(\d\d):(\d\d))?", str(text))
    assert match is not None, f"{text!r} is no time"
    day, hour, minute, sign, zone_hours, zone_minutes = match.groups()
    moment = DAY + timedelta(days=int(day or 1) - 1, hours=int(hour), minutes=int(minute))
    offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
    return moment + offset if sign == "-" else moment - offset


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+) ?([mhd])", str(text))
    assert match is not None, f"{text!r} is no duration"
    return timedelta(minutes=int(match[1]) * {"m": 1, "h": 60, "d": 1440}[match[2]])


def _counts(update: Update, actors: bool) -> bool:
    return update.kind != "story.new" and (actors or update.kind != "actor.new")


def _compare(outcome: Outcome, where: str, expected: list[str], told: list[Update]) -> None:
    """The updates of one step; they are of one instant, so their order among themselves is free."""
    outcome.log += [f"{where}: {short(one)}" for one in told]
    left = list(told)
    for text in expected:
        match = next((one for one in left if _is(text, one)), None)
        if match is None:
            outcome.wrong.append(f"{where}: missing: {text}")
        else:
            left.remove(match)
    outcome.wrong += [f"{where}: not expected: {short(one)} ({one.because})" for one in left]


def _is(text: str, update: Update) -> bool:
    if text.startswith("actor "):
        return update.actor is not None and update.actor.name == text.removeprefix("actor ")
    match = _EXPECTED.fullmatch(text)
    assert match is not None, f"{text!r} is no update"
    return (
        update.kind == KINDS[match["kind"]]
        and (match["metric"] or "") == (update.metric or "")
        and of_group(match["group"], update.group)
        and (match["new"] is None or match["new"].lstrip("~") == _ends(update.to))
        and (match["old"] is None or match["old"].lstrip("~") == _ends(update.from_))
    )


def of_group(words: str | None, group: Any) -> bool:
    """Whether every word of an expectation is in a group's words, nations or roles; none means everyone."""
    if words is None or group is None:
        return words is None and group is None
    said = " ".join((group.text.lower(), *(code.lower() for code in group.nations), *group.roles))
    return all(word in said for word in words.lower().split())


def _ends(bounds: Any) -> str:
    low, high = (bounds.low, bounds.high) if bounds else (None, None)
    if low is None and high is None:
        return "none"
    if high is None:
        return f"{low}+"
    if low is None:
        return f"-{high}"
    return str(low) if low == high else f"{low}-{high}"


def short(update: Update) -> str:
    """An update as a scenario would expect it."""
    kind = next((word for word, name in KINDS.items() if name == update.kind), update.kind.value)
    if update.actor is not None:
        return f"{kind} {update.actor.name}"
    if update.metric is None:
        return kind
    words = [kind, update.metric.value]
    if update.group is not None:
        words.append(f"[{' '.join((update.group.text, *update.group.nations, *update.group.roles)).strip()}]")
    old = f"{_ends(update.from_)} → " if update.from_ is not None else ""
    return " ".join((*words, old + _ends(update.to)))


def _compare_end(outcome: Outcome, desk: Desk, scene: dict[str, Any]) -> None:
    story, figures = desk.view()
    for name, expected in (scene.get("tally") or {}).items():
        found = _ends(story.tally.get(name))
        if found != str(expected):
            outcome.wrong.append(f"tally {name}: {found}, not {expected}")
    for line in scene.get("figures") or []:
        if not any(_figure_is(line, one) for one in figures):
            outcome.wrong.append(f"no figure {line!r} among {[_figure(one) for one in figures]}")
    told = [_alert(one) for one in desk.alerts]
    expected = scene.get("alerts", len(told))
    if expected not in (len(told), told):
        outcome.wrong += [f"alerts expected: {expected}", *(f"alert told: {one}" for one in told)]


def _alert(alert: Alert) -> str:
    """An alert as a scenario would expect it: "08:00 notice 10 killed"; from the second day on with the day."""
    day = (alert.at - DAY).days + 1
    when = f"{alert.at:%H:%M}" if day == 1 else f"{day} {alert.at:%H:%M}"
    return f"{when} {alert.severity} {alert.title.removeprefix('Scenario: ')}"


_FIGURE = re.compile(
    rf"(?P<metric>[a-z]+)(?: \[(?P<group>[^\]]*)\])? (?P<ends>{_ENDS})(?: of (?P<claimants>\d+))?"
    r"(?:, (?P<check>\w+) (?P<holds>holds|fails))?"
)


def _figure_is(text: str, figure: Figure) -> bool:
    match = _FIGURE.fullmatch(text)
    assert match is not None, f"{text!r} is no figure"
    checked = [one for one in figure.checks if one.kind == match["check"]]
    return (
        match["metric"] == figure.metric
        and of_group(match["group"], figure.group)
        and match["ends"].lstrip("~") == _ends(figure)
        and (match["claimants"] is None or int(match["claimants"]) == figure.claimants)
        and (match["check"] is None or any(one.holds == (match["holds"] == "holds") for one in checked))
    )


def _figure(figure: Figure) -> str:
    group = (
        f" [{' '.join((figure.group.text, *figure.group.nations, *figure.group.roles))}]"
        if figure.group
        else ""
    )
    checks = "".join(f", {one.kind} {'holds' if one.holds else 'fails'}" for one in figure.checks)
    return f"{figure.metric}{group} {_ends(figure)} of {figure.claimants}{checks}"
