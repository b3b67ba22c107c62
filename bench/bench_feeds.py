"""What feeds cost: reading them (pytest-benchmark), and by `python -m bench.bench_feeds [PART …]` the rest.

Parts: evil (hostile shapes: time, memory, what other feeds feel), mutants (damaged feeds by the thousand), poll (many
feeds asked at once), follow (many feeds followed by the monitor).  All on loopback, with feeds made here.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import os
import random
import resource
import statistics
import sys
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pytest_benchmark.fixture import BenchmarkFixture

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource
from connectors.sources.parsed import Job
from connectors.sources.politeness import HostTurns
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from streams.monitor import Monitor
from streams.store import Store
from streams.topology import NAMES
from tallywire import logs
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.metrics import Metrics

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


GOOD = feed(20)


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
    "brotli bomb, 1 GiB": ("br", lambda: zlib.decompress(base64.b64decode(BROTLI_BOMB))),
    "zstd bomb, 1 GiB": ("zstd", lambda: _zstd_bomb(1 << 30)),
    "gzip bomb called brotli": ("br", lambda: _bomb(31)),
    "gzip of junk": ("gzip", lambda: b"junk" * 50_000),
    "gzip in gzip": ("gzip, gzip", lambda: gzip.compress(_bomb(31))),
}


#: 1 GiB of zeros in brotli (RFC 7932), 1,681 bytes, themselves deflated.
BROTLI_BOMB = (
    "eNo7/f+//Q91hkcbHRS+/+v//7/+gz/DkUTBhnd/5f////9gPkPHYSaGu7/t//3/f9CeUaCdlWHX9/o///831zMp8HEzlLz//+P/f/b/LA4yYgwv"
    "7v3/+P8//z/OBgsdhgt7/z/+/1/+jzBDYQTDgur/x6EWbWBwQLKIcdSiUYtGLRq1aNSiUYtAFpkDAPJDrOo="
)


def _bomb(window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(1 << 10)]) + packer.flush()


def _zstd_bomb(size: int) -> bytes:
    """Blocks of one repeated byte, four bytes for each 128 KiB (RFC 8878 section 3.1.1.2.2)."""
    block = 128 * 1024
    repeated = (block << 3 | 1 << 1).to_bytes(3, "little") + b" "
    last = (block << 3 | 1 << 1 | 1).to_bytes(3, "little") + b" "
    return b"\x28\xb5\x2f\xfd\x00\x38" + repeated * (size // block - 1) + last


async def _endless(response: web.StreamResponse) -> None:
    while True:
        await response.write(b"<item>" * 10_000)


async def _dripping(response: web.StreamResponse) -> None:
    while True:
        await response.write(b"<")
        await asyncio.sleep(1.0)


async def _silent(response: web.StreamResponse) -> None:  # noqa: ARG001 - as the others
    await asyncio.Event().wait()


STREAMS: dict[str, Callable[[web.StreamResponse], Awaitable[None]]] = {
    "endless body": _endless,
    "one byte a second": _dripping,
    "silence after the headers": _silent,
}


@dataclass
class Attack:
    """What the hostile shapes did to the process, and to a good feed beside them."""

    shapes: dict[
        str, tuple[float, float, str]
    ]  #: name → seconds, megabytes that the process grew by, outcome
    alone: list[float]  #: seconds that a good feed took by itself …
    beside: list[float]  #: … and beside them


async def attack(names: Collection[str] | None = None) -> Attack:
    """Serve hostile shapes (none: all of them) to a poller, one after another, with a good feed beside them."""
    shapes: dict[str, tuple[Callable[[], bytes], str | None]] = {
        name: (make, None) for name, make in EVIL.items()
    }
    shapes |= {name: (make, encoding) for name, (encoding, make) in BODIES.items()}
    wanted = [name for name in (*shapes, *STREAMS) if names is None or name in names]
    made = {name: (make(), encoding) for name, (make, encoding) in shapes.items() if name in wanted}

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name in STREAMS:
            response = web.StreamResponse()
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):
                await STREAMS[name](response)
            return response
        if name == "good":
            return web.Response(body=GOOD)
        body, encoding = made[name]
        return web.Response(body=body, headers={"Content-Encoding": encoding} if encoding else {})

    app = web.Application()
    app.router.add_get("/{name}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        return await _under_attack(server, wanted)
    finally:
        await server.close()


async def _under_attack(server: TestServer, names: list[str]) -> Attack:
    found = Attack({}, [], [])
    with ParserPool() as pool:
        turns = HostTurns(gap=0.0, at_once=8)
        async with HttpClient(allow_networks=LOOPBACK, total=5.0, turnstile=turns) as http:
            good = FeedSource(str(server.make_url("/good")), http=http, parser=pool)
            found.alone += [await _timed(good) for _ in range(30)]
            before = megabytes()
            for name in names:
                url = str(server.make_url(f"/{quote(name)}"))
                task = asyncio.create_task(FeedSource(url, http=http, parser=pool).fetch(None, NOW))
                began = time.perf_counter()
                most = megabytes()
                while not task.done():
                    found.beside.append(await _timed(good))
                    most = max(most, megabytes())
                batch = await task
                found.shapes[name] = (time.perf_counter() - began, most - before, batch.outcome)
    return found


async def _timed(source: FeedSource) -> float:
    began = time.perf_counter()
    batch = await source.fetch(None, NOW)
    assert batch.outcome == "new", batch
    return time.perf_counter() - began


def evil() -> None:
    found = asyncio.run(attack())
    for name, (seconds, growth, outcome) in found.shapes.items():
        print(f"evil: {name:32} {seconds:5.2f} s  {growth:+5.0f} MB  {outcome}")
    most = max(growth for _, growth, _ in found.shapes.values())
    print(
        f"evil: {len(found.shapes)} shapes; the process, its server included, grew by {most:.0f} MB at most"
    )
    for name, times in (("alone", found.alone), ("beside evil ones", found.beside)):
        ordered = sorted(times)
        print(
            f"evil: a good feed of 20 entries, {name}: median {statistics.median(ordered) * 1e3:.0f} ms, "
            f"95 % {ordered[int(len(ordered) * 0.95)] * 1e3:.0f} ms"
        )


RDF = (
    b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item>'
    b"<title>Fire</title><link>https://quay.example/1</link></item></r:RDF>"
)


def seeds() -> list[bytes]:
    """Whole feeds of every format, for what is to be damaged."""
    return [
        feed(3),
        feed(1, '<item xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ada</dc:creator></item>'),
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>i</id><summary type="html">a</summary></entry></feed>',
        RDF,
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"a","content_html":"<p>b</p>"}]}',
        feed(2).decode().encode("utf-16"),
        feed(
            1,
            '<item><title>Pod</title><enclosure url="https://quay.example/a.mp3" type="audio/mpeg"/></item>',
        ),
    ]


def damaged(count: int, seed: int = SEED) -> Iterator[Job]:
    """`count` feeds with some of their bytes changed, the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    whole = seeds()
    for _ in range(count):
        data = bytearray(dice.choice(whole))
        for _ in range(dice.randint(1, 12)):
            start = dice.randrange(len(data) + 1)
            data[start : start + dice.randint(0, 6)] = dice.randbytes(dice.randint(0, 6))
        yield Job(data=bytes(data), arrived=NOW, now=NOW)


def mutants(count: int = 20_000) -> None:
    slowest, causes = 0.0, Counter[str]()
    began = time.perf_counter()
    with ParserPool(1) as pool:
        pool.parse(Job(data=feed(1), arrived=NOW, now=NOW))  # starts the child
        for job in damaged(count):
            before = time.perf_counter()
            parsed = pool.parse(job)
            slowest = max(slowest, time.perf_counter() - before)
            causes[parsed.fault.cause if parsed.fault else "read"] += 1
        child = max(_peak(pid) for pid in _children())
    print(
        f"mutants: {count:,} in {time.perf_counter() - began:.0f} s, slowest {slowest:.2f} s, "
        f"the child's memory at most {child:.0f} MB: {dict(causes.most_common())}"
    )


def _children() -> list[int]:
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return [int(pid) for pid in path.read_text(encoding="ascii").split()]


def _peak(pid: int) -> float:
    """The most memory that a process has had, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


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


async def _follow(feeds: int, every: timedelta, seconds: float) -> None:
    """The monitor itself, state file and all, with many feeds that have nothing new: what following them costs."""
    asked = Counter[str]()

    async def answer(request: web.Request) -> web.Response:
        asked["conditional" if "If-None-Match" in request.headers else "whole"] += 1
        if request.headers.get("If-None-Match"):
            return web.Response(status=304)
        return web.Response(body=feed(0), headers={"ETag": '"a"'})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    before = megabytes()
    with TemporaryDirectory() as folder, ParserPool() as pool:
        async with HttpClient(allow_networks=LOOPBACK, turnstile=HostTurns(gap=0.0, at_once=64)) as http:
            bounds = Bounds(shortest=every, longest=every)
            sources = [
                FeedSource(str(server.make_url(f"/{n}")), http=http, parser=pool, bounds=bounds)
                for n in range(feeds)
            ]
            store = Store(f"{folder}/state.sqlite")
            clock = compose.SystemClock()
            monitor = Monitor(
                compose.engine(Settings(), store, wall=clock.now), sources, [], clock=clock,
                metrics=Metrics(NAMES, ()), keep=timedelta(days=30),
            )  # fmt: skip
            running = asyncio.create_task(monitor.run())
            began = time.perf_counter()
            while asked.total() < feeds:  # noqa: ASYNC110 - counted by the server
                await asyncio.sleep(0.5)
            print(f"follow: {feeds:,} feeds asked first in {time.perf_counter() - began:.0f} s")
            polled, began, spent = asked.total(), time.perf_counter(), time.process_time()
            await asyncio.sleep(seconds)
            took, cpu = time.perf_counter() - began, time.process_time() - spent
            polled = asked.total() - polled
            monitor.stop()
            await running
            store.close()
    await server.close()
    print(
        f"follow: {polled / took:.0f} polls a second over {took:.0f} s, {cpu / took:.0%} of one processor "
        f"({cpu / max(polled, 1) * 1e3:.1f} ms a poll, server included), {megabytes() - before:.0f} MB for the feeds, "
        f"{megabytes():.0f} MB in all, {dict(asked)}"
    )


def follow() -> None:
    logs.configure("error", "text")
    asyncio.run(_follow(10_000, timedelta(minutes=1), 90.0))


PARTS = {"evil": evil, "mutants": mutants, "poll": poll, "follow": follow}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
