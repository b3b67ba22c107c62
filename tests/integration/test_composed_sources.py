"""From the configuration to sources: hubs where a callback is given, pages where the extra is, the feeds of a page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.http import HttpClient
from connectors.sources import extraction
from connectors.sources.pool import ParserPool
from tallywire.cli import compose
from tallywire.cli.feeds import _find
from tallywire.config import Feed, Polling, Settings, WebSubSettings
from tallywire.errors import ConfigError, InputError
from tallywire.ports import Pushed

FEEDS = (Feed(url="https://quay.example/rss"),)


def with_hubs(listen: str) -> Settings:
    return Settings(feeds=FEEDS, websub=WebSubSettings(callback="https://monitor.example", listen=listen))


async def test_hubs_reach_a_feed_only_where_a_callback_is_given() -> None:
    async with HttpClient() as http:
        with ParserPool(1) as parser:
            for settings, reached in ((Settings(feeds=FEEDS), False), (with_hubs("127.0.0.1:0"), True)):
                async with compose.subscriber(settings, http) as subscriber:
                    [source] = compose.sources(settings, http, parser, subscriber)
                    assert isinstance(source, Pushed) is reached


async def test_a_port_that_is_taken_is_told(unused_tcp_port: int) -> None:
    listen = f"127.0.0.1:{unused_tcp_port}"
    async with HttpClient() as http, compose.subscriber(with_hubs(listen), http):
        with pytest.raises(ConfigError, match=r"cannot serve hubs on .*\[websub\] listen"):
            async with compose.subscriber(with_hubs(listen), http):
                pass


async def test_pages_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "available", lambda: False)
    settings = Settings(feeds=(Feed(url="https://quay.example/rss", full_text=True),))
    with ParserPool(1) as parser, pytest.raises(ConfigError, match=r"tallywire\[fulltext\]"):
        compose.sources(settings, HttpClient(), parser)


PAGES = {
    "/": '<link rel="alternate" type="application/rss+xml" href="/rss"><link rel="alternate" '
    'type="application/feed+json" href="/feed.json">',
    "/rss": "<rss version='2.0'><channel><title>Quay</title></channel></rss>",
    "/plain": "<p>Nothing here.</p>",
}


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGES.get(request.path, ""), content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


async def test_the_feeds_of_a_page_are_found(site: TestServer) -> None:
    settings = Settings(polling=Polling(allow_networks=("127.0.0.0/8",)))
    url = str(site.make_url("/"))
    assert await _find(url, settings) == (f"{url}rss", f"{url}feed.json")
    assert await _find(f"{url}rss", settings) == (f"{url}rss",)
    with pytest.raises(InputError, match="neither RSS nor Atom"):
        await _find(f"{url}plain", settings)
    with pytest.raises(InputError, match="private network"):
        await _find(url, Settings())
