"""What Faust handed over and nobody has worked yet: taken by as many as are there, since all of them cost one wait."""

from __future__ import annotations

import asyncio
from typing import Any

from faust.types import EventT

Came = tuple[int, EventT[Any]]  # the generation of partitions that an event came in, and the event

AT_ONCE = 256  # events worked as one
AT_ONCE_BYTES = 8_000_000  # … of so much together, or a single one: what they make is held until sent


class Inbox:
    """A queue of bounded length, in the order of arrival."""

    def __init__(self, room: int) -> None:
        """For `room` events; who puts more in waits."""
        self._queue: asyncio.Queue[Came] = asyncio.Queue(room)

    async def put(self, generation: int, event: EventT[Any]) -> None:
        """One more event, once there is room."""
        await self._queue.put((generation, event))

    async def gather(self, wait: float | None) -> list[Came]:
        """The events to work as one; waits for the first, so many seconds at most, and is empty where none comes."""
        try:
            # Before Python 3.12 `wait_for` swallows a cancellation that comes as an event does.
            async with asyncio.timeout(wait):
                came = [await self._queue.get()]
        except TimeoutError:
            return []
        size = _size(came[0])
        while len(came) < AT_ONCE and size < AT_ONCE_BYTES and not self._queue.empty():
            came.append(self._queue.get_nowait())
            size += _size(came[-1])
        return came


def _size(came: Came) -> int:
    """Bytes of the event's record."""
    return len(came[1].message.value or b"")
