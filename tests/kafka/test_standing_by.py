"""A worker that has stood by for long, without a partition, takes over from one that dies."""

from __future__ import annotations

import asyncio

from bench.articles import generate
from tests.support.impatient import IDLE
from tests.support.installation import Installation


async def test_it_takes_over_from_one_that_dies(brokers, prefix, tmp_path):
    async with Installation(tmp_path, brokers, prefix, 1) as kafka:
        kafka.program = "tests.support.impatient"
        first = await kafka.worker()
        await kafka.working(first)
        await kafka.working(await kafka.worker())
        await asyncio.sleep(2 * IDLE)  # it is as long as this that is tried
        async with kafka.ticking():
            until = await kafka.feed(list(generate(10)))
            first.kill()
            await kafka.resumed()
        assert not (await kafka.outcome(until)).dead
