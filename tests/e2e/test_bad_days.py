"""Bad days: feeds that are none, servers that never end, full disks, failing webhooks.  Nothing is lost."""

from __future__ import annotations

import asyncio
import resource
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import trustme
from aiohttp import web

from examples.receiver import Receiver
from streams.store import Store
from tests.support import monitor

NOW = datetime.now(UTC)


def rss(*items: tuple[str, str, datetime | None], title: str = "The Test Post") -> bytes:
    """An RSS feed of (path, text, date) items; an item's title is its path."""
    parts = [f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>']
    for path, text, date in items:
        when = f"<pubDate>{format_datetime(date)}</pubDate>" if date else ""
        parts.append(
            f"<item><title>{escape(path)}</title><link>https://post.example/{path}</link>{when}"
            f"<description>{escape(text)}</description></item>"
        )
    return "".join([*parts, "</channel></rss>"]).encode()


FIRE = (
    "Seven people were killed and 19 injured when fire swept a rope factory in Ostermarsh on Monday, "
    "the Ostermarsh fire service said."
)
GROWN = (
    "Nine people were killed when fire swept a rope factory in Ostermarsh on Monday, the Ostermarsh fire service said "
    "late in the evening. Two of those hurt had died in hospital."
)

PAGES: dict[str, bytes] = {
    "/good.xml": rss(("factory-fire", FIRE, NOW - timedelta(minutes=5))),
    "/page.html": b"<!doctype html><title>Welcome</title><p>We have no feed.",
    "/picture.xml": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "/long-article.xml": rss(("long-read", "It was a long day in Ostermarsh. " * 16_000, NOW)),
    "/huge-article.xml": rss(("endless-read", "It was a long day in Ostermarsh. " * 160_000, NOW)),
    "/bytes.xml": rss(("broken", "Four people were hurt XX in Ostermarsh.", NOW)).replace(
        b"XX", b"\xff\xfe\xc3("
    ),
    "/dates.xml": rss(
        ("old", "Nobody was hurt in the old mill.", datetime(1970, 1, 1, tzinfo=UTC)),
        ("far", "Nobody was hurt in the new mill.", datetime(2999, 1, 1, tzinfo=UTC)),
        ("none", "Nobody was hurt in the third mill.", None),
    ),
    "/empty.xml": b'<rss version="2.0"><channel><title>E</title><item><title></title></item></channel></rss>',
    "/nothing.xml": b"",
}


@asynccontextmanager
async def server(pages: dict[str, bytes], context: ssl.SSLContext | None = None):
    """Serves `pages` as they are at the moment; /endless sends for ever, /stalled never answers."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/endless.xml":
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"<rss>" + b" " * 65536)
        if request.path == "/stalled.xml":
            await asyncio.sleep(60)
        body = pages.get(request.path)
        return web.Response(body=body) if body is not None else web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def untrusted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


async def until(state: Path, holds, within: float = 30) -> None:
    """Wait until `holds(store)`."""
    async with asyncio.timeout(within):
        while not state.exists():
            await asyncio.sleep(0.05)
        store = Store(str(state), read_only=True)
        try:
            while not holds(store):
                await asyncio.sleep(0.05)
        finally:
            store.close()


async def test_bad_feeds_are_named_and_the_good_one_is_followed(tmp_path, untrusted):
    state = tmp_path / "state.sqlite"
    pages = dict(PAGES)
    paths = [*PAGES, "/absent.xml", "/endless.xml", "/stalled.xml"]
    async with (
        server(pages) as base,
        server(pages, untrusted) as tls,
        Receiver(tmp_path / "received.jsonl", secret=monitor.SECRET) as receiver,
    ):
        feeds = [base + path for path in paths] + [f"{tls}/good.xml", "http://127.0.0.1:9/refused.xml"]
        config = monitor.configure(tmp_path, feeds, receiver.url, clock="system", interval=0.5)
        config.write_text(config.read_text().replace("[polling]", '[polling]\ntimeout = "3s"'))
        process = await monitor.start(config)
        await monitor.running(process)
        await until(state, lambda store: set(store.sources()) == set(feeds))
        pages["/good.xml"] = rss(
            ("factory-fire-toll", GROWN, NOW), ("factory-fire", FIRE, NOW - timedelta(minutes=5))
        )
        await until(state, lambda store: any(u.to and u.to.low == 9 for u in store.updates()))
        await monitor.delivered(state)
        await monitor.stop(process)
        alerts = [message["alert"] for message in receiver.messages()]
    store = Store(str(state), read_only=True)
    rows = {name.removeprefix(base): row for name, row in store.sources().items()}
    outcomes = {name: row.outcome for name, row in rows.items()}
    titles = {item.reading.article.title: item.reading.article for _, item in store.readings()}
    letters = store.dead_letters()
    store.close()

    assert any("7 killed" in alert["title"] for alert in alerts), [alert["title"] for alert in alerts]
    assert outcomes["/absent.xml"] == "http_404"
    assert outcomes["/endless.xml"] == "too_large"
    assert outcomes["/stalled.xml"] == "timeout"
    assert outcomes[f"{tls}/good.xml"] == "tls"
    assert outcomes["http://127.0.0.1:9/refused.xml"] == "refused"
    for path in ("/page.html", "/picture.xml", "/nothing.xml"):
        assert rows[path].succeeded is None
        assert path in (rows[path].problem or ""), rows[path]
    assert any("We have no feed" in letter.payload for letter in letters)
    assert len(titles["long-read"].body) > 500_000
    assert any(
        letter.cause.startswith("OverrunError") and "endless-read" in letter.payload for letter in letters
    )
    assert "Four people were hurt" in titles["broken"].body
    assert titles["old"].published >= NOW - timedelta(days=3660)
    assert titles["far"].published <= datetime.now(UTC) + timedelta(days=1)
    assert titles["none"].published is None


async def test_a_webhook_that_fails_for_a_while_gets_every_alert_once(tmp_path):
    pages = {"/good.xml": PAGES["/good.xml"]}
    async with (
        server(pages) as base,
        Receiver(tmp_path / "received.jsonl", secret=monitor.SECRET) as receiver,
    ):
        receiver.fail(1)
        config = monitor.configure(tmp_path, [f"{base}/good.xml"], receiver.url, clock="system", interval=0.5)
        process = await monitor.start(config)
        await monitor.running(process)
        await until(
            tmp_path / "state.sqlite", lambda store: store.count("alerts") and not store.outbox_size()
        )
        await monitor.stop(process)
        assert len(receiver.ids) >= 1
        assert receiver.repeats == 0


async def test_a_full_disk_stops_nothing_for_good(tmp_path):
    """The limit on file sizes plays the disk: while it holds nothing can be written, and nothing is lost."""
    pages = {"/good.xml": rss()}
    state = tmp_path / "state.sqlite"
    async with (
        server(pages) as base,
        Receiver(tmp_path / "received.jsonl", secret=monitor.SECRET) as receiver,
    ):
        config = monitor.configure(tmp_path, [f"{base}/good.xml"], receiver.url, clock="system", interval=0.3)
        process = await monitor.start(config)
        health = await monitor.running(process)
        await until(state, lambda store: store.sources())
        largest = max(path.stat().st_size for path in tmp_path.glob("state.sqlite*"))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        pages["/good.xml"] = PAGES["/good.xml"]
        status = await _status(f"{health}/healthz", 503)
        assert "state file" in status
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await until(state, lambda store: store.count("alerts") and not store.outbox_size())
        await _status(f"{health}/healthz", 200)
        said = await monitor.stop(process)
        assert "state file refused" in said
        assert len(receiver.ids) == 1


async def _status(url: str, wanted: int, within: float = 30) -> str:
    """Ask until the answer is `wanted`; its text."""
    import aiohttp

    async with aiohttp.ClientSession() as session, asyncio.timeout(within):
        while True:
            async with session.get(url) as response:
                if response.status == wanted:
                    return await response.text()
            await asyncio.sleep(0.1)


async def test_an_unwritable_state_file_is_told_at_once(tmp_path):
    config = monitor.configure(tmp_path, ["http://127.0.0.1:9/x"], "http://127.0.0.1:9/hook")
    config.write_text(config.read_text().replace("state.sqlite", "absent/state.sqlite"))
    process = await monitor.start(config)
    _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert "cannot write in the state file's folder" in said.decode()
    assert "--state" in said.decode()


async def test_a_second_monitor_on_the_same_state_is_refused(tmp_path):
    async with server({"/good.xml": rss()}) as base:
        config = monitor.configure(tmp_path, [f"{base}/good.xml"], "http://127.0.0.1:9/hook", clock="system")
        first = await monitor.start(config)
        await monitor.running(first)
        second = await monitor.start(config)
        _, said = await asyncio.wait_for(second.communicate(), 20)
        await monitor.stop(first)
    assert second.returncode == 1
    assert f"in use by process {first.pid}" in said.decode()
