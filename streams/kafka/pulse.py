"""Whether this process has stood still: it may have been taken for dead meanwhile, and others work in its place."""

from __future__ import annotations

import asyncio
import time

OFTEN = 0.25  # seconds between two looks


class Pulse:
    """Feels the event loop's beat."""

    def __init__(self, session_timeout: float) -> None:
        """`session_timeout` is the seconds after which who is not heard of is taken for dead."""
        self._session_timeout = session_timeout
        self._beat = _clocks()  # when the loop was last seen alive
        self._doubt = 0.0  # until when it is not certain that partitions are still ours

    async def run(self) -> None:
        """Look again and again, endlessly, from now on: who has just begun was no member that stood still."""
        self._beat = _clocks()
        while True:
            self._look()
            await asyncio.sleep(OFTEN)

    async def certain(self) -> None:
        """After the process has stood still, wait to hear whether others have taken over."""
        self._look()
        await asyncio.sleep(max(0.0, self._doubt - time.monotonic()))

    def _look(self) -> None:
        now = _clocks()
        halt = max(after - before for before, after in zip(self._beat, now, strict=True))
        if halt > self._session_timeout / 2:
            self._doubt = time.monotonic() + self._session_timeout
        self._beat = now


def _clocks() -> tuple[float, float]:
    """The seconds of the clock that is never set, and of the calendar, which tells how long a machine was asleep."""
    return time.monotonic(), time.time()
