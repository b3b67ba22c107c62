"""The one HTTP client: everything that Tallywire fetches or sends goes through it.

It is guarded, since both feeds and configurations bring addresses that nobody looked at:

- no connection to private networks (SSRF): the check stands where sockets are made and sees the resolved
  address, so that neither redirects, odd spellings of an address nor DNS rebinding pass it;
- limits on time (total, connecting, idle), size (counted after decompression) and redirects;
- TLS certificates verified; no proxies or passwords from the environment; no cookies.

Whatever goes wrong in between is one error, HttpFailure.  Its words hold no more of an address than its host:
the paths of webhooks are secrets.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
from aiohappyeyeballs import start_connection
from aiohttp.http_exceptions import ContentEncodingError
from multidict import CIMultiDictProxy
from yarl import URL

from connectors.names import Resolver
from tallywire.records import utc

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LARGEST_BODY = 10 * 1024 * 1024  # bytes, decoded: the largest real feeds (podcasts) stay under it
LARGEST_ANSWER = 256 * 1024  # bytes of an answer to a POST: Slack gives the whole message back, escaped
MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_ENCODINGS = ("", "identity", "gzip", "deflate")  # what is asked for, whatever else is installed beside us
_LONGEST_WAIT = 1e9  # seconds: a server that asks for thirty years asks for nothing

# `ipaddress` calls these global, though each leads, or may lead, into a private network or to nobody.
_TUNNELS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "64:ff9b::/96",  # NAT64, RFC 6052: an IPv4 address inside
        "64:ff9b:1::/48",  # local NAT64, RFC 8215
        "2002::/16",  # 6to4, RFC 3056: an IPv4 address inside
        "3fff::/20",  # documentation, RFC 9637
    )
)


class HttpFailure(Exception):  # noqa: N818 - an outcome that every caller expects, no mistake
    """No usable answer came.

    `cause` is one of: bad_url, blocked, dns, refused, tls, timeout, reset, protocol, encoding, redirect,
    too_large, hub, robots, resting.
    `says` is one sentence that names the host and a remedy, and never more of the address.
    """

    def __init__(self, cause: str, says: str) -> None:
        super().__init__(says)
        self.cause = cause
        self.says = says

    @property
    def lasting(self) -> bool:
        """Whether another try cannot help before somebody changes an address or the configuration."""
        return self.cause in {"bad_url", "blocked"}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole."""

    status: int
    headers: CIMultiDictProxy[str]  #: names in any case
    body: bytes  #: decoded (gzip, deflate), within the limit
    url: str  #: where it came from, after redirects
    moved_to: str | None = None  #: the address to use from now on: every redirect up to it was permanent

    def retry_after(self, now: datetime) -> float | None:
        """Seconds that Retry-After (RFC 9110 section 10.2.3) asks to wait, as a number or as a date."""
        value = self.headers.get("Retry-After", "").strip()
        try:
            seconds = float(value)
        except ValueError:
            at = http_date(value)
            return None if at is None else max(0.0, (at - now).total_seconds())
        return seconds if 0 <= seconds < _LONGEST_WAIT else None


def http_date(value: str) -> datetime | None:
    """A date as headers write it (RFC 9110 section 5.6.7), in UTC; None for what is no date."""
    try:
        return utc(parsedate_to_datetime(value))
    except (ValueError, OverflowError):
        return None


class Turnstile(Protocol):
    """Who may speak to a host, and when: one turn is one request."""

    def turn(self, host: str) -> AbstractAsyncContextManager[None]:
        """Wait for a turn; the request is made inside."""
        ...


class _NotAllowedError(OSError):
    """Raised in place of making a socket.

    The text is the same for every address: aiohttp keeps the type of joined errors only if their texts are
    equal.
    """

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "address not allowed")


def permitted(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether a connection to this numeric address may be made: public, or in an `allowed` network."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in allowed if network.version == ip.version):
        return True
    if not ip.is_global or ip.is_multicast or ip.is_reserved or getattr(ip, "is_site_local", False):
        return False
    return not any(ip in network for network in _TUNNELS if network.version == ip.version)


class HttpClient:
    """Fetches and sends.  Open it inside a running event loop (`async with`), or call `close` at the end.

    `contact`: a URL or an address in the User-Agent, so that a publisher can reach whoever runs this monitor.
    `allow_networks`: private networks that may be reached all the same, as "10.1.0.0/16".
    `total`, `connect`, `idle`: seconds for one answer (redirects included, waiting for a turn not), for a
    connection, and between two bytes.  `largest`: bytes of a fetched body, decoded; `answer`: those kept of an answer
    to a POST.
    `turnstile`: politeness towards the hosts that are read from.  `at_once`: fetches under way, of all hosts; only
    those whose turn has come count, so that a crowd before one host keeps nobody else waiting.  POSTs go past both.
    `tls`: a context other than the system's, for a private certificate authority.
    """

    def __init__(
        self,
        *,
        contact: str | None = None,
        allow_networks: Sequence[str] = (),
        total: float = 30.0,
        connect: float = 10.0,
        idle: float = 15.0,
        largest: int = LARGEST_BODY,
        answer: int = LARGEST_ANSWER,
        turnstile: Turnstile | None = None,
        at_once: int = 64,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = tuple(ipaddress.ip_network(network) for network in allow_networks)
        self._agent = f"Tallywire/{version('tallywire')}" + (f" (+{contact})" if contact else "")
        self._total, self._connect, self._idle = total, connect, idle
        self._largest = largest
        self._answer = answer
        self._turnstile = turnstile
        self._places = asyncio.Semaphore(at_once)
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._names: Resolver | None = None
        self._at_once = at_once

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        before: Callable[[str], Awaitable[None]] | None = None,
    ) -> Response:
        """Fetch `url`, following redirects; any status is an answer.  Raises HttpFailure.

        `before` is called with each address before it is asked, that of a redirect as well; what it raises ends it.
        """
        here, moved, permanent, left = _parse(url), None, True, self._total
        for _ in range(MOST_REDIRECTS + 1):
            if before is not None:
                await before(str(here))
            async with self._turn(here):
                began = time.monotonic()
                response = await self._request("GET", here, headers or {}, None, self._largest, left)
                left -= time.monotonic() - began
            target = (
                response.headers.get("Location") if response.status in {301, 302, 303, 307, 308} else None
            )
            if target is None:
                return Response(response.status, response.headers, response.body, str(here), moved)
            here = _follow(here, target)
            permanent = permanent and response.status in {301, 308}
            moved = str(here) if permanent else moved
        raise HttpFailure(
            "redirect", f"{here.host} redirects more than {MOST_REDIRECTS} times; check the address"
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send `body`; any status is an answer, a redirect too (it is not followed).  Raises HttpFailure.

        The status is what counts: of an answer's body no more than its beginning is given.
        """
        return await self._request("POST", _parse(url), headers, body, self._answer, self._total)

    async def dial(self, host: str, port: int) -> socket.socket:
        """A connection for a protocol other than HTTP, under the same guard.  Raises HttpFailure."""
        try:
            async with asyncio.timeout(self._connect):
                places = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
                return await start_connection(places, socket_factory=self._socket)
        except socket.gaierror:
            raise _unresolved(host) from None
        except TimeoutError:
            raise HttpFailure("timeout", f"{host} took too long to answer") from None
        except OSError as error:
            if isinstance(error, _NotAllowedError):
                raise _blocked(host) from None
            why = os.strerror(error.errno).lower() if error.errno else "no address answers"
            raise HttpFailure("refused", f"{host} cannot be reached: {why}") from None

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The context for certificates, where it is not the system's."""
        return self._tls

    async def close(self) -> None:
        """Let go of connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        names, self._names = self._names, None
        if names is not None:
            await names.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @contextlib.asynccontextmanager
    async def _turn(self, url: URL) -> AsyncIterator[None]:
        turn = self._turnstile.turn(url.host or "") if self._turnstile else contextlib.nullcontext()
        async with turn, self._places:
            yield

    async def _request(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        body: bytes | None,
        largest: int,
        left: float,
    ) -> Response:
        patience = aiohttp.ClientTimeout(total=max(left, 0.001), connect=self._connect, sock_read=self._idle)
        try:
            async with self._open().request(
                method, url, headers=headers, data=body, allow_redirects=False, timeout=patience
            ) as answer:
                content = await (_read if method == "GET" else _beginning)(answer, largest)
                return Response(answer.status, answer.headers, content, str(url))
        except HttpFailure:
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:  # asyncio.TimeoutError is an OSError
            raise _failure(error, url.host or "the host") from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._names = Resolver(2 * self._at_once)  # a name is asked for longer than a fetch waits for it
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._names,
                    limit=0,  # callers bound themselves; under a common limit slow hosts starve the others
                    limit_per_host=8,
                    ssl=self._tls or True,
                    socket_factory=self._socket,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
                trust_env=False,
            )
        return self._session

    def _socket(self, place: tuple[Any, ...]) -> socket.socket:
        """The socket for a resolved address (as `getaddrinfo` gives it), or _NotAllowedError."""
        family, kind, protocol, _, address = place
        if not permitted(str(address[0]), self._allowed):
            raise _NotAllowedError
        return socket.socket(family, kind, protocol)


async def _read(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    """The body, decoded as it comes, so that a bomb is dropped once it passes the limit."""
    host = answer.url.host
    if answer.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
        answer.close()
        raise HttpFailure("encoding", f"{host} sent a body in a compression that was not asked for")
    announced = answer.content_length
    if announced is not None and announced > largest:
        answer.close()
        raise HttpFailure("too_large", f"{host} announces {announced:,} bytes; the limit is {largest:,}")
    parts: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > largest:
            answer.close()
            raise HttpFailure("too_large", f"{host} sent more than the limit of {largest:,} bytes")
        parts.append(chunk)
    return b"".join(parts)


async def _beginning(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    """As much of a body as fits the limit; nothing where its compression cannot be read."""
    content = b""
    try:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) >= largest:
                answer.close()
                break
    except aiohttp.ClientError as error:
        if not _undecodable(error):
            raise
    return content[:largest]


def _parse(url: str) -> URL:
    try:
        parsed = URL(url)
    except ValueError:
        raise HttpFailure(
            "bad_url", "the address cannot be read; it should look like https://host/path"
        ) from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise HttpFailure("bad_url", "the address is not http:// or https:// with a host")
    return parsed


def _follow(here: URL, target: str) -> URL:
    try:
        there = here.join(URL(target))
    except ValueError:
        raise HttpFailure("redirect", f"{here.host} redirects to what is no address") from None
    if there.scheme not in {"http", "https"} or not there.host:
        raise HttpFailure("redirect", f"{here.host} redirects to an address that is not http or https")
    return there.with_fragment(None)


def _failure(error: Exception, host: str) -> HttpFailure:
    """What went wrong, in words; the order goes from the particular to the general."""
    reason = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match error:
        case _ if isinstance(reason, _NotAllowedError):
            return _blocked(host)
        case aiohttp.ClientConnectorDNSError():
            return _unresolved(host)
        case aiohttp.ClientConnectorCertificateError():
            why = getattr(error.certificate_error, "verify_message", "") or "it was refused"
            return HttpFailure("tls", f"the TLS certificate of {host} is not valid: {why}")
        case aiohttp.ClientSSLError():
            return HttpFailure("tls", f"no TLS connection to {host}: {_tls_reason(reason)}")
        case TimeoutError():
            return HttpFailure("timeout", f"{host} took too long to answer")
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            why = os.strerror(number).lower() if number else "no address answers"
            return HttpFailure("refused", f"{host} cannot be reached: {why}")
        case aiohttp.InvalidURL():
            return HttpFailure("bad_url", f"the address on {host} cannot be used")
        case aiohttp.ClientError() if _undecodable(error):
            return HttpFailure("encoding", f"{host} sent a body whose compression cannot be read")
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return HttpFailure("reset", f"{host} closed the connection before the answer was whole")
        case aiohttp.ClientResponseError():
            return HttpFailure("protocol", f"{host} sent an answer that is not valid HTTP")
        case _:
            return HttpFailure("protocol", f"the exchange with {host} failed: {type(error).__name__}")


def _blocked(host: str) -> HttpFailure:
    remedy = "to reach it on purpose, add that network to allow_networks"
    return HttpFailure("blocked", f"{host} leads into a private network; {remedy}")


def _unresolved(host: str) -> HttpFailure:
    return HttpFailure("dns", f"the name {host} cannot be resolved; check its spelling and the network")


def _undecodable(error: BaseException | None) -> bool:
    """Whether the error began with a compression that was not asked for, or is broken."""
    while error is not None and not isinstance(error, ContentEncodingError):
        error = error.__cause__
    return error is not None


def _tls_reason(error: BaseException) -> str:
    return str(getattr(error, "reason", None) or type(error).__name__).replace("_", " ").lower()
