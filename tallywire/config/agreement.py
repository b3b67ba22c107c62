"""What holds between sections: names that are given once, names that exist, spans of time that fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from tallywire.config.settings import Section, Settings

Location = Sequence[str | int]
Mistake = tuple[Location, str]  # where the value stands, as ("rules", 0, "routes"); what is wrong with it


def mistakes(settings: Settings) -> Iterator[Mistake]:
    """Every value that is well by itself and does not agree with another."""
    yield from _twice("feeds", "url", [feed.url for feed in settings.feeds])
    yield from _twice("watches", "name", [watch.name for watch in settings.watches])
    yield from _twice("rules", "name", [rule.name for rule in settings.rules])
    yield from _twice("destinations", "name", [place.name for place in settings.destinations])
    destinations = [destination.name for destination in settings.destinations]
    watches = [watch.name for watch in settings.watches]
    for number, rule in enumerate(settings.rules):
        yield from _unknown(("rules", number, "routes"), rule.routes, destinations, "[[destinations]]")
        yield from _unknown(("rules", number, "watches"), rule.watches, watches, "[[watches]]")
        if rule.digest and not settings.alerts.digest:
            yield ("rules", number, "digest"), "waits for a digest: [alerts] digest names no time"
    yield from _spans(settings)


def _twice(section: str, key: str, names: list[str]) -> Iterator[Mistake]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (section, number, key), f"[[{section}]] names {name!r} twice"


def _unknown(place: Location, names: Sequence[str], known: list[str], section: str) -> Iterator[Mistake]:
    for name in names:
        if name not in known:
            allowed = ", ".join(known) or "none"
            yield place, f"names {name!r}, which is not among {section} ({allowed})"


def _spans(settings: Settings) -> Iterator[Mistake]:
    polling, retention, settle = settings.polling, settings.retention, settings.ledger.settle
    least, most = polling.min_interval, polling.max_interval
    if least > most:
        says = f"min_interval ({_said(least)}) is longer than max_interval ({_said(most)})"
        yield ("polling", _given(polling, "min_interval", "max_interval")), says
    if retention.keep < retention.window:
        says = f"keep ({_said(retention.keep)}) is shorter than window ({_said(retention.window)})"
        yield ("retention", _given(retention, "keep", "window")), says
    if retention.keep < settle:
        says = f"[retention] keep ({_said(retention.keep)}) is shorter than [ledger] settle ({_said(settle)})"
        given = "keep" in retention.model_fields_set
        yield ("retention", "keep") if given else ("ledger", "settle"), says


def _given(section: Section, first: str, second: str) -> str:
    """The one of two keys that was written down, for the other is a default; the first where both were."""
    return first if first in section.model_fields_set else second


def _said(span: timedelta) -> str:
    """A span of time as the configuration writes it, such as `1d 6h`."""
    seconds = span.total_seconds()
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count:.0f}{unit}")
    if seconds or not parts:
        parts.append(f"{seconds:g}s")
    return " ".join(parts)
