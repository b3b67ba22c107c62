"""What every source promises (`tallywire.ports.Source`), against one table of what servers do."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.http import HttpClient
from connectors.sources.fulltext import FullText
from connectors.sources.pool import ParserPool
from connectors.sources.registry import KINDS, Place, Tools
from connectors.sources.rhythm import Bounds
from connectors.sources.websub import Subscriber
from tallywire.ports import Batch, Polled, Source

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
Make = Callable[[str, HttpClient, ParserPool], Source]


def made(kind: str, *, full_text: bool = False) -> Make:
    def make(url: str, http: HttpClient, pool: ParserPool) -> Source:
        hubs = Subscriber("https://monitor.example", http, lambda: NOW)
        tools = Tools(http=http, parser=pool, bounds=Bounds(), pages=FullText(http, pool), subscriber=hubs)
        return KINDS[kind](Place(url=url, full_text=full_text), tools)

    return make


#: Every kind of source, in each of its modes: how one is made for an address.
SOURCES: dict[str, Make] = {kind: made(kind) for kind in KINDS} | {
    "full text": made("polled", full_text=True)
}

FEED = (
    b'<rss version="2.0"><channel><title>Quay Courier</title>'
    b"<item><title>Quay fire</title><link>https://quay.example/1</link><description>Two hurt.</description></item>"
    b"<item><title>Ship sails</title><link>https://quay.example/2</link></item></channel></rss>"
)


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def item(inner: str) -> bytes:
    return f'<rss version="2.0"><channel><title>t</title><item>{inner}</item></channel></rss>'.encode()


def document(body: bytes) -> bytes:
    return answer(body, "200 OK", "Content-Type: application/xml")


def json_feed(*items: object) -> bytes:
    return document(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode())


GOOD = document(FEED)

#: What a server may do, byte for byte, and the outcome; None where any outcome will do.
SERVERS: dict[str, tuple[bytes, str | None]] = {
    "a feed": (GOOD, "new"),
    "a feed without entries": (document(b"<rss><channel><title>t</title></channel></rss>"), "unchanged"),
    "an empty document": (document(b""), "empty"),
    "a page": (document(b"<!doctype html><title>Sign in</title>"), "not_a_feed"),
    "an image": (document(b"\x89PNG\r\n\x1a\n" + bytes(500)), "not_a_feed"),
    "words": (document(b"Not found, sorry."), "not_a_feed"),
    "other JSON": (document(b'{"error": "no such feed"}'), "not_a_feed"),
    "a torn feed": (document(FEED[:-70]), "cut_off"),
    "entities on entities": (
        document(b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>'),
        "entities",
    ),
    "one huge entity": (
        document(b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 9_000 + b'">]><rss>' + b"&a;" * 9_000 + b"</rss>"),
        "entities",
    ),
    "a foreign entity": (document(b'<!DOCTYPE r [<!ENTITY a SYSTEM "/etc/hosts">]><rss>&a;</rss>'), "entities"),
    "deep nesting": (document(b"<rss>" + b"<a>" * 100_000), "too_complex"),
    "deep nesting in text": (document(item(f"<description>{'&lt;div>' * 9_000}x</description>")), None),
    "too many attributes": (
        document(b"<rss " + b" ".join(b"a%d='1'" % n for n in range(9_000)) + b"/>"),
        "too_complex",
    ),
    "one huge attribute": (document(item(f'<link href="{"x" * 900_000}"/>')), None),
    "a huge title": (document(item(f"<title>{'fire ' * 100_000}</title>")), "new"),
    "a title of markup": (document(item(f"<title>{'&lt;b>' * 50_000}</title>")), None),
    "many entries": (document(item("</item><item>" * 20_000)), None),
    "dates of another age": (
        document(item("<title>t</title><pubDate>Sat, 31 Dec 99999 25:61:61 GMT</pubDate>")),
        "new",
    ),
    "characters that are none": (document(item("<title>a&#xD800;&#0;&#x110000;\x00\x08b</title>")), "new"),
    "surrogates in JSON": (json_feed({"title": "a\ud800b"}), "new"),
    "JSON of odd types": (json_feed(1, None, [], {"title": 5}, {"id": 1e308, "title": "t"}), "new"),
    "JSON without end": (document(b'{"items":' + b"[" * 200_000), "not_a_feed"),
    "UTF-16": (document(f'<?xml version="1.0" encoding="utf-16"?>{FEED.decode()}'.encode("utf-16")), "new"),
    "a wrong encoding": (document(b'<?xml version="1.0" encoding="utf-8"?>' + item("<title>caf\xe9</title>")), "new"),
    "an unknown encoding": (document(b'<?xml version="1.0" encoding="klingon"?>' + FEED), "new"),
    "an encoding that is a codec": (document(b'<?xml version="1.0" encoding="zip"?>' + FEED), "new"),
    "null bytes": (document(b"\0" * 100_000), "not_a_feed"),
    "links that are none": (document(item("<title>t</title><link>http://[::1</link><guid>javascript:x</guid>")), "new"),
    "a site that is none": (document(FEED.replace(b"<item>", b"<link>http://[</link><item>", 1)), "new"),
    "compressed": (answer(gzip.compress(FEED), "200 OK", "Content-Encoding: gzip"), "new"),
    "a bomb": (answer(gzip.compress(bytes(30_000_000)), "200 OK", "Content-Encoding: gzip"), "too_large"),
    "bombs in a bomb": (
        answer(gzip.compress(gzip.compress(bytes(30_000_000))), "200 OK", "Content-Encoding: gzip, gzip"),
        None,
    ),
    "compression that is none": (answer(FEED, "200 OK", "Content-Encoding: gzip"), "encoding"),
    "compression nobody asked for": (answer(FEED, "200 OK", "Content-Encoding: br"), "encoding"),
    "no HTTP": (b"220 mail.example ESMTP\r\n", "protocol"),
    "nothing": (b"", "reset"),
    "headers without end": (b"HTTP/1.1 200 OK\r\n" + b"X-Filler: x\r\n" * 50_000, None),
    "one huge header": (b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 1_000_000 + b"\r\n\r\n", None),
    "less than it announced": (GOOD[:-100], "reset"),
    "chunks that are none": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", None),
    "odd validators": (answer(FEED, "200 OK", 'ETag: W/"\xe9;\x01', "Last-Modified: \xff"), None),
    "odd cache headers": (answer(FEED, "200 OK", "Cache-Control: max-age=,,=", "Expires: -1", "Date: no"), "new"),
    "a redirect to nowhere": (answer(b"", "301 Moved", "Location: http://[::1"), "redirect"),
    "a redirect to itself": (answer(b"", "302 Found", "Location: ?"), "redirect"),
    "a redirect to odd bytes": (answer(b"", "301 Moved", "Location: /\xff\xfe"), None),
    "a redirect inside": (answer(b"", "301 Moved", "Location: http://169.254.169.254/"), "blocked"),
    "a redirect without an address": (answer(b"", "301 Moved"), "http_301"),
    "no right": (answer(b"", "403 Forbidden"), "http_403"),
    "gone": (answer(b"", "410 Gone"), "http_410"),
    "too many": (answer(b"", "429 Too Many Requests", "Retry-After: 9"), "http_429"),
    "broken": (answer(b"", "500 Internal Server Error"), "http_500"),
    "a status of its own": (answer(FEED, "299 Why not"), "http_299"),
    "not modified, unasked": (answer(b"", "304 Not Modified"), "not_modified"),
}  # fmt: skip


class Server:
    """Sends what it is told to whoever asks, and hangs up."""

    def __init__(self) -> None:
        self.says = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.says)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool() as pool:
        yield pool


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, str]]:
    serve = Server()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        yield serve, f"http://127.0.0.1:{port}/rss"


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("name", SERVERS)
async def test_whatever_a_server_does_a_batch_comes_back(
    server: tuple[Server, str], pool: ParserPool, kind: str, name: str
) -> None:
    serve, url = server
    serve.says, outcome = SERVERS[name]
    async with HttpClient(allow_networks=("127.0.0.1/32",), total=5.0) as http:
        source = SOURCES[kind](f"{url.replace('://', '://me:s3cr3t@')}?key=s3cr3t-t0ken", http, pool)
        batch = await asyncio.wait_for(source.fetch(None, NOW), 20)
        again = await asyncio.wait_for(source.fetch(batch.position, NOW + timedelta(days=1)), 20)
    assert isinstance(source, Source)
    assert outcome in {None, batch.outcome}
    for came in (batch, again):
        _holds(came)
    assert not {article.id for article in batch.articles} & {article.id for article in again.articles}


def _holds(batch: Batch) -> None:
    assert batch.next_due > NOW
    assert batch.position
    assert bool(batch.articles) == (batch.outcome == "new")
    assert all(problem.says and problem.cause for problem in batch.problems)
    assert not any("s3cr3t" in problem.says for problem in batch.problems)
    assert batch.outcome in {
        "new",
        "unchanged",
        "not_modified",
        *(problem.cause for problem in batch.problems),
    }
    for article in batch.articles:
        assert article.title or article.body
        f"{article.title}{article.body}{article.byline}{article.outlet}".encode()  # no lone surrogates
        assert article.arrived >= NOW


SLOW: dict[str, tuple[bytes, bytes]] = {
    "silent": (b"", b""),
    "slow to say what it is": (b"HTTP/1.1 200 OK\r\nX-Filler: ", b"x"),
    "a body byte by byte": (b"HTTP/1.1 200 OK\r\n\r\n<rss>", b" "),
    "a body that stalls": (GOOD[:-50], b""),
}  #: what a server sends at once, and then every now and then


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("name", SLOW)
async def test_a_server_that_takes_its_time_is_left(pool: ParserPool, kind: str, name: str) -> None:
    first, then = SLOW[name]
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            while not reader.at_eof():
                writer.write(then)
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()
        left.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/rss"
        async with HttpClient(allow_networks=("127.0.0.1/32",), total=0.4, idle=0.2) as http:
            batch = await asyncio.wait_for(SOURCES[kind](url, http, pool).fetch(None, NOW), 20)
        await asyncio.wait_for(left.wait(), 20)
    assert (batch.outcome, batch.articles) == ("timeout", ())
    _holds(batch)


@pytest.mark.parametrize("kind", SOURCES)
async def test_an_answer_that_a_crash_has_lost_is_had_again_and_not_at_once(
    server: tuple[Server, str], pool: ParserPool, kind: str
) -> None:
    serve, url = server
    serve.says = GOOD
    async with HttpClient(allow_networks=("127.0.0.1/32",), total=5.0) as http:
        source = SOURCES[kind](url, http, pool)
        assert isinstance(source, Polled)
        asking = source.asking(None, NOW)
        lost = await source.fetch(None, NOW)
        assert asking.next_due - NOW >= Bounds().shortest
        again = await source.fetch(asking.position, asking.next_due)
        assert [one.id for one in again.articles] == [one.id for one in lost.articles]
        repeated = source.asking(again.position, again.next_due)
        assert (await source.fetch(repeated.position, repeated.next_due)).articles == ()


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_fault_loses_nothing_that_was_known(
    server: tuple[Server, str], pool: ParserPool, kind: str
) -> None:
    serve, url = server
    async with HttpClient(allow_networks=("127.0.0.1/32",), total=5.0) as http:
        source = SOURCES[kind](url, http, pool)
        serve.says = GOOD
        position = (await source.fetch(None, NOW)).position
        for hour, name in enumerate(
            ("broken", "an empty document", "nothing", "a page", "entities on entities"), 1
        ):
            serve.says = SERVERS[name][0]
            position = (await source.fetch(position, NOW + timedelta(hours=hour))).position
        serve.says = GOOD
        assert (await source.fetch(position, NOW + timedelta(days=2))).articles == ()
