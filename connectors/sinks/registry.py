"""Every kind of sink by its name in the configuration; `tests/contract` walks this table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from connectors.http import HttpClient
from connectors.sinks.file import FileSink
from connectors.sinks.slack import SlackSink
from connectors.sinks.terminal import TerminalSink
from connectors.sinks.webhook import WebhookSink
from tallywire.errors import ConfigError
from tallywire.ports import Sink
from tallywire.records import Alert


@dataclass(frozen=True, slots=True)
class Place:
    """One destination as configured.  Address and secret are kept out of its repr."""

    name: str
    kind: str
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What sinks share: the guarded HTTP client, an alert as bytes for other programs, where to print."""

    http: HttpClient
    encode: Callable[[Alert], bytes]
    stream: TextIO


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sink."""

    build: Callable[[Place, Tools], Sink]
    gap: timedelta = timedelta(0)  #: the least time between two messages that its service asks for
    over_http: bool = False


def _terminal(place: Place, tools: Tools) -> Sink:
    return TerminalSink(place.name, tools.stream)


def _webhook(place: Place, tools: Tools) -> Sink:
    return WebhookSink(place.name, _address(place), place.secret, tools.http, tools.encode)


def _slack(place: Place, tools: Tools) -> Sink:
    return SlackSink(place.name, _address(place), tools.http)


def _file(place: Place, tools: Tools) -> Sink:
    if place.path is None:
        raise ConfigError(f"destination {place.name!r} of kind 'file' needs path")
    return FileSink(place.name, place.path, tools.encode)


def _address(place: Place) -> str:
    if not place.url.startswith(("https://", "http://")):
        raise ConfigError(f"destination {place.name!r}: url should begin with https:// or http://")
    return place.url


KINDS: Mapping[str, Kind] = {
    "file": Kind(_file),
    "slack": Kind(
        _slack, gap=timedelta(seconds=1), over_http=True
    ),  # 1 message a second, docs.slack.dev "Rate limits"
    "terminal": Kind(_terminal),
    "webhook": Kind(_webhook, over_http=True),
}


def build(place: Place, tools: Tools) -> Sink:
    """The sink for a configured destination.  Raises `ConfigError` with what is wrong, without secrets."""
    kind = KINDS.get(place.kind)
    if kind is None:
        raise ConfigError(
            f"destination {place.name!r}: kind {place.kind!r} is none of {', '.join(sorted(KINDS))}"
        )
    return kind.build(place, tools)
