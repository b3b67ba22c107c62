"""Leaving the brokers in bounded time, whether they are there or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

C = TypeVar("C")

GRACE = 5.0  # seconds that what is under way has


async def leave(*farewells: Coroutine[Any, Any, Any]) -> bool:
    """Let clients of the brokers end, `GRACE` seconds at most; False where one of them has not.

    While a broker is away Faust waits for it for good, and aiokafka lets out the cancellation of tasks of its own, as
    if it were ours.  Nothing is lost with a farewell that fails: what was not committed comes again.
    """
    tasks = [asyncio.ensure_future(farewell) for farewell in farewells]
    done, late = await asyncio.wait(tasks, timeout=GRACE)
    for task in done:
        if not task.cancelled():
            task.exception()  # looked at, or it would be told when the task is collected
    return not late


@asynccontextmanager
async def begun(client: C) -> AsyncIterator[C]:
    """A client of aiokafka, begun and let go of around what is inside.

    Its own way of doing so lets a cancellation of its tasks out where the brokers are away, as if it were ours.
    """
    some: Any = client
    try:
        await some.start()
        yield client
    finally:
        await leave(some.stop())
