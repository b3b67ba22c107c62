"""`tallywire run`: the monitor on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from pydantic import ValidationError

from connectors.http import HttpClient
from connectors.sources.pool import ParserPool
from streams.health import HealthServer
from streams.monitor import Monitor
from streams.panels import stored
from streams.store import Store
from tallywire import logs
from tallywire.cli import compose
from tallywire.cli.options import (
    ConfigOption,
    FeedsOption,
    ListenOption,
    StateOption,
    UrlsArgument,
    VerboseOption,
    counted,
    listening,
    settings,
)
from tallywire.config import Feed, Settings
from tallywire.errors import ConfigError
from tallywire.ports import Source

EXAMPLE = "Example: `tallywire run https://news.example/rss` or `tallywire run --config tallywire.toml`"


def run(
    urls: UrlsArgument = None,
    config: ConfigOption = None,
    state: StateOption = None,
    feeds: FeedsOption = None,
    listen: ListenOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Poll feeds, follow figures, send alerts, until stopped with Ctrl-C; the next start goes on where this one was."""
    loaded = merged(settings(config, state), urls or [], feeds, listen)
    if verbose:
        logs.configure("info", loaded.log.format)
    if not loaded.feeds and loaded.polling.opml is None:
        raise ConfigError("no feeds: give addresses, --feeds FILE.opml, or [[feeds]] in tallywire.toml")
    asyncio.run(_serve(loaded))


def merged(loaded: Settings, urls: list[str], feeds: Path | None, listen: str | None) -> Settings:
    """The settings with what the call names: feeds by address, an OPML file, an address to serve on."""
    known = {feed.url for feed in loaded.feeds}
    added = tuple(_feed(url) for url in dict.fromkeys(urls) if url not in known)
    polling = loaded.polling.model_copy(update={"opml": feeds}) if feeds is not None else loaded.polling
    return listening(loaded, listen).model_copy(update={"feeds": loaded.feeds + added, "polling": polling})


def _feed(url: str) -> Feed:
    try:
        return Feed(url=url)
    except ValidationError as error:
        raise ConfigError(f"{url!r}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


async def _serve(loaded: Settings) -> None:
    store = Store(str(loaded.monitor.state))
    try:
        with ParserPool() as parser:
            async with compose.http_client(loaded) as http, compose.subscriber(loaded, http) as subscriber:
                await _monitor(loaded, store, http, compose.sources(loaded, http, parser, subscriber))
    finally:
        store.close()


async def _monitor(loaded: Settings, store: Store, http: HttpClient, sources: list[Source]) -> None:
    if not sources:
        raise ConfigError(f"no feeds: {loaded.polling.opml} names none")
    sinks = compose.sinks(loaded, http)
    metrics = compose.metrics(loaded)
    clock = compose.SystemClock()
    second = compose.second_reader(loaded, hurried=True, observer=compose.listener(metrics))
    panels = compose.panels(loaded, stored(store), metrics)
    panels.load()
    monitor = Monitor(
        compose.engine(loaded, store, wall=clock.now, observer=compose.observer(metrics, panels)),
        sources,
        sinks,
        clock=clock,
        metrics=metrics,
        keep=loaded.retention.keep,
        gaps=compose.gaps(loaded),
        articles_clock=loaded.monitor.clock == "articles",
        second=second,
    )
    health = HealthServer(loaded.monitor.listen, metrics, alive=monitor.alive, ready=monitor.ready)
    try:
        await health.start()
    except OSError as error:
        raise ConfigError(
            f"cannot serve on {loaded.monitor.listen}: {error.strerror}. Choose another with --listen."
        ) from error
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, monitor.stop)
    sys.stderr.write(
        f"tallywire: following {counted(len(sources), 'feed')}; health and metrics at {health.address}\n"
    )
    try:
        await monitor.run()
    finally:
        for sink in sinks:
            with contextlib.suppress(OSError):
                await sink.close()
        if second is not None:
            await second.close()
        await health.close()
