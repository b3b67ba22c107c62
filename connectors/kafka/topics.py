"""Topics made, and compared with what they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, Protocol

from kafka import KafkaAdminClient, errors
from kafka.admin import ConfigResource, ConfigResourceType

from connectors.kafka.access import Access, reached
from tallywire.errors import BrokerError

_THERE = (0, errors.TopicAlreadyExistsError.errno)

#: What helps where a topic cannot be made; of what is not here, Kafka's own name says most.
_REMEDIES: Mapping[type[errors.KafkaError], str] = {
    errors.InvalidReplicationFactorError: "lower [kafka] replication, or add brokers",
    errors.InvalidPartitionsError: "see [kafka] partitions",
    errors.InvalidTopicError: "see [kafka] prefix",
    errors.InvalidConfigurationError: "see [kafka] message_limit and replication, or what the cluster allows",
    errors.PolicyViolationError: "the cluster's policy forbids it: see [kafka] partitions, replication, message_limit",
    errors.TopicAuthorizationFailedError: "[kafka] username needs the right to create topics",
    errors.ClusterAuthorizationFailedError: "[kafka] username needs the right to create topics",
}


class Wanted(Protocol):
    """A topic as it should be."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def replication(self) -> int: ...
    @property
    def settings(self) -> Mapping[str, str]:
        """Kafka's own names and values."""
        ...


def create(access: Access, topics: Sequence[Wanted]) -> list[str]:
    """Make the topics that are not there yet; their names.  Raises `BrokerError`."""
    with reached(access), closing(_client(access)) as client:
        answers = client.create_topics({topic.name: _options(topic) for topic in topics}, raise_errors=False)[
            "topics"
        ]
        refused = [one for one in answers if one["error_code"] not in _THERE]
        if not refused:
            client.wait_for_topics([topic.name for topic in topics])
            return [one["name"] for one in answers if one["error_code"] == 0]
    raise BrokerError("\n".join(map(_refusal, refused)))


def _refusal(answer: Mapping[str, Any]) -> str:
    kind = errors.for_code(answer["error_code"])
    says = answer["error_message"] or kind.description
    return f"topic {answer['name']} cannot be made: {says.rstrip('.')}: {_REMEDIES.get(kind, kind.__name__)}"


def faults(access: Access, topics: Sequence[Wanted]) -> list[str]:
    """What is wrong with the topics, each with its remedy; none where all are right.  Raises `BrokerError`."""
    with reached(access), closing(_client(access)) as client:
        there = set(client.list_topics())
        found = [topic for topic in topics if topic.name in there]
        described = {one["name"]: one for one in client.describe_topics([topic.name for topic in found])}
        resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in found]
        settings = client.describe_configs(resources, config_filter="all")["topic"] if found else {}
    missing = (topic.name for topic in topics if topic.name not in there)
    wrong = [
        fault
        for topic in found
        for fault in _compared(topic, described[topic.name], settings[topic.name], access.brokers[0])
    ]
    return [f"topic {name} is missing: run `tallywire topics create`" for name in missing] + wrong


def sessions(access: Access) -> tuple[float, float] | None:
    """The seconds, at least and at most, for which brokers let a member of a group be silent; None where untold.

    Raises `BrokerError`.
    """
    with reached(access), closing(_client(access)) as client:
        try:
            node = str(client.describe_cluster()["brokers"][0]["broker_id"])
            broker = ConfigResource(ConfigResourceType.BROKER, node)
            answer = client.describe_configs([broker], config_filter="all")
        except errors.ClusterAuthorizationFailedError:  # a right that nobody else here has need of
            return None
    found = answer.get("broker", {}).get(node, {})
    bounds = [found.get(f"group.{end}.session.timeout.ms", {}).get("value") for end in ("min", "max")]
    return (int(bounds[0]) / 1000, int(bounds[1]) / 1000) if all(bounds) else None


def ids(access: Access, names: Sequence[str]) -> dict[str, str]:
    """What the cluster calls topics besides their names: one that is made anew is called another.

    Raises `BrokerError`.
    """
    with reached(access), closing(_client(access)) as client:
        return {one["name"]: str(one.get("topic_id") or "") for one in client.describe_topics(list(names))}


def _compared(
    topic: Wanted, described: Mapping[str, Any], settings: Mapping[str, Any], broker: str
) -> Iterator[str]:
    """What is wrong with a topic; `broker` is where the commands that mend it begin."""
    partitions = described["partitions"]
    if len(partitions) != topic.partitions:
        yield (
            f"topic {topic.name} has {len(partitions)} partitions where [kafka] partitions says {topic.partitions}: "
            f"set it to {len(partitions)}, or name another prefix and create topics anew (keys would change places)"
        )
    copies = min(len(one["replica_nodes"]) for one in partitions)
    if copies < topic.replication:
        yield (
            f"topic {topic.name} keeps {copies} copies where [kafka] replication says {topic.replication}: "
            f"set it to {copies}, or move the topic with kafka-reassign-partitions"
        )
    for name, value in topic.settings.items():
        has = settings.get(name, {}).get("value")
        if has != value:
            yield (
                f"topic {topic.name} has {name}={has} where {value} is wanted: "
                f"kafka-configs --bootstrap-server {broker} --alter --topic {topic.name} --add-config {name}={value}"
            )


def _options(topic: Wanted) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": topic.replication,
        "configs": dict(topic.settings),
    }


def _client(access: Access) -> KafkaAdminClient:
    return KafkaAdminClient(**access.options(), client_id="tallywire-topics", bootstrap_timeout_ms=10_000)
