"""Every kind of sink in the registry keeps the promises of `ports.Sink`, against a real server."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from connectors.http import HttpClient
from connectors.sinks import KINDS, Place, Tools, build
from connectors.sinks.terminal import TerminalSink
from streams import codec
from tallywire.errors import ConfigError
from tallywire.ports import Sink, Verdict
from tallywire.records import Alert, Severity, UpdateKind

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
TOKEN = "T0pSecretPathToken"
KEY = "whsec_c2VjcmV0LXNpZ25pbmcta2V5LW9mLXRlc3Rz"
KINDS_OVER_HTTP = sorted(name for name, kind in KINDS.items() if kind.over_http)

#: status → verdict, where the body is what the service itself would send.
VERDICTS = [
    (200, Verdict.DELIVERED),
    (301, Verdict.REJECTED),
    (302, Verdict.REJECTED),
    (307, Verdict.REJECTED),
    (400, Verdict.REJECTED),
    (401, Verdict.REJECTED),
    (403, Verdict.REJECTED),
    (404, Verdict.REJECTED),
    (408, Verdict.RETRY),
    (410, Verdict.GONE),
    (413, Verdict.REJECTED),
    (422, Verdict.REJECTED),
    (425, Verdict.RETRY),
    (429, Verdict.RETRY),
    (500, Verdict.RETRY),
    (502, Verdict.RETRY),
    (503, Verdict.RETRY),
    (504, Verdict.RETRY),
    (599, Verdict.RETRY),
]

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Takes POSTs and answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answer: Answer = plain(200, "ok")
        self.base = ""

    @property
    def url(self) -> str:
        return f"{self.base}/hooks/{TOKEN}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append((headers, await request.read()))
        return await self.answer(request)


def plain(status: int, text: str = "", headers: dict[str, str] | None = None) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers=headers)

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def cut_in_the_body(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"o")
    return await cut(request)


async def silent(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    double = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", double.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    double.base = f"http://{host}:{port}"
    yield double
    await runner.cleanup()


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with HttpClient(allow_networks=["127.0.0.0/8"], total=5, idle=0.2) as http:
        yield Tools(http=http, encode=codec.encode, stream=io.StringIO())


def place(kind: str, url: str, folder: Path) -> Place:
    return Place(name=f"my {kind}", kind=kind, url=url, secret=KEY, path=folder / "alerts.jsonl")


def alert(number: int = 1) -> Alert:
    return Alert(
        id=f"a1e27{number:011x}",
        kind=UpdateKind.CHANGED,
        severity=Severity.WARNING,
        story="s1",
        at=NOW,
        title="Ferry at Odrin: killed 14 → 23",
        text="The ministry raised its figure.",
        update="u1",
    )


def leaks(text: str) -> list[str]:
    return [secret for secret in (TOKEN, KEY, KEY.removeprefix("whsec_")) if secret in text]


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_keeps_the_protocol_and_delivers(
    kind: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    sink = build(place(kind, server.url, tmp_path), tools)
    assert isinstance(sink, Sink)
    assert sink.name == f"my {kind}"
    outcome = await sink.send(alert(), NOW)
    assert outcome.verdict is Verdict.DELIVERED
    assert outcome.says
    await sink.close()


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_two_alerts_both_arrive(kind: str, server: Server, tools: Tools, tmp_path: Path) -> None:
    sink = build(place(kind, server.url, tmp_path), tools)
    verdicts = [(await sink.send(alert(number), NOW)).verdict for number in (1, 2)]
    assert verdicts == [Verdict.DELIVERED] * 2


@pytest.mark.parametrize(("status", "verdict"), VERDICTS)
@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
async def test_status_becomes_verdict(
    kind: str, status: int, verdict: Verdict, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(status, "ok" if status == 200 else "some_error", {"Location": "/elsewhere"})
    outcome = await build(place(kind, server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is verdict
    assert str(status) in outcome.says
    assert len(server.received) == 1, "a redirect is not followed"


@pytest.mark.parametrize("answer", [cut, cut_in_the_body, silent])
@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
async def test_no_answer_is_tried_again(
    kind: str, answer: Answer, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = answer
    outcome = await build(place(kind, server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert "127.0.0.1" in outcome.says
    assert not leaks(outcome.says)


@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
async def test_nobody_listens(
    kind: str, unused_tcp_port: int, server: Server, tools: Tools, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/{TOKEN}"
    outcome = await build(place(kind, url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert not leaks(outcome.says)


@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
async def test_private_network_is_refused(kind: str, server: Server, tmp_path: Path) -> None:
    async with HttpClient() as http:
        tools = Tools(http=http, encode=codec.encode, stream=io.StringIO())
        outcome = await build(place(kind, server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.REJECTED
    assert not server.received
    assert not leaks(outcome.says)


@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("1.5", 1.5),
        ("-3", None),
        ("Tue, 04 Mar 2031 12:02:00 GMT", 120.0),
        ("Tue, 04 Mar 2031 11:00:00 GMT", 0.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
async def test_retry_after_is_understood(
    kind: str, header: str, seconds: float | None, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(429, "", {"Retry-After": header})
    outcome = await build(place(kind, server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert outcome.retry_after == seconds


@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
async def test_idempotency_key_is_the_same_on_every_try(
    kind: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(500)
    for _ in range(2):  # a new sink each time: a restart
        sink = build(place(kind, server.url, tmp_path), tools)
        await sink.send(alert(), NOW)
        await sink.send(alert(), NOW.replace(hour=13))
    keys = {
        headers.get("webhook-id") or json.loads(body)["blocks"][0]["block_id"]
        for headers, body in server.received
    }
    assert keys == {alert().id}
    assert len(server.received) == 4


async def test_file_takes_an_alert_once_across_restarts(tools: Tools, tmp_path: Path) -> None:
    where = place("file", "", tmp_path)
    for _ in range(2):
        sink = build(where, tools)
        assert (await sink.send(alert(), NOW)).verdict is Verdict.DELIVERED
        assert (await sink.send(alert(), NOW)).verdict is Verdict.DELIVERED
    assert where.path is not None
    assert [json.loads(line)["id"] for line in where.path.read_text().splitlines()] == [alert().id]


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, TextIO]]:
    """A pipe's reading end, and its writing end as a text stream."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb", buffering=0) as reader,
        os.fdopen(writing, "w", encoding="utf-8") as stream,
    ):
        yield reader, stream


def fill(stream: TextIO) -> None:
    """Write until the pipe takes no more; it is left non-blocking."""
    os.set_blocking(stream.fileno(), False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(stream.fileno(), b"x" * 4096)


async def test_a_terminal_prints_for_a_reader_that_reads(pipe: tuple[BinaryIO, TextIO]) -> None:
    reader, stream = pipe
    assert (await TerminalSink("t", stream).send(alert(), NOW)).verdict is Verdict.DELIVERED
    assert "killed 14 → 23" in reader.read(65536).decode()


@pytest.mark.parametrize("blocking", [True, False])
async def test_a_stalled_reader_of_the_terminal_holds_up_its_own_alert_alone(
    pipe: tuple[BinaryIO, TextIO], blocking: bool
) -> None:
    reader, stream = pipe
    fill(stream)
    os.set_blocking(stream.fileno(), blocking)
    sending = asyncio.create_task(TerminalSink("t", stream).send(alert(), NOW))
    done, _ = await asyncio.wait({sending}, timeout=0.05)  # the loop turns meanwhile
    assert not done
    while not sending.done():
        reader.read(65536)
        await asyncio.wait({sending}, timeout=0.01)
    assert (await sending).verdict is Verdict.DELIVERED


async def test_a_stop_leaves_an_alert_that_a_stalled_reader_holds_up(pipe: tuple[BinaryIO, TextIO]) -> None:
    reader, stream = pipe
    fill(stream)
    os.set_blocking(stream.fileno(), True)
    sending = asyncio.create_task(TerminalSink("t", stream).send(alert(), NOW))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    reader.close()  # lets the writer go


async def test_a_terminal_whose_reader_left_is_gone(pipe: tuple[BinaryIO, TextIO]) -> None:
    reader, stream = pipe
    reader.close()
    outcome = await TerminalSink("t", stream).send(alert(), NOW)
    assert (outcome.verdict, outcome.says) == (Verdict.GONE, "cannot print: Broken pipe")


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_secrets_never_leak(
    kind: str,
    server: Server,
    tools: Tools,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(status=400, text=f"no such hook: {request.url} {request.headers}")

    caplog.set_level(logging.DEBUG)
    where = place(kind, server.url, tmp_path)
    sink = build(where, tools)
    said = [repr(where), repr(sink), repr(vars(sink))]
    for answer in (plain(200, "ok"), plain(500), echo, cut):
        server.answer = answer
        said.append(repr(await sink.send(alert(), NOW)))
    said += [caplog.text, *capfd.readouterr()]
    assert not leaks("\n".join(said))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_mistake_in_the_configuration_names_the_destination_and_no_secret(kind: str, tools: Tools) -> None:
    broken = Place(name="mine", kind=kind, url=f"hooks.example/{TOKEN}", secret="whsec_T0pSecretPathToken!")
    if kind == "terminal":  # needs nothing
        return
    with pytest.raises(ConfigError, match="'mine'") as caught:
        build(broken, tools)
    assert not leaks(str(caught.value))
    assert caught.value.__cause__ is None


def test_an_unknown_kind_is_told_with_what_is_known(tools: Tools) -> None:
    with pytest.raises(ConfigError, match="file, slack, terminal, webhook"):
        build(Place(name="mine", kind="pigeon"), tools)


@pytest.mark.parametrize("secret", ["whsec_!!!", "whsec_", "whsec_a"])
def test_a_signing_secret_of_another_form_is_refused(secret: str, tools: Tools) -> None:
    with pytest.raises(ConfigError, match="whsec_") as caught:
        build(Place(name="mine", kind="webhook", url="https://hooks.example/x", secret=secret), tools)
    assert "!!!" not in str(caught.value)


async def test_webhook_is_signed_by_standard_webhooks(server: Server, tools: Tools, tmp_path: Path) -> None:
    now = datetime.now(UTC)  # the library's own verification takes the time from the system
    await build(place("webhook", server.url, tmp_path), tools).send(alert(), now)
    [(headers, body)] = server.received
    Webhook(KEY).verify(body, headers)
    assert headers["webhook-id"] == alert().id
    assert headers["webhook-timestamp"] == str(int(now.timestamp()))
    assert headers["content-type"] == "application/json"
    assert codec.decode(body, Alert) == alert()


async def test_webhook_without_a_secret_is_unsigned(server: Server, tools: Tools) -> None:
    await build(Place(name="w", kind="webhook", url=server.url), tools).send(alert(), NOW)
    [(headers, _)] = server.received
    assert "webhook-signature" not in headers
    assert headers["webhook-id"] == alert().id


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_webhook_takes_every_2xx(status: int, server: Server, tools: Tools, tmp_path: Path) -> None:
    server.answer = plain(status)
    outcome = await build(place("webhook", server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.DELIVERED


@pytest.mark.parametrize(("status", "body"), [(200, "<html>login</html>"), (200, ""), (204, ""), (201, "ok")])
async def test_slack_takes_only_200_ok(
    status: int, body: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(status, body)
    outcome = await build(place("slack", server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.REJECTED


async def test_slack_says_the_error_in_slacks_word(server: Server, tools: Tools, tmp_path: Path) -> None:
    server.answer = plain(404, "channel_is_archived")
    outcome = await build(place("slack", server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.says == "answered 404 Not Found, channel_is_archived"


@pytest.mark.parametrize("kind", KINDS_OVER_HTTP)
async def test_a_long_answer_is_not_read_to_its_end_and_its_status_holds(
    kind: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(503, "x" * 5_000_000)
    outcome = await build(place(kind, server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert "503" in outcome.says
    server.answer = plain(404, "not gzip", {"Content-Encoding": "gzip"})
    outcome = await build(place(kind, server.url, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.REJECTED
