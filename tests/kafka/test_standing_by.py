"""A worker that asked for nothing for hours takes part all the same: it stood by, was halted, or waited for brokers."""

from __future__ import annotations

from bench.articles import generate
from tests.support.installation import Installation


async def test_it_works_and_takes_over_from_one_that_dies(brokers, prefix, tmp_path):
    async with Installation(tmp_path, brokers, prefix, 1) as kafka:
        kafka.program = "tests.support.idle"
        first = await kafka.worker()
        await kafka.working(first)
        await kafka.working(await kafka.worker())
        async with kafka.ticking():
            until = await kafka.feed(list(generate(10)))
            first.kill()
            await kafka.resumed()
        assert not (await kafka.outcome(until)).dead
