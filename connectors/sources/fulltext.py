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

from connectors.http import HttpClient, HttpFailure, Response
from connectors.sources import robots
from connectors.sources.parsed import Job
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import LONGEST_WISH
from connectors.sources.robots import EVERYTHING, NOTHING, Robots
from tallywire.ports import Problem
from tallywire.records import Article

ACCEPT = "text/html, application/xhtml+xml;q=0.9"
MOST_PAGES = 20  # a poll: a feed that changes more at once keeps the summaries of the others
PATIENCE = 120.0  # seconds after which no further page of a poll is begun
LONGEST_DELAY = 30.0  # seconds that a site may ask for between two pages; one that asks for more gives none
KEPT = timedelta(hours=24)  # RFC 9309 section 2.4: rules are not used for longer
REST = timedelta(hours=1)  # for a site that has too much to do and does not say for how long
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
        self._resting: dict[str, datetime] = {}  # site → when it may be asked for pages again
        self._free: dict[str, float] = {}  # site → when its next page may be asked for, on the loop's clock

    async def complete(
        self, articles: Sequence[Article], now: datetime
    ) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
        """The articles, those with their page's text that could be had, and what kept the others from it.

        The latest come first: where there are too many, what is left with its summary is the oldest.
        """
        completed: list[Article] = []
        causes: dict[str, int] = {}
        until = asyncio.get_running_loop().time() + PATIENCE
        for number, article in enumerate(reversed(articles)):
            late = number >= MOST_PAGES or asyncio.get_running_loop().time() > until
            text, cause = (None, "many") if late else await self._text(article, now)
            if cause:
                causes[cause] = causes.get(cause, 0) + 1
            longer = text is not None and len(text) > len(article.body)
            completed.append(msgspec.structs.replace(article, body=text) if longer else article)
        return tuple(reversed(completed)), tuple(_told(cause, count) for cause, count in causes.items())

    async def _text(self, article: Article, now: datetime) -> tuple[str | None, str]:
        """The text of an article's page; None and a cause where there is none to be had."""
        if article.url is None:
            return None, ""
        try:
            page = await self._http.get(
                article.url, {"Accept": ACCEPT}, before=lambda url: self._admitted(url, now)
            )
        except HttpFailure as failure:
            return None, failure.cause
        if page.status != HTTPStatus.OK:
            self._heed(page, now)
            return None, f"http_{page.status}"
        content_type = page.headers.get("Content-Type")
        job = Job(data=page.body, arrived=now, url=page.url, content_type=content_type, page=True)
        parsed = await self._parser.parse_soon(job)
        if parsed.fault is not None:
            return None, parsed.fault.cause
        return parsed.articles[0].body, ""

    async def _admitted(self, url: str, now: datetime) -> None:
        """Wait as long as the site of `url` wishes.  Raises HttpFailure where it does not let us in."""
        if self._resting.get(_site(url), now) > now:
            raise HttpFailure("resting", f"{urlsplit(url).hostname} has asked to be left alone for a while")
        rules = await self._rules(url, now)
        if not rules.allow(url) or rules.delay > LONGEST_DELAY:
            raise HttpFailure("robots", f"robots.txt of {urlsplit(url).hostname} does not allow it")
        await self._sleep(self._wait(_site(url), rules.delay))

    def _wait(self, site: str, delay: float) -> float:
        """Seconds until a page of `site` may be asked for, `delay` after the last, whatever feed that was for.

        Raises HttpFailure where that is too long.
        """
        now = asyncio.get_running_loop().time()
        self._free = {name: at for name, at in self._free.items() if at > now}
        start = self._free.get(site, now)
        if start - now > PATIENCE:
            raise HttpFailure("resting", "too many pages of the site wait already")
        self._free[site] = start + delay
        return start - now

    def _heed(self, page: Response, now: datetime) -> None:
        """Leave a site alone that has too much to do, as long as it asks for."""
        asked = page.retry_after(now)
        if asked is None and page.status not in _BUSY:
            return
        self._resting = {site: until for site, until in self._resting.items() if until > now}
        rest = REST if asked is None else timedelta(seconds=asked)
        self._resting[_site(page.url)] = now + min(rest, LONGEST_WISH)

    async def _rules(self, url: str, now: datetime) -> Robots:
        """What the site of `url` allows, asked once a day."""
        site = _site(url)
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


_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def _site(url: str) -> str:
    """Scheme and authority: what a robots.txt speaks for (RFC 9309 section 2.3)."""
    return "://".join(urlsplit(url)[:2])


def _told(cause: str, count: int) -> Problem:
    why = {
        "robots": "robots.txt does not allow it",
        "resting": "the site has asked to be left alone",
        "many": f"only the latest {MOST_PAGES} pages a poll are read, and none is begun after {PATIENCE:g} s",
        "no_text": "the page shows none",
    }.get(cause, cause)
    return Problem(
        cause="full_text", says=f"{count} without full text: {why}; the summary is kept", lost=False
    )
