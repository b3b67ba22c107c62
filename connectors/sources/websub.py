"""WebSub (W3C Recommendation, 2018): a hub sends what is new, so that a feed need hardly be polled.

The subscriber serves callbacks, one unguessable path a feed.  A hub shows that it means this subscription by a
challenge, and that a document is its own by a signature with a secret that only the two know.  What it sends is a hint
that saves a poll, never the only way: a feed is still polled at its longest interval, so a hub that forgets loses
nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from multidict import CIMultiDictProxy

from connectors.http import LARGEST_BODY, HttpClient, HttpFailure
from tallywire.records import Record
from tallywire.urls import link

LEASE = timedelta(days=10)  # asked for; hubs grant what they like
LONGEST_LEASE = timedelta(days=90)
RENEWED = 0.25  # share of a lease that is left when it is renewed
ASKED_AGAIN = timedelta(hours=6)  # a hub that did not confirm
SETTLED = timedelta(
    hours=1
)  # after a start; what is written to then and nobody's is of a feed that was removed
WAITING = 8  # documents of one feed that wait to be read; beyond, the next poll sees what they showed
PATIENCE = 30.0  # seconds for a document to come in
PATH = "/websub/"
_ALGORITHMS = ("sha256", "sha384", "sha512", "sha1")  # section 8: a subscriber takes what the hub chose
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]{1,100})\"|([^\s;,\"]{1,100}))", re.IGNORECASE)


class Subscription(Record, frozen=True, omit_defaults=True):
    """What was agreed with a hub; it is stored with the feed's position."""

    hub: str
    topic: str
    token: str  #: the last part of the callback's path
    secret: str  #: what documents are signed with
    asked: datetime  #: when the hub was last asked
    since: datetime | None = None  #: when the hub confirmed …
    until: datetime | None = None  #: … and for how long

    def holds(self, now: datetime) -> bool:
        """Whether the hub sends what is new."""
        return self.until is not None and self.until > now

    def wants(self, now: datetime, hub: str, topic: str) -> bool:
        """Whether the `hub` that the feed names by now should be asked (again).

        Not while an answer may be on its way: so a feed that names another hub or topic at every poll makes us ask no
        more often.  Else where it is another, or no lease holds beyond its last quarter.
        """
        if now - self.asked < ASKED_AGAIN:
            return False
        if (self.hub, self.topic) != (hub, topic) or self.until is None or self.since is None:
            return True
        return self.until - now < (self.until - self.since) * RENEWED


class Document(Record, frozen=True):
    """What a hub sent."""

    body: bytes
    content_type: str | None


class _Callback:
    """One feed's place to be written to."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.inbox: deque[Document] = deque(maxlen=WAITING)
        self.news = asyncio.Event()


class Subscriber:
    """Subscribes feeds at hubs, and serves the callbacks under `public`, the address by which hubs reach them."""

    def __init__(self, public: str, http: HttpClient, clock: Callable[[], datetime]) -> None:
        self._public = public.rstrip("/")
        self._http = http
        self._clock = clock
        self._callbacks: dict[str, _Callback] = {}  # token → feed
        self._tokens: dict[str, str] = {}  # feed → token
        self._runner: web.AppRunner | None = None
        self._since = clock()

    # -- what a feed asks of it ------------------------------------------------------------------------------------

    def resume(self, feed: str, subscription: Subscription) -> None:
        """Go on with what was agreed before a restart."""
        if feed not in self._tokens:
            self._tokens[feed] = subscription.token
            self._callbacks[subscription.token] = _Callback(subscription)

    async def keep(
        self, feed: str, hub: str, topic: str, before: Subscription | None
    ) -> tuple[Subscription, HttpFailure | None]:
        """The subscription of `feed` as it stands, asked for or renewed where need be, and why it could not be."""
        now = self._clock()
        known = self._callbacks.get(self._tokens.get(feed, ""))
        current = known.subscription if known else before
        if current is not None and not current.wants(now, hub, topic):
            return current, None
        asked = _asking(current, hub, topic, now)
        self._agree(feed, asked)
        return asked, await self._ask(asked)

    async def pushed(self, feed: str) -> None:
        """Wait until the hub has sent something for `feed`: for ever, where none is subscribed to."""
        callback = self._callbacks.get(self._tokens.get(feed, ""))
        await (callback.news if callback else asyncio.Event()).wait()

    def take(self, feed: str) -> Document | None:
        """The oldest document that waits for `feed`."""
        callback = self._callbacks.get(self._tokens.get(feed, ""))
        if callback is None or not callback.inbox:
            return None
        document = callback.inbox.popleft()
        if not callback.inbox:
            callback.news.clear()
        return document

    def standing(self, feed: str) -> Subscription | None:
        """What is agreed for `feed` by now: hubs confirm between two polls."""
        callback = self._callbacks.get(self._tokens.get(feed, ""))
        return callback.subscription if callback else None

    def _agree(self, feed: str, subscription: Subscription) -> None:
        old = self._callbacks.pop(self._tokens.get(feed, ""), None)
        callback = self._callbacks[subscription.token] = _Callback(subscription)
        self._tokens[feed] = subscription.token
        if old is not None and old.subscription.token == subscription.token:
            callback.inbox, callback.news = old.inbox, old.news

    async def _ask(self, asked: Subscription) -> HttpFailure | None:
        form = {
            "hub.mode": "subscribe",
            "hub.topic": asked.topic,
            "hub.callback": f"{self._public}{PATH}{asked.token}",
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
            "hub.secret": asked.secret,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._http.post(asked.hub, headers, urlencode(form).encode())
        except HttpFailure as failure:
            return failure
        if 200 <= answer.status < 300:
            return None
        return HttpFailure("hub", f"its hub answered {answer.status} to a subscription; it is polled")

    # -- what hubs ask of it ---------------------------------------------------------------------------------------

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Serve callbacks; the address that is bound.  Raises OSError where that is not possible."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_get(PATH + "{token}", self._verify)
        app.router.add_post(PATH + "{token}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        return str(bound[0]), int(bound[1])

    async def close(self) -> None:
        """Stop serving."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _verify(self, request: web.Request) -> web.Response:
        """A hub's question whether a subscription is meant (section 5.3), or its refusal (section 5.2)."""
        callback = self._callbacks.get(request.match_info["token"])
        asked = request.query
        if callback is None or asked.get("hub.topic") != callback.subscription.topic:
            return web.Response(status=404)
        if asked.get("hub.mode") == "denied":
            callback.subscription = msgspec.structs.replace(callback.subscription, since=None, until=None)
            return web.Response(text="")
        challenge = asked.get("hub.challenge", "")
        lease = _lease(asked.get("hub.lease_seconds", ""))
        if asked.get("hub.mode") != "subscribe" or not challenge or lease is None:
            return web.Response(status=404)
        now = self._clock()
        callback.subscription = msgspec.structs.replace(callback.subscription, since=now, until=now + lease)
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def _receive(self, request: web.Request) -> web.Response:
        """A document.  One that is not signed is answered like any other, and not read (section 7.2)."""
        callback = self._callbacks.get(request.match_info["token"])
        if (
            callback is None
        ):  # 410 ends a subscription: not before every feed has had its time to resume its own
            return web.Response(status=404 if self._clock() - self._since < SETTLED else 410)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return web.Response(status=415)
        try:
            async with asyncio.timeout(PATIENCE):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        if _signed(request.headers, body, callback.subscription.secret):
            callback.inbox.append(Document(body=body, content_type=request.headers.get("Content-Type")))
            callback.news.set()
        return web.Response(status=202)


def offered(headers: CIMultiDictProxy[str]) -> tuple[str | None, str | None]:
    """The hub and the topic that an answer's Link headers name (RFC 8288); None where they name none."""
    found: dict[str, str] = {}
    for value in headers.getall("Link", ()):
        for target, parameters in _LINK.findall(value[:10_000]):
            relation = _RELATION.search(parameters)
            for name in (relation[1] or relation[2]).lower().split() if relation else ():
                address = link(target)
                if address is not None:
                    found.setdefault(name, address)
    return found.get("hub"), found.get("self")


def _asking(before: Subscription | None, hub: str, topic: str, now: datetime) -> Subscription:
    """A subscription that is asked for; a renewal keeps its callback and its lease until the hub confirms."""
    if before is not None and (before.hub, before.topic) == (hub, topic):
        return msgspec.structs.replace(before, asked=now)
    return Subscription(
        hub=hub, topic=topic, token=secrets.token_urlsafe(24), secret=secrets.token_urlsafe(32), asked=now
    )


def _lease(seconds: str) -> timedelta | None:
    if not (seconds.isascii() and seconds.isdigit() and 0 < len(seconds) < 12):
        return None
    return min(timedelta(seconds=int(seconds)), LONGEST_LEASE)


def _signed(headers: CIMultiDictProxy[str], body: bytes, secret: str) -> bool:
    """Whether `X-Hub-Signature` (section 7.1) is of this body."""
    algorithm, _, given = headers.get("X-Hub-Signature", "").strip().partition("=")
    if algorithm.lower() not in _ALGORITHMS:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, algorithm.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), given.lower().encode("utf-8", "replace"))
