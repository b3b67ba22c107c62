"""A mail server on the loopback that takes messages, or answers as told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Answer = Callable[[str], str | None]  # a command → a reply of its own, b"" to hang up, None for the usual one


class MailServer:
    """Speaks enough of RFC 5321 for a client that submits."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """`tls` is offered by STARTTLS."""
        self.taken: list[tuple[list[str], bytes]] = []
        self.said: list[str] = []
        self.connections = 0
        self.answer: Answer = lambda command: None
        self.greeting: str | None = "220 mail.example ready"
        self.port = 0
        self._tls = tls

    @asynccontextmanager
    async def listening(self, inside: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
        """Serve; `inside` is TLS from the start."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=inside) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.greeting is None:
                await asyncio.Event().wait()
            await _say(writer, self.greeting or "")
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[str] = []
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            verb = line.split(":")[0].split()[0].upper()
            reply = self.answer(line)
            if reply == "":
                return
            if reply is not None:
                await _say(writer, reply)
            elif verb == "EHLO":
                await _say(
                    writer, "250-mail.example", *(["250-STARTTLS"] if self._tls else []), "250 AUTH PLAIN"
                )
            elif verb == "STARTTLS":
                await _say(writer, "220 go ahead")
                await writer.start_tls(self._tls)
            elif verb == "AUTH":
                await _say(writer, "235 welcome")
            elif verb == "RCPT":
                recipients.append(line.partition("<")[2].rstrip(">"))
                await _say(writer, "250 fine")
            elif verb == "DATA":
                await _say(writer, "354 go on")
                body = await reader.readuntil(b"\r\n.\r\n")
                reply = self.answer("BODY")
                if reply is None:
                    self.taken.append((recipients, body[:-5]))
                await _say(writer, reply or "250 queued")
            else:
                await _say(writer, "221 bye" if verb == "QUIT" else "250 fine")


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    await writer.drain()
