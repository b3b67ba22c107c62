"""Clients of the brokers are let go of, whatever comes out of them where the brokers are away."""

from __future__ import annotations

import asyncio

from streams.kafka.farewell import begun


class Client:
    """One whose end lets out the cancellation of a task of its own."""

    def __init__(self):
        self.began = False

    async def start(self):
        self.began = True

    async def stop(self):
        raise asyncio.CancelledError


async def test_a_cancellation_that_a_client_lets_out_at_its_end_is_not_ours():
    async with begun(Client()) as client:
        assert client.began
    await asyncio.sleep(0)  # which would be the first to hear of it
