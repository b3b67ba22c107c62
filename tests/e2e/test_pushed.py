"""A hub sends an article to the running monitor, and the alert is out long before the feed's next poll."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

from examples.receiver import Receiver
from tests.support import monitor
from tests.support.hub import Hub

TEXT = "Twelve people were killed when a ferry sank off Ostermarsh on Thursday, the coast guard said."


def feed(*items: str) -> bytes:
    entries = "".join(
        f"<item><title>{text[:40]}</title><link>https://lamp.example/{number}</link>"
        f"<description>{text}</description></item>"
        for number, text in enumerate(items)
    )
    return f'<rss version="2.0"><channel><title>The Lamp</title>{entries}</channel></rss>'.encode()


async def test_what_a_hub_sends_is_told_at_once(tmp_path, unused_tcp_port):
    hub, polls = Hub(), []

    async def serve(request: web.Request) -> web.Response:
        polls.append(request)
        topic = str(server.make_url("/rss"))
        links = f'<{hub.url}>; rel="hub", <{topic}>; rel="self"'
        return web.Response(body=feed("The regatta was put off."), headers={"Link": links})

    app = web.Application()
    app.router.add_get("/rss", serve)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    await hub.server.start_server()
    async with Receiver(tmp_path / "received.jsonl", secret=monitor.SECRET) as receiver:
        config = monitor.configure(
            tmp_path,
            [str(server.make_url("/rss"))],
            receiver.url,
            clock="system",
            interval=3600,
            more=f'[websub]\ncallback = "http://127.0.0.1:{unused_tcp_port}"\nlisten = "127.0.0.1:{unused_tcp_port}"\n',
        )
        process = await monitor.start(config)
        try:
            await monitor.running(process)
            async with asyncio.timeout(30):
                while not hub.verified:
                    await asyncio.sleep(0.05)
                await hub.publish(feed("The regatta was put off.", TEXT))
                while not receiver.ids:
                    await asyncio.sleep(0.05)
        finally:
            await monitor.stop(process)
    await hub.server.close()
    await server.close()
    assert "12" in receiver.messages()[0]["alert"]["title"]
    assert len(polls) == 1
