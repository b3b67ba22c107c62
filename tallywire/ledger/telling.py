"""The words of an alert: what happened at a glance, then who says so, then the sentences and links."""

from __future__ import annotations

from collections.abc import Sequence

from tallywire.ledger.values import shown
from tallywire.ledger.wording import joined, people
from tallywire.records import Actor, Bounds, Citation, Metric, Position, Status, Update, UpdateKind

TITLE = 120  # characters
QUOTES = 3  # sentences of a position
_WEIGHT = (
    UpdateKind.DISAGREEMENT,
    UpdateKind.CORRECTED,
    UpdateKind.SUM_MISMATCH,
    UpdateKind.CHANGED,
    UpdateKind.FIRST,
    UpdateKind.RESOLVED,
    UpdateKind.ACTOR_NEW,
    UpdateKind.REVISED,
    UpdateKind.STORY_NEW,
)


def ranked(updates: Sequence[Update]) -> list[Update]:
    """The weightiest first: everyone before a group, the dead before all else, a contradiction before a change."""
    return sorted(
        updates,
        key=lambda one: (
            one.group is not None,
            one.metric is not Metric.KILLED,
            _WEIGHT.index(one.kind),
            -_size(one),
            one.id,
        ),
    )


def title(updates: Sequence[Update]) -> str:
    """One line: the story, then what happened to each figure."""
    label = updates[0].label
    newcomers = [one.actor for one in updates if one.actor is not None]
    phrases = list(dict.fromkeys(_phrase(one) for one in updates if one.actor is None))
    if any(_adds_up(one, updates) for one in updates):
        phrases.append("sums agree")
    if newcomers:
        phrases.append(f"new: {joined([_introduced(one, len(newcomers)) for one in newcomers])}")
    line = f"{label}: {'; '.join(phrases)}" if label else "; ".join(phrases)
    return line if len(line) <= TITLE else line[: TITLE - 2].rsplit(" ", 1)[0] + " …"


def text(updates: Sequence[Update]) -> str:
    """Why, the positions with claimants and origins, the sentences, the links."""
    return "\n\n".join(_paragraph(one) for one in updates)


def _adds_up(total: Update, updates: Sequence[Update]) -> bool:
    """Whether groups of the total's people, told beside it, add up to it."""
    parts = [
        one
        for one in updates
        if one is not total and one.metric is total.metric and one.group is not None and _narrower(one, total)
    ]
    return len(parts) > 1 and 0 < _size(total) == sum(_size(one) for one in parts)


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


def _phrase(update: Update) -> str:
    name = f"{update.metric}" + (f" ({people(update.group)})" if update.group else "")
    before, after = update.from_ or Bounds(), update.to or Bounds()
    match update.kind:
        case UpdateKind.FIRST:
            return f"{shown(after)} {name}"
        case UpdateKind.CHANGED:
            return f"{name} {shown(before)} → {shown(after)}"
        case UpdateKind.CORRECTED if after == Bounds():
            return f"{name} {shown(before)} withdrawn"
        case UpdateKind.CORRECTED:
            return f"{name} corrected {shown(before)} → {shown(after)}"
        case UpdateKind.DISAGREEMENT:
            return f"{name} disputed: {' against '.join(_stand(one) for one in _speaking(update)[:3])}"
        case UpdateKind.RESOLVED:
            return f"{name} agreed at {shown(after)}"
        case UpdateKind.SUM_MISMATCH:
            return f"{name}: parts give {shown(after)}, total {shown(before)}"
        case _:
            return update.because.rstrip(".")


def _speaking(update: Update) -> list[Position]:
    return [one for one in update.positions if one.status in (Status.ASSERTED, Status.DENIED)]


def _stand(position: Position) -> str:
    denies = "denies " if position.status is Status.DENIED else ""
    return f"{denies}{shown(Bounds(position.low, position.high))} ({position.claimants[0]})"


def _paragraph(update: Update) -> str:
    lines = [update.because]
    lines += [_position(one) for one in update.positions]
    cited = [quote for one in update.positions for quote in one.evidence[:QUOTES]] or list(update.evidence)
    lines += [_quoted(quote) for quote in dict.fromkeys(cited)]
    return "\n".join(lines)


def _position(position: Position) -> str:
    status = "" if position.status is Status.ASSERTED else f" ({position.status})"
    texts = "1 origin" if position.origins == 1 else f"{position.origins} origins"
    outlets = f" in {', '.join(position.outlets[:5])}" if position.outlets else ""
    who = ", ".join(position.claimants[:5])
    return f"• {shown(Bounds(position.low, position.high))}{status}: {who} ({texts}{outlets})"


def _quoted(quote: Citation) -> str:
    outlet = f" ({quote.outlet})" if quote.outlet else ""
    link = f" {quote.url}" if quote.url else ""
    return f"  “{quote.quote.strip()}”{outlet}{link}"
