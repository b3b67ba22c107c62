"""The thread that Faust reads in ends with a cancellation of aiokafka's own, and whoever waits for its end is told."""

from __future__ import annotations

import asyncio

import pytest
from faust.transport.drivers import aiokafka as driver

from streams.faust_app import Thread


@pytest.fixture
def thread(monkeypatch):
    """One that a cancellation comes out of, with no loop and no brokers."""

    def cancelled(_self):
        raise asyncio.CancelledError

    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_start_thread", cancelled)
    monkeypatch.setattr(Thread, "set_shutdown", lambda self: setattr(self, "told", True))
    made = object.__new__(Thread)
    made.told = False
    return made


@pytest.mark.parametrize("stopping", [True, False])
def test_a_cancellation_is_its_end_and_a_fault_where_nobody_has_told_it_to_end(thread, monkeypatch, stopping):
    monkeypatch.setattr(Thread, "should_stop", stopping)
    if stopping:
        thread._start_thread()
    else:
        with pytest.raises(asyncio.CancelledError):
            thread._start_thread()
    assert thread.told
