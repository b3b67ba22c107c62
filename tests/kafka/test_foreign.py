"""What other programs write to the topic `articles`, under whatever key and on whatever partition."""

from __future__ import annotations

import json

from aiokafka import AIOKafkaProducer

from streams import codec
from tallywire.records import Article
from tests.support import monitor, topics


async def test_the_versions_of_an_article_come_together_wherever_another_program_has_put_them(
    brokers, prefix, tmp_path
):
    config = topics.configure(tmp_path, brokers, prefix, partitions=4)
    worker = await monitor.start(config, "worker", "--stages", "revise", "--data", str(tmp_path / "tables"))
    try:
        await monitor.running(worker, within=120)
        async with AIOKafkaProducer(bootstrap_servers=brokers) as producer:
            for partition, died in enumerate((9, 11, 12)):
                article = {
                    "url": "https://gull.example/quay",
                    "title": "Quay",
                    "body": f"{died} people died.",
                }
                await producer.send_and_wait(
                    f"{prefix}articles", json.dumps(article).encode(), partition=partition, timestamp_ms=1
                )
                await topics.read(
                    brokers, f"{prefix}unique-articles", lambda all_, died=died: str(died) in said(all_)[-1:]
                )
        found = await topics.read(brokers, f"{prefix}unique-articles", lambda all_: len(said(all_)) == 3)
    finally:
        await monitor.stop(worker)
    versions = [codec.decode(one.value, Article) for one in found if one.value]
    assert [one.version for one in versions] == [1, 2, 3]
    assert [one.revision_of for one in versions[1:]] == [one.id for one in versions[:2]]
    assert {one.partition for one in found if one.value} == {found[0].partition}
    assert (
        min(one.arrived.year for one in versions) > 2020
    )  # as the broker's clock has it, not the other program's


def said(found) -> list[str]:
    """How many died, of each article that went on."""
    return [codec.decode(one.value, Article).body.split()[0] for one in found if one.value]
