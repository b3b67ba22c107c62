"""E-mail: each alert as a message of plain text, all of a story's in one conversation.

The Message-ID is made of the alert's id, so that a repeat after a crash is known for one; every message answers the
same invented one of its story (RFC 5322 section 3.6.4), by which mail programs gather a conversation.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import (
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
)
from pydantic import SecretStr

from connectors.http import HttpClient, HttpFailure
from connectors.sinks import classify
from connectors.sinks.plain import clip, inert
from connectors.sinks.telling import spoken, telling
from tallywire.errors import ConfigError
from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert, Severity

PORTS = {"smtps": 465, "smtp": 587}  # RFC 8314: TLS from the start; submission, with STARTTLS
PATIENCE = 60.0  # seconds for one message, from the connection to the server's last word
LONGEST_SUBJECT = 150
_DOMAIN = "tallywire.invalid"  # RFC 2606: ids need a domain, and none of ours exists


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how it is spoken to."""

    host: str
    port: int
    tls: bool  #: from the start; else STARTTLS, without which only a server on this machine is spoken to
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


class EmailSink:
    """Sends alerts from one address to one or several others.

    An address that the server refuses for good is left out and named; one that it puts off puts all off, since a
    second message to the others would be a repeat.
    """

    def __init__(self, name: str, url: str, http: HttpClient, *, sender: str, to: Sequence[str]) -> None:
        """`url`: `smtps://user:password@host:port` or `smtp://…`.  Raises `ConfigError` for another."""
        self._name = name
        self._url = SecretStr(url)
        _server(name, url)
        self._http = http
        self._sender = sender
        self._to = tuple(to)

    @property
    def name(self) -> str:
        """The destination's name."""
        return self._name

    async def send(
        self,
        alert: Alert,
        now: datetime,
        thread: str | None = None,  # noqa: ARG002 - the story's own id names it
    ) -> Outcome:
        """One attempt."""
        mail = message(alert, now, self._sender, self._to).as_bytes(policy=WIRE)
        server = _server(self._name, self._url.get_secret_value())
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._hand_over(server, mail)
        except HttpFailure as failure:
            return classify.failed(failure)
        except SMTPResponseException as refusal:
            step = type(refusal).__name__.removeprefix("SMTP").removesuffix("Error").removesuffix("Refused")
            return classify.answered_by_mail(refusal.code, f"{server.host} ({step.lower()})")
        except (SMTPException, OSError, ValueError) as error:  # asyncio.TimeoutError is an OSError
            why = "its certificate does not hold" if _untrusted(error) else type(error).__name__
            return Outcome(verdict=Verdict.RETRY, says=f"{server.host} broke off: {why}")

    async def close(self) -> None:
        """Nothing: each message has a connection of its own."""

    async def _hand_over(self, server: Server, mail: bytes) -> Outcome:
        """Speak to the server.  Raises what it refuses with."""
        line = await self._http.dial(server.host, server.port)
        here = str(line.getsockname()[0])
        client = aiosmtplib.SMTP(
            hostname=server.host,
            sock=line,
            use_tls=server.tls,
            start_tls=False,
            tls_context=self._http.tls,
            local_hostname=f"[IPv6:{here}]" if ":" in here else f"[{here}]",  # RFC 5321 section 4.1.3
            timeout=PATIENCE,
        )
        async with client:
            if not server.tls and not await self._secured(client, line):
                says = f"{server.host} offers no TLS: give smtps://, or a server that does"
                return Outcome(verdict=Verdict.RETRY, says=says)
            if server.user:
                await client.login(server.user, server.password)
            await client.mail(self._sender)
            refused = [address for address in self._to if not await _takes(client, address)]
            if len(refused) == len(self._to):
                return Outcome(verdict=Verdict.REJECTED, says=f"{server.host} refused every recipient")
            code = (await client.data(mail)).code
        left_out = f", but refused {', '.join(refused)}" if refused else ""
        outcome = classify.answered_by_mail(code, server.host)
        return Outcome(verdict=outcome.verdict, says=outcome.says + left_out)

    async def _secured(self, client: aiosmtplib.SMTP, line: socket.socket) -> bool:
        """Go over to TLS; False where that cannot be and somebody might listen."""
        nobody_listens = on_this_machine(str(line.getpeername()[0]))
        await client.ehlo()
        if client.supports_extension("starttls"):
            await client.starttls(tls_context=self._http.tls)
            return True
        return nobody_listens


async def _takes(client: aiosmtplib.SMTP, address: str) -> bool:
    """Whether a recipient is taken; False where he is refused for good.  Raises where he is put off."""
    try:
        await client.rcpt(address)
    except SMTPRecipientRefused as refusal:
        if refusal.code < 500:
            raise
        return False
    return True


def on_this_machine(address: str) -> bool:
    """Whether what is said to this address is heard by nobody else."""
    return ip_address(address.partition("%")[0]).is_loopback


def message(alert: Alert, now: datetime, sender: str, to: Sequence[str]) -> EmailMessage:
    """The alert as a message: plain text, in which nothing of an article is a link or a mark."""
    told = telling(alert)
    mail = EmailMessage(policy=WIRE)
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = clip(inert(told.headline), LONGEST_SUBJECT)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{alert.id}@{_DOMAIN}>"
    mail["In-Reply-To"] = mail["References"] = f"<story.{alert.story}@{_DOMAIN}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is told to it
    if alert.severity is Severity.CRITICAL:
        mail["Importance"] = "high"
    footing = f"{alert.severity.value} · {alert.at:%d %b %Y %H:%M} UTC · tallywire explain {alert.id}"
    mail.set_content(f"{inert(told.headline)}\n\n{inert(spoken(told))}\n\n-- \n{footing}\n")
    return mail


async def greet(name: str, url: str, http: HttpClient) -> None:
    """Connect to the mail server, and hang up.  Raises HttpFailure where that is not possible."""
    server = _server(name, url)
    (await http.dial(server.host, server.port)).close()


def _server(name: str, url: str) -> Server:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in PORTS or not host:
        raise ConfigError(
            f"destination {name!r}: url should be smtps://host or smtp://host, with user:password@"
        )
    return Server(
        host=host,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _untrusted(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__
    return error is not None
