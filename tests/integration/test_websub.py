"""WebSub against a hub on the loopback: found, subscribed, verified, signed, renewed, and never the only way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.http import HttpClient
from connectors.sources.feeds import Position
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from connectors.sources.subscribed import SubscribedFeed
from connectors.sources.websub import WAITING, Subscriber, offered
from tallywire.ports import Batch, Pushed
from tests.support.hub import Hub

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
BOUNDS = Bounds(shortest=timedelta(minutes=5), longest=timedelta(hours=2))
TOPIC = "https://quay.example/rss"


def feed(*numbers: int, inner: str = "") -> bytes:
    items = "".join(
        f"<item><title>Quay fire {n}</title><link>https://quay.example/{n}</link></item>" for n in numbers
    )
    return f'<rss version="2.0"><channel><title>Quay</title>{inner}{items}</channel></rss>'.encode()


class World:
    """A feed that names its hub, the hub, and a monitor's source for the feed."""

    def __init__(self, pool: ParserPool) -> None:
        self.hub = Hub()
        self.body = feed(1)
        self.headers: list[tuple[str, str]] = []
        self.polls = 0
        self.now = NOW
        self.position: bytes | None = None
        self._pool = pool
        app = web.Application()
        app.router.add_get("/rss", self._serve)
        self.server = TestServer(app, host="127.0.0.1")

    async def _serve(self, request: web.Request) -> web.Response:
        self.polls += 1
        return web.Response(body=self.body, headers=CIMultiDict(self.headers))

    async def start(self) -> None:
        await self.server.start_server()
        await self.hub.server.start_server()
        self.http = HttpClient(allow_networks=["127.0.0.0/8"], total=5.0)
        self.headers = [("Link", f'<{self.hub.url}>; rel="hub", <{TOPIC}>; rel="self"')]
        await self.restart()

    async def restart(self) -> None:
        """A new process at the same address."""
        port = 0
        if hasattr(self, "subscriber"):
            port = self.port
            await self.subscriber.close()
        self.subscriber = Subscriber(f"http://127.0.0.1:{port}", self.http, lambda: self.now)
        _, self.port = await self.subscriber.start("127.0.0.1", port)
        self.subscriber._public = f"http://127.0.0.1:{self.port}"
        self.source = SubscribedFeed(
            str(self.server.make_url("/rss")),
            http=self.http,
            parser=self._pool,
            bounds=BOUNDS,
            subscriber=self.subscriber,
        )

    async def stop(self) -> None:
        await self.subscriber.close()
        await self.http.close()
        await self.hub.server.close()
        await self.server.close()

    async def fetch(self, later: timedelta = timedelta(0)) -> Batch:
        self.now += later
        batch = await self.source.fetch(self.position, self.now)
        self.position = batch.position
        await self.hub.settled()
        return batch

    async def pushed(self) -> bool:
        """Whether something has come for the source."""
        try:
            await asyncio.wait_for(self.source.pushed(self.position), 0.2)
        except TimeoutError:
            return False
        return True

    @property
    def known(self) -> Position:
        return msgspec.json.decode(self.position or b"", type=Position)


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(1) as pool:
        yield pool


@pytest.fixture
async def world(pool: ParserPool) -> AsyncIterator[World]:
    world = World(pool)
    await world.start()
    yield world
    await world.stop()


def titles(batch: Batch) -> list[str]:
    return sorted(article.title for article in batch.articles)


async def test_a_hub_is_found_and_subscribed_to_and_sends_what_is_new(world: World) -> None:
    assert isinstance(world.source, Pushed)
    first = await world.fetch()
    assert titles(first) == ["Quay fire 1"]
    [asked] = world.hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", TOPIC)
    assert len(asked["hub.secret"]) > 20
    assert world.hub.verified == [asked], "the challenge was not echoed"

    assert await world.hub.publish(feed(2, 1)) == 202
    assert await world.pushed()
    sent = await world.fetch()
    assert (titles(sent), world.polls) == (["Quay fire 2"], 1)
    assert not await world.pushed()


async def test_a_subscribed_feed_is_polled_at_its_longest_interval_and_a_push_makes_no_poll_earlier(
    world: World,
) -> None:
    world.headers.append(("Cache-Control", "max-age=3600"))
    await world.fetch()
    polled = await world.fetch(timedelta(hours=2))
    assert polled.next_due - world.now >= BOUNDS.longest
    await world.hub.publish(feed(2, 1))
    sent = await world.fetch(timedelta(minutes=1))
    assert sent.next_due >= polled.next_due
    world.body = feed(3, 2, 1)
    assert titles(await world.fetch(timedelta(hours=3))) == ["Quay fire 3"], (
        "the hub forgot one: the poll sees it"
    )


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_signature_of_the_standard_is_known(world: World, algorithm: str) -> None:
    await world.fetch()
    await world.hub.publish(feed(2), algorithm=algorithm)
    assert await world.pushed()


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "another"},
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": "md5=0cc175b9c0f1b6a831c399e269772661"},
        {"X-Hub-Signature": "sha256=" + "é" * 64},
        {"X-Hub-Signature": "new=x"},
    ],
)
async def test_what_is_not_signed_is_not_read(world: World, forged: dict[str, str]) -> None:
    await world.fetch()
    assert await world.hub.publish(feed(9), **forged) == 202  # nobody learns whether he guessed
    assert not await world.pushed()


@pytest.mark.parametrize(
    "query",
    [
        {
            "hub.mode": "subscribe",
            "hub.topic": "https://bad.example/",
            "hub.challenge": "x",
            "hub.lease_seconds": "9",
        },
        {"hub.mode": "unsubscribe", "hub.topic": TOPIC, "hub.challenge": "x", "hub.lease_seconds": "9"},
        {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x", "hub.lease_seconds": "-9"},
        {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x"},
        {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "", "hub.lease_seconds": "9"},
        {},
    ],
)
async def test_what_was_not_asked_for_is_not_confirmed(world: World, query: dict[str, str]) -> None:
    await world.fetch()
    status, text = await world.hub.ask(world.hub.asked[0]["hub.callback"], query)
    assert (status, "x" in text) == (404, False)
    assert (await world.hub.ask(f"http://127.0.0.1:{world.port}/websub/guess", query))[0] == 404


async def test_a_lease_is_renewed_before_its_end_under_the_same_callback(world: World) -> None:
    world.hub.lease = 86_400
    await world.fetch()
    for _ in range(8):
        await world.fetch(timedelta(hours=2))
    assert len(world.hub.asked) == 1, "a lease with more than a quarter left is not renewed"
    await world.fetch(timedelta(hours=2.5))
    assert [form["hub.callback"] for form in world.hub.verified] == [world.hub.asked[0]["hub.callback"]] * 2
    await world.hub.publish(feed(2))
    assert await world.pushed()


async def test_a_restart_goes_on_with_what_was_agreed(world: World) -> None:
    await world.fetch()
    await world.fetch(timedelta(hours=2))  # a hub confirms after the poll that asked; the next one stores it
    await world.restart()
    assert not await world.pushed()
    await world.hub.publish(feed(2))
    assert await world.pushed()
    assert titles(await world.fetch()) == ["Quay fire 2"]
    await world.fetch(timedelta(hours=2))
    assert len(world.hub.asked) == 1


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_a_hub_that_refuses_is_left_alone_for_hours(world: World, status: int) -> None:
    world.hub.status = status
    batch = await world.fetch()
    assert batch.outcome == "new"
    assert [problem.cause for problem in batch.problems] == ["hub"]
    for _ in range(5):
        await world.fetch(timedelta(hours=1))
    assert len(world.hub.asked) == 1
    await world.fetch(timedelta(hours=1))
    assert len(world.hub.asked) == 2


async def test_a_feed_that_names_another_hub_each_time_makes_us_ask_no_more_often(world: World) -> None:
    for number in range(7):
        world.headers[:] = [("Link", f'<{world.hub.url}>; rel="hub", <{TOPIC}?{number}>; rel="self"')]
        world.body = feed(number)
        await world.fetch(timedelta(hours=1))
    assert [form["hub.topic"] for form in world.hub.asked] == [f"{TOPIC}?0", f"{TOPIC}?6"]


async def test_a_hub_that_denies_is_polled_past(world: World) -> None:
    world.hub.denies = True
    await world.fetch()
    world.body = feed(2, 1)
    assert titles(await world.fetch(timedelta(hours=2))) == ["Quay fire 2"]
    assert not world.hub.verified


async def test_what_a_hub_sends_broken_or_too_much_changes_nothing(world: World) -> None:
    await world.fetch()
    for body in (b"", b"<html>", feed(2)[:-40], b"\xff" * 1_000):
        await world.hub.publish(body)
        batch = await world.fetch()
        assert (batch.articles, batch.problems) == ((), ())
    assert await world.hub.publish(feed(2), **{"Content-Encoding": "gzip"}) in {400, 415}
    for number in range(WAITING + 5):
        await world.hub.publish(feed(number))
    for _ in range(WAITING):
        assert await world.pushed()
        await world.fetch()
    assert not await world.pushed()
    assert (world.polls, world.known.failures) == (1, 0)


async def test_a_feed_that_was_removed_is_sent_nothing_more(world: World) -> None:
    await world.fetch()
    world.position = None
    await world.restart()
    assert await world.hub.publish(feed(2)) == 404, "at a start a feed may not have resumed yet"
    world.now += timedelta(hours=2)
    assert await world.hub.publish(feed(2)) == 410


def test_the_links_of_an_answer() -> None:
    def of(*values: str) -> tuple[str | None, str | None]:
        return offered(CIMultiDictProxy(CIMultiDict([("Link", value) for value in values])))

    assert of() == (None, None)
    assert of('<https://hub.example/>; rel="hub"', f"<{TOPIC}>; rel=self") == ("https://hub.example/", TOPIC)
    assert (
        of(f'<https://hub.example/>; rel="x hub", <{TOPIC}>; rel="self"; title="a"')[0]
        == "https://hub.example/"
    )
    assert of("<javascript:x>; rel=hub, <>; rel=self, nonsense; rel=hub") == (None, None)
