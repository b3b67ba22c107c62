"""An alert as the few lines a person reads, the same for every sink that shows it; all of it defused."""

from __future__ import annotations

import msgspec

from connectors.sinks.plain import clip, defuse
from tallywire.records import Alert, Citation, Position, Record, Status, Update

LONGEST_QUOTE = 280  # characters: a long sentence of news; more is not read in an alert
MOST_POINTS = 6  # things told in one alert; the rest are counted
MOST_PAGES = 20  # stories told in one alert, by a line each
MOST_STANDS = 4  # positions shown of one figure


class Stand(Record, frozen=True):
    """Who holds what, and the words for it."""

    figure: str  #: "23", "at least 20"; empty where no figure is at stake
    who: str
    outlets: str
    quote: str


class Point(Record, frozen=True):
    """One of the things an alert tells."""

    because: str
    stands: tuple[Stand, ...]


class Telling(Record, frozen=True):
    """What is said of an alert."""

    headline: str
    points: tuple[Point, ...]
    more: int = 0  #: points left out


def telling(alert: Alert) -> Telling:
    """What to show of `alert`: a headline, and for each of its updates why, and who says what.

    Of several stories, each is a line: what happened, without who says it.
    """
    if alert.pages:
        return Telling(
            headline=defuse(alert.title),
            points=tuple(Point(because=defuse(page.title), stands=()) for page in alert.pages[:MOST_PAGES]),
            more=max(0, len(alert.pages) - MOST_PAGES),
        )
    quoted: set[str] = set()
    points = tuple(_point(update, quoted) for update in alert.updates[:MOST_POINTS])
    return Telling(
        headline=defuse(alert.title) or alert.kind.value,
        points=points or (Point(because=defuse(alert.text), stands=()),),
        more=max(0, len(alert.updates) - MOST_POINTS),
    )


def spoken(told: Telling) -> str:
    """What is told below the headline, as lines of text."""
    lines: list[str] = []
    for point in told.points:
        lines += [point.because] if point.because else []
        for stand in point.stands:
            lines += [" — ".join(filter(None, (stand.figure, stand.who)))]
            lines += [f"“{stand.quote}”"] if stand.quote else []
    return "\n".join([*lines, f"and {told.more} more"] if told.more else lines)


def _point(update: Update, quoted: set[str]) -> Point:
    """A sentence that gives several figures is quoted at the first; `quoted` remembers what was."""
    stands = [_held(position) for position in update.positions[:MOST_STANDS]]
    stands = stands or [_cited(citation) for citation in update.evidence[:1]]
    shown = []
    for stand in stands:
        repeated = stand.quote in quoted
        quoted.add(stand.quote)
        shown.append(msgspec.structs.replace(stand, quote="") if repeated else stand)
    return Point(because=defuse(update.because), stands=tuple(shown))


def _held(position: Position) -> Stand:
    figure = bounds(position.low, position.high)
    if position.status is Status.DENIED:
        figure = f"denies {figure}"
    elif position.status in (Status.FEARED, Status.UNCONFIRMED):
        figure = f"{figure} ({position.status.value})"
    elif position.status is Status.UNKNOWN:
        figure = "counts conflict"
    quote = position.evidence[0].quote if position.evidence else ""
    outlets = defuse(", ".join(position.outlets))
    return Stand(
        figure=figure,
        who=defuse(", ".join(position.claimants)) or outlets,
        outlets=outlets,
        quote=clip(defuse(quote), LONGEST_QUOTE),
    )


def _cited(citation: Citation) -> Stand:
    outlet = defuse(citation.outlet)
    return Stand(figure="", who=outlet, outlets=outlet, quote=clip(defuse(citation.quote), LONGEST_QUOTE))


def bounds(low: int | None, high: int | None) -> str:
    """An inclusive interval of people in words."""
    match low, high:
        case None, None:
            return "no figure"
        case None, _:
            return f"up to {high:,}"
        case _, None:
            return f"at least {low:,}"
        case _ if low == high:
            return f"{low:,}"
        case _:
            return f"{low:,}–{high:,}"
