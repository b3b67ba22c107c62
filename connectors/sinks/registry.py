"""Every kind of sink by its name in the configuration; `tests/contract` walks this table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from connectors.http import HttpClient
from connectors.sinks.alertmanager import AlertmanagerSink
from connectors.sinks.discord import DiscordSink
from connectors.sinks.email import EmailSink, greet
from connectors.sinks.file import FileSink
from connectors.sinks.slack import SlackSink
from connectors.sinks.slack_app import API, SlackAppSink
from connectors.sinks.terminal import TerminalSink
from connectors.sinks.webhook import Format, WebhookSink
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
    token: str = field(default="", repr=False)
    path: Path | None = None
    form: Format = "standard"
    channel: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()


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
    reach: Callable[[Place, HttpClient], Awaitable[object]] | None = None  #: connect, and send nothing


def _alertmanager(place: Place, tools: Tools) -> Sink:
    return AlertmanagerSink(place.name, _address(place), tools.http, token=place.token)


def _discord(place: Place, tools: Tools) -> Sink:
    return DiscordSink(place.name, _address(place), tools.http)


def _email(place: Place, tools: Tools) -> Sink:
    if not place.sender or not place.to:
        raise ConfigError(f"destination {place.name!r} of kind 'email' needs sender and to")
    return EmailSink(place.name, place.url, tools.http, sender=place.sender, to=place.to)


def _file(place: Place, tools: Tools) -> Sink:
    if place.path is None:
        raise ConfigError(f"destination {place.name!r} of kind 'file' needs path")
    return FileSink(place.name, place.path, tools.encode)


def _slack(place: Place, tools: Tools) -> Sink:
    if not place.token:
        return SlackSink(place.name, _address(place), tools.http)
    if not place.channel:
        raise ConfigError(f"destination {place.name!r} of kind 'slack' with token needs channel")
    url = _address(place) if place.url else ""
    return SlackAppSink(place.name, url, tools.http, token=place.token, channel=place.channel)


def _terminal(place: Place, tools: Tools) -> Sink:
    return TerminalSink(place.name, tools.stream)


def _webhook(place: Place, tools: Tools) -> Sink:
    return WebhookSink(
        place.name, _address(place), tools.http, tools.encode, secret=place.secret, form=place.form
    )


def _address(place: Place) -> str:
    if not place.url.startswith(("https://", "http://")):
        raise ConfigError(f"destination {place.name!r}: url should begin with https:// or http://")
    return place.url


async def _ask(place: Place, http: HttpClient) -> None:
    await http.get(place.url or API)  # any answer will do, whatever its status


KINDS: Mapping[str, Kind] = {
    "alertmanager": Kind(_alertmanager, over_http=True, reach=_ask),
    # 5 messages in 2 seconds and webhook, discord.com/developers "Rate limits"
    "discord": Kind(_discord, gap=timedelta(milliseconds=400), over_http=True, reach=_ask),
    "email": Kind(_email, reach=lambda place, http: greet(place.name, place.url, http)),
    "file": Kind(_file),
    # 1 message a second and channel, docs.slack.dev "Rate limits"
    "slack": Kind(_slack, gap=timedelta(seconds=1), over_http=True, reach=_ask),
    "terminal": Kind(_terminal),
    "webhook": Kind(_webhook, over_http=True, reach=_ask),
}


def build(place: Place, tools: Tools) -> Sink:
    """The sink for a configured destination.  Raises `ConfigError` with what is wrong, without secrets."""
    kind = KINDS.get(place.kind)
    if kind is None:
        raise ConfigError(
            f"destination {place.name!r}: kind {place.kind!r} is none of {', '.join(sorted(KINDS))}"
        )
    return kind.build(place, tools)


async def reach(place: Place, http: HttpClient) -> bool:
    """Connect to a destination without sending anything; False where there is nothing to connect to.

    Raises `HttpFailure` where it cannot be reached.
    """
    connect = KINDS[place.kind].reach
    if connect is None:
        return False
    await connect(place, http)
    return True
