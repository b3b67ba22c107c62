"""alert: which updates a person is told, gathered so that one article is one alert.

Keyed by story.  The updates of one cause are kept until the last has come; then, for each set of destinations, the
rules choose and a queue (`queue.py`) says what may be told now and when to ask again.  A story that has met an older
one hands its queues over, as a `Handover` that comes back under the older one's key.  What the end of quiet hours or
the hour of a digest brings is told across stories: it comes back under the key of its destinations (`summary.py`), and
once more when all have come, so that what is told was written down before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from streams.operators import summary
from streams.operators.muting import Mutes, nobody
from streams.operators.pace import Pace
from streams.operators.queue import Hearing, Queue, Wish, add, bear_out, look
from streams.operators.summary import Contribution, Edition
from streams.operators.union import unite
from streams.step import Reason, Step
from tallywire.identity import digest
from tallywire.ledger import telling
from tallywire.ledger.rules import DEFAULT_RULES, LOUDNESS, Rule
from tallywire.records import Alert, Due, Merge, Record, Silence, Support, Update


class Told(Record, frozen=True):
    """What was told of a story, and what waits to be."""

    gathered: tuple[Update, ...] = ()  #: of the cause whose updates are still coming in
    queues: tuple[Queue, ...] = ()  #: one for each set of destinations
    adopted: tuple[str, ...] = ()  #: stories that went into this one, by id
    into: str | None = None  #: the story that this one went into, and that tells what waits here
    summary: tuple[Alert, ...] = ()  #: under the key of destinations: what is to be told to them in one …
    summed: tuple[str, ...] = ()  #: … and the last ids that were told: a worker that dies may send them again


class Handover(Record, frozen=True):
    """What was told of a story, and what waits to be, on its way to an older one."""

    merge: Merge
    told: Told

    @property
    def story(self) -> str:
        """The story that takes it over."""
        return self.merge.into


MERGED = "merged:"  # how the cause of an update begins that another story's ledger has brought

Item = Update | Support | Merge | Handover | Contribution | Edition | Silence | Due
Output = Alert | Handover | Contribution | Edition


class Alerting:
    """The rules as a step of the pipeline."""

    def __init__(
        self, rules: tuple[Rule, ...] = DEFAULT_RULES, pace: Pace | None = None, mutes: Mutes = nobody
    ) -> None:
        """Without rules of its own, a good default set holds; `mutes` tells which mutes there are."""
        self._rules: dict[tuple[str, ...], tuple[Rule, ...]] = {}
        for rule in rules or DEFAULT_RULES:
            self._rules[rule.routes] = (*self._rules.get(rule.routes, ()), rule)
        self._pace = pace or Pace()
        self._mutes = mutes

    def step(self, item: Item, state: Told | None, now: datetime) -> Step[Told, Output]:
        """Gather an update, decide when its cause is complete; tell what has waited long enough."""
        told = state or Told()
        match item:
            case Merge():
                return self._hand_over(item, told)
            case Handover():
                return self._take_over(item, told, now)
            case Contribution():
                return _contribute(item, told)
            case Edition():
                return _publish(item, told)
            case Support():
                return self._bear_out(item, told)
            case Silence():
                return _rest(told)
            case Due():
                return self._call(item, told, now)
            case Update():
                return self._gather(item, told)

    def awaits(self, item: Item, state: Told | None) -> str | None:
        """The story whose queues come before the updates that its ledger brings."""
        cause = item.cause if isinstance(item, Update) else item.brought if isinstance(item, Support) else ""
        if not cause.startswith(MERGED) or (state is not None and state.into is not None):
            return None
        other = cause.removeprefix(MERGED)
        return None if state is not None and other in state.adopted else other

    def _gather(self, item: Update, told: Told) -> Step[Told, Output]:
        """Keep an update until the last of its cause; of a cause that was cut short, what has come is what there is."""
        cut = told.gathered if told.gathered and told.gathered[0].cause != item.cause else ()
        gathered = (item,) if cut else (*told.gathered, item)
        if item.part < item.parts:
            told = msgspec.structs.replace(told, gathered=gathered)
            return (
                self._decide(told, cut, item.at, item.story) if cut else Step(state=told, reason=Reason.HELD)
            )
        told = msgspec.structs.replace(told, gathered=())
        return self._decide(told, (*cut, *gathered), item.at, item.story)

    def _bear_out(self, item: Support, told: Told) -> Step[Told, Output]:
        """What waited for more voices may be told, with the updates of the same cause where some follow."""
        rules = self._holding(item.story, told)
        queues = tuple(bear_out(queue, item, rules[queue.routes]) for queue in told.queues)
        if queues != told.queues:
            told = msgspec.structs.replace(told, queues=queues)
        if not item.last:
            return Step(state=told, reason=Reason.HELD)
        return self._decide(told, (), item.at, item.story)

    def _call(self, item: Due, told: Told, now: datetime) -> Step[Told, Output]:
        """A timer: of a summary, of a story, or of one that is told elsewhere by now."""
        if told.summary:
            return _close(told, now)
        if told.into is not None or not told.queues:
            return Step(state=told, reason=Reason.DUE)
        return self._decide(told, (), now, item.key)

    def _decide(
        self, told: Told, updates: tuple[Update, ...], now: datetime, story: str
    ) -> Step[Told, Output]:
        """Queue the updates of a cause, if any; tell what may be told."""
        mutes, rules = tuple(self._mutes()), self._holding(story, told)
        views = [
            look(queue, Hearing(rules[queue.routes], self._pace, mutes, told.adopted), now)
            for queue in self._queued(told, updates, story)
        ]
        outputs = tuple(
            Contribution(alert=alert) if view.summed else alert
            for view in views
            if view.told
            for alert in (_alert(view.queue.routes, view.told, now),)
        )
        after = tuple(view.queue for view in views)
        return Step(
            state=told if after == told.queues else msgspec.structs.replace(told, queues=after),
            outputs=outputs,
            due=min((view.due for view in views if view.due is not None), default=None),
            reason=_reason(outputs, after, updates),
        )

    def _holding(self, story: str, told: Told) -> dict[tuple[str, ...], tuple[Rule, ...]]:
        """The rules that hold for a story, by destinations."""
        names = (story, *told.adopted)
        return {
            routes: tuple(rule for rule in rules if rule.holds_for(names))
            for routes, rules in sorted(self._rules.items())
        }

    def _queued(self, told: Told, updates: tuple[Update, ...], story: str) -> tuple[Queue, ...]:
        """The queues with the updates of a cause, if any."""
        known = {queue.routes: queue for queue in told.queues}
        return tuple(
            add(known.get(routes, Queue(routes=routes)), updates, rules)
            for routes, rules in self._holding(story, told).items()
        )

    def _hand_over(self, merge: Merge, told: Told) -> Step[Told, Output]:
        """All that was told to the older story; told twice, the same goes out twice."""
        queues = self._queued(told, told.gathered, merge.story)
        left = Told(queues=queues, adopted=told.adopted, into=merge.into)
        return Step(state=left, outputs=(Handover(merge=merge, told=left),), reason=Reason.MERGED)

    def _take_over(self, item: Handover, told: Told, now: datetime) -> Step[Told, Output]:
        """What was told of a younger story was told of this one, and what waited there waits here."""
        merge = item.merge
        if told.into is not None:
            on = msgspec.structs.replace(item, merge=msgspec.structs.replace(merge, into=told.into))
            return Step(state=told, outputs=(on,), reason=Reason.MERGED)
        if merge.story in told.adopted:
            return Step(state=told, reason=Reason.DUPLICATE)
        theirs = {queue.routes: queue for queue in item.told.queues}
        whole = msgspec.structs.replace(
            told,
            queues=tuple(
                unite(queue, theirs.get(queue.routes, Queue(routes=queue.routes)), merge)
                for queue in self._queued(told, (), merge.into)
            ),
            adopted=(*told.adopted, *item.told.adopted, merge.story),
        )
        step = self._decide(whole, (), now, merge.into)
        return msgspec.structs.replace(step, reason=Reason.MERGED) if step.reason is Reason.DUE else step


def _rest(told: Told) -> Step[Told, Output]:
    """A closed story reminds nobody of its disagreements, and breaks anew when it opens again; what waits, waits."""
    queues = tuple(
        msgspec.structs.replace(queue, disputes=(), first=None, last=None) for queue in told.queues
    )
    waits = any(queue.waiting for queue in queues)
    return Step(state=msgspec.structs.replace(told, queues=queues), rests=not waits, reason=Reason.CLOSED)


def _contribute(item: Contribution, told: Told) -> Step[Told, Output]:
    """One more story for a summary, which is closed once the others have had time to come."""
    if item.alert.id in told.summed:
        return Step(state=told, reason=Reason.DUPLICATE)
    pages = summary.joined(told.summary, item.alert)
    if len(pages) >= summary.MOST:
        return _settled(told, pages, Reason.HELD)
    told = msgspec.structs.replace(told, summary=pages)
    return Step(state=told, due=item.alert.at + summary.TOGETHER, reason=Reason.HELD)


def _close(told: Told, now: datetime) -> Step[Told, Output]:
    """The summary as it stands, once it is complete."""
    complete = max(page.at for page in told.summary) + summary.TOGETHER
    if now < complete:
        return Step(state=told, due=complete, reason=Reason.DUE)
    return _settled(told, told.summary, Reason.DUE)


def _settled(told: Told, pages: tuple[Alert, ...], reason: Reason) -> Step[Told, Output]:
    told = msgspec.structs.replace(told, summary=())
    return Step(state=told, outputs=(Edition(pages=pages),), reason=reason)


def _publish(item: Edition, told: Told) -> Step[Told, Output]:
    """What was settled; of pages that were settled twice, by one who died and who followed, those not told yet."""
    pages = tuple(page for page in item.pages if page.id not in told.summed)
    if not pages:
        return Step(state=told, reason=Reason.DUPLICATE)
    summed = (*told.summed, *(page.id for page in pages))[-summary.REMEMBERED :]
    told = msgspec.structs.replace(told, summed=summed)
    return Step(state=told, outputs=(summary.of(pages),), reason=Reason.TOLD)


def _reason(told: Sequence[Output], queues: Sequence[Queue], updates: Sequence[Update]) -> Reason:
    if told:
        return Reason.TOLD
    if any(queue.waiting for queue in queues):
        return Reason.HELD
    return Reason.SUPPRESSED if updates else Reason.DUE


def _alert(routes: tuple[str, ...], wishes: Sequence[Wish], now: datetime) -> Alert:
    lasting = {wish.update.id: wish.lasting for wish in wishes if wish.lasting is not None}
    updates = telling.ranked([_said(wish) for wish in wishes])
    lead = updates[0]
    names = (f"{one.id}@{lasting[one.id]}" if one.id in lasting else one.id for one in updates)
    return Alert(
        id=digest("alert", *names, *routes),
        kind=lead.kind,
        severity=max((wish.severity for wish in wishes), key=LOUDNESS.index),
        story=lead.story,
        at=now,
        title=telling.title(updates, lasting),
        text=telling.text(updates),
        update=lead.id,
        updates=tuple(updates),
        routes=routes,
    )


def _said(wish: Wish) -> Update:
    return wish.update if wish.lasting is None else telling.still_open(wish.update, wish.lasting)
