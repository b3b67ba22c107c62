"""What feeds cost: reading them (pytest-benchmark), and by `python -m bench.bench_feeds [PART …]` the rest.

Parts: evil (hostile shapes: time, memory, what other feeds feel), mutants (damaged feeds by the thousand), poll (many
feeds from one process).  All on loopback, with feeds made here.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import resource
import statistics
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pytest_benchmark.fixture import BenchmarkFixture

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource
from connectors.sources.parsed import Job
from connectors.sources.politeness import HostTurns
from connectors.sources.pool import ParserPool

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8",)
SEED = 20310504


def item(number: int) -> str:
    published = NOW - timedelta(minutes=20 * number)
    return (
        f"<item><title>Harbour fire, report {number}</title>"
        f"<link>https://quay.example/{number}?utm_source=rss</link>"
        f"<guid>https://quay.example/{number}</guid><pubDate>{published:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description><![CDATA[<p>At least {number} dockers were <b>hurt</b>, the harbour master said.</p>"
        f"<p>{'The ferry lay at pier four when it began. ' * 8}</p>]]></description></item>"
    )


def feed(entries: int, inner: str = "") -> bytes:
    items = "".join(item(n) for n in range(entries))
    return f'<rss version="2.0"><channel><title>Quay Courier</title>{inner}{items}</channel></rss>'.encode()


def one(inner: str) -> bytes:
    return feed(0, f"<item>{inner}</item>")


def megabytes() -> float:
    """This process's memory now, as far as it is resident."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


@pytest.mark.parametrize("entries", [20, 50, 2_000])
def test_read_a_feed(benchmark: BenchmarkFixture, entries: int) -> None:
    with ParserPool(1) as pool:
        job = Job(data=feed(entries), arrived=NOW, now=NOW)
        pool.parse(job)
        assert len(benchmark(pool.parse, job).articles) == entries


#: Shapes built to hurt: documents, and bodies with their Content-Encoding.
EVIL: dict[str, Callable[[], bytes]] = {
    "quadratic author": lambda: one(f"<author>{'a.' * 32_000}</author>"),
    "long author": lambda: one(f"<author>{'a.' * 500_000}</author>"),
    "quadratic attributes": lambda: one("<a " + " ".join(f"b{n}='1'" for n in range(30_000)) + "/>"),
    "attributes, malformed": lambda: one("<a " + " ".join(f"b{n}=1" for n in range(30_000)) + "<"),
    "deep nesting": lambda: b"<rss><channel>" + b"<a>" * 300_000,
    "deep markup in text": lambda: one(f"<description>{'&lt;div>' * 60_000}x</description>"),
    "deep lists in text": lambda: one(f"<description>{'&lt;ul>&lt;li>' * 60_000}x</description>"),
    "deep tables in text": lambda: one(f"<description>{'&lt;table>&lt;tr>&lt;td>' * 60_000}x</description>"),
    "unclosed tags in text": lambda: one(f"<description>{'&lt;a ' * 400_000}x</description>"),
    "entity bomb": lambda: b"<!DOCTYPE r [<!ENTITY a 'ha'>" + b"".join(
        b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(20)
    ) + b"]><rss><channel>&u;</channel></rss>",
    "quadratic entity": lambda: b"<!DOCTYPE r [<!ENTITY a '" + b"x" * 90_000 + b"'>]><rss>" + b"&a;" * 90_000,
    "entity in a malformed document": lambda: b"<!DOCTYPE r [<!ENTITY a \"" + b"x" * 90_000
    + b"\">]><rss><channel><item><oops></item><item><title>" + b"&a;" * 90_000 + b"</title></item>",
    "parameter entities": lambda: b"<!DOCTYPE r [<!ENTITY % a SYSTEM 'http://quay.example/'>%a;]><rss/>",
    "huge title": lambda: one(f"<title>{'fire ' * 1_500_000}</title>"),
    "huge title of markup": lambda: one(f"<title>{'&lt;b>' * 800_000}</title>"),
    "huge text": lambda: one(f"<title>t</title><description>{'fire ' * 1_900_000}</description>"),
    "huge text, wide": lambda: one(f"<title>t</title><description>{'🔥' * 2_400_000}</description>"),
    "huge guid": lambda: one(f"<title>t</title><guid>{'g' * 9_000_000}</guid>"),
    "huge link": lambda: one(f"<title>t</title><link>http://quay.example/{'&amp;amp;' * 1_000_000}</link>"),
    "huge date": lambda: one(f"<title>t</title><pubDate>{'1' * 5_000_000}</pubDate>"),
    "spaced date": lambda: one(f"<title>t</title><pubDate>{' 1:' * 500_000}</pubDate>"),
    "huge comment": lambda: b"<!--" + b"-x" * 4_500_000 + b"--><rss/>",
    "unclosed comment": lambda: b"<rss><channel><!--" + b"-x" * 2_000_000,
    "unclosed sections": lambda: b"<rss><channel>" + b"<![CDATA[" * 900_000,
    "declarations": lambda: b"<!" * 4_000_000,
    "angles": lambda: b"<" * 9_000_000,
    "angles in a feed": lambda: feed(1) + b"<" * 300_000,
    "ampersands": lambda: one(f"<title>{'&' * 2_000_000}</title>"),
    "references": lambda: one(f"<title>{'&#65;' * 1_500_000}</title>"),
    "many entries": lambda: feed(0, "<item/>" * 1_000_000),
    "many entries with text": lambda: feed(12_000),
    "many namespaces": lambda: b"<rss "
    + b" ".join(b"xmlns:n%d='u%d'" % (n, n) for n in range(250)) + b"><channel/></rss>",
    "many links": lambda: one("<title>t</title>" + "<link>http://quay.example/</link>" * 200_000),
    "many authors": lambda: one("<title>t</title>" + "<author>Ada</author>" * 200_000),
    "many categories": lambda: one("<title>t</title>" + "<category>c</category>" * 200_000),
    "base64 of base64": lambda: one(f"<content type='image/png' mode='base64'>{'QUFB' * 1_500_000}</content>"),
    "UTF-32 blank": lambda: " ".encode("utf-32") * 2_000_000,
    "lone surrogates": lambda: one(f"<title>{'&#xD800;' * 900_000}</title>"),
    "JSON nesting": lambda: b'{"items":' + b"[" * 5_000_000,
    "JSON number": lambda: b'{"items":[' + b"9" * 5_000_000 + b"]}",
    "JSON keys": lambda: b'{"items":[{' + b",".join(b'"k%d":0' % n for n in range(600_000)) + b"}]}",
    "not UTF-8": lambda: b"\xff" * 9_000_000,
}  # fmt: skip

BODIES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip bomb, 1 GiB": ("gzip", lambda: _bomb(31)),
    "deflate bomb, 1 GiB": ("deflate", lambda: _bomb(15)),
    "brotli, unasked": ("br", lambda: b"\x5b\xff\xff" * 500),
    "zstd, unasked": ("zstd", lambda: b"\x28\xb5\x2f\xfd" * 500),
    "gzip of junk": ("gzip", lambda: b"junk" * 50_000),
    "gzip in gzip": ("gzip, gzip", lambda: gzip.compress(_bomb(31))),
}


def _bomb(window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(1 << 10)]) + packer.flush()


async def _evil() -> None:
    shown: dict[str, tuple[bytes, str | None]] = {"/good": (feed(20), None)}
    shown |= {f"/evil/{name}": (make(), None) for name, make in EVIL.items()}
    shown |= {f"/evil/{name}": (make(), encoding) for name, (encoding, make) in BODIES.items()}

    async def answer(request: web.Request) -> web.Response:
        body, encoding = shown[request.path]
        return web.Response(body=body, headers={"Content-Encoding": encoding} if encoding else {})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        await _under_attack(server, [path for path in shown if path != "/good"])
    finally:
        await server.close()


async def _under_attack(server: TestServer, paths: list[str]) -> None:
    with ParserPool() as pool:
        async with HttpClient(allow_networks=LOOPBACK, turnstile=HostTurns(gap=0.0, at_once=8)) as http:
            good = FeedSource(str(server.make_url("/good")), http=http, parser=pool)
            alone = [await _timed(good) for _ in range(30)]
            before, together = megabytes(), []
            for path in paths:
                task = asyncio.create_task(
                    FeedSource(str(server.make_url(path)), http=http, parser=pool).fetch(None, NOW)
                )
                began = time.perf_counter()
                most = megabytes()
                while not task.done():
                    together.append(await _timed(good))
                    most = max(most, megabytes())
                batch = await task
                took = time.perf_counter() - began
                print(f"evil: {path[6:]:32} {took:5.2f} s  {most - before:+5.0f} MB  {batch.outcome}")
    for name, times in (("alone", alone), ("beside evil ones", together)):
        ordered = sorted(times)
        print(
            f"evil: a good feed of 20 entries, {name}: median {statistics.median(ordered) * 1e3:.0f} ms, "
            f"95 % {ordered[int(len(ordered) * 0.95)] * 1e3:.0f} ms"
        )


async def _timed(source: FeedSource) -> float:
    began = time.perf_counter()
    batch = await source.fetch(None, NOW)
    assert batch.outcome == "new", batch
    return time.perf_counter() - began


def evil() -> None:
    asyncio.run(_evil())


def mutants(count: int = 20_000) -> None:
    dice = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    seeds = [
        feed(3),
        feed(1, '<item xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ada</dc:creator></item>'),
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>i</id><summary type="html">a</summary></entry></feed>',
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"a","content_html":"<p>b</p>"}]}',
        feed(2).decode().encode("utf-16"),
    ]

    def mutate() -> Job:
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.randint(1, 12)):
            start = dice.randrange(len(data))
            data[start : start + dice.randint(0, 6)] = dice.randbytes(dice.randint(0, 6))
        return Job(data=bytes(data), arrived=NOW, now=NOW)

    began, slowest, causes = time.perf_counter(), 0.0, Counter[str]()
    with ParserPool() as pool:
        last = began
        for parsed in pool.parse_all(mutate() for _ in range(count)):
            causes[parsed.fault.cause if parsed.fault else "read"] += 1
            slowest, last = max(slowest, time.perf_counter() - last), time.perf_counter()
    print(
        f"mutants: {count:,} in {last - began:.0f} s, slowest gap {slowest:.2f} s: {dict(causes.most_common())}"
    )


async def _poll(feeds: int) -> None:
    body = feed(20)

    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"a"':
            return web.Response(status=304)
        return web.Response(body=body, headers={"ETag": '"a"'})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    positions: dict[str, bytes] = {}
    with ParserPool() as pool:
        async with HttpClient(allow_networks=LOOPBACK, turnstile=HostTurns(gap=0.0, at_once=64)) as http:
            sources = [
                FeedSource(str(server.make_url(f"/{n}")), http=http, parser=pool) for n in range(feeds)
            ]
            for name, now in (("first fetch", NOW), ("not modified", NOW + timedelta(hours=1))):
                await _round(name, sources, positions, now)
    await server.close()


async def _round(name: str, sources: list[FeedSource], positions: dict[str, bytes], now: datetime) -> None:
    places = asyncio.Semaphore(64)

    async def ask(source: FeedSource) -> str:
        async with places:
            batch = await source.fetch(positions.get(source.name), now)
            positions[source.name] = batch.position
            return batch.outcome

    began, spent = time.perf_counter(), time.process_time()
    outcomes = Counter(await asyncio.gather(*(ask(source) for source in sources)))
    took, cpu = time.perf_counter() - began, time.process_time() - spent
    size = sum(map(len, positions.values())) / len(positions)
    print(
        f"poll: {len(sources):,} feeds, {name}: {took:.1f} s, {len(sources) / took:,.0f} feeds/s, "
        f"{cpu / len(sources) * 1e3:.2f} ms of processor each (server included), {megabytes():.0f} MB, "
        f"{size:,.0f} bytes of position each, {dict(outcomes)}"
    )


def poll() -> None:
    asyncio.run(_poll(10_000))


PARTS = {"evil": evil, "mutants": mutants, "poll": poll}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
