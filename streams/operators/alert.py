"""alert: which updates a person is told, gathered so that one article is one alert.

Keyed by story.  The updates of one cause are kept until the last has come, then the rules decide.  Once a story's
first hour is over, its alerts keep a distance; what comes in between is gathered and told together when a `Due` says
that the time has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import msgspec

from streams.step import Reason, Step
from tallywire.identity import digest
from tallywire.ledger import telling
from tallywire.ledger.rules import DEFAULT_RULES, Rule
from tallywire.records import Alert, Bounds, Due, Record, Severity, Update, UpdateKind

_LOUDNESS = (Severity.INFO, Severity.NOTICE, Severity.WARNING, Severity.CRITICAL)
REMEMBERED = 128  # figures whose last alert is remembered for the cooldown
WAITING = 64  # updates of a story that wait to be told; of more, the latest


class Pace(Record, frozen=True):
    """How close together a story's alerts may come, and when none may.  What is critical is told at once."""

    breaking: timedelta = timedelta(hours=1)  #: from the story's first alert on, every one is told at once
    gap: timedelta = timedelta(hours=1)  #: afterwards, the least time between two
    quiet_from: time = time(0)  #: start of the quiet hours (UTC); the same as their end means none
    quiet_to: time = time(0)  #: end of the quiet hours: what was held is told together

    def opens(self, at: datetime, first: datetime | None, last: datetime | None) -> datetime:
        """When an alert wished for at `at` may go out, after the story's `first` and `last`."""
        if first is not None and last is not None and at >= first + self.breaking:
            at = max(at, last + self.gap)
        return self._after_quiet(at)

    def _after_quiet(self, at: datetime) -> datetime:
        start, end = self.quiet_from, self.quiet_to
        clock = at.time()
        overnight = start > end
        quiet = (clock >= start or clock < end) if overnight else start <= clock < end
        if not quiet:
            return at
        ends = at.replace(hour=end.hour, minute=end.minute, second=end.second, microsecond=0)
        return ends if ends > at else ends + timedelta(days=1)


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
        # Of a cause that was cut short, what has come is what there is.
        cut = told.gathered if told.gathered and told.gathered[0].cause != item.cause else ()
        gathered = (item,) if cut else (*told.gathered, item)
        if item.part < item.parts:
            told = msgspec.structs.replace(told, gathered=gathered)
            return self._decide(told, cut, item.at) if cut else Step(state=told, reason=Reason.HELD)
        return self._decide(msgspec.structs.replace(told, gathered=()), (*cut, *gathered), item.at)

    def _decide(self, told: Told, updates: tuple[Update, ...], at: datetime) -> Step[Told, Alert]:
        """Choose from the updates of a cause; tell them, or let them wait for the next alert."""
        chosen = tuple(update for update in updates if self._rules_for(update, told))
        if not chosen:
            return Step(state=told, reason=Reason.SUPPRESSED)
        told = msgspec.structs.replace(told, waiting=(*told.waiting, *chosen)[-WAITING:])
        opens = at if self._critical(chosen, told) else self._pace.opens(at, told.first, told.last)
        if opens > at:
            return Step(state=told, due=opens, reason=Reason.HELD)
        return self._tell(told, at)

    def _critical(self, updates: Sequence[Update], told: Told) -> bool:
        rules = [rule for update in updates for rule in self._rules_for(update, told)]
        return any(rule.severity is Severity.CRITICAL for rule in rules)

    def _release(self, told: Told, now: datetime) -> Step[Told, Alert]:
        if not told.waiting:
            return Step(state=told, reason=Reason.DUE)
        opens = self._pace.opens(now, told.first, told.last)
        if opens > now:
            return Step(state=told, due=opens, reason=Reason.HELD)
        return self._tell(told, now)

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
            last=max(at, told.last or at) if alerts else told.last,
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
