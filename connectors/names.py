"""Names of hosts looked up, each in a thread of its own: the system's way blocks.

aiohttp's resolver shares a few threads with whatever else the process does in threads, so that a handful of names
whose servers are silent would keep every other name waiting, until its own fetch is given up.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult


class Resolver(AbstractResolver):
    """Asks the system, for up to `at_once` names at a time."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="name")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`.  Raises OSError where it has none."""
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(
                hostname=host,
                host=_numeric(address),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Let go of the threads; one that still waits for an answer is left to it."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _numeric(address: Sequence[int | str | bytes]) -> str:
    """The address as text; of one that holds on a single link, the link with it (RFC 4007 section 11)."""
    link = int(address[3]) if len(address) == 4 else 0
    host = str(address[0])
    return f"{host}%{link}" if link else host
