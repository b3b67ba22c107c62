"""The topics that the pipeline needs on Kafka: names, partitions, what is kept and for how long.

All of it follows from the topology and a handful of sizes.  Topics of records are deleted by age; the changelog of a
table, and what is read as a table, is compacted: the latest value of every key stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec

from streams.topology import DEAD_LETTERS, Stage

ARTICLES = "articles"  # where the pipeline begins …
ALERTS = "alerts"  # … and where it ends
PLACEMENTS = "placements"  # what `assign` has decided, without the texts: its memory is rebuilt from it
MUTES = "mutes"  # a person's mutes, latest by scope
FEEDS = "feeds"  # where each source goes on, latest by its name
DELIVERIES = "deliveries"  # how each alert stands at each destination, latest by both

#: What only hands work from one stage to the next is kept long enough to outlast a long weekend's outage.
PASSING = timedelta(days=7)

SEGMENT = 64 << 20  # bytes of what compaction takes at once
ROOM = 1_000_000  # bytes of a record beside its value: key and headers


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation decides about its topics."""

    prefix: str = ""  #: before every name
    partitions: int
    replication: int
    message_limit: int  #: bytes of the largest record's value
    keep: timedelta  #: how long articles, updates and alerts are kept
    window: timedelta  #: how far back likeness looks


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as it should be."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]  #: Kafka's own names and values


def changelog(stage: Stage) -> str:
    """The topic that a stage's table is rebuilt from."""
    return f"{stage.name}-states"


def topics(stages: Iterable[Stage], sizes: Sizes) -> tuple[Topic, ...]:
    """Every topic of the pipeline, in its order."""
    stages = tuple(stages)
    kept = {"articles", "story-readings", "updates", "alerts"}
    chain = [stage.source for stage in stages] + [stages[-1].sink]
    records = {name: sizes.keep if name in kept else PASSING for name in chain}
    records |= {DEAD_LETTERS: sizes.keep, PLACEMENTS: sizes.window + PASSING}
    tables = [changelog(stage) for stage in stages if stage.state] + [MUTES, FEEDS, DELIVERIES]
    return (
        *(_topic(name, sizes, _by_age(age) | _dated(name)) for name, age in records.items()),
        *(_topic(name, sizes, _by_key(sizes)) for name in tables),
    )


def _by_age(age: timedelta) -> dict[str, str]:
    """For so long, however much that is: a cluster may bound all topics in bytes, and forget what is past them."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(int(age.total_seconds() * 1000)),
        "retention.bytes": "-1",
    }


def _by_key(sizes: Sizes) -> dict[str, str]:
    """The latest of every key, soon: whoever recovers a table reads what is not compacted yet, and that is any size.

    Kafka compacts whole segments, a gigabyte each unless it is told otherwise.  That a key is gone is said for as long
    as a worker may be away with its tables.
    """
    return {
        "cleanup.policy": "compact",
        "segment.bytes": str(max(SEGMENT, 2 * (sizes.message_limit + ROOM))),
        "min.cleanable.dirty.ratio": "0.2",
        "delete.retention.ms": str(int(PASSING.total_seconds() * 1000)),
    }


def _dated(name: str) -> dict[str, str]:
    """What other programs write arrives when the brokers take it in, whatever time they give it."""
    return {"message.timestamp.type": "LogAppendTime"} if name == ARTICLES else {}


def _topic(name: str, sizes: Sizes, settings: dict[str, str]) -> Topic:
    common = {
        "max.message.bytes": str(sizes.message_limit + ROOM),
        # One copy may be away and writing goes on; two, and it waits rather than risk a record.
        "min.insync.replicas": str(max(1, sizes.replication - 1)),
    }
    return Topic(
        name=sizes.prefix + name,
        partitions=sizes.partitions,
        replication=sizes.replication,
        settings=settings | common,
    )
