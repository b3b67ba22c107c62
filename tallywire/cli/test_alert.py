"""`tallywire test-alert`: one made-up alert to one destination, and what came back."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from tallywire.cli import compose
from tallywire.cli.options import ConfigOption, settings
from tallywire.config import Destination, Settings
from tallywire.errors import InputError
from tallywire.identity import digest
from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert, Severity, UpdateKind

EXAMPLE = "Example: `tallywire test-alert terminal`"

_MEANS = {
    Verdict.DELIVERED: "delivered",
    Verdict.RETRY: "not delivered; a real alert would be tried again",
    Verdict.REJECTED: "refused; a real alert would become a dead letter",
    Verdict.GONE: "gone; the destination would not be used again",
}


def send_one(
    destination: Annotated[str, typer.Argument(help="The destination's name in the configuration.")],
    config: ConfigOption = None,
) -> None:
    """Send one made-up alert to a destination, whatever rules say, and tell what came back."""
    loaded = settings(config)
    place = _named(loaded, destination)
    outcome = asyncio.run(_send(loaded, place, datetime.now(UTC)))
    waits = f" (it asks to wait {outcome.retry_after:g} s)" if outcome.retry_after else ""
    sys.stdout.write(f"{place.name}: {_MEANS[outcome.verdict]}: {outcome.says}{waits}\n")
    if outcome.verdict is not Verdict.DELIVERED:
        raise typer.Exit(1)


def _named(loaded: Settings, name: str) -> Destination:
    for destination in loaded.destinations:
        if destination.name == name:
            return destination
    known = ", ".join(destination.name for destination in loaded.destinations)
    raise InputError(f"no destination {name!r} in the configuration: there are {known}")


async def _send(loaded: Settings, place: Destination, now: datetime) -> Outcome:
    async with compose.http_client(loaded) as http:
        sink = compose.sink(place, http)
        try:
            return await sink.send(made_up(now), now)
        finally:
            await sink.close()


def made_up(now: datetime) -> Alert:
    """An alert about nothing, with an id that no other has."""
    return Alert(
        id=digest("test-alert", now.isoformat()),
        kind=UpdateKind.STORY_NEW,
        severity=Severity.INFO,
        story=digest("test-alert"),
        at=now,
        title="A test of this destination: nothing has happened",
        text="Somebody ran `tallywire test-alert`. Real alerts arrive here like this one.",
        update="",
    )
