"""What the commands on Kafka have in common: the pipeline, its topics and the way to the brokers, as configured."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.kafka.access import Access
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.muting import Mutes, nobody
from streams.operators.reconcile import Reconcile
from streams.topics import Sizes, Topic, topics
from streams.topology import Stage, stages
from tallywire.cli.options import ledger_policy
from tallywire.cli.rules import pace, rules
from tallywire.config import Settings


def access(settings: Settings) -> Access:
    """The way to the brokers.  Raises `ConfigError` where the password cannot be read."""
    kafka = settings.kafka
    return Access(
        brokers=kafka.brokers,
        tls=kafka.tls,
        ca_file=kafka.ca_file,
        certificate_file=kafka.certificate_file,
        key_file=kafka.key_file,
        sasl=kafka.sasl,
        username=kafka.username,
        password=kafka.secret(),
    )


def pipeline(settings: Settings, assigners: Assigners, mutes: Mutes = nobody) -> tuple[Stage, ...]:
    """The stages as the settings want them."""
    return stages(
        assigners.step, Reconcile(ledger_policy(settings)), Alerting(rules(settings), pace(settings), mutes)
    )


def wanted(settings: Settings) -> Sequence[Topic]:
    """The topics as they should be."""
    kafka = settings.kafka
    return topics(
        pipeline(settings, Assigners()),
        Sizes(
            prefix=kafka.prefix,
            partitions=kafka.partitions,
            replication=kafka.replication,
            message_limit=kafka.message_limit,
            keep=settings.retention.keep,
            window=settings.retention.window,
        ),
    )
