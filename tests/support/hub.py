"""A WebSub hub on the loopback: takes subscriptions, verifies them, sends what is published."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer


class Hub:
    """Keeps to the W3C's Recommendation, or misbehaves where told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.verified: list[dict[str, str]] = []
        self.lease = 864_000
        self.status = 202
        self.denies = False
        app = web.Application()
        app.router.add_post("/hub", self._subscribe)
        self.server = TestServer(app, host="127.0.0.1")
        self._working: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return str(self.server.make_url("/hub"))

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.status == 202:
            task = asyncio.create_task(self._verify(form))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return web.Response(status=self.status)

    async def _verify(self, form: dict[str, str]) -> None:
        challenge = secrets.token_hex(8)
        query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": challenge}
        query["hub.lease_seconds"] = str(self.lease)
        if self.denies:
            query = {"hub.mode": "denied", "hub.topic": form["hub.topic"]}
        status, text = await self.ask(form["hub.callback"], query)
        if status == 200 and text == challenge:
            self.verified.append(form)

    async def settled(self) -> None:
        """Wait until every subscription was verified or refused."""
        while self._working:
            await asyncio.gather(*self._working)

    async def ask(self, callback: str, query: dict[str, str]) -> tuple[int, str]:
        """Ask a callback something; its answer."""
        async with aiohttp.ClientSession() as session, session.get(callback, params=query) as answer:
            return answer.status, await answer.text()

    async def publish(
        self, body: bytes, *, secret: str | None = None, algorithm: str = "sha256", **headers: str
    ) -> int:
        """Send a document to the last subscriber; the answer's status."""
        form = self.verified[-1]
        made = hmac.new(
            (secret or form["hub.secret"]).encode(), body, getattr(hashlib, algorithm)
        ).hexdigest()
        sent = {"Content-Type": "application/rss+xml", "X-Hub-Signature": f"{algorithm}={made}"} | headers
        async with (
            aiohttp.ClientSession() as session,
            session.post(form["hub.callback"], data=body, headers=sent) as answer,
        ):
            return answer.status
