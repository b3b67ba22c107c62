"""What runs on Kafka ends when it is told to, even while the brokers are gone and nobody can be bidden farewell."""

from __future__ import annotations

import asyncio

from tests.support.broker import skip_without_a_broker
from tests.support.installation import Installation
from tools.kafka import Cluster

MORE = """
[archive]
url = "sqlite:///{folder}/archive.sqlite"

[[destinations]]
name = "desk"
kind = "file"
path = "{folder}/alerts.jsonl"
"""


async def test_each_part_ends_while_the_broker_is_gone(tmp_path):
    skip_without_a_broker()
    with Cluster() as cluster:
        async with Installation(tmp_path, cluster.brokers, "", 1, MORE.format(folder=tmp_path)) as kafka:
            await kafka.working(await kafka.worker())
            parts = [
                *kafka.workers,
                *[await kafka.started(name) for name in ("connect", "deliver", "archive")],
            ]
            cluster.nodes[0].kill()
            await asyncio.sleep(2)  # some of them find out, some do not: either must do
            assert await asyncio.gather(*(kafka.stop(part) for part in parts)) == [0] * len(parts)
