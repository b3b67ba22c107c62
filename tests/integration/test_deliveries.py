"""An hour of a failing receiver: no alert lost, none accepted twice, each story in order."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.http import HttpClient
from connectors.sinks import Place, Tools, build
from examples.receiver import Receiver
from streams import codec
from streams.operators.deliver import Delivery, State, after, next_time, ready
from tallywire.records import Alert, Severity, UpdateKind

START = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
OUTAGE = timedelta(hours=1)
STORIES = 15
ALERTS = 300


def decided() -> dict[str, Alert]:
    """Alerts of several stories, two seconds apart, as an outbox holds them."""
    return {
        f"a{number}": Alert(
            id=f"a{number}",
            kind=UpdateKind.CHANGED,
            severity=Severity.NOTICE,
            story=f"s{number % STORIES}",
            at=START + timedelta(seconds=2 * number),
            title="",
            text="",
            update=f"u{number}",
        )
        for number in range(ALERTS)
    }


async def test_an_hour_without_a_receiver_costs_nothing(tmp_path: Path) -> None:
    alerts = decided()
    outbox = [
        Delivery(alert=alert.id, destination="api", story=alert.story, next_due=alert.at)
        for alert in alerts.values()
    ]
    now, tries = START, 0
    async with (
        Receiver(tmp_path / "received.jsonl") as receiver,
        HttpClient(allow_networks=["127.0.0.0/8"]) as http,
    ):
        tools = Tools(http=http, encode=codec.encode, stream=io.StringIO())
        sink = build(Place(name="api", kind="webhook", url=receiver.url), tools)
        receiver.fail(10**6)
        while (at := next_time(outbox, now)) is not None:
            now = max(now, at)
            if now > START + OUTAGE:
                receiver.fail(0)
            for delivery in ready(outbox, now):
                outcome = await sink.send(alerts[delivery.alert], START)
                tries += 1
                outbox[outbox.index(delivery)] = after(delivery, outcome, now)
        assert {delivery.state for delivery in outbox} == {State.DELIVERED}
        assert sorted(receiver.ids) == sorted(alerts)
        assert receiver.repeats == 0
        for story in range(STORIES):
            order = [int(key[1:]) for key in receiver.ids if alerts[key].story == f"s{story}"]
            assert order == sorted(order)
    assert tries < 2 * ALERTS, "a story's later alerts wait for its first instead of knocking, too"
