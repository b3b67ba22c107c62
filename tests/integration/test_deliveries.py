"""An hour of a failing receiver with thousands of alerts waiting: none lost, none accepted twice, stories in order."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.http import HttpClient, HttpFailure, Response
from connectors.sinks import Place, Tools, build
from examples.receiver import Receiver
from streams import codec
from streams.operators.circuit import CLOSED, Circuit, answered
from streams.operators.deliver import Delivery, State, after, next_time, ready
from tallywire.ports import Sink
from tallywire.records import Alert, Severity, UpdateKind

START = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
OUTAGE = timedelta(hours=1)


def decided(count: int, stories: int) -> dict[str, Alert]:
    """Alerts of several stories, decided within the first half hour, as an outbox holds them."""
    return {
        f"a{number}": Alert(
            id=f"a{number}",
            kind=UpdateKind.CHANGED,
            severity=Severity.NOTICE,
            story=f"s{number % stories}",
            at=START + timedelta(minutes=30) * number / count,
            title="",
            text="",
            update=f"u{number}",
        )
        for number in range(count)
    }


async def drain(
    sink: Sink, alerts: dict[str, Alert], clock: list[datetime], forgets: Callable[[], bool] = lambda: False
) -> list[Delivery]:
    """Deliver as a runner does, on a simulated clock; the deliveries at the end.

    `forgets`: whether a crash comes between an answer and its record.  A restart forgets the circuit as well.
    """
    outbox = {
        alert.id: Delivery(alert=alert.id, destination="api", story=alert.story, next_due=alert.at)
        for alert in alerts.values()
    }
    circuits: dict[str, Circuit] = {}
    while (at := next_time(list(outbox.values()), clock[0], circuits=circuits)) is not None:
        clock[0] = max(clock[0], at)
        for delivery in ready(list(outbox.values()), clock[0], circuits=circuits):
            if circuits.get("api", CLOSED).free_at(clock[0]) > clock[0]:
                break
            clock[0] += timedelta(milliseconds=20)
            outcome = await sink.send(alerts[delivery.alert], clock[0])
            if forgets():
                circuits.clear()
                continue
            circuits["api"] = answered(circuits.get("api", CLOSED), outcome, clock[0])
            outbox[delivery.alert] = after(delivery, outcome, clock[0])
    return list(outbox.values())


def in_order(ids: list[str], alerts: dict[str, Alert]) -> bool:
    """Whether the alerts of each story stand as they were decided."""
    last: dict[str, int] = {}
    for name in ids:
        story, number = alerts[name].story, int(name[1:])
        if last.get(story, -1) >= number:
            return False
        last[story] = number
    return True


class Service(HttpClient):
    """A receiver on the simulated clock: for an hour it fails in one way, then it takes what it has not taken."""

    def __init__(self, failing: str, clock: list[datetime]) -> None:
        super().__init__()
        self._failing = failing
        self._clock = clock
        self.accepted: dict[str, datetime] = {}
        self.asked: list[datetime] = []
        self.not_before = START

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        now = self._clock[0]
        self.asked.append(now)
        assert now >= self.not_before, "Retry-After was not kept"
        if now < START + OUTAGE:
            return self._fail(url, now)
        self.accepted.setdefault(headers["webhook-id"], now)
        return Response(200, CIMultiDictProxy(CIMultiDict()), b"", url)

    def _fail(self, url: str, now: datetime) -> Response:
        if self._failing == "nothing":
            raise HttpFailure("timeout", "took too long")
        wait = {}
        if self._failing == "429":
            self.not_before = now + timedelta(seconds=90)
            wait = {"Retry-After": "90"}
        return Response(int(self._failing), CIMultiDictProxy(CIMultiDict(wait)), b"", url)


@pytest.mark.parametrize("failing", ["429", "500", "nothing"])
async def test_an_hour_of_failures_loses_and_doubles_nothing(failing: str) -> None:
    alerts, clock = decided(5_000, stories=400), [START]
    service = Service(failing, clock)
    sink = build(
        Place(name="api", kind="webhook", url="https://api.example"),
        Tools(http=service, encode=codec.encode, stream=io.StringIO()),
    )
    outbox = await drain(sink, alerts, clock)
    assert Counter(delivery.state for delivery in outbox) == {State.DELIVERED: 5_000}
    assert service.accepted.keys() == alerts.keys()
    assert in_order(list(service.accepted), alerts)
    during = [at for at in service.asked if at < START + OUTAGE]
    assert len(during) < 50, "a receiver that is down was asked for every story that waits"
    late = sum(at > START + OUTAGE + timedelta(minutes=30) for at in service.accepted.values())
    assert late < 500, "a receiver that is back waited for most of its alerts"


async def test_a_real_receiver_that_fails_drops_the_repeats_of_crashes(tmp_path: Path) -> None:
    alerts, clock = decided(300, stories=15), [START]
    dice = random.Random(5)  # noqa: S311 - repeatable, not secret
    async with (
        Receiver(tmp_path / "received.jsonl") as receiver,
        HttpClient(allow_networks=["127.0.0.0/8"]) as http,
    ):
        tools = Tools(http=http, encode=codec.encode, stream=io.StringIO())
        sink = build(Place(name="api", kind="webhook", url=receiver.url), tools)
        receiver.fail(20)
        outbox = await drain(sink, alerts, clock, lambda: dice.random() < 0.05)
        assert {delivery.state for delivery in outbox} == {State.DELIVERED}
        assert sorted(set(receiver.ids)) == sorted(alerts)
        assert in_order(list(dict.fromkeys(receiver.ids)), alerts)
