"""The words of an alert: what happened at a glance, then who says so, then the sentences and links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from tallywire.ledger.values import shown
from tallywire.ledger.wording import CONFLICT, figure, joined, people
from tallywire.records import Actor, Bounds, Citation, Group, Metric, Position, Status, Update, UpdateKind

TITLE = 140  # characters; a Slack header holds 150
LABEL = 40  # characters of a story's name, where it stands in the way of the news
NAME = 40  # characters of a claimant's name in a title
SIDES = 3  # of a disagreement in a title
NEAR = 0.1  # the share by which two sides differ and are one to somebody in a hurry
QUOTES = 2  # sentences of a position …
QUOTE = 300  # … and characters of a sentence
NAMES = 4  # claimants or outlets of a position
_SINGULAR = {"casualties": "casualty", "bodies": "body"}
_STANDS = (Status.ASSERTED, Status.DENIED, Status.UNKNOWN)
_WEIGHT = (
    UpdateKind.DISAGREEMENT,
    UpdateKind.CORRECTED,
    UpdateKind.SUM_MISMATCH,
    UpdateKind.CHANGED,
    UpdateKind.FIRST,
    UpdateKind.RESOLVED,
    UpdateKind.ACTOR_NEW,
    UpdateKind.REVISED,
    UpdateKind.MERGED,
    UpdateKind.STORY_NEW,
)


def ranked(updates: Sequence[Update]) -> list[Update]:
    """The weightiest first: everyone before a group, the dead before all else, a contradiction before a change.

    Where nobody counts all the dead, those of a group come first: "two tourists killed; one injured".
    """
    all_dead = any(one.metric is Metric.KILLED and one.group is None for one in updates)
    return sorted(
        updates,
        key=lambda one: (
            one.metric is None,
            one.group is not None and (all_dead or one.metric is not Metric.KILLED),
            one.metric is not Metric.KILLED,
            _WEIGHT.index(one.kind),
            -_size(one),
            one.id,
        ),
    )


def title(updates: Sequence[Update], lasting: Mapping[str, timedelta] | None = None) -> str:
    """One line: the story, then what happened to each figure, the weightiest first.

    `lasting` tells, by the id of its update, how long a disagreement that is told again has been open.  What the line
    cannot hold is left out from its end, and how much that is, is said.
    """
    lines = list(_lines(updates, lasting or {}))
    return next((line for line in lines if len(line) <= TITLE), None) or _cut(lines[-1], TITLE)


def summary(titles: Sequence[str]) -> str:
    """One line for several stories: how many, then as many of their titles as it can hold."""
    head = f"{len(titles)} stories"
    for kept in range(len(titles), 0, -1):
        rest = [f"and {len(titles) - kept} more"] if kept < len(titles) else []
        line = " · ".join([head, *titles[:kept], *rest])
        if len(line) <= TITLE:
            return line
    return _cut(f"{head} · {titles[0]}", TITLE)


def text(updates: Sequence[Update]) -> str:
    """What happened and why; below it each position with claimants, origins and sentences; last the links."""
    links = dict.fromkeys(quote.url for one in updates for quote in _cited(one) if quote.url)
    quoted: list[Citation] = []
    told = [_paragraph(one, quoted) for one in updates]
    return "\n\n".join([*told, *(["\n".join(links)] if links else [])])


def still_open(update: Update, lasting: timedelta) -> Update:
    """A disagreement as it is told again."""
    return msgspec.structs.replace(update, because=f"Open for {span(lasting)}. {update.because}")


def span(lasting: timedelta) -> str:
    """A span of time in words: "2 days", "36 hours", "90 minutes"."""
    seconds = lasting.total_seconds()
    unit, length = next(
        (unit, length)
        for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60))
        if (not seconds % length and seconds >= 2 * length) or unit == "minute"
    )
    count = round(seconds / length)
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def _lines(updates: Sequence[Update], lasting: Mapping[str, timedelta]) -> Iterator[str]:
    """Titles, each shorter than the one before: fewer new names, then less of the label, then fewer figures."""
    phrases = _phrases(updates, lasting)
    newcomers = [one.actor for one in updates if one.actor is not None]
    label = _name_of(updates)
    brief = label if label != updates[0].label else _cut(label, LABEL)
    for name in (label, brief):
        for names in range(max(len(newcomers), 1), 0, -1):
            yield _line(name, [*phrases, *_introduction(newcomers, names)])
    everything = [*phrases, *_introduction(newcomers, 1)]
    for kept in range(len(everything) - 1, 0, -1):
        yield _line(brief, [*everything[:kept], f"and {len(everything) - kept} more"])


def _name_of(updates: Sequence[Update]) -> str:
    """The story's name, and that it had been silent where this opens it again."""
    label = updates[0].label.strip()
    silences = [one.at - one.silent_since for one in updates if one.silent_since is not None]
    if not silences or not label:
        return label
    hours = round(max(silences) / timedelta(hours=1))
    lasting = timedelta(days=hours // 24) if hours >= 48 else timedelta(hours=hours)
    return f"{_cut(label, LABEL)}, silent for {span(lasting)}"


def _cut(words: str, most: int) -> str:
    """Words cut at a space, where there are more than so many characters."""
    return words if len(words) <= most else words[: most - 2].rsplit(" ", 1)[0] + " …"


def _line(label: str, phrases: Sequence[str]) -> str:
    return f"{label}: {'; '.join(phrases)}" if label else "; ".join(phrases)


def _phrases(updates: Sequence[Update], lasting: Mapping[str, timedelta]) -> list[str]:
    """What happened to each figure; the parts of a total that was told with them stand behind it in one."""
    found: list[str] = []
    summed: list[Update] = []
    for one in updates:
        if one.actor is not None or one in summed or _said_by_a_dispute(one, updates):
            continue
        parts = _parts(one, updates)
        found.append(_phrase(one, lasting.get(one.id), None if parts else one.group))
        if parts:  # they say whose the total is
            summed += parts
            found.append(f"{', '.join(_shares(parts))}, sums agree")
    return list(dict.fromkeys(found))


def _said_by_a_dispute(update: Update, updates: Sequence[Update]) -> bool:
    """Whether the numbers of an update are those of a disagreement told beside it."""
    return update.kind in (UpdateKind.FIRST, UpdateKind.CHANGED) and any(
        one.kind is UpdateKind.DISAGREEMENT
        and (one.metric, one.group, one.to) == (update.metric, update.group, update.to)
        for one in updates
    )


def _shares(parts: Sequence[Update]) -> list[str]:
    """Each part by who gives it, where everyone gives their own, else by whom it counts: "Havana 32", "soldiers 32"."""
    speakers = [_name(position) for one in parts for position in _speaking(one)[:1]]
    distinct = len(set(speakers)) == len(parts)
    names = speakers if distinct else [people(one.group) for one in parts]
    return [f"{name} {shown(one.to or Bounds())}" for name, one in zip(names, parts, strict=True)]


def _introduction(newcomers: Sequence[Actor], names: int) -> list[str]:
    """New actors, so many of them by name; empty where there are none."""
    if not newcomers:
        return []
    left = len(newcomers) - names
    said = [_introduced(one, len(newcomers)) for one in newcomers[:names]]
    return [f"new: {joined([*said, f'{left} more'] if left else said)}"]


def _parts(total: Update, updates: Sequence[Update]) -> list[Update]:
    """The groups of the total's people that were told beside it, where they add up to it."""
    parts = [
        one
        for one in updates
        if one is not total and one.metric is total.metric and one.group is not None and _narrower(one, total)
    ]
    adds_up = len(parts) > 1 and 0 < _size(total) == sum(_size(one) for one in parts)
    return parts if adds_up else []


def _narrower(part: Update, total: Update) -> bool:
    if total.group is None or part.group is None:
        return total.group is None
    return set(part.group.nations) < set(total.group.nations)


def _size(update: Update) -> int:
    ends = update.to or Bounds()
    return ends.low or ends.high or 0


def _introduced(actor: Actor, beside: int) -> str:
    """A name, with its role where it stands alone."""
    return f"{actor.name}, {actor.role}" if actor.role and beside == 1 else actor.name


def _phrase(update: Update, lasting: timedelta | None, group: Group | None) -> str:
    name = figure(update.metric, group) if update.metric is not None else ""
    before, after = update.from_ or Bounds(), update.to or Bounds()
    match update.kind:
        case UpdateKind.FIRST:
            return f"{shown(after)} {_SINGULAR.get(name, name) if after == Bounds(1, 1) else name}"
        case UpdateKind.CHANGED:
            return f"{name} {shown(before)} → {shown(after)}"
        case UpdateKind.CORRECTED if after == Bounds():
            return f"{name} {shown(before)} withdrawn"
        case UpdateKind.CORRECTED:
            return f"{name} corrected {shown(before)} → {shown(after)}"
        case UpdateKind.DISAGREEMENT:
            how = "disputed" if lasting is None else f"disputed for {span(lasting)}"
            return f"{name} {how}: {', '.join(_stand(one) for one in _sides(update))}"
        case UpdateKind.RESOLVED:
            return f"{name} agreed at {shown(after)}"
        case UpdateKind.SUM_MISMATCH:
            return f"{name}: parts give {shown(after)}, total {shown(before)}"
        case UpdateKind.STORY_NEW:
            return "new story"
        case _:
            return update.because.rstrip(".")


def _speaking(update: Update) -> list[Position]:
    return [one for one in update.positions if one.status in _STANDS]


def _sides(update: Update) -> list[Position]:
    """The positions that show a disagreement: each number once, or what is near it, by somebody not named before.

    What the update speaks of is shown, not what was known or waits beside it; who has most voices comes first.
    """
    sides: list[Position] = []
    for one in _speaking(update):
        if not any(_name(one) == _name(other) or _alike(one, other) for other in sides):
            sides.append(one)
    spoken = [one for one in sides if not set(one.evidence).isdisjoint(update.evidence)]
    chosen = (spoken if len(spoken) > 1 else sides)[:SIDES]
    return sorted(chosen, key=lambda one: (-len(one.claimants), -one.origins, one.low or 0, one.high or 0))


def _alike(one: Position, other: Position) -> bool:
    """Whether two positions are the same to somebody in a hurry."""
    numbers = [end.low if end.low is not None else end.high for end in (one, other)]
    low, high = sorted(number or 0 for number in numbers)
    return one.status is other.status and high - low <= NEAR * high


def _stand(position: Position) -> str:
    if position.status is Status.UNKNOWN:
        return f"{CONFLICT} ({_name(position)})"
    denies = "denies " if position.status is Status.DENIED else ""
    return f"{_name(position)} {denies}{shown(Bounds(position.low, position.high))}"


def _name(position: Position) -> str:
    """Who holds a position, as a headline names them: without an article, and no longer than a name."""
    name = position.claimants[0]
    first, _, rest = name.partition(" ")
    return _cut(rest if first.lower() in ("a", "an", "the") and rest else name, NAME)


def _paragraph(update: Update, quoted: list[Citation]) -> str:
    """What happened to one figure; of sentences those that are not among the `quoted`, and then are."""
    lines = [update.because]
    for one in _speaking(update):
        lines.append(_position(one))
        fresh = [quote for quote in one.evidence[:QUOTES] if quote not in quoted]
        quoted += fresh
        lines += [_quoted(quote) for quote in fresh]
    if not _speaking(update):
        fresh = [quote for quote in update.evidence if quote not in quoted]
        quoted += fresh
        lines += [_quoted(quote) for quote in fresh]
    return "\n".join([*lines, *_unsure(update)])


def _unsure(update: Update) -> list[str]:
    """What is feared or unconfirmed, in one line: it takes no stand."""
    who: dict[str, list[str]] = {}
    for one in update.positions:
        if one.status not in _STANDS:
            who.setdefault(shown(Bounds(one.low, one.high)), []).extend(one.claimants)
    said = [f"{number} ({_several(list(dict.fromkeys(names)))})" for number, names in who.items()]
    return [f"Feared or unconfirmed: {'; '.join(said)}"] if said else []


def _cited(update: Update) -> list[Citation]:
    cited = [quote for one in _speaking(update) for quote in one.evidence[:QUOTES]]
    return cited or list(update.evidence)


def _position(position: Position) -> str:
    """Who holds it, and through which texts where that is not the same."""
    denied = "denied " if position.status is Status.DENIED else ""
    said = CONFLICT if position.status is Status.UNKNOWN else shown(Bounds(position.low, position.high))
    who = _several(position.claimants)
    texts = f"{position.origins} independent texts: " if position.origins > 1 else ""
    outlets = _several(position.outlets)
    through = f" ({texts}{outlets})" if outlets and (texts or outlets not in who) else ""
    return f"• {denied}{said}: {who}{through}"


def _several(names: Sequence[str]) -> str:
    """Names, as many as an eye takes in, and how many more."""
    return ", ".join(names[:NAMES]) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")


def _quoted(quote: Citation) -> str:
    outlet = f" ({quote.outlet})" if quote.outlet else ""
    return f"  “{_cut(' '.join(quote.quote.split()), QUOTE)}”{outlet}"
