"""The whole text of articles whose feed carries only summaries: their pages, where the site allows it.

Off unless a feed asks for it.  Pages are fetched by the guarded client at the host's turn like everything else, each
once a version of its summary, and only those of new and edited articles; whatever fails leaves the summary.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from connectors.http import HttpClient, HttpFailure
from connectors.sources import robots
from connectors.sources.parsed import Job
from connectors.sources.pool import ParserPool
from connectors.sources.robots import EVERYTHING, NOTHING, Robots
from tallywire.ports import Problem
from tallywire.records import Article

ACCEPT = "text/html, application/xhtml+xml;q=0.9"
MOST_PAGES = 20  # a poll: a feed that changes more at once keeps the summaries of the others
PATIENCE = 120.0  # seconds after which no further page of a poll is begun
LONGEST_DELAY = 30.0  # seconds that a site may ask for between two pages; one that asks for more gives none
KEPT = timedelta(hours=24)  # RFC 9309 section 2.4: rules are not used for longer
REMEMBERED = 1_000  # sites


class FullText:
    """Fetches pages and gives articles their text."""

    def __init__(
        self,
        http: HttpClient,
        parser: ParserPool,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._parser = parser
        self._sleep = sleep
        self._sites: OrderedDict[str, tuple[datetime, Robots]] = OrderedDict()

    async def complete(
        self, articles: Sequence[Article], now: datetime
    ) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
        """The articles, those with their page's text that could be had, and what kept the others from it."""
        completed: list[Article] = []
        causes: dict[str, int] = {}
        until = asyncio.get_running_loop().time() + PATIENCE
        for number, article in enumerate(articles):
            late = number >= MOST_PAGES or asyncio.get_running_loop().time() > until
            text, cause = (None, "many") if late else await self._text(article, now)
            if cause:
                causes[cause] = causes.get(cause, 0) + 1
            longer = text is not None and len(text) > len(article.body)
            completed.append(msgspec.structs.replace(article, body=text) if longer else article)
        return tuple(completed), tuple(_told(cause, count) for cause, count in causes.items())

    async def _text(self, article: Article, now: datetime) -> tuple[str | None, str]:
        """The text of an article's page; None and a cause where there is none to be had."""
        if article.url is None:
            return None, ""
        rules = await self._rules(article.url, now)
        if not rules.allow(article.url) or rules.delay > LONGEST_DELAY:
            return None, "robots"
        await self._sleep(rules.delay)
        try:
            page = await self._http.get(article.url, {"Accept": ACCEPT})
        except HttpFailure as failure:
            return None, failure.cause
        if page.status != HTTPStatus.OK:
            return None, f"http_{page.status}"
        if page.url != article.url and not (await self._rules(page.url, now)).allow(page.url):
            return None, "robots"
        content_type = page.headers.get("Content-Type")
        job = Job(data=page.body, arrived=now, url=page.url, content_type=content_type, page=True)
        parsed = await self._parser.parse_soon(job)
        if parsed.fault is not None:
            return None, parsed.fault.cause
        return parsed.articles[0].body, ""

    async def _rules(self, url: str, now: datetime) -> Robots:
        """What the site of `url` allows, asked once a day."""
        site = "://".join(urlsplit(url)[:2])
        known = self._sites.get(site)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        rules = await self._asked(site)
        self._sites[site] = (now, rules)
        while len(self._sites) > REMEMBERED:
            self._sites.popitem(last=False)
        return rules

    async def _asked(self, site: str) -> Robots:
        """The site's rules: none of them under a 4xx, nothing allowed where it fails (RFC 9309 section 2.3.1)."""
        try:
            answer = await self._http.get(f"{site}/robots.txt", {"Accept": "text/plain"})
        except HttpFailure:
            return NOTHING
        if answer.status == HTTPStatus.OK:
            return robots.read(answer.body)
        return EVERYTHING if 400 <= answer.status < 500 and answer.status != 429 else NOTHING


def _told(cause: str, count: int) -> Problem:
    why = {
        "robots": "robots.txt does not allow it",
        "many": f"only {MOST_PAGES} pages a poll are read, and none is begun after {PATIENCE:g} s",
        "no_text": "the page shows none",
    }.get(cause, cause)
    return Problem(
        cause="full_text", says=f"{count} without full text: {why}; the summary is kept", lost=False
    )
