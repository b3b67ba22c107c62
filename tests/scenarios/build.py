"""Placed articles and claims made by hand, and a desk that follows them through ledger and alerts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

from streams.operators.alert import Alerting, Told
from streams.operators.reconcile import Reconcile
from streams.operators.summary import Contribution
from tallywire.ledger import Ledger, Policy, view
from tallywire.records import (
    Actor,
    Alert,
    Article,
    Claim,
    Due,
    Evidence,
    Extract,
    Figure,
    Group,
    Metric,
    Quantifier,
    Reading,
    Scope,
    Sketch,
    Status,
    Story,
    StoryReading,
    Support,
    Update,
)

START = datetime(2031, 5, 4, 6, 0, tzinfo=UTC)
NO_SKETCH = Sketch(v=1, exact=0, shingles=b"", terms=b"")


def at(hours: float) -> datetime:
    """So many hours after the scene opens."""
    return START + timedelta(hours=hours)


def number(text: str | int | None) -> tuple[int | None, int | None, Quantifier]:
    """ "55", "50+" (at least), "-100" (up to), "~60" (about), "40-60": low, high and quantifier."""
    if text is None:
        return None, None, Quantifier.NONE
    match = re.fullmatch(r"(~?)(\d*)([+-]?)(\d*)", str(text))
    assert match is not None, text
    about, low, sign, high = match.groups()
    if about:
        return int(low), int(low), Quantifier.ABOUT
    if sign == "+":
        return int(low), None, Quantifier.AT_LEAST
    if sign == "-" and not low:
        return None, int(high), Quantifier.UP_TO
    if sign == "-":
        return int(low), int(high), Quantifier.RANGE
    return int(low), int(low), Quantifier.EXACT


def claim(
    metric: str,
    said: str | int | None,
    *by: str,
    nations: str = "",
    roles: str = "",
    group: str = "",
    status: str = "asserted",
    scope: str = "total",
    as_of: datetime | None = None,
    quote: str = "",
    field: str = "body",
) -> Claim:
    """One claim: `claim("killed", "50+", "Health Ministry")`."""
    low, high, quantifier = number(said)
    words = quote or f"{', '.join(by) or 'The paper'}: {said} {metric} {group or roles}".strip()
    return Claim(
        metric=Metric(metric),
        low=low,
        high=high,
        quantifier=quantifier,
        evidence=Evidence(field=field, start=0, end=len(words), quote=words),
        status=Status(status),
        scope=Scope(scope),
        group=Group(text=group, nations=tuple(sorted(nations.split())), roles=tuple(sorted(roles.split()))),
        claimants=by,
        as_of=as_of,
    )


def actor(
    name: str, kind: str = "person", role: str = "", field: str = "body", quote: str = "", aliases: str = ""
) -> Actor:
    """One actor with the sentence that shows it: "⟨role⟩ ⟨name⟩ said so." unless another is given."""
    words = quote or f"{role} {name} said so.".strip()
    evidence = Evidence(field=field, start=0, end=len(words), quote=words)
    return Actor(name=name, kind=kind, role=role, evidence=evidence, aliases=tuple(aliases.split()))


def placed(
    name: str,
    when: datetime,
    *claims: Claim,
    title: str = "",
    outlet: str = "",
    origin: str = "",
    copy_of: str | None = None,
    shared: float = 0.0,
    revises: str | None = None,
    actors: tuple[Actor, ...] = (),
    tally: dict[Metric, object] | None = None,
    story: str = "quay",
) -> StoryReading:
    """A placed article with its claims."""
    article = Article(
        id=name,
        title=title,
        body=" ".join(one.evidence.quote for one in claims) or "Nothing is known yet.",
        arrived=when,
        published=when,
        outlet=outlet or f"Outlet {name}",
        url=f"https://news.example/{name}",
        revision_of=revises,
        version=2 if revises else 1,
    )
    extract = Extract(id=name, language="en", claims=claims, actors=actors, tally=tally or {})  # type: ignore[arg-type]
    reading = Reading(article=article, extract=extract, sketch=NO_SKETCH)
    return StoryReading(
        reading=reading,
        story=story,
        label="Quay blast",
        origin=origin or name,
        copy_of=copy_of,
        shared=shared,
    )


def without_telling(ledger: Ledger) -> Ledger:
    """A ledger but for whom its instant has told: the one thing in which the order of that instant's articles shows."""
    scene = ledger.scene and msgspec.structs.replace(ledger.scene, told=())
    return msgspec.structs.replace(ledger, scene=scene)


class Desk:
    """Follows one story through ledger and alerts, timers included."""

    def __init__(self, policy: Policy | None = None, alerting: Alerting | None = None) -> None:
        self._policy = policy
        self._reconcile = Reconcile(policy)
        self._alerting = alerting or Alerting()
        self.ledger: Ledger | None = None
        self._told: Told | None = None
        self._dues: set[tuple[str, datetime]] = set()
        self.clock: datetime | None = None
        self.updates: list[Update] = []
        self.alerts: list[Alert] = []

    def read(self, *items: StoryReading) -> list[Update]:
        """Take articles in, in order; the updates that came of them, those of timers fired on the way included."""
        start = len(self.updates)
        for item in items:
            self.wait(item.reading.article.arrived)
            self._reconciled(item, self.clock or item.reading.article.arrived)
        return self.updates[start:]

    def wait(self, until: datetime) -> list[Update]:
        """Let time pass."""
        start = len(self.updates)
        self.clock = max(self.clock or until, until)
        while pending := sorted((when, stage) for stage, when in self._dues if when <= until):
            when, stage = pending[0]
            self._dues.discard((stage, when))
            due = Due(stage=stage, key="quay", at=when)
            if stage == "reconcile":
                self._reconciled(due, when)
            else:
                self._alerted(due, when)
        return self.updates[start:]

    def wake(self) -> None:
        """Call the alerts again, as the end of a mute does."""
        assert self.clock is not None
        self._alerted(Due(stage="alert", key="quay", at=self.clock), self.clock)

    def _reconciled(self, item: StoryReading | Due, now: datetime) -> None:
        step = self._reconcile.step(item, self.ledger, now)
        self.ledger = step.state
        if step.due is not None:
            self._dues.add(("reconcile", step.due))
        for output in step.outputs:
            if isinstance(output, Update):
                self.updates.append(output)
            self._alerted(output, now)

    def _alerted(self, item: Update | Support | Due, now: datetime) -> None:
        step = self._alerting.step(item, self._told, now)
        self._told = step.state
        if step.due is not None:
            self._dues.add(("alert", step.due))
        # One story alone: its own alert is all that a summary holds.
        self.alerts += [one.alert if isinstance(one, Contribution) else one for one in step.outputs]

    def view(self) -> tuple[Story, tuple[Figure, ...]]:
        """The story as it stands."""
        assert self.ledger is not None
        stored = msgspec.json.decode(msgspec.json.encode(self.ledger), type=Ledger)
        assert stored == self.ledger, "a ledger must survive being stored"
        return view(self.ledger, self._policy)

    def figure(self, metric: str = "killed", group: str = "") -> Figure:
        """One figure of the story: everyone's, or that of the group with such words."""
        for one in self.view()[1]:
            if one.metric == metric and (one.group.text if one.group else "") == group:
                return one
        raise AssertionError(f"no figure {metric} {group}")


def told(updates: list[Update]) -> list[str]:
    """Updates in short: "figure.changed killed 50+ → 55"."""
    return [_short(one) for one in updates]


def _short(update: Update) -> str:
    words = [update.kind.value]
    if update.actor is not None:
        words.append(update.actor.name)
    if update.metric is not None:
        words.append(update.metric.value)
        if update.group is not None:
            words.append(f"[{update.group.text or ' '.join((*update.group.nations, *update.group.roles))}]")
        ends = [_ends(one.low, one.high) for one in (update.from_, update.to) if one is not None]
        words.append(" → ".join(ends))
    return " ".join(words)


def _ends(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "none"
    if high is None:
        return f"{low}+"
    if low is None:
        return f"-{high}"
    return str(low) if low == high else f"{low}-{high}"
