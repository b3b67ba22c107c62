"""Mail: what each reply means, TLS where it must be, one conversation a story, nobody told twice."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
import trustme

from connectors.http import HttpClient
from connectors.sinks import Place, Tools, build
from streams import codec
from tallywire.errors import ConfigError
from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert, Severity, UpdateKind
from tests.support.mail import MailServer

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
PASSWORD = "T0pSecretPassword"
TO = ("ada@quay.example", "bo@quay.example")


def alert(number: int = 1, severity: Severity = Severity.WARNING) -> Alert:
    return Alert(
        id=f"a{number}",
        kind=UpdateKind.CHANGED,
        severity=severity,
        story="s1",
        at=NOW,
        title="Ferry at Odrin: killed 14 → 23",
        text="The ministry raised its figure.",
        update="u1",
    )


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with MailServer().listening() as server:
        yield server


async def send(
    server: MailServer,
    told: Alert | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    scheme: str = "smtp",
    host: str = "127.0.0.1",
) -> Outcome:
    async with HttpClient(allow_networks=["127.0.0.0/8"], tls=tls) as http:
        tools = Tools(http=http, encode=codec.encode, stream=io.StringIO())
        url = f"{scheme}://me:{PASSWORD}@{host}:{server.port}"
        sink = build(Place(name="m", kind="email", url=url, sender="desk@quay.example", to=TO), tools)
        outcome = await sink.send(told or alert(), NOW)
    assert PASSWORD not in repr(outcome)
    return outcome


async def test_it_says_what_the_terminal_says(server: MailServer) -> None:
    assert (await send(server)).verdict is Verdict.DELIVERED
    [(recipients, raw)] = server.taken
    mail = message_from_bytes(raw, policy=policy.default)
    assert recipients == list(TO)
    assert mail["Subject"] == "Ferry at Odrin: killed 14 → 23"
    assert mail["To"] == "ada@quay.example, bo@quay.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert "The ministry raised its figure." in mail.get_content()
    assert "tallywire explain a1" in mail.get_content()


async def test_a_story_is_one_conversation_and_a_repeat_is_known(server: MailServer) -> None:
    for number in (1, 2, 1):
        await send(server, alert(number))
    mails = [message_from_bytes(raw, policy=policy.default) for _, raw in server.taken]
    assert len({mail["In-Reply-To"] for mail in mails}) == 1
    assert [mail["Message-ID"] for mail in mails] == [f"<a{n}@tallywire.invalid>" for n in (1, 2, 1)]


@pytest.mark.parametrize("step", ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize(
    ("code", "verdict"), [(421, Verdict.RETRY), (451, Verdict.RETRY), (550, Verdict.REJECTED)]
)
async def test_a_refusal_means_what_its_code_says(
    server: MailServer, step: str, code: int, verdict: Verdict
) -> None:
    server.answer = lambda command: f"{code} no {PASSWORD}" if command.startswith((step, "HELO")) else None
    if step == "EHLO":
        server.answer = lambda command: f"{code} no" if command.startswith(("EHLO", "HELO")) else None
    assert (await send(server)).verdict is verdict
    assert not server.taken


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_cut_is_tried_again(server: MailServer, step: str) -> None:
    server.answer = lambda command: "" if command.startswith(step) else None
    assert (await send(server)).verdict is Verdict.RETRY


@pytest.mark.parametrize("greeting", ["554 go away", "421 busy", "HTTP/1.1 400 Bad Request", ""])
async def test_an_odd_greeting_loses_nothing(server: MailServer, greeting: str) -> None:
    server.greeting = greeting
    expected = {Verdict.REJECTED} if greeting.startswith("554") else {Verdict.RETRY}
    outcome = await asyncio.wait_for(send(server), 10)
    assert {outcome.verdict} == expected


async def test_silence_is_cut_off(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sinks.email.PATIENCE", 0.2)
    server.greeting = None
    assert (await asyncio.wait_for(send(server), 10)).verdict is Verdict.RETRY


async def test_a_recipient_refused_for_good_is_left_out_and_named(server: MailServer) -> None:
    server.answer = lambda command: "550 gone" if command.startswith("RCPT") and "bo@" in command else None
    outcome = await send(server)
    assert outcome.verdict is Verdict.DELIVERED
    assert outcome.says.endswith("refused bo@quay.example")
    assert server.taken[0][0] == ["ada@quay.example"]


async def test_a_recipient_put_off_puts_all_off(server: MailServer) -> None:
    server.answer = lambda command: "450 later" if command.startswith("RCPT") and "bo@" in command else None
    assert (await send(server)).verdict is Verdict.RETRY
    assert not server.taken


async def test_a_private_network_is_refused_before_a_connection(server: MailServer) -> None:
    async with HttpClient() as http:
        tools = Tools(http=http, encode=codec.encode, stream=io.StringIO())
        url = f"smtp://127.0.0.1:{server.port}"
        sink = build(Place(name="m", kind="email", url=url, sender="a@quay.example", to=TO), tools)
        outcome = await sink.send(alert(), NOW)
    assert (outcome.verdict, server.connections) == (Verdict.REJECTED, 0)


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("name", ["localhost", "other.example"])
async def test_tls_is_verified_before_a_word_is_said(scheme: str, name: str) -> None:
    authority = trustme.CA()
    ours, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(name).configure_cert(ours)
    authority.configure_trust(trusting)
    server = MailServer(ours if scheme == "smtp" else None)
    async with server.listening(ours if scheme == "smtps" else None):
        outcome = await send(server, tls=trusting, scheme=scheme, host="localhost")
    if name == "localhost":
        assert outcome.verdict is Verdict.DELIVERED
    else:
        assert (outcome.verdict, "certificate" in outcome.says) == (Verdict.RETRY, True)
        assert not any(command.startswith(("AUTH", "MAIL")) for command in server.said)


async def test_a_distant_server_without_tls_is_told_nothing(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.sinks.email.on_this_machine", lambda address: False)
    outcome = await send(server)
    assert outcome.verdict is Verdict.RETRY
    assert "offers no TLS" in outcome.says
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.said)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://[::1", ""])
def test_an_address_of_another_form_is_refused(url: str) -> None:
    tools = Tools(http=HttpClient(), encode=codec.encode, stream=io.StringIO())
    wrong = Place(name="m", kind="email", url=url, sender="a@quay.example", to=TO)
    with pytest.raises(ConfigError, match="smtps://"):
        build(wrong, tools)
