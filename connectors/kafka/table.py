"""A topic read as a table, the latest value of every key; and what was written to one last."""

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


def last(access: Access, topic: str, partition: int) -> list[tuple[str, bytes]] | None:
    """The headers of the last record of a partition; None where it holds none.  Raises `BrokerError`."""
    place = TopicPartition(topic, partition)
    with reached(access), closing(_client(access)) as client:
        client.assign([place])
        first, end = client.beginning_offsets([place])[place], client.end_offsets([place])[place]
        if first == end:
            return None
        client.seek(place, end - 1)
        while True:
            for record in client.poll(timeout_ms=POLL).get(place, ()):
                return list(record.headers)


def _client(access: Access) -> KafkaConsumer:
    return KafkaConsumer(**access.options(), client_id="tallywire-reader", enable_auto_commit=False)
