"""A topic read as a table: the latest value of every key."""

from __future__ import annotations

from contextlib import closing

from kafka import KafkaConsumer, TopicPartition

from connectors.kafka.access import Access, reached

POLL = 1000  # milliseconds


def latest(access: Access, topic: str) -> dict[str, bytes]:
    """The latest value of every key, but for those deleted, in the order they were written.  Raises `BrokerError`."""
    found: dict[str, bytes] = {}
    with reached(access), closing(_client(access)) as client:
        places = [TopicPartition(topic, number) for number in client.partitions_for_topic(topic) or ()]
        client.assign(places)
        client.seek_to_beginning(*places)
        ends = client.end_offsets(places)
        while any(client.position(place) < ends[place] for place in places):
            for records in client.poll(timeout_ms=POLL).values():
                for record in records:
                    key = record.key.decode()
                    found.pop(key, None)
                    if record.value is not None:
                        found[key] = record.value
    return found


def _client(access: Access) -> KafkaConsumer:
    return KafkaConsumer(**access.options(), client_id="tallywire-reader", enable_auto_commit=False)
