"""What a stage puts out on Kafka: records in order, then word of the time on each way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from streams.kafka import wire
from streams.kafka.partition import Sent
from streams.kafka.wire import Stamp
from streams.kafka.workers.outlet import Tick, send

START = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


class Producer:
    """Takes what is sent, as Faust's producer does."""

    def __init__(self):
        self.sent = []

    async def send(self, topic, key, value, partition, _timestamp, headers):
        self.sent.append((topic, key, partition, wire.stamp(headers)))
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


def tick(minutes, *, way, to=0):
    return Tick("readings", to, wire.tick(START + timedelta(minutes=minutes), way=way, ways=2))


async def test_ticks_go_last_the_latest_of_each_way():
    record = Sent("readings", "k", b"{}", Stamp(kind="Reading", clock=START))
    producer = Producer()
    await send(producer, "x.", [tick(1, way=0), record, tick(1, way=1), tick(2, way=0), tick(2, way=0, to=1)])
    assert [topic for topic, *_ in producer.sent] == ["x.readings"] * 4
    assert producer.sent[0][1] == b"k"
    told = {(partition, stamp.way): stamp.clock for _, _, partition, stamp in producer.sent[1:]}
    assert told == {
        (0, 0): START + timedelta(minutes=2),
        (0, 1): START + timedelta(minutes=1),
        (1, 0): START + timedelta(minutes=2),
    }
