"""The stages that keep something by story, driven as any runner would: by key, timers in their time, loops back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from streams.operators.alert import Alerting
from streams.operators.reconcile import Reconcile
from streams.step import Reason
from streams.topology import Stage, stages
from tallywire.ledger import Ledger, Policy, view
from tallywire.records import Alert, Citation, Due, Figure, Merge, Reading, Update
from tests.scenarios.build import at


def _no_assign(item: Reading, state: None, now: datetime) -> Any:
    raise AssertionError("articles come placed")


def meets(
    story: str = "gorge", into: str = "quay", when: datetime | None = None, article: str = "m"
) -> Merge:
    """The word that one story is another."""
    shown = Citation(article=article, outlet=f"Outlet {article}", quote="Both at once.")
    return Merge(story=story, into=into, label="Quay blast", at=when or at(0), shown=shown)


class Runner:
    """Ledger and alerts of any number of stories."""

    def __init__(self, policy: Policy | None = None, alerting: Alerting | None = None) -> None:
        made = stages(_no_assign, Reconcile(policy), alerting or Alerting())
        self._stages = {stage.name: stage for stage in made if stage.name in ("reconcile", "alert")}
        self.states: dict[tuple[str, str], Any] = {}
        self.clock = at(0)
        self.updates: list[Update] = []
        self.alerts: list[Alert] = []
        self.reasons: list[Reason] = []
        self.dues: set[Due] = set()
        self.resting: set[tuple[str, str]] = set()  #: states that may be laid by

    def give(self, item: Any, when: datetime | None = None) -> None:
        """One record on its way to the ledger, at a time."""
        self.wait(max(self.clock, when or self.clock))
        self._step(self._stages["reconcile"], item)

    def wait(self, until: datetime) -> None:
        """Let time pass."""
        while ripe := sorted(
            (due for due in self.dues if due.at <= until), key=lambda due: (due.at, due.stage)
        ):
            self.dues.discard(ripe[0])
            self.clock = max(self.clock, ripe[0].at)
            self._step(self._stages[ripe[0].stage], ripe[0])
        self.clock = until

    def _step(self, stage: Stage, item: Any) -> None:
        key = item.key if isinstance(item, Due) else stage.key(item)
        before = self.states.get((stage.name, key))
        step = stage.step(item, before, self.clock)
        self.reasons.append(step.reason)
        self.states[stage.name, key] = step.state
        if step.rests:
            self.resting.add((stage.name, key))
        elif step.state is not before:
            self.resting.discard((stage.name, key))
        if step.due is not None:
            self.dues.add(Due(stage=stage.name, key=key, at=step.due))
        for output in step.outputs:
            if isinstance(output, stage.loops):
                self._step(stage, output)
            elif stage.name == "reconcile":
                if isinstance(output, Update):
                    self.updates.append(output)
                self._step(self._stages["alert"], output)
            else:
                self.alerts.append(output)

    def ledger(self, story: str = "quay") -> Ledger:
        """A story's ledger, which must survive being stored."""
        held = self.states["reconcile", story]
        assert msgspec.json.decode(msgspec.json.encode(held), type=Ledger) == held
        return held

    def figures(self, story: str = "quay") -> tuple[Figure, ...]:
        """A story's figures as they stand."""
        return view(self.ledger(story))[1]
