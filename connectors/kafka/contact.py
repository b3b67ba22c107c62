"""Whether the brokers answer at all.

Clients of aiokafka try again for ever, and in silence: who has nothing to send takes brokers that are away for brokers
that have nothing to tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from connectors.kafka.access import Access
from connectors.kafka.diagnosis import silence

OFTEN = 10.0  # seconds between two looks


class Contact:
    """Speaks to the brokers now and then."""

    def __init__(self, access: Access, refused: Callable[[], None]) -> None:
        """`refused` is called when none of them answers.  Raises `ConfigError`."""
        self._brokers = access.brokers
        self._options = access.options()
        self._refused = refused
        self._fault: str | None = None

    def faults(self) -> list[str]:
        """Why none of them answers at present, in words."""
        return [f"Kafka cannot be reached: {self._fault}"] if self._fault else []

    async def run(self) -> None:
        """Look again and again, endlessly."""
        while True:
            self._fault = await silence(self._brokers, self._options)
            if self._fault:
                self._refused()
            await asyncio.sleep(OFTEN)
