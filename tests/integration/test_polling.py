"""The poller against a real server: what it sends, what it hands on, when it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource, Position
from connectors.sources.parsed import Job
from connectors.sources.politeness import HostTurns
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from tallywire.ports import Batch, Source

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
BOUNDS = Bounds(shortest=timedelta(minutes=5), longest=timedelta(hours=2))
DAY = timedelta(days=1)


def item(number: int, text: str = "", at: datetime = NOW) -> str:
    return (
        f"<item><title>Quay fire {number}</title><link>https://quay.example/{number}</link>"
        f"<description>{text or f'{number} hurt.'}</description>"
        f"<pubDate>{at:%d %b %Y %H:%M:%S} GMT</pubDate></item>"
    )


def feed(*items: str, more: str = "") -> str:
    return f'<rss version="2.0"><channel><title>Quay Courier</title>{more}{"".join(items)}</channel></rss>'


@dataclass
class Answer:
    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """A server that gives the answer it is told, and notes what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[web.Request] = []
        self.server = TestServer(self._app())

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        answer = self.answers.get(request.path, Answer(status=404))
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        return web.Response(body=body, status=answer.status, headers=answer.headers)

    def url(self, path: str = "/rss") -> str:
        return str(self.server.make_url(path))


class Reader:
    """A source together with the position a runner would keep for it."""

    def __init__(self, source: FeedSource) -> None:
        self.source = source
        self.position: bytes | None = None

    async def poll(self, now: datetime = NOW) -> Batch:
        batch = await self.source.fetch(self.position, now)
        self.position = batch.position
        return batch

    @property
    def known(self) -> Position:
        assert self.position
        return msgspec.json.decode(self.position, type=Position)


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool() as pool:
        yield pool


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.server.start_server()
    yield site
    await site.server.close()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(
        contact="https://desk.example/bot",
        allow_networks=("127.0.0.0/8", "::1/128"),
        total=2.0,
        turnstile=HostTurns(gap=0.0),
    ) as client:
        yield client


@pytest.fixture
def reader(site: Site, http: HttpClient, pool: ParserPool) -> Reader:
    return Reader(FeedSource(site.url(), http=http, parser=pool, bounds=BOUNDS))


def titles(batch: Batch) -> list[str]:
    return [article.title for article in batch.articles]


async def test_it_says_who_asks(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1)))
    await reader.poll()
    (request,) = site.asked
    assert request.headers["User-Agent"].startswith("Tallywire/")
    assert "https://desk.example/bot" in request.headers["User-Agent"]
    assert "application/rss+xml" in request.headers["Accept"]
    assert "Cookie" not in request.headers
    assert isinstance(reader.source, Source)
    assert reader.source.name == site.url()


async def test_new_and_edited_items_are_handed_on_once(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1), item(2)))
    first = await reader.poll()
    assert (first.outcome, titles(first)) == ("new", ["Quay fire 1", "Quay fire 2"])
    assert {article.outlet for article in first.articles} == {"Quay Courier"}
    assert {article.arrived for article in first.articles} == {NOW}

    site.answers["/rss"] = Answer(feed(item(3), item(2), item(1, "1 hurt,\n now in hospital.")))
    second = await reader.poll(NOW + DAY)
    assert sorted(titles(second)) == ["Quay fire 1", "Quay fire 3"]
    edited = next(article for article in second.articles if article.title == "Quay fire 1")
    assert edited.body == "1 hurt,\nnow in hospital."
    assert edited.id in {article.id for article in first.articles}

    site.answers["/rss"] = Answer(feed(item(3), item(2), item(1, "1 hurt, now  in hospital.")))
    third = await reader.poll(NOW + 2 * DAY)
    assert (third.outcome, third.articles) == ("unchanged", ())


async def test_an_item_that_leaves_and_comes_back_is_no_news(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1), item(2)))
    await reader.poll()
    site.answers["/rss"] = Answer(feed(item(2)))
    await reader.poll(NOW + DAY)
    site.answers["/rss"] = Answer(feed(item(1), item(2)))
    assert (await reader.poll(NOW + 2 * DAY)).articles == ()


async def test_a_crash_before_the_position_is_stored_repeats_the_fetch(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1)))
    lost = await reader.source.fetch(None, NOW)
    again = await reader.source.fetch(None, NOW)
    assert lost == again


async def test_a_feed_that_takes_the_process_with_it_is_asked_ever_more_seldom(
    site: Site, reader: Reader
) -> None:
    site.answers["/rss"] = Answer(feed(item(1)), headers={"ETag": '"a"'})
    await reader.poll(NOW - DAY)
    waits, times, now = [], [NOW - DAY], NOW
    for _ in range(9):  # each time it is asked, and no answer is stored
        asking = reader.source.asking(reader.position, now)
        await reader.source.fetch(reader.position, now)
        waits.append(asking.next_due - now)
        times.append(now)
        reader.position, now = asking.position, asking.next_due
    least = [min(BOUNDS.shortest * 2**n, timedelta(hours=6)) for n in range(1, 10)]
    assert all(wait >= soonest for wait, soonest in zip(waits, least, strict=True))
    asked = zip(site.asked, times, strict=True)
    whole = [at for request, at in asked if "If-None-Match" not in request.headers and at < NOW + DAY]
    assert whole == [NOW - DAY, NOW], "the daily fetch without conditions was repeated"
    await reader.poll(now)
    assert reader.source.asking(reader.position, now).next_due - now < 3 * BOUNDS.shortest


async def test_a_position_of_another_program_is_started_afresh(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1)))
    reader.position = b"\xff not ours"
    assert titles(await reader.poll()) == ["Quay fire 1"]


async def test_validators_are_given_back_as_they_came(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(
        feed(item(1)), headers={"ETag": 'W/"a;b"', "Last-Modified": "Sun, 04 May 2031 11:00:00 +0000"}
    )
    await reader.poll()
    site.answers["/rss"] = Answer(status=304)
    batch = await reader.poll(NOW + timedelta(hours=1))
    assert (batch.outcome, batch.articles) == ("not_modified", ())
    assert site.asked[1].headers["If-None-Match"] == 'W/"a;b"'
    assert "If-Modified-Since" not in site.asked[1].headers


async def test_without_an_etag_the_date_is_given_back_opaque(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1)), headers={"Last-Modified": "yesterday, about noon"})
    await reader.poll()
    await reader.poll(NOW + timedelta(hours=1))
    assert site.asked[1].headers["If-Modified-Since"] == "yesterday, about noon"


async def test_once_a_day_it_asks_without_conditions(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1)), headers={"ETag": '"a"'})
    for hour in range(0, 73, 6):
        await reader.poll(NOW + timedelta(hours=hour))
    whole = [n for n, request in enumerate(site.asked) if "If-None-Match" not in request.headers]
    assert whole == [0, 4, 8, 12]


async def test_a_failing_daily_fetch_is_not_repeated_without_conditions(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1)), headers={"ETag": '"a"'})
    await reader.poll()
    site.answers["/rss"] = Answer(status=500)
    await reader.poll(NOW + DAY)
    await reader.poll(NOW + DAY + timedelta(hours=1))
    assert "If-None-Match" not in site.asked[1].headers
    assert site.asked[2].headers["If-None-Match"] == '"a"'


async def test_a_permanent_redirect_changes_the_address(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(status=301, headers={"Location": "/moved"})
    site.answers["/moved"] = Answer(status=308, headers={"Location": "/here"})
    site.answers["/here"] = Answer(feed(item(1)))
    assert titles(await reader.poll()) == ["Quay fire 1"]
    assert reader.known.url == site.url("/here")
    await reader.poll(NOW + DAY)
    assert [request.path for request in site.asked] == ["/rss", "/moved", "/here", "/here"]
    assert reader.source.name == site.url("/rss")


async def test_a_passing_redirect_is_followed_and_forgotten(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(status=302, headers={"Location": "/today"})
    site.answers["/today"] = Answer(status=301, headers={"Location": "/here"})
    site.answers["/here"] = Answer(feed(item(1)))
    assert titles(await reader.poll()) == ["Quay fire 1"]
    assert reader.known.url == site.url("/rss")


async def test_a_redirect_to_what_is_no_feed_changes_nothing(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(status=301, headers={"Location": "/login"})
    site.answers["/login"] = Answer("<html><body>Sign in</body></html>")
    assert (await reader.poll()).outcome == "not_a_feed"
    assert reader.known.url == site.url("/rss")


async def test_a_feed_that_is_gone_is_left_alone(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(status=410)
    batch = await reader.poll()
    assert batch.outcome == "http_410"
    assert batch.next_due - NOW >= 300 * DAY
    assert "remove it" in batch.problems[0].says


@pytest.mark.parametrize(
    ("status", "value", "wait"),
    [
        (429, "7200", timedelta(hours=2)),
        (503, "Sun, 04 May 2031 20:00:00 GMT", timedelta(hours=8)),
        (200, "10800", timedelta(hours=3)),
        (503, "whenever", timedelta(minutes=10)),
        (500, "99999999999", timedelta(minutes=10)),
        (503, "-5", timedelta(minutes=10)),
    ],
)
async def test_retry_after_is_kept(
    site: Site, reader: Reader, status: int, value: str, wait: timedelta
) -> None:
    site.answers["/rss"] = Answer(feed(item(1)), status=status, headers={"Retry-After": value})
    batch = await reader.poll()
    assert wait <= batch.next_due - NOW <= wait * 1.1
    assert batch.outcome == ("new" if status == 200 else f"http_{status}")


async def test_failures_are_told_and_tried_ever_more_seldom(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(status=500)
    waits, now = [], NOW
    for _ in range(10):
        batch = await reader.poll(now)
        assert batch.problems[0].cause == batch.outcome == "http_500"
        assert "500 Internal Server Error" in batch.problems[0].says
        waits.append(batch.next_due - now)
        now = batch.next_due
    assert waits[:6] == sorted(waits[:6])
    assert waits[0] >= timedelta(minutes=10)
    assert waits[-1] <= timedelta(hours=6.6)
    site.answers["/rss"] = Answer(feed(item(1)))
    assert (await reader.poll(now)).outcome == "new"
    assert reader.known.failures == 0


@pytest.mark.parametrize(
    ("more", "headers", "least"),
    [
        ("<ttl>90</ttl>", {}, timedelta(minutes=90)),
        ("", {"Cache-Control": "max-age=6000"}, timedelta(minutes=100)),
        ("<ttl>60</ttl>", {"Cache-Control": "max-age=6000"}, timedelta(minutes=100)),
    ],
)
async def test_a_publishers_wishes_set_the_pace(
    site: Site, reader: Reader, more: str, headers: dict[str, str], least: timedelta
) -> None:
    busy = [item(n, at=NOW - timedelta(minutes=n)) for n in range(30)]
    site.answers["/rss"] = Answer(feed(*busy, more=more), headers=headers)
    batch = await reader.poll()
    assert least <= batch.next_due - NOW <= BOUNDS.longest * 1.1


async def test_the_pace_is_the_feeds_own(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(*(item(n, at=NOW - timedelta(minutes=30 * n)) for n in range(1, 21))))
    wait = (await reader.poll()).next_due - NOW
    assert timedelta(minutes=30) <= wait <= timedelta(minutes=33)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("", "empty"),
        ("<html><body>Sign in</body></html>", "not_a_feed"),
        (b"\x1f\x8b\x08 torn", "not_a_feed"),
        ('<!DOCTYPE r [<!ENTITY a "ha">]><rss><channel>&a;</channel></rss>', "entities"),
        (feed(item(1))[:-60], "cut_off"),
    ],
)
async def test_what_is_no_feed_is_buried_once_and_costs_nothing_known(
    site: Site, reader: Reader, body: str | bytes, cause: str
) -> None:
    site.answers["/rss"] = Answer(feed(item(1)), headers={"ETag": '"good"'})
    await reader.poll()
    site.answers["/rss"] = Answer(body, headers={"ETag": '"bad"'})
    broken = await reader.poll(NOW + timedelta(hours=1))
    assert (broken.outcome, broken.articles) == (cause, ())
    assert broken.problems[0].payload is not None
    assert site.url() in broken.problems[0].says
    assert reader.known.etag == '"good"'
    if cause != "cut_off":
        assert (await reader.poll(NOW + timedelta(hours=2))).problems[0].payload is None
    site.answers["/rss"] = Answer(feed(item(1), item(2)))
    assert titles(await reader.poll(NOW + timedelta(hours=3))) == ["Quay fire 2"]


async def test_a_feed_that_always_breaks_off_is_read_at_the_second_try(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(item(1), item(2))[:-60])
    assert (await reader.poll()).outcome == "cut_off"
    again = await reader.poll(NOW + timedelta(hours=1))
    assert titles(again) == ["Quay fire 1"]
    assert [problem.cause for problem in again.problems] == ["cut_off"]


async def test_empty_entries_are_told_and_left_out(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed("<item/>", item(1)))
    batch = await reader.poll()
    assert titles(batch) == ["Quay fire 1"]
    assert [problem.cause for problem in batch.problems] == ["empty_article"]


async def test_the_configured_outlet_replaces_the_feeds_title(
    site: Site, http: HttpClient, pool: ParserPool
) -> None:
    site.answers["/rss"] = Answer(feed(item(1)))
    batch = await FeedSource(site.url(), http=http, parser=pool, outlet="The Courier").fetch(None, NOW)
    assert {article.outlet for article in batch.articles} == {"The Courier"}


async def test_the_position_stays_small(site: Site, reader: Reader) -> None:
    for round_ in range(20):
        items = [item(n) for n in range(round_ * 50, round_ * 50 + 50)]
        site.answers["/rss"] = Answer(feed(*items))
        batch = await reader.poll(NOW + round_ * DAY)
        assert len(batch.articles) == 50
    assert len(batch.position) < 12_000


async def test_a_feed_built_to_be_slow_holds_up_no_other(
    site: Site, http: HttpClient, pool: ParserPool
) -> None:
    slow = feed(f"<item><title>t</title><author>{'a.' * 40_000}</author></item>")
    site.answers |= {"/slow": Answer(slow), "/good": Answer(feed(item(1)))}
    evil, good = (FeedSource(site.url(path), http=http, parser=pool) for path in ("/slow", "/good"))
    held_up = asyncio.create_task(evil.fetch(None, NOW))
    batches = [await good.fetch(None, NOW) for _ in range(3)]
    assert not held_up.done()
    assert [batch.outcome for batch in batches] == ["new"] * 3
    assert (await held_up).outcome == "parse_timeout"
    assert (await good.fetch(None, NOW)).outcome == "new"


def test_a_child_that_died_meanwhile_is_replaced(pool: ParserPool) -> None:
    job = Job(data=feed(item(1)).encode(), arrived=NOW)
    for _ in range(4):
        assert pool.parse(job).fault is None
        for child in pool._children:
            if child._process is not None:
                child._process.kill()


async def test_one_host_is_asked_one_after_the_other(site: Site, pool: ParserPool) -> None:
    passed: list[float] = []

    async def sleep(seconds: float) -> None:
        passed.append(seconds)

    turns = HostTurns(gap=5.0, at_once=1, clock=lambda: 100.0, sleep=sleep)
    async with HttpClient(allow_networks=("127.0.0.0/8",), turnstile=turns) as http:
        site.answers["/rss"] = Answer(feed(item(1)))
        sources = [FeedSource(site.url(), http=http, parser=pool) for _ in range(4)]
        await asyncio.gather(*(source.fetch(None, NOW) for source in sources))
    assert passed == [5.0, 10.0, 15.0]


def dated(link: str, guid: str, *, title: str = "Quay fire", minute: int = 0, text: str = "Two hurt.") -> str:
    return (
        f"<item><title>{title}</title><link>https://quay.example/{link}</link><guid isPermaLink='false'>{guid}</guid>"
        f"<pubDate>Sun, 04 May 2031 09:{minute:02}:00 GMT</pubDate><description>{text}</description></item>"
    )


async def test_a_link_that_was_corrected_is_no_new_article(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(dated("two-hurt", "41"), dated("other", "42", title="Ship sails")))
    first = await reader.poll()
    site.answers["/rss"] = Answer(feed(dated("three-hurt", "41"), dated("other", "42", title="Ship sails")))
    assert (await reader.poll(NOW + DAY)).articles == ()
    edited = dated("three-hurt", "41", title="Three hurt in quay fire", text="Three hurt.")
    site.answers["/rss"] = Answer(feed(edited, dated("other", "42", title="Ship sails")))
    [revised] = (await reader.poll(NOW + 2 * DAY)).articles
    known = {article.id: article.url for article in first.articles}
    assert known[revised.id] == revised.url == "https://quay.example/two-hurt"


async def test_a_guid_that_is_used_again_hides_no_article(site: Site, reader: Reader) -> None:
    site.answers["/rss"] = Answer(feed(dated("a", "1"), dated("b", "2", title="Ship sails", minute=1)))
    await reader.poll()
    site.answers["/rss"] = Answer(feed(dated("c", "1", minute=30), dated("a", "2", minute=0)))
    assert titles(await reader.poll(NOW + DAY)) == ["Quay fire"]
    both = feed(dated("d", "7", title="One", minute=5), dated("e", "7", title="Two", minute=5))
    site.answers["/rss"] = Answer(both)
    assert sorted(titles(await reader.poll(NOW + 2 * DAY))) == ["One", "Two"]


async def test_a_date_that_cannot_be_is_held_and_its_original_kept(site: Site, reader: Reader) -> None:
    ahead = NOW + timedelta(days=400)
    site.answers["/rss"] = Answer(feed(item(1, at=ahead), item(2)))
    articles = {article.title: article for article in (await reader.poll()).articles}
    assert articles["Quay fire 1"].published == NOW + DAY
    assert articles["Quay fire 1"].dated == ahead
    assert articles["Quay fire 2"].dated is None
