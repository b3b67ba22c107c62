"""What waits to be told to one set of destinations, and what may go now.

Every update that a rule chooses waits here, if only for an instant.  What holds it back is of two kinds: its own (a
mute, its rule's cooldown, the digest) and the story's (quiet hours, the distance between alerts, the gathering of a
burst).  Once the story may speak, everything that nothing of its own holds back is told together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from streams.operators.disputes import Dispute, followed, heard, raised
from streams.operators.drawing import STEPS, figure, follows, is_nothing, join, joins, supported
from streams.operators.muting import muted_until
from streams.operators.pace import Pace
from tallywire.ledger.rules import LOUDNESS, Rule
from tallywire.records import Mute, Record, Severity, Support, Update, UpdateKind

WAITING = 64  # figures of a story that wait to be told; of more, the latest
REMEMBERED = 128  # figures whose last alert is remembered for the cooldown


class Waiting(Record, frozen=True):
    """An update that a rule chose."""

    update: Update
    since: datetime  #: when its first step came


class Queue(Record, frozen=True):
    """One story, one set of destinations."""

    routes: tuple[str, ...]  #: the destinations by name; empty is all of them
    waiting: tuple[Waiting, ...] = ()  #: chosen, each figure's steps drawn into one
    unsaid: tuple[
        Update, ...
    ] = ()  #: what no rule wanted so far: small steps add up, voices may yet bear it out
    disputes: tuple[Dispute, ...] = ()
    first: datetime | None = None  #: when the first alert went out
    last: datetime | None = None
    figures: dict[str, datetime] = msgspec.field(
        default_factory=dict
    )  #: rule and figure → when it was last told


class Wish(msgspec.Struct, frozen=True):
    """Something to tell, by a rule."""

    update: Update
    rule: Rule
    severity: Severity
    since: datetime  #: from when on nothing of its own holds it back
    lasting: timedelta | None = None  #: of a disagreement told again: how long it has been open

    def summed(self, pace: Pace, now: datetime) -> bool:
        """Whether it was held for an hour at which stories are told together."""
        return self.rule.digest or (self.since < now and pace.after_quiet(self.since) == now)


class Outlook(msgspec.Struct, frozen=True):
    """A queue at an instant."""

    queue: Queue
    told: tuple[Wish, ...] = ()  #: one alert, or none
    due: datetime | None = None  #: when to look again
    summed: bool = False  #: the alert belongs with those of other stories


class Hearing(msgspec.Struct, frozen=True):
    """Who is told of a story, and how."""

    rules: tuple[Rule, ...]  #: those that hold for the story
    pace: Pace
    mutes: tuple[Mute, ...]
    adopted: tuple[str, ...]  #: stories that went into this one, by id


def add(queue: Queue, updates: Iterable[Update], rules: tuple[Rule, ...]) -> Queue:
    """The queue with the updates of a cause: those that a rule wants wait, steps of a figure may add up."""
    for update in updates:
        queue = msgspec.structs.replace(queue, disputes=followed(queue.disputes, update))
        queue = _add(queue, update, rules)
    return queue


def _add(queue: Queue, update: Update, rules: tuple[Rule, ...]) -> Queue:
    before = next((one for one in queue.unsaid if follows(one, update)), None)
    unsaid = tuple(one for one in queue.unsaid if one is not before)
    whole = join(before, update) if before is not None and update.kind in STEPS else update
    if _wanted(update, rules) and (whole.kind is not update.kind or not _wanted(whole, rules)):
        whole = update
    if _wanted(whole, rules):
        return msgspec.structs.replace(queue, waiting=_drawn(queue.waiting, whole), unsaid=unsaid)
    if _belongs(update, queue.waiting, rules):
        return msgspec.structs.replace(queue, waiting=_drawn(queue.waiting, update))
    if _awaited(whole, rules):
        unsaid = (*unsaid, whole)
    elif update.kind in STEPS and whole.from_ != whole.to:
        unsaid = (*unsaid, _bare(whole))
    return msgspec.structs.replace(queue, unsaid=unsaid[-WAITING:])


def bear_out(queue: Queue, support: Support, rules: tuple[Rule, ...]) -> Queue:
    """The queue once more voices speak of a figure: what no rule wanted for want of them waits to be told."""
    waiting, unsaid = queue.waiting, []
    for one in queue.unsaid:
        said = supported(one, support) if figure(one) == figure(support) and one.to == support.to else one
        if _awaited(one, rules) and _wanted(said, rules):
            waiting = _drawn(waiting, said, support.at)
        else:
            unsaid.append(one)
    return msgspec.structs.replace(queue, waiting=waiting, unsaid=tuple(unsaid))


def _belongs(update: Update, waiting: tuple[Waiting, ...], rules: tuple[Rule, ...]) -> bool:
    """Whether an update that no rule wants is told with a step that waits, brings it to nothing, or ends a dispute."""
    before = next((one.update for one in waiting if joins(one.update, update)), None)
    if before is None:
        return False
    joined = join(before, update)
    return before.kind is UpdateKind.DISAGREEMENT or is_nothing(joined) or _wanted(joined, rules)


def _awaited(update: Update, rules: tuple[Rule, ...]) -> bool:
    """Whether a rule would want the update of a figure if more voices stood behind it."""
    return update.metric is not None and any(rule.awaits(update) for rule in rules)


def _bare(update: Update) -> Update:
    """A step without its words: it is remembered for its numbers alone."""
    return msgspec.structs.replace(update, because="", evidence=(), positions=())


def _drawn(
    waiting: tuple[Waiting, ...], update: Update, since: datetime | None = None
) -> tuple[Waiting, ...]:
    """What waits with one more, drawn into the step before it; what came back to where it was is gone."""
    steps = [one for one in waiting if joins(one.update, update)]  # a first figure and its dispute are two
    if not steps:
        return (*waiting, Waiting(update=update, since=since or update.at))[-WAITING:]
    rest = tuple(one for one in waiting if one not in steps)
    joined = join(steps[0].update, update)
    return rest if is_nothing(joined) else (*rest, Waiting(update=joined, since=steps[0].since))


def _wanted(update: Update, rules: tuple[Rule, ...]) -> bool:
    return any(rule.wants(update) for rule in rules)


def look(queue: Queue, hearing: Hearing, now: datetime) -> Outlook:
    """What may be told at `now`, the queue without it, and when to look again."""
    rules, pace = hearing.rules, hearing.pace
    queue = _sifted(queue, rules)
    free: list[Wish] = []
    later: list[datetime] = []
    for wish in (*_updates(queue, rules, pace, now), *_reminders(queue, rules)):
        muted = muted_until(wish.update, hearing.mutes, now, hearing.adopted)
        clear = max(wish.since, muted or wish.since)
        if clear > now:
            later.append(clear)
        else:
            free.append(wish)
    opens = _opens(queue, free, pace, now)
    if opens is None:
        return Outlook(queue, due=min(later, default=None))
    if opens > now:
        return Outlook(queue, due=min((opens, *later)))
    summed = any(wish.summed(pace, now) for wish in free) and not _urgent(free)
    queue = _told(queue, free, rules, now)
    return Outlook(queue, tuple(free), look(queue, hearing, now).due, summed)


def _sifted(queue: Queue, rules: tuple[Rule, ...]) -> Queue:
    """The queue without what no rule wants any more: together, its steps came to little."""
    waiting = tuple(one for one in queue.waiting if _wanted(one.update, rules))
    if len(waiting) == len(queue.waiting):
        return queue
    idle = [one.update for one in queue.waiting if one not in waiting]
    kept = (one if _awaited(one, rules) else _bare(one) for one in idle if one.kind in STEPS)
    return msgspec.structs.replace(queue, waiting=waiting, unsaid=(*queue.unsaid, *kept)[-WAITING:])


def _updates(queue: Queue, rules: tuple[Rule, ...], pace: Pace, now: datetime) -> Iterator[Wish]:
    """What waits: by the loudest rule that may speak of it, else by the one that may first."""
    for one in queue.waiting:
        clear = [(_clear(rule, one, queue, pace), rule) for rule in rules if rule.wants(one.update)]
        may = [(since, rule) for since, rule in clear if since <= now]
        since, rule = max(may, key=_loudness) if may else min(clear, key=lambda pair: pair[0])
        yield Wish(one.update, rule, rule.severity, since)


def _loudness(pair: tuple[datetime, Rule]) -> int:
    return LOUDNESS.index(pair[1].severity)


def _clear(rule: Rule, one: Waiting, queue: Queue, pace: Pace) -> datetime:
    """When the rule may speak of the update, its cooldown over and its digest come."""
    at = pace.next_digest(one.since) if rule.digest else one.since
    last = queue.figures.get(_remembered(rule, one.update))
    return max(at, last + rule.cooldown) if last is not None else at


def _remembered(rule: Rule, update: Update) -> str:
    return f"{rule.name}|{figure(update)}"


def _reminders(queue: Queue, rules: tuple[Rule, ...]) -> Iterator[Wish]:
    """Disagreements that are open, as they are to be told again."""
    waiting = {one.update.id for one in queue.waiting}
    for dispute in queue.disputes:
        wanting = [rule for rule in rules if rule.wants(dispute.update) and dispute.update.id not in waiting]
        reminders = [(at, rule) for rule in wanting if (at := dispute.next_reminder(rule)) is not None]
        if reminders:
            at, rule = min(reminders, key=lambda pair: pair[0])
            severity = raised(rule.severity) if dispute.escalated(rule, at) else rule.severity
            yield Wish(dispute.update, rule, severity, at, lasting=at - dispute.since)


def _opens(queue: Queue, wishes: list[Wish], pace: Pace, now: datetime) -> datetime | None:
    """When the story may speak; None where there is nothing to say."""
    if not wishes:
        return None
    if _urgent(wishes):
        return now
    if any(wish.rule.digest for wish in wishes):
        return pace.after_quiet(now)
    gathered = min(wish.since for wish in wishes) + pace.gather
    return pace.opens(max(now, gathered), queue.first, queue.last)


def _urgent(wishes: list[Wish]) -> bool:
    return any(wish.severity is Severity.CRITICAL for wish in wishes)


def _left(waiting: tuple[Waiting, ...], told: list[Update]) -> tuple[Waiting, ...]:
    """What waits on once some was told; what a figure was before it came to what was told is news no more."""
    left: list[Waiting] = []
    later: list[Update] = []
    for one in reversed(waiting):
        if one.update in told:
            later.append(one.update)
        elif not any(one.update.cause != heard.cause and follows(one.update, heard) for heard in later):
            left.append(one)
    return tuple(reversed(left))


def _told(queue: Queue, wishes: list[Wish], rules: tuple[Rule, ...], now: datetime) -> Queue:
    """The queue once the wishes were told."""
    updates = [wish.update for wish in wishes]
    disputes, figures = queue.disputes, dict(queue.figures)
    for update in updates:
        if update.kind is UpdateKind.DISAGREEMENT:
            disputes = heard(disputes, update, now)
        for rule in rules:
            if rule.cooldown and rule.wants(update):
                name = _remembered(rule, update)
                figures[name] = max(now, figures.pop(name, now))
    return msgspec.structs.replace(
        queue,
        waiting=_left(queue.waiting, updates),
        disputes=disputes,
        first=queue.first or now,
        last=now,
        figures=dict(list(figures.items())[-REMEMBERED:]),
    )
