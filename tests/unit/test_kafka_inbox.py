"""Events are worked in their order, as many as one wait may cover and memory may hold."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from streams.kafka.workers import inbox
from streams.kafka.workers.inbox import Inbox


async def holding(*sizes: int | None) -> Inbox:
    """An inbox of events with so many bytes each, numbered as their generation."""
    made = Inbox(room=1000)
    for number, size in enumerate(sizes):
        event: Any = SimpleNamespace(message=SimpleNamespace(value=None if size is None else b"x" * size))
        await made.put(number, event)
    return made


async def numbers(box: Inbox) -> list[int]:
    return [number for number, _ in await box.gather(0.05)]


async def test_all_that_have_come_are_taken_in_their_order():
    assert await numbers(await holding(1, None, 3)) == [0, 1, 2]


async def test_more_than_one_wait_may_cover_is_left_for_the_next(monkeypatch):
    monkeypatch.setattr(inbox, "AT_ONCE", 2)
    box = await holding(1, 1, 1)
    assert [await numbers(box), await numbers(box)] == [[0, 1], [2]]


async def test_large_records_are_taken_by_few_and_one_too_large_alone(monkeypatch):
    monkeypatch.setattr(inbox, "AT_ONCE_BYTES", 10)
    box = await holding(50, 4, 6, 4)
    assert [await numbers(box), await numbers(box), await numbers(box)] == [[0], [1, 2], [3]]


async def test_nothing_comes_of_an_empty_one_once_the_wait_is_over():
    assert await numbers(Inbox(room=1)) == []


@pytest.mark.parametrize("moments", range(4))
async def test_who_is_told_to_stop_as_an_event_comes_stops_and_the_event_stays(moments):
    box = Inbox(room=1)
    gathering = asyncio.create_task(box.gather(60.0))
    for _ in range(3):
        await asyncio.sleep(0)
    event: Any = SimpleNamespace(message=SimpleNamespace(value=b""))
    await box.put(7, event)
    for _ in range(moments):
        await asyncio.sleep(0)
    told = gathering.cancel()
    await asyncio.wait([gathering])
    assert gathering.cancelled() == told
    assert await numbers(box) == ([7] if told else [])
