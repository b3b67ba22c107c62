"""A month of polling against a simulated web: never early, never rude, whatever the servers do and however often the
monitor is restarted."""

from __future__ import annotations

import asyncio
import heapq
import random
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from multidict import CIMultiDict, CIMultiDictProxy

from connectors.http import HttpClient, HttpFailure, Response
from connectors.sources.feeds import FeedSource
from connectors.sources.parsed import Entry, Job, ParsedFeed, identify, in_order
from connectors.sources.politeness import HostTurns, same
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds

START = datetime(2031, 5, 4, tzinfo=UTC)
DAYS = 30
FEEDS = 200
RESTARTS = 50
BOUNDS = Bounds(shortest=timedelta(minutes=30), longest=timedelta(hours=12))


@dataclass
class Log:
    """What one feed's server saw and asked for."""

    asked: list[datetime] = field(default_factory=list)
    whole: datetime | None = None  # the last fetch without conditions, once there was a validator to send
    not_before: datetime = START  # what Retry-After said last
    gone: datetime | None = None


class Web(HttpClient):
    """Servers by the dozen, each with its moods, on a simulated clock."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.now = START
        self.restarts = 0
        self.logs: dict[str, Log] = defaultdict(Log)
        self._dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._items: dict[str, int] = defaultdict(int)

    async def get(self, url: str, headers: Mapping[str, str] | None = None, **_: object) -> Response:
        log = self.logs[url]
        conditional = "If-None-Match" in (headers or {})
        assert log.gone is None, "a feed that is gone was asked again"
        assert self.now >= log.not_before, "Retry-After was not kept"
        log.asked.append(self.now)
        if not conditional and log.whole is not None:
            assert self.now - log.whole >= timedelta(hours=24), "the whole feed was fetched twice a day"
            log.whole = self.now
        return self._mood(url, log, conditional)

    def _mood(self, url: str, log: Log, conditional: bool) -> Response:
        match self._dice.random():
            case chance if chance < 0.02:
                raise HttpFailure("timeout", "took too long")
            case chance if chance < 0.05:
                wait = self._dice.randrange(60, 86_400)
                log.not_before = self.now + timedelta(seconds=wait)
                return _response(url, self._dice.choice([429, 503]), {"Retry-After": str(wait)})
            case chance if chance < 0.06:
                log.not_before = (self.now + timedelta(hours=5)).replace(microsecond=0)
                return _response(url, 503, {"Retry-After": f"{log.not_before:%a, %d %b %Y %H:%M:%S} GMT"})
            case chance if chance < 0.1:
                return _response(url, 500, {})
            case chance if chance < 0.1003:
                log.gone = self.now
                return _response(url, 410, {})
            case chance if chance < 0.7 and conditional:
                return _response(url, 304, {})
        log.whole = log.whole or (None if conditional else self.now)
        self._items[url] += self._dice.randrange(3)
        shown = range(max(0, self._items[url] - 5), self._items[url])
        items = "".join(f"<item><title>{n}</title><link>{url}/{n}</link></item>" for n in shown)
        body = f'<rss version="2.0"><channel><title>{url}</title>{items}</channel></rss>'.encode()
        return _response(url, 200, {"ETag": f'"{self._items[url]}"'}, body)


class Here(ParserPool):
    """Reads in this process and by two patterns: the feeds are our own, and there are tens of thousands."""

    async def parse_soon(self, job: Job) -> ParsedFeed:
        found = _ITEM.findall(job.data.decode())
        entries = [Entry(title=title, url=link) for title, link in found]
        articles = identify(entries, site=None, scope="", arrived=job.arrived)
        return ParsedFeed(format="rss20", articles=in_order(articles), entries=len(entries))


_ITEM = re.compile(r"<title>(\w+)</title><link>([^<]+)</link>")


def _response(url: str, status: int, headers: dict[str, str], body: bytes = b"") -> Response:
    return Response(status, CIMultiDictProxy(CIMultiDict(headers)), body, url)


async def _month(web: Web) -> dict[str, list[str]]:
    """Poll as a runner does: a stored position and due time for each feed; a restart forgets the rest.

    What a server says in an answer that is lost, nobody can keep; all else holds over a restart.
    """
    names = [f"https://outlet{n}.example/rss" for n in range(FEEDS)]
    sources = {name: FeedSource(name, http=web, parser=_HERE, bounds=BOUNDS) for name in names}
    positions: dict[str, bytes] = {}
    due = [(START, name) for name in names]
    taken: dict[str, list[str]] = defaultdict(list)
    dice = random.Random(7)  # noqa: S311
    restarts = sorted(START + timedelta(days=DAYS) * dice.random() for _ in range(RESTARTS))
    while due[0][0] < START + timedelta(days=DAYS):
        web.now, name = heapq.heappop(due)
        log = web.logs[name]
        asking = sources[name].asking(positions.get(name), web.now)
        said = replace(log)
        batch = await sources[name].fetch(positions.get(name), web.now)
        if (
            restarts and web.now >= restarts[0]
        ):  # killed after the fetch: neither articles nor position were stored, only that it was asked
            restarts.pop(0)
            web.restarts += 1
            sources = {name: FeedSource(name, http=web, parser=_HERE, bounds=BOUNDS) for name in names}
            log.not_before, log.gone = said.not_before, said.gone
            log.whole = (
                said.whole and log.whole
            )  # without its first validator, a feed can only be asked for whole
            positions[name] = asking.position
            heapq.heappush(due, (asking.next_due, name))
            continue
        positions[name] = batch.position
        taken[name] += [article.title for article in batch.articles]
        heapq.heappush(due, (batch.next_due, name))
    return taken


_HERE = Here(1)


def test_a_month_of_polling_is_polite() -> None:
    web = Web(seed=11)
    taken = asyncio.run(_month(web))
    assert sum(len(log.asked) for log in web.logs.values()) > 10 * FEEDS
    assert web.restarts == RESTARTS
    for log in web.logs.values():  # the rest is asserted by the servers themselves
        gaps = [later - earlier for earlier, later in pairwise(log.asked)]
        assert min(gaps, default=BOUNDS.shortest) >= BOUNDS.shortest
    for titles in taken.values():
        assert len(titles) == len(set(titles)), "an item was handed on twice"


def test_turns_at_a_host_are_apart_and_forgotten_afterwards() -> None:
    clock = [0.0]
    starts: list[tuple[str, float]] = []

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    turns = HostTurns(gap=2.0, at_once=1, clock=lambda: clock[0], sleep=sleep)

    async def ask(host: str) -> None:
        async with turns.turn(host):
            starts.append((same(host), clock[0]))

    async def all_of_them() -> None:
        await asyncio.gather(*(ask("quay.example") for _ in range(5)), ask("QUAY.example."))
        for number in range(500):
            clock[0] += 1.0
            await ask(f"outlet{number}.example")

    asyncio.run(all_of_them())
    at_quay = [time for host, time in starts if host == "quay.example"]
    assert all(later - earlier >= 2.0 for earlier, later in pairwise(at_quay))
    assert len(turns._hosts) < 10
