"""Whole texts: only where a feed asks for them and the site allows it, and never at the cost of the summary."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource
from connectors.sources.fulltext import MOST_PAGES, FullText
from connectors.sources.pool import ParserPool
from tallywire.ports import Batch

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
SUMMARY = "Two hurt at the quay."
WHOLE = (
    "Two dockers were hurt when a crane fell at the quay of Odrin on Sunday morning, the harbour master said. "
    "Both were taken to the hospital of the town, where one of them was said to be in a serious condition."
)
PAGE = f"""<!doctype html><html><head><title>Crane falls</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>Crane falls at the quay</h1><p>{WHOLE}</p><p>The quay was closed for the rest of the day, and ferries
called at the old pier instead, the port authority said in a statement.</p></article>
<footer>All rights</footer></body>"""


class Site:
    """A feed of summaries, its pages, and a robots.txt."""

    def __init__(self) -> None:
        self.robots = web.Response(status=404)
        self.page: str | int = PAGE
        self.headers: dict[str, str] = {}
        self.items = 1
        self.summary = SUMMARY
        self.asked: Counter[str] = Counter()
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self.server = TestServer(app, host="127.0.0.1")

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked[request.path] += 1
        if request.path == "/robots.txt":
            return web.Response(status=self.robots.status, text=self.robots.text)
        if request.path == "/rss":
            items = "".join(
                f"<item><title>Crane {n}</title><link>{self.server.make_url(f'/{n}')}</link>"
                f"<description>{self.summary}</description></item>"
                for n in range(self.items)
            )
            return web.Response(
                text=f'<rss version="2.0"><channel><title>Quay</title>{items}</channel></rss>'
            )
        if isinstance(self.page, int):
            return web.Response(status=self.page, headers=self.headers)
        return web.Response(text=self.page, content_type="text/html")


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    pytest.importorskip("trafilatura")
    with ParserPool(1) as pool:
        yield pool


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.server.start_server()
    yield site
    await site.server.close()


async def no_sleep(seconds: float) -> None:
    pass


async def poll(site: Site, pool: ParserPool, *, times: int = 1, pages: bool = True) -> list[Batch]:
    async with HttpClient(allow_networks=["127.0.0.0/8"], total=5.0) as http:
        source = FeedSource(
            str(site.server.make_url("/rss")),
            http=http,
            parser=pool,
            pages=FullText(http, pool, sleep=no_sleep) if pages else None,
        )
        batches: list[Batch] = []
        for number in range(times):
            position = batches[-1].position if batches else None
            batches.append(await source.fetch(position, NOW + timedelta(hours=number)))
        return batches


async def test_the_page_gives_the_text_and_the_feed_keeps_its_identity(site: Site, pool: ParserPool) -> None:
    [plain] = await poll(site, pool, pages=False)
    assert site.asked.keys() == {"/rss"}, "without being told to, no page is fetched"
    [batch] = await poll(site, pool)
    [article] = batch.articles
    assert WHOLE in article.body
    assert "Home" not in article.body
    assert (article.id, article.title) == (plain.articles[0].id, "Crane 0")
    assert batch.problems == ()


async def test_a_page_is_fetched_once_a_version_of_its_summary(site: Site, pool: ParserPool) -> None:
    batches = await poll(site, pool, times=3)
    assert [len(batch.articles) for batch in batches] == [1, 0, 0]
    assert site.asked["/0"] == 1


async def test_rules_are_asked_once_a_day(site: Site, pool: ParserPool) -> None:
    site.items = 5
    await poll(site, pool)
    assert (site.asked["/robots.txt"], site.asked["/4"]) == (1, 1)


@pytest.mark.parametrize(
    "robots",
    [
        web.Response(text="User-agent: *\nDisallow: /"),
        web.Response(text="User-agent: Tallywire\nDisallow: /0"),
        web.Response(text="User-agent: *\nCrawl-delay: 3600"),
        web.Response(status=500),
        web.Response(status=429),
    ],
)
async def test_what_is_not_allowed_is_not_fetched(site: Site, pool: ParserPool, robots: web.Response) -> None:
    site.robots = robots
    [batch] = await poll(site, pool)
    assert "/0" not in site.asked
    assert batch.articles[0].body == SUMMARY
    assert [problem.cause for problem in batch.problems] == ["full_text"]
    assert not batch.problems[0].lost


async def test_a_wish_for_time_between_pages_is_kept(site: Site, pool: ParserPool) -> None:
    site.robots = web.Response(text="User-agent: *\nCrawl-delay: 7")
    site.items = 3
    [batch] = await poll(site, pool, pages=False)
    turns: list[float] = []

    async def sleep(seconds: float) -> None:
        turns.append(asyncio.get_running_loop().time() + seconds)

    async with HttpClient(allow_networks=["127.0.0.0/8"], total=5.0) as http:
        full = FullText(http, pool, sleep=sleep)
        await asyncio.gather(*(full.complete(batch.articles, NOW) for _ in range(2)))  # two feeds of one site
    assert len(turns) == 6
    assert min(later - earlier for earlier, later in pairwise(sorted(turns))) > 6.9


async def test_where_too_many_pages_of_a_site_wait_the_others_keep_their_summaries(
    site: Site, pool: ParserPool
) -> None:
    site.robots = web.Response(text="User-agent: *\nCrawl-delay: 29")
    site.items = 9
    [batch] = await poll(site, pool)
    assert [article.body == SUMMARY for article in batch.articles] == [True] * 4 + [False] * 5
    assert [problem.cause for problem in batch.problems] == ["full_text"]


@pytest.mark.parametrize("page", [404, 500, "", "<html><body></body></html>", "\0" * 5_000, "<p>" * 100_000])
async def test_the_summary_is_kept_when_the_page_fails(site: Site, pool: ParserPool, page: str | int) -> None:
    site.page = page
    [batch] = await poll(site, pool)
    assert batch.outcome == "new"
    assert batch.articles[0].body == SUMMARY
    assert [problem.cause for problem in batch.problems] == ["full_text"]


async def test_a_redirect_leads_nowhere_that_its_site_does_not_allow(site: Site, pool: ParserPool) -> None:
    other = Site()
    other.robots = web.Response(text="User-agent: *\nDisallow: /0")
    await other.server.start_server()
    site.page = 302
    site.headers = {"Location": str(other.server.make_url("/0"))}
    [batch] = await poll(site, pool)
    assert other.asked == {"/robots.txt": 1}
    assert batch.articles[0].body == SUMMARY
    site.headers = {"Location": str(other.server.make_url("/1"))}
    site.items = 2
    [batch] = await poll(site, pool)
    assert other.asked == {"/robots.txt": 2, "/1": 2}
    assert all(WHOLE in article.body for article in batch.articles)
    await other.server.close()


@pytest.mark.parametrize(
    ("status", "retry_after", "hours"), [(429, "7000", 2), (503, "", 1), (404, "", 0), (404, "7000", 2)]
)
async def test_a_site_that_has_too_much_to_do_is_left_alone(
    site: Site, pool: ParserPool, status: int, retry_after: str, hours: int
) -> None:
    async def pages() -> int:
        before = site.asked.total()
        await full.complete(batch.articles, NOW + timedelta(hours=hour))
        return site.asked.total() - before

    site.items = 5
    [batch] = await poll(site, pool, pages=False)
    site.page, site.headers = status, {"Retry-After": retry_after}
    async with HttpClient(allow_networks=["127.0.0.0/8"], total=5.0) as http:
        full = FullText(http, pool, sleep=no_sleep)
        for hour in range(hours):
            assert await pages() == (2 if hour == 0 else 0), "robots.txt and one page, then nothing"
        hour, site.page = hours, PAGE
        assert await pages() == (5 if hours else 6)


async def test_a_feed_that_changes_much_at_once_keeps_the_summaries_of_the_oldest(
    site: Site, pool: ParserPool
) -> None:
    site.items = MOST_PAGES + 3
    [batch] = await poll(site, pool)
    assert [article.body == SUMMARY for article in batch.articles] == [True] * 3 + [False] * MOST_PAGES
    assert sum(count for path, count in site.asked.items() if path[1:].isdigit()) == MOST_PAGES
