"""alert: which updates a person is told, gathered so that one article is one alert.

Keyed by story.  The updates of one cause are kept until the last has come, then the rules decide.  Once a story's
first hour is over, its alerts keep a distance; what comes in between is gathered and told together when a `Due` says
that the time has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from streams.step import Reason, Step
from tallywire.identity import digest
from tallywire.ledger import telling
from tallywire.ledger.rules import DEFAULT_RULES, Rule
from tallywire.records import Alert, Bounds, Due, Record, Severity, Update, UpdateKind

_LOUDNESS = (Severity.INFO, Severity.NOTICE, Severity.WARNING, Severity.CRITICAL)
REMEMBERED = 128  # figures whose last alert is remembered for the cooldown


class Pace(Record, frozen=True):
    """How close together a story's alerts may come."""

    breaking: timedelta = timedelta(hours=1)  #: from the story's first alert on, every one is told at once
    gap: timedelta = timedelta(hours=1)  #: afterwards, the least time between two


class Told(Record, frozen=True):
    """What was told of a story, and what waits to be."""

    gathered: tuple[Update, ...] = ()  #: of the cause whose updates are still coming in
    waiting: tuple[Update, ...] = ()  #: chosen, but too soon after the last alert
    first: datetime | None = None  #: when the first alert went out
    last: datetime | None = None
    figures: dict[str, datetime] = msgspec.field(
        default_factory=dict
    )  #: rule and figure → when it was last told


class Alerting:
    """The rules as a step of the pipeline."""

    def __init__(self, rules: tuple[Rule, ...] = DEFAULT_RULES, pace: Pace | None = None) -> None:
        """Without rules of its own, a good default set holds."""
        self._rules = rules or DEFAULT_RULES
        self._pace = pace or Pace()

    def step(self, item: Update | Due, state: Told | None, now: datetime) -> Step[Told, Alert]:
        """Gather an update, decide when its cause is complete; tell what has waited long enough."""
        told = state or Told()
        if isinstance(item, Due):
            return self._release(told, now)
        gathered = (*told.gathered, item)
        if item.part < item.parts:
            return Step(state=msgspec.structs.replace(told, gathered=gathered), reason=Reason.HELD)
        told = msgspec.structs.replace(told, gathered=())
        chosen = tuple(update for update in gathered if self._rules_for(update, told))
        if not chosen:
            return Step(state=told, reason=Reason.SUPPRESSED)
        told = msgspec.structs.replace(told, waiting=(*told.waiting, *chosen))
        opens = self._opens(told, item.at)
        if opens > item.at:
            return Step(state=told, due=opens, reason=Reason.HELD)
        return self._tell(told, item.at)

    def _release(self, told: Told, now: datetime) -> Step[Told, Alert]:
        if not told.waiting:
            return Step(state=told, reason=Reason.DUE)
        opens = self._opens(told, now)
        if opens > now:
            return Step(state=told, due=opens, reason=Reason.HELD)
        return self._tell(told, now)

    def _opens(self, told: Told, at: datetime) -> datetime:
        """When the next alert may go out."""
        if told.first is None or told.last is None or at < told.first + self._pace.breaking:
            return at
        return max(at, told.last + self._pace.gap)

    def _tell(self, told: Told, at: datetime) -> Step[Told, Alert]:
        updates = merged(told.waiting)
        by_routes: dict[tuple[str, ...], list[tuple[Update, Rule]]] = {}
        for update in updates:
            for routes, rule in self._routed(update, told).items():
                by_routes.setdefault(routes, []).append((update, rule))
        alerts = tuple(_alert(routes, pairs, at) for routes, pairs in sorted(by_routes.items()))
        figures = dict(told.figures)
        for update in updates:
            for rule in self._rules_for(update, told):
                figures.pop(_figure(rule, update), None)
                figures[_figure(rule, update)] = at
        state = msgspec.structs.replace(
            told,
            waiting=(),
            first=told.first or (at if alerts else None),
            last=at if alerts else told.last,
            figures=dict(list(figures.items())[-REMEMBERED:]),
        )
        return Step(state=state, outputs=alerts, reason=Reason.TOLD if alerts else Reason.SUPPRESSED)

    def _rules_for(self, update: Update, told: Told) -> list[Rule]:
        """The rules that want the update and are not cooling down on its figure."""
        return [rule for rule in self._rules if rule.wants(update) and not _cooling(rule, update, told)]

    def _routed(self, update: Update, told: Told) -> dict[tuple[str, ...], Rule]:
        """For each set of destinations, the loudest rule that sends the update there."""
        found: dict[tuple[str, ...], Rule] = {}
        for rule in self._rules_for(update, told):
            known = found.get(rule.routes)
            if known is None or _LOUDNESS.index(rule.severity) > _LOUDNESS.index(known.severity):
                found[rule.routes] = rule
        return found


def merged(updates: Sequence[Update]) -> tuple[Update, ...]:
    """Updates that waited, a figure's changes drawn together: 32 → 40 and 40 → 55 are 32 → 55."""
    found: list[Update] = []
    for update in updates:
        before = next((one for one in found if _joins(one, update)), None)
        if before is None:
            found.append(update)
            continue
        found.remove(before)
        kind = before.kind if before.kind is UpdateKind.FIRST else update.kind
        joined = msgspec.structs.replace(update, from_=before.from_, kind=kind)
        if joined.from_ != joined.to:
            found.append(joined)
    return tuple(found)


def _joins(one: Update, other: Update) -> bool:
    numbers = (UpdateKind.FIRST, UpdateKind.CHANGED, UpdateKind.CORRECTED)
    same = one.metric is not None and (one.metric, one.group) == (other.metric, other.group)
    return same and one.kind in numbers and other.kind in numbers and one.to == other.from_ != Bounds()


def _alert(routes: tuple[str, ...], pairs: list[tuple[Update, Rule]], at: datetime) -> Alert:
    updates = telling.ranked([update for update, _ in pairs])
    severity = max((rule.severity for _, rule in pairs), key=_LOUDNESS.index)
    lead = updates[0]
    return Alert(
        id=digest("alert", *(update.id for update in updates), *routes),
        kind=lead.kind,
        severity=severity,
        story=lead.story,
        at=at,
        title=telling.title(updates),
        text=telling.text(updates),
        update=lead.id,
        updates=tuple(updates),
        routes=routes,
    )


def _figure(rule: Rule, update: Update) -> str:
    group = update.group
    people = f"{'+'.join(group.nations)}/{'+'.join(group.roles)}/{group.text}" if group else ""
    return f"{rule.name}|{update.metric}|{people}"


def _cooling(rule: Rule, update: Update, told: Told) -> bool:
    last = told.figures.get(_figure(rule, update))
    return last is not None and update.at < last + rule.cooldown
