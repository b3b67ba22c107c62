"""Settings into working parts: the only place that knows both the configuration and the components."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from connectors.extractors.openai import LARGEST_COMPLETION, OpenAiExtractor
from connectors.http import HttpClient
from connectors.sinks.registry import KINDS, Place, Tools, build
from connectors.sinks.terminal import TerminalSink
from connectors.sources import extraction, opml, registry
from connectors.sources.fulltext import FullText
from connectors.sources.politeness import HostTurns
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from connectors.sources.websub import Subscriber
from streams import codec
from streams.answers import Answers
from streams.embedded import FAR, Engine, Observer, Taken
from streams.following import FINE
from streams.index import Index
from streams.operators import assign
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.reconcile import Reconcile
from streams.panels import Books, Panels
from streams.second import OUTCOMES, VERDICTS, Asked, SecondReader
from streams.step import Reason
from streams.store import MEMORY, Store
from streams.topology import NAMES, REASONS, stages
from tallywire.cli.options import ledger_policy
from tallywire.cli.rules import pace, rules
from tallywire.config import Destination, Feed, Settings
from tallywire.errors import ConfigError
from tallywire.likeness.watches import Watch
from tallywire.metrics import Metrics
from tallywire.ports import Sink, Source
from tallywire.records import Alert, Severity, UpdateKind


class SystemClock:
    """The system's time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def engine(
    settings: Settings,
    store: Store,
    *,
    wall: Callable[[], datetime] | None = None,
    observer: Observer | None = None,
) -> Engine:
    """The pipeline over a state, as the settings want it; `wall` tells the system's time where anything goes by it."""
    assigners = Assigners(assign_policy(settings))
    snapshot = None if store.path == MEMORY else Path(f"{store.path}.index")
    return Engine(
        store,
        stages(
            assigners.step,
            Reconcile(ledger_policy(settings)),
            Alerting(rules(settings), pace(settings), store.mutes),
        ),
        Index(assigners, window=settings.retention.window, path=snapshot),
        destinations=[destination.name for destination in settings.destinations],
        wall=wall or (lambda: FAR),
        follows_wall=wall is not None and settings.monitor.clock == "system",
        observer=observer,
    )


def assign_policy(settings: Settings) -> assign.Policy:
    """How stories are told apart, as the settings want it."""
    return assign.Policy(
        window=settings.retention.window,
        watches=_watches(settings),
    )


def _watches(settings: Settings) -> tuple[Watch, ...]:
    return tuple(
        Watch(name=watch.name, all=watch.all, any=watch.any, none=watch.none, places=watch.places)
        for watch in settings.watches
    )


def http_client(settings: Settings) -> HttpClient:
    """The one HTTP client of the process; open it inside a running event loop."""
    polling = settings.polling
    return HttpClient(
        contact=polling.contact or None,
        allow_networks=polling.allow_networks,
        total=polling.timeout.total_seconds(),
        turnstile=HostTurns(polling.host_gap.total_seconds(), polling.per_host),
    )


def sources(
    settings: Settings, http: HttpClient, parser: ParserPool, subscriber: Subscriber | None = None
) -> list[Source]:
    """Every feed of the configuration and its OPML file, each address once; `subscriber` for those that name a hub.

    Raises `ConfigError` where there is no such OPML file or an extra is missing, `InputError` where it cannot be read.
    """
    wanted = feeds(settings)
    if any(feed.full_text for feed in wanted) and not extraction.available():
        raise ConfigError("full_text needs trafilatura: pip install 'tallywire[fulltext]'")
    tools = registry.Tools(
        http=http, parser=parser, bounds=bounds(settings), pages=FullText(http, parser), subscriber=subscriber
    )
    return [
        registry.build(registry.Place(url=feed.url, outlet=feed.outlet, full_text=feed.full_text), tools)
        for feed in wanted
    ]


def bounds(settings: Settings) -> Bounds:
    """How often a feed is asked."""
    return Bounds(shortest=settings.polling.min_interval, longest=settings.polling.max_interval)


@contextlib.asynccontextmanager
async def subscriber(settings: Settings, http: HttpClient) -> AsyncIterator[Subscriber | None]:
    """The callbacks for hubs, served inside; None where none are configured.  Raises `ConfigError`."""
    wanted = settings.websub
    if wanted.callback is None:
        yield None
        return
    serving = Subscriber(wanted.callback, http, SystemClock().now)
    host, _, port = wanted.listen.rpartition(":")
    try:
        await serving.start(host.strip("[]"), int(port))
    except OSError as error:
        raise ConfigError(
            f"cannot serve hubs on {wanted.listen}: {error.strerror}. Choose another with [websub] listen."
        ) from error
    try:
        yield serving
    finally:
        await serving.close()


def feeds(settings: Settings) -> list[Feed]:
    """Every feed of the configuration and its OPML file, each address once."""
    found = {feed.url: feed for feed in settings.feeds}
    if settings.polling.opml is not None:
        if not settings.polling.opml.exists():
            raise ConfigError(f"{settings.polling.opml}: no such file")
        for entry in opml.read(settings.polling.opml):
            found.setdefault(entry.url, Feed(url=entry.url, outlet=entry.title))
    return list(found.values())


def sinks(settings: Settings, http: HttpClient) -> list[Sink]:
    """Every destination.  Raises `ConfigError` for one that cannot be used."""
    return [sink(destination, http) for destination in settings.destinations]


def sink(destination: Destination, http: HttpClient) -> Sink:
    """One destination.  Raises `ConfigError` where it or its secrets cannot be used."""
    return build(place(destination), Tools(http=http, encode=_encode, stream=sys.stdout))


def place(destination: Destination) -> Place:
    """What a sink is built of, its secrets read.  Raises `ConfigError` where they cannot be."""
    return Place(
        name=destination.name,
        kind=destination.kind,
        url=destination.address(),
        secret=destination.signing_secret(),
        token=destination.access_token(),
        path=destination.path,
        form=destination.format,
        channel=destination.channel,
        sender=destination.sender,
        to=destination.to,
    )


def second_reader(
    settings: Settings, *, hurried: bool, observer: Callable[[Asked], None] = lambda _: None
) -> SecondReader | None:
    """The second reader, where one is configured; open it inside a running event loop.

    `hurried`: articles wait for it no longer than for one answer.  Raises `ConfigError` where its key, `StateError`
    where its file cannot be used.
    """
    wanted = settings.second_reader
    if wanted.endpoint is None:
        return None
    return SecondReader(
        OpenAiExtractor(
            wanted.endpoint, wanted.model, second_reader_client(settings), wanted.key(), wanted.temperature
        ),
        Answers(str(wanted.cache), most=wanted.cache_size),
        clock=SystemClock(),
        at_once=wanted.at_once,
        per_minute=wanted.per_minute,
        patience=wanted.timeout.total_seconds() if hurried else None,
        observer=observer,
    )


def second_reader_client(settings: Settings) -> HttpClient:
    """A client for the second reader alone: neither it nor the feeds may reach the other's private networks."""
    patience = settings.second_reader.timeout.total_seconds()
    return HttpClient(
        contact=settings.polling.contact or None,
        allow_networks=settings.second_reader.allow_networks,
        total=patience,
        connect=patience,
        idle=patience,
        answer=LARGEST_COMPLETION,
    )


def gaps(settings: Settings) -> dict[str, timedelta]:
    """The least time between two messages that each destination's service asks for."""
    return {destination.name: KINDS[destination.kind].gap for destination in settings.destinations}


def metrics(settings: Settings, *, beats: Iterable[str] | None = None) -> Metrics:
    """The metrics of this process; `beats` where it is no monitor: what a heartbeat passes in it."""
    outcomes, verdicts = (OUTCOMES, VERDICTS) if settings.second_reader.endpoint else ((), ())
    destinations = [destination.name for destination in settings.destinations]
    made = Metrics(NAMES, destinations, outcomes, verdicts, beats)
    for kind in UpdateKind:  # zeros, so that the first of each is an increase
        made.updates.labels(kind.value)
        for severity in Severity:
            made.alerts.labels(kind.value, severity.value)
    for stage, reasons in REASONS.items():
        for reason in (*reasons, Reason.DEAD):
            made.stage_done.labels(stage, reason.value)
    for outcome in FINE:
        made.polls.labels(outcome)
    return made


def panels(settings: Settings, books: Books, metrics: Metrics) -> Panels:
    """The figures of the stories that the settings name, as series; `books` looks ledgers up."""
    watched = {watch.story: watch.name for watch in _watches(settings)}
    named = {story: story for rule in settings.rules for story in rule.stories}
    return Panels(books, metrics.figures, named | watched, ledger_policy(settings))


def observer(metrics: Metrics, panels: Panels) -> Observer:
    """What tells the metrics and the panels of each committed transaction."""
    count = counting(metrics)

    def observe(taken: Taken) -> None:
        panels.refresh({update.story for update in taken.updates})
        count(taken)

    return observe


def counting(metrics: Metrics) -> Observer:
    """What tells the metrics of each committed transaction."""

    def observe(taken: Taken) -> None:
        metrics.count_stages(taken.entered, taken.done, taken.out)
        for stage, seconds in taken.seconds:
            metrics.stage_seconds.labels(stage).observe(seconds)
        for update in taken.updates:
            metrics.updates.labels(update.kind.value).inc()
        for alert in taken.alerts:
            metrics.alerts.labels(alert.kind.value, alert.severity.value).inc()
        for letter in taken.dead:
            metrics.count_dead(letter.stage, letter.cause)

    return observe


def listener(metrics: Metrics) -> Callable[[Asked], None]:
    """What tells the metrics of each consultation of the second reader."""

    def observe(asked: Asked) -> None:
        for outcome, count in asked.outcomes.items():
            metrics.questions.labels(outcome).inc(count)
        for verdict, count in asked.verdicts.items():
            metrics.suggestions.labels(verdict).inc(count)
        for seconds in asked.seconds:
            metrics.answers.observe(seconds)

    return observe


def print_alerts(alerts: Sequence[Alert]) -> None:
    """Alerts as the terminal destination prints them."""

    async def send() -> None:
        printer = TerminalSink("terminal", sys.stdout)
        for alert in alerts:
            await printer.send(alert, alert.at)

    asyncio.run(send())


def _encode(alert: Alert) -> bytes:
    return msgspec.json.encode(codec.public(alert))
