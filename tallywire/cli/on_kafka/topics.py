"""Topics made and checked."""

from __future__ import annotations

import sys

from connectors.kafka import topics
from tallywire.cli.on_kafka.common import access, wanted
from tallywire.cli.options import counted
from tallywire.config import Settings
from tallywire.errors import BrokerError


def create(settings: Settings) -> None:
    """Make what is missing, then check everything.  Raises `BrokerError`."""
    for name in topics.create(access(settings), wanted(settings)):
        sys.stdout.write(f"made {name}\n")
    check(settings)


def check(settings: Settings) -> None:
    """Say that all is well.  Raises `BrokerError` with every fault and its remedy."""
    refuse_wrong_topics(settings)
    sys.stdout.write(f"{counted(len(wanted(settings)), 'topic')} as they should be\n")


def refuse_wrong_topics(settings: Settings) -> None:
    """Raise `BrokerError` with every fault of the topics and its remedy, where there are any."""
    found = topics.faults(access(settings), wanted(settings))
    if found:
        raise BrokerError("\n".join(found))
