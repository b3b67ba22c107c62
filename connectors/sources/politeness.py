"""How often and how broadly one host is asked, whatever number of feeds it serves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


def same(host: str) -> str:
    """A host's name in the one spelling that all its spellings have in common (letters of IDNA decoded)."""
    return host.rstrip(".").lower()


class _Host:
    """What is known of one host while anybody waits for it or has just asked it."""

    def __init__(self, at_once: int) -> None:
        self.places = asyncio.Semaphore(at_once)
        self.free_at = 0.0  # on the clock: when the next request may start
        self.users = 0


class HostTurns:
    """Turns at hosts: at most `at_once` requests under way at one host, their starts `gap` seconds apart.

    Give it to `connectors.http.HttpClient`.  `clock` and `sleep` are seconds on one clock.
    """

    def __init__(
        self,
        gap: float = 1.0,
        at_once: int = 2,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap = gap
        self._at_once = at_once
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until `host` may be asked; ask it inside."""
        self._forget()
        place = self._hosts.setdefault(same(host), _Host(self._at_once))
        place.users += 1
        try:
            async with place.places:
                now = self._clock()
                start = max(now, place.free_at)
                place.free_at = start + self._gap
                if start > now:
                    await self._sleep(start - now)
                yield
        finally:
            place.users -= 1

    def _forget(self) -> None:
        """Drop the hosts that nobody waits for and that are free again; they come first, by and large."""
        now = self._clock()
        for name in list(self._hosts)[:_LOOKED_AT]:
            host = self._hosts[name]
            if not host.users and host.free_at <= now:
                del self._hosts[name]


_LOOKED_AT = 4  # hosts at a time: more than come in, so that the table stays as small as the traffic
