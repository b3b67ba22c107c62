"""Feeds on loopback that a test changes at will, and who has asked for them how."""

from __future__ import annotations

import hashlib
from collections import Counter
from email.utils import format_datetime
from html import escape
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tallywire.records import Article


class Feeds:
    """A server of feeds, each an RSS document of the articles that it was given, the newest first."""

    def __init__(self) -> None:
        self._articles: dict[str, list[Article]] = {}
        self.asked: Counter[str] = Counter()  #: path → requests
        self.whole: Counter[str] = Counter()  #: path → requests that were answered with the document
        application = web.Application()
        application.router.add_get("/{name}", self._answer)
        self._server = TestServer(application, host="127.0.0.1")

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    def url(self, name: str, host: str = "127.0.0.1") -> str:
        """The address of a feed."""
        return f"http://{host}:{self._server.port}/{name}"

    def publish(self, name: str, *articles: Article) -> None:
        """Add articles to a feed."""
        self._articles.setdefault(name, []).extend(articles)

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked[name] += 1
        body = _rss(name, self._articles.get(name, []))
        tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        self.whole[name] += 1
        return web.Response(body=body, headers={"ETag": tag, "Content-Type": "application/rss+xml"})


def _rss(name: str, articles: list[Article]) -> bytes:
    items = "".join(_item(article) for article in reversed(articles))
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{name}</title>'
        f"<link>https://{name}.example/</link><description>News</description>{items}</channel></rss>"
    ).encode()


def _item(article: Article) -> str:
    return (
        f"<item><title>{escape(article.title)}</title><link>{escape(article.url or '')}</link>"
        f"<guid>{escape(article.url or article.id)}</guid><pubDate>{format_datetime(article.at)}</pubDate>"
        f"<description>{escape(article.body)}</description></item>"
    )
