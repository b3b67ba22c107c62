"""Every kind of sink in the registry, in each of its modes, keeps the promises of `ports.Sink`, against a server."""

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
from typing import Any, BinaryIO, TextIO

import msgspec
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from connectors.http import HttpClient
from connectors.sinks import KINDS, Place, Tools, build, reach
from connectors.sinks.terminal import TerminalSink
from streams import codec
from tallywire.errors import ConfigError
from tallywire.ports import Sink, Verdict
from tallywire.records import Alert, Severity, UpdateKind
from tests.support.mail import MailServer

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
TOKEN = "T0pSecretPathToken"
KEY = "whsec_c2VjcmV0LXNpZ25pbmcta2V5LW9mLXRlc3Rz"
ID = "a1e2700000000001"

#: Each way to configure a sink: what it needs beside a name, and the answer of a service that took an alert.
WAYS: dict[str, tuple[dict[str, Any], str]] = {
    "alertmanager": ({"kind": "alertmanager", "token": TOKEN}, ""),
    "discord": ({"kind": "discord"}, ""),
    "email": ({"kind": "email", "sender": "desk@quay.example", "to": ("ada@quay.example",)}, ""),
    "file": ({"kind": "file"}, ""),
    "slack": ({"kind": "slack"}, "ok"),
    "slack app": ({"kind": "slack", "token": TOKEN, "channel": "C1"}, '{"ok":true,"ts":"17.01"}'),
    "terminal": ({"kind": "terminal"}, ""),
    "webhook": ({"kind": "webhook", "secret": KEY}, "ok"),
    "webhook cloudevents": ({"kind": "webhook", "secret": KEY, "form": "cloudevents"}, "ok"),
}
OVER_HTTP = [way for way, (needs, _) in WAYS.items() if KINDS[needs["kind"]].over_http]

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
        self.paths: list[str] = []
        self.answer: Answer | None = None  # the usual one
        self.took = ""  # what a service says that took an alert
        self.base = ""
        self.mail = MailServer()

    @property
    def url(self) -> str:
        return f"{self.base}/hooks/{TOKEN}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append((headers, await request.read()))
        self.paths.append(request.path)
        return await (self.answer or plain(200, self.took))(request)


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


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b"o")
            await asyncio.sleep(0.02)
    return response


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
    async with double.mail.listening():
        yield double
    await runner.cleanup()


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with HttpClient(allow_networks=["127.0.0.0/8"], total=1, idle=0.2) as http:
        yield Tools(http=http, encode=codec.encode, stream=io.StringIO())


def place(way: str, server: Server, folder: Path) -> Place:
    """A destination as configured; the server answers as its service would."""
    needs, server.took = WAYS[way]
    mail = f"smtp://me:{TOKEN}@127.0.0.1:{server.mail.port}"
    url = mail if way == "email" else server.url
    return Place(name=f"my {way}", url=url, path=folder / "alerts.jsonl", **needs)


def test_every_kind_of_the_registry_is_held_to_this() -> None:
    assert {needs["kind"] for needs, _ in WAYS.values()} == KINDS.keys()


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


@pytest.mark.parametrize("way", WAYS)
async def test_keeps_the_protocol_and_delivers(
    way: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    sink = build(place(way, server, tmp_path), tools)
    assert isinstance(sink, Sink)
    assert sink.name == f"my {way}"
    outcome = await sink.send(alert(), NOW)
    assert outcome.verdict is Verdict.DELIVERED
    assert outcome.says
    await sink.close()


@pytest.mark.parametrize("way", WAYS)
async def test_two_alerts_both_arrive(way: str, server: Server, tools: Tools, tmp_path: Path) -> None:
    sink = build(place(way, server, tmp_path), tools)
    verdicts = [(await sink.send(alert(number), NOW)).verdict for number in (1, 2)]
    assert verdicts == [Verdict.DELIVERED] * 2


@pytest.mark.parametrize(("status", "verdict"), VERDICTS)
@pytest.mark.parametrize("way", OVER_HTTP)
async def test_status_becomes_verdict(
    way: str, status: int, verdict: Verdict, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(status, WAYS[way][1] if status == 200 else "some_error", {"Location": "/elsewhere"})
    outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is verdict
    assert str(status) in outcome.says
    assert len(server.received) == 1, "a redirect is not followed"


@pytest.mark.parametrize("answer", [cut, cut_in_the_body, dripping, silent])
@pytest.mark.parametrize("way", OVER_HTTP)
async def test_no_answer_is_tried_again(
    way: str, answer: Answer, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = answer
    outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert "127.0.0.1" in outcome.says
    assert not leaks(outcome.says)


@pytest.mark.parametrize("way", OVER_HTTP)
async def test_nobody_listens(
    way: str, unused_tcp_port: int, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.base = f"http://127.0.0.1:{unused_tcp_port}"
    outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert not leaks(outcome.says)


@pytest.mark.parametrize("way", OVER_HTTP)
async def test_private_network_is_refused(way: str, server: Server, tmp_path: Path) -> None:
    async with HttpClient() as http:
        tools = Tools(http=http, encode=codec.encode, stream=io.StringIO())
        outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.REJECTED
    assert not server.received
    assert not leaks(outcome.says)


@pytest.mark.parametrize("way", OVER_HTTP)
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
    way: str, header: str, seconds: float | None, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(429, "", {"Retry-After": header})
    outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert outcome.retry_after == seconds


@pytest.mark.parametrize("way", OVER_HTTP)
async def test_idempotency_key_is_the_same_on_every_try(
    way: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(500)
    for _ in range(2):  # a new sink each time: a restart
        sink = build(place(way, server, tmp_path), tools)
        await sink.send(alert(), NOW)
        await sink.send(alert(), NOW.replace(hour=13))
    assert len(server.received) == 4
    assert {key(way, headers, json.loads(body)) for headers, body in server.received} == {ID}


def key(way: str, headers: dict[str, str], body: Any) -> str:
    """Where each service finds what tells a repeat from another alert."""
    if way == "alertmanager":
        return body[0]["labels"]["alert"]
    if way == "discord":
        return body["embeds"][0]["footer"]["text"].rpartition(" ")[2]
    if way == "slack app":
        return body["metadata"]["event_payload"]["alert"]
    return body["blocks"][0]["block_id"] if way == "slack" else headers["webhook-id"]


async def test_file_takes_an_alert_once_across_restarts(tools: Tools, tmp_path: Path) -> None:
    where = Place(name="f", kind="file", path=tmp_path / "alerts.jsonl")
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


@pytest.mark.parametrize("way", WAYS)
async def test_secrets_never_leak(
    way: str,
    server: Server,
    tools: Tools,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(status=400, text=f"no such hook: {request.url} {request.headers}")

    caplog.set_level(logging.DEBUG)
    where = place(way, server, tmp_path)
    sink = build(where, tools)
    said = [repr(where), repr(sink), repr(vars(sink))]
    for answer in (plain(200, "ok"), plain(500), echo, cut):
        server.answer = answer
        said.append(repr(await sink.send(alert(), NOW)))
    said += [caplog.text, *capfd.readouterr()]
    assert not leaks("\n".join(said))


@pytest.mark.parametrize("way", WAYS)
def test_a_mistake_in_the_configuration_names_the_destination_and_no_secret(way: str, tools: Tools) -> None:
    needs = WAYS[way][0] | {"secret": "whsec_T0pSecretPathToken!"}
    broken = Place(name="mine", url=f"hooks.example/{TOKEN}", **needs)
    if way == "terminal":  # needs nothing
        return
    with pytest.raises(ConfigError, match="'mine'") as caught:
        build(broken, tools)
    assert not leaks(str(caught.value))
    assert caught.value.__cause__ is None


def test_an_unknown_kind_is_told_with_what_is_known(tools: Tools) -> None:
    with pytest.raises(ConfigError, match="alertmanager, discord, email, file, slack, terminal, webhook"):
        build(Place(name="mine", kind="pigeon"), tools)


@pytest.mark.parametrize("secret", ["whsec_!!!", "whsec_", "whsec_a"])
def test_a_signing_secret_of_another_form_is_refused(secret: str, tools: Tools) -> None:
    with pytest.raises(ConfigError, match="whsec_") as caught:
        build(Place(name="mine", kind="webhook", url="https://hooks.example/x", secret=secret), tools)
    assert "!!!" not in str(caught.value)


async def test_webhook_is_signed_by_standard_webhooks(server: Server, tools: Tools, tmp_path: Path) -> None:
    now = datetime.now(UTC)  # the library's own verification takes the time from the system
    await build(place("webhook", server, tmp_path), tools).send(alert(), now)
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
    outcome = await build(place("webhook", server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.DELIVERED


@pytest.mark.parametrize(("status", "body"), [(200, "<html>login</html>"), (200, ""), (204, ""), (201, "ok")])
async def test_slack_takes_only_200_ok(
    status: int, body: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(status, body)
    outcome = await build(place("slack", server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.REJECTED


async def test_slack_says_the_error_in_slacks_word(server: Server, tools: Tools, tmp_path: Path) -> None:
    server.answer = plain(404, "channel_is_archived")
    outcome = await build(place("slack", server, tmp_path), tools).send(alert(), NOW)
    assert outcome.says == "answered 404 Not Found, channel_is_archived"


@pytest.mark.parametrize("way", OVER_HTTP)
async def test_a_long_answer_is_not_read_to_its_end_and_its_status_holds(
    way: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    server.answer = plain(503, "x" * 5_000_000)
    outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.RETRY
    assert "503" in outcome.says
    server.answer = plain(404, "not gzip", {"Content-Encoding": "gzip"})
    outcome = await build(place(way, server, tmp_path), tools).send(alert(), NOW)
    assert outcome.verdict is Verdict.REJECTED


async def test_a_cloud_event_holds_the_alert_and_is_signed(
    server: Server, tools: Tools, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    await build(place("webhook cloudevents", server, tmp_path), tools).send(alert(), now)
    [(headers, body)] = server.received
    Webhook(KEY).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    event = json.loads(body)
    assert event.pop("data") == json.loads(codec.encode(alert()))
    assert event == {
        "specversion": "1.0",
        "id": ID,
        "source": "urn:tallywire",
        "type": "tallywire.alert.figure.changed",
        "subject": "s1",
        "time": "2031-03-04T12:00:00Z",
        "datacontenttype": "application/json",
        "severity": "warning",
    }


async def test_alertmanager_gets_an_alert_that_fires_for_an_hour_from_now(
    server: Server, tools: Tools, tmp_path: Path
) -> None:
    late = NOW.replace(hour=20)  # after an outage: what has ended is told to nobody
    await build(place("alertmanager", server, tmp_path), tools).send(alert(), late)
    [(headers, body)] = server.received
    [posted] = json.loads(body)
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert (posted["startsAt"], posted["endsAt"]) == ("2031-03-04T12:00:00Z", "2031-03-04T21:00:00Z")
    assert posted["labels"] == {
        "alertname": "figure.changed", "job": "tallywire", "severity": "warning", "story": "s1", "alert": ID,
    }  # fmt: skip
    assert posted["annotations"] == {
        "summary": "Ferry at Odrin: killed 14 → 23",
        "description": "The ministry raised its figure.",
    }


async def test_alertmanager_may_be_given_by_the_address_of_its_api(server: Server, tools: Tools) -> None:
    for url in ("", "/", "/api/v2/alerts", "/api/v2/alerts/"):
        where = Place(name="am", kind="alertmanager", url=server.base + url)
        assert (await build(where, tools).send(alert(), NOW)).verdict is Verdict.DELIVERED
    assert server.paths == ["/api/v2/alerts"] * 4


async def test_a_story_is_one_thread_in_slack(server: Server, tools: Tools, tmp_path: Path) -> None:
    sink = build(place("slack app", server, tmp_path), tools)
    first = await sink.send(alert(1), NOW)
    assert first.thread == "17.01"
    server.took = '{"ok":true,"ts":"18.02","message":{"thread_ts":"17.01"}}'
    second = await sink.send(alert(2), NOW, first.thread)
    assert second.thread == "17.01"
    loud = msgspec.structs.replace(alert(3), severity=Severity.CRITICAL)
    await sink.send(loud, NOW, second.thread)
    sent = [json.loads(body) for _, body in server.received]
    assert [body.get("thread_ts") for body in sent] == [None, "17.01", "17.01"]
    assert [body.get("reply_broadcast", False) for body in sent] == [False, False, True]
    assert {headers["authorization"] for headers, _ in server.received} == {f"Bearer {TOKEN}"}


async def test_a_thread_that_takes_no_answers_is_begun_anew(
    server: Server, tools: Tools, tmp_path: Path
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        lost = "thread_ts" in await request.json()
        word = '{"ok":false,"error":"cannot_reply_to_message"}'
        return web.Response(text=word if lost else '{"ok":true,"ts":"19.03"}')

    sink = build(place("slack app", server, tmp_path), tools)
    server.answer = answer
    outcome = await sink.send(alert(), NOW, "17.01")
    assert (outcome.verdict, outcome.thread) == (Verdict.DELIVERED, "19.03")


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ('{"ok":false,"error":"ratelimited"}', Verdict.RETRY),
        ('{"ok":false,"error":"internal_error"}', Verdict.RETRY),
        ('{"ok":false,"error":"channel_not_found"}', Verdict.REJECTED),
        ('{"ok":false,"error":"invalid_auth"}', Verdict.REJECTED),
        ('{"ok":false,"error":"token_revoked"}', Verdict.GONE),
        (f'{{"ok":false,"error":"no {TOKEN}"}}', Verdict.REJECTED),
        ('{"ok":false}', Verdict.REJECTED),
        ("<html>login</html>", Verdict.REJECTED),
        ("", Verdict.REJECTED),
    ],
)
async def test_slacks_api_says_no_under_200(
    body: str, verdict: Verdict, server: Server, tools: Tools, tmp_path: Path
) -> None:
    sink = build(place("slack app", server, tmp_path), tools)
    server.answer = plain(200, body, {"Retry-After": "30"})
    outcome = await sink.send(alert(), NOW)
    assert outcome.verdict is verdict
    assert outcome.thread is None
    assert not leaks(outcome.says)


@pytest.mark.parametrize("way", WAYS)
async def test_a_destination_is_reached_without_sending(
    way: str, server: Server, tools: Tools, tmp_path: Path
) -> None:
    reached = await reach(place(way, server, tmp_path), tools.http)
    assert reached == (way not in {"file", "terminal"})
    assert not any(body for _, body in server.received)
    assert not server.mail.taken
