"""Hours in seconds: an event loop whose clock goes on to the next timer whenever nothing else is to be done."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


class Hours(asyncio.SelectorEventLoop):
    """Runs what knows no network; it is also a `Clock`."""

    def __init__(self) -> None:
        self._passed = 0.0  # seconds
        super().__init__(_Leaping(self))

    def time(self) -> float:
        return self._passed

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed)

    def leap(self, seconds: float) -> None:
        self._passed += seconds

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            self.run_until_complete(work)
        finally:
            self.close()


class _Leaping(selectors.DefaultSelector):
    def __init__(self, loop: Hours) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self._loop.leap(timeout)
        return ready
