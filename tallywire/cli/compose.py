"""Settings into working parts: the only place that knows both the configuration and the components."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from connectors.http import HttpClient
from connectors.sinks.registry import KINDS, Place, Tools, build
from connectors.sinks.terminal import TerminalSink
from streams import codec
from streams.embedded import Engine, Observer, Taken
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.reconcile import Reconcile
from streams.store import Store
from streams.topology import Stage, stages
from tallywire.config import Destination, Settings
from tallywire.errors import ConfigError
from tallywire.metrics import Metrics
from tallywire.ports import Sink
from tallywire.records import Alert


class SystemClock:
    """The system's time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


def print_alerts(alerts: Sequence[Alert]) -> None:
    """Alerts as the terminal destination prints them."""

    async def send() -> None:
        sink = TerminalSink("terminal", sys.stdout)
        for alert in alerts:
            await sink.send(alert, alert.at)

    asyncio.run(send())
