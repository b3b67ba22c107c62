"""The guarded client against servers that misbehave, and against addresses that lead inside."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from connectors.http import HttpClient, HttpFailure, permitted

LOOPBACK = ("127.0.0.0/8", "::1/128")
NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Misbehaviour:
    """One path for each way to misbehave."""

    async def plain(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"fine")

    async def echo(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=await request.read(), headers={"X-Got": request.headers["X-Mine"]})

    async def announced(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 200_000)

    async def endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        except ConnectionError:
            return response

    async def dripping(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.05)
        except ConnectionError:
            return response

    async def silent(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    async def cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"<rss>")
        assert request.transport is not None
        request.transport.close()
        return response

    async def bomb(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})

    async def deflated_bomb(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=zlib.compress(bytes(50_000_000)), headers={"Content-Encoding": "deflate"})

    async def not_gzip(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"not compressed", headers={"Content-Encoding": "gzip"})

    async def brotli_unasked(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x0b\x02\x80", headers={"Content-Encoding": "br"})

    async def zstd_unasked(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x28\xb5\x2f\xfd", headers={"Content-Encoding": "zstd"})

    async def compressed(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b"fine"), headers={"Content-Encoding": "gzip"})

    async def around(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/around"})

    async def to_file(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "file:///etc/hosts"})

    async def to_nowhere(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://[::1"})

    async def inside(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://10.0.0.1/latest/meta-data/"})

    async def cookie(self, request: web.Request) -> web.StreamResponse:
        response = web.Response(body=request.headers.get("Cookie", "none").encode())
        response.set_cookie("reader", "42")
        return response


PATHS = [name for name in vars(Misbehaviour) if not name.startswith("_")]


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app, misbehaviour = web.Application(), Misbehaviour()
    for name in PATHS:
        app.router.add_route("*", f"/{name}", getattr(misbehaviour, name))
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(allow_networks=LOOPBACK, total=30, idle=20, largest=100_000) as client:
        yield client


@pytest.mark.parametrize("path", ["dripping", "silent"])
async def test_slowness_is_cut_off(server: TestServer, path: str) -> None:
    async with HttpClient(allow_networks=LOOPBACK, total=0.6, idle=0.4) as hasty:
        with pytest.raises(HttpFailure) as failure:
            await hasty.get(str(server.make_url(f"/{path}?secret=s3cr3t")))
    assert failure.value.cause == "timeout"
    assert "s3cr3t" not in f"{failure.value!r} {failure.value.says} {failure.value.__cause__}"


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("announced", "too_large"), ("endless", "too_large"), ("bomb", "too_large"),
        ("deflated_bomb", "too_large"), ("cut", "reset"),
        ("not_gzip", "encoding"), ("brotli_unasked", "encoding"), ("zstd_unasked", "encoding"),
        ("around", "redirect"), ("to_file", "redirect"), ("to_nowhere", "redirect"), ("inside", "blocked"),
    ],
)  # fmt: skip
async def test_each_misbehaviour_has_its_cause(
    server: TestServer, http: HttpClient, path: str, cause: str
) -> None:
    with pytest.raises(HttpFailure) as failure:
        await http.get(str(server.make_url(f"/{path}?secret=s3cr3t")))
    assert failure.value.cause == cause
    assert "s3cr3t" not in f"{failure.value!r} {failure.value.says} {failure.value.__cause__}"
    assert path not in failure.value.says
    assert (await http.get(str(server.make_url("/plain")))).body == b"fine"


async def test_compression_is_undone(server: TestServer, http: HttpClient) -> None:
    assert (await http.get(str(server.make_url("/compressed")))).body == b"fine"


async def test_no_cookie_is_kept(server: TestServer, http: HttpClient) -> None:
    for _ in range(2):
        assert (await http.get(str(server.make_url("/cookie")))).body == b"none"


async def test_a_post_is_sent_once_and_never_redirected(server: TestServer, http: HttpClient) -> None:
    answer = await http.post(str(server.make_url("/echo")), {"X-Mine": "yes"}, b"body")
    assert (answer.status, answer.body, answer.headers["x-got"]) == (200, b"body", "yes")
    assert (await http.post(str(server.make_url("/around")), {}, b"")).status == 302


async def test_what_does_not_speak_http_is_told(http: HttpClient) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(HttpFailure) as failure:
            await http.get(f"http://127.0.0.1:{port}/")
    assert failure.value.cause == "protocol"


async def test_a_closed_port_is_told(http: HttpClient) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(HttpFailure, match="connection refused") as failure:
        await http.get(f"http://127.0.0.1:{port}/")
    assert failure.value.cause == "refused"


async def test_an_unknown_name_is_told(http: HttpClient) -> None:
    with pytest.raises(HttpFailure) as failure:
        await http.get("http://no-such-host.invalid/")
    assert failure.value.cause == "dns"


async def test_names_whose_servers_are_silent_keep_no_other_waiting(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, ask = threading.Event(), socket.getaddrinfo

    def slow(host: str, *more: Any, **options: Any) -> Any:
        if host.startswith("silent"):
            answers.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "silent")
        return ask("127.0.0.1", *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with HttpClient(allow_networks=LOOPBACK, total=20.0) as http:
        silent = [asyncio.create_task(http.get(f"http://silent{n}.example/")) for n in range(60)]
        await asyncio.sleep(0)
        good = await http.get(f"http://good.example:{server.port}/plain")
        waiting = sum(not task.done() for task in silent)
        answers.set()
        failures = await asyncio.gather(*silent, return_exceptions=True)
    assert (good.body, waiting) == (b"fine", 60)
    assert {failure.cause for failure in failures if isinstance(failure, HttpFailure)} == {"dns"}


@pytest.mark.parametrize(
    "url", ["", "quay.example", "ftp://quay.example/", "http://", "http://[::1", "file:///etc/hosts"]
)
async def test_what_is_no_address_is_told(http: HttpClient, url: str) -> None:
    with pytest.raises(HttpFailure) as failure:
        await http.get(url)
    assert failure.value.cause == "bad_url"
    assert failure.value.lasting


@pytest.mark.parametrize("name", ["localhost", "other.example"])
async def test_a_certificate_that_does_not_hold_is_told(name: str) -> None:
    authority = trustme.CA()
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(inside)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    app = web.Application()
    app.router.add_get("/", Misbehaviour().plain)
    server = TestServer(app, scheme="https", host="localhost")
    await server.start_server(ssl=inside)
    url = f"https://localhost:{server.port}/"
    try:
        async with HttpClient(allow_networks=LOOPBACK) as http:
            with pytest.raises(HttpFailure, match="certificate of localhost is not valid") as failure:
                await http.get(url)
            assert failure.value.cause == "tls"
        async with HttpClient(allow_networks=LOOPBACK, tls=trusting) as http:
            if name == "localhost":
                assert (await http.get(url)).body == b"fine"
            else:
                with pytest.raises(HttpFailure, match="not valid for 'localhost'"):
                    await http.get(url)
            with pytest.raises(HttpFailure) as failure:
                await http.get(url.replace("https", "http"))
            assert failure.value.cause in {"protocol", "reset"}
    finally:
        await server.close()


INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "no address",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_inner_address_is_not_permitted(address: str) -> None:
    assert not permitted(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_permitted(address: str) -> None:
    assert permitted(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0x7f.0.0.1", "0177.0.0.1", "127.1", "2130706433", "0x7f000001", "0",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::]", "00.0.0.0",
        "127.0.0.1.", "127。0。0。1", "①②⑦.⓪.⓪.①", "me@127.0.0.1", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["direct", "redirect", "webhook"])
async def test_no_spelling_of_an_inner_address_gets_a_connection(
    server: TestServer, host: str, way: str
) -> None:
    reached = 0

    async def inner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal reached
        reached += 1
        writer.close()

    async def outer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": inside})

    async with await asyncio.start_server(inner, "127.0.0.1", 0) as listener:
        inside = f"http://{host}:{listener.sockets[0].getsockname()[1]}/"
        app = web.Application()
        app.router.add_get("/", outer)
        door = TestServer(app, host="127.0.0.2")
        await door.start_server()
        try:
            async with HttpClient(allow_networks=("127.0.0.2/32",), total=2.0) as http:
                ways = {
                    "direct": lambda: http.get(inside),
                    "redirect": lambda: http.get(str(door.make_url("/"))),
                    "webhook": lambda: http.post(inside, {}, b"{}"),
                }
                with pytest.raises(HttpFailure) as failure:
                    await ways[way]()
        finally:
            await door.close()
    assert failure.value.cause in {"blocked", "bad_url", "redirect", "dns"}
    assert reached == 0


REBOUND = [address for address in INSIDE if address not in {"127.1.2.3", "no address"}]


@pytest.mark.parametrize("address", REBOUND)
@pytest.mark.parametrize("way", ["direct", "redirect", "webhook", "mail"])
async def test_a_name_that_is_rebound_to_an_inner_address_gets_no_connection(
    monkeypatch: pytest.MonkeyPatch, address: str, way: str
) -> None:
    """The name has answered with an address that is allowed; asked again, it answers with one inside."""
    connected: list[str] = []

    class Noted(socket.socket):
        def connect(self, place: tuple[str, int], /) -> None:  # type: ignore[override]
            connected.append(place[0])
            super().connect(place)

    class Rebinding(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            numeric = address.partition("%")[0]
            family = socket.AF_INET6 if ":" in numeric else socket.AF_INET
            return [ResolveResult(hostname=host, host=numeric, port=port, family=family, proto=0, flags=0)]

        async def close(self) -> None:
            pass

    async def resolved(host: str, port: int, **more: object) -> list[tuple[object, ...]]:
        numeric = address.partition("%")[0]
        family = socket.AF_INET6 if ":" in numeric else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (numeric, port))]

    async def outer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://rebound.example:9/"})

    app = web.Application()
    app.router.add_get("/", outer)
    door = TestServer(app, host="127.1.2.3")
    await door.start_server()
    monkeypatch.setattr("connectors.http.Resolver", lambda _: Rebinding())
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    try:
        async with HttpClient(allow_networks=("127.1.2.3/32",), total=2.0) as http:
            ways = {
                "direct": lambda: http.get("http://rebound.example:9/"),
                "redirect": lambda: http.get(str(door.make_url("/"))),
                "webhook": lambda: http.post("http://rebound.example:9/", {}, b"{}"),
                "mail": lambda: http.dial("rebound.example", 9),
            }
            monkeypatch.setattr(socket, "socket", Noted)
            with pytest.raises(HttpFailure) as failure:
                await ways[way]()
    finally:
        await door.close()
    assert failure.value.cause == "blocked"
    assert connected == (["127.1.2.3"] if way == "redirect" else [])


async def test_a_name_that_is_rebound_gets_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["127.0.0.2", "127.0.0.1"])

    class Rebinding(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            address = next(answers)
            return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]

        async def close(self) -> None:
            pass

    app = web.Application()
    app.router.add_get("/", Misbehaviour().plain)
    door = TestServer(app, host="127.0.0.2")
    await door.start_server()
    monkeypatch.setattr("connectors.http.Resolver", lambda _: Rebinding())
    try:
        async with HttpClient(allow_networks=("127.0.0.2/32",), total=2.0) as http:
            assert (await http.get(f"http://rebound.example:{door.port}/")).body == b"fine"
        async with HttpClient(allow_networks=("127.0.0.2/32",), total=2.0) as http:
            with pytest.raises(HttpFailure) as failure:
                await http.get(f"http://rebound.example:{door.port}/")
    finally:
        await door.close()
    assert failure.value.cause == "blocked"


async def test_proxies_of_the_environment_are_not_asked(
    server: TestServer, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert (await http.get(str(server.make_url("/plain")))).body == b"fine"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Sun, 04 May 2031 12:01:00 GMT", 60.0),
        ("Sun, 04 May 2031 11:00:00 GMT", 0.0),
        ("1.5", 1.5),  # not by the RFC, but seen
        ("-3", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
    ],
)
async def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    async def busy(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": value})

    app = web.Application()
    app.router.add_get("/", busy)
    server = TestServer(app)
    await server.start_server()
    try:
        async with HttpClient(allow_networks=LOOPBACK) as http:
            assert (await http.get(str(server.make_url("/")))).retry_after(NOW) == seconds
    finally:
        await server.close()
