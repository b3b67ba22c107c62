"""A process that has stood still waits to hear whether it was taken for dead; one that has not waits for nothing."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from streams.kafka import pulse
from streams.kafka.pulse import OFTEN, Pulse

SESSION = 10.0


class Time:
    """A clock that goes on as one sleeps, or is halted."""

    def __init__(self) -> None:
        self.now = 500.0
        self.asleep = 1.9e9  # seconds that only the calendar knows of

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time(monkeypatch):
    made = Time()
    monkeypatch.setattr(
        pulse, "time", SimpleNamespace(monotonic=lambda: made.now, time=lambda: made.asleep + made.now)
    )
    monkeypatch.setattr(pulse, "asyncio", SimpleNamespace(sleep=made.sleep))
    return made


@pytest.mark.parametrize(("halt", "wait"), [(0.0, 0.0), (SESSION / 2, 0.0), (SESSION / 2 + 1, SESSION)])
async def test_who_stood_still_for_long_waits_a_session(time, halt, wait):
    heart = Pulse(SESSION)
    time.now += halt
    await heart.certain()
    assert time.now == 500.0 + halt + wait


@pytest.mark.parametrize(("halt", "wait"), [(0.0, 0.0), (2 * SESSION, SESSION)])
async def test_the_beat_goes_on_while_nobody_asks_and_a_halt_is_noticed(time, halt, wait):
    heart = Pulse(SESSION)
    beating = asyncio.create_task(heart.run())
    while time.now < 500.0 + 3 * SESSION:
        await asyncio.sleep(0)
    time.now += halt
    noticed = time.now + OFTEN
    while time.now < noticed:
        await asyncio.sleep(0)
    beating.cancel()
    await heart.certain()
    assert noticed - OFTEN + wait <= time.now <= noticed + wait


@pytest.mark.parametrize(("asleep", "wait"), [(3600.0, SESSION), (1.0, 0.0), (-3600.0, 0.0)])
async def test_a_machine_that_was_asleep_has_stood_still_though_its_own_clock_did_too(time, asleep, wait):
    heart = Pulse(SESSION)
    time.asleep += asleep
    await heart.certain()
    assert time.now == 500.0 + wait


async def test_what_passed_before_the_first_beat_is_no_halt(time):
    heart = Pulse(SESSION)
    time.now += 2 * SESSION  # brokers that were slow to answer
    beating = asyncio.create_task(heart.run())
    await asyncio.sleep(0)
    began = time.now
    await heart.certain()
    beating.cancel()
    assert time.now < began + SESSION
