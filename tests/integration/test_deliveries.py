"""An hour of a failing receiver with thousands of alerts waiting: none lost, none accepted twice, stories in order."""

from __future__ import annotations

import asyncio
import io
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.http import HttpClient, HttpFailure, Response
from connectors.sinks import KINDS, Place, Tools, build
from examples.receiver import Receiver
from streams import codec
from streams.operators.circuit import CLOSED, Circuit, answered
from streams.operators.deliver import Delivery, State, after, next_time, ready
from streams.sending import Sending
from tallywire.metrics import Metrics
from tallywire.ports import Sink
from tallywire.records import Alert, Severity, UpdateKind
from tests.support.hours import START, Hours

OUTAGE = timedelta(hours=1)
ALERT_ID = re.compile(r"\ba\d{5}\b")

#: Each way to send over HTTP, and what it needs beside an address.
WAYS: dict[str, dict[str, Any]] = {
    "alertmanager": {"kind": "alertmanager"},
    "discord": {"kind": "discord"},
    "slack": {"kind": "slack"},
    "slack app": {"kind": "slack", "token": "xoxb-1", "channel": "C1"},
    "webhook": {"kind": "webhook"},
    "webhook cloudevents": {"kind": "webhook", "form": "cloudevents"},
}


def decided(count: int, stories: int) -> dict[str, Alert]:
    """Alerts of several stories, decided within the first half hour, as an outbox holds them."""
    return {
        f"a{number:05}": Alert(
            id=f"a{number:05}",
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
    """A service on the simulated clock: for an hour it fails in one way, then it takes what it has not taken."""

    def __init__(self, failing: str, clock: Hours) -> None:
        super().__init__()
        self._failing = failing
        self._clock = clock
        self.accepted: list[str] = []
        self.asked: list[datetime] = []
        self.not_before = START
        self.last = START  # when it accepted the last

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        now = self._clock.now()
        self.asked.append(now)
        assert now >= self.not_before, "Retry-After was not kept"
        if now < START + OUTAGE:
            return await self._fail(url)
        await asyncio.sleep(0.02)
        [name] = set(ALERT_ID.findall(body.decode()))
        self.accepted.append(name)
        self.last = self._clock.now()
        answer = b'{"ok":true,"ts":"17.01"}' if "chat.postMessage" in url else b"ok"
        return Response(200, CIMultiDictProxy(CIMultiDict()), answer, url)

    async def _fail(self, url: str) -> Response:
        if self._failing == "nothing":
            await asyncio.sleep(15)
            raise HttpFailure("timeout", "took too long")
        wait = {}
        if self._failing == "429":
            self.not_before = self._clock.now() + timedelta(seconds=90)
            wait = {"Retry-After": "90"}
        return Response(int(self._failing), CIMultiDictProxy(CIMultiDict(wait)), b"", url)


class Kept:
    """An outbox that outlives those who send from it."""

    def __init__(self, alerts: dict[str, Alert]) -> None:
        self._alerts = alerts
        self._threads: dict[str, str | None] = {}
        self.waiting = {
            one.id: Delivery(alert=one.id, destination="desk", story=one.story, next_due=one.at)
            for one in alerts.values()
        }
        self.dead: list[str] = []

    async def pending(self) -> Sequence[Delivery]:
        return list(self.waiting.values())

    async def ours(self, delivery: Delivery) -> bool:
        return True

    async def alert(self, delivery: Delivery) -> Alert | None:
        return self._alerts[delivery.alert]

    async def thread(self, delivery: Delivery) -> str | None:
        return self._threads.get(delivery.story)

    async def record(self, delivery: Delivery, cause: str | None = None) -> None:
        if delivery.state is State.PENDING:
            self.waiting[delivery.alert] = delivery
            return
        del self.waiting[delivery.alert]
        self._threads[delivery.story] = delivery.thread
        self.dead += [delivery.alert] if cause else []


def outage(way: str, failing: str, count: int, *, kills: int = 0) -> tuple[Service, Kept, list[float]]:
    """Send `count` alerts through an hour of failures, killed so often; also whether the metric showed it down."""
    clock, alerts = Hours(), decided(count, stories=max(count // 12, 1))
    service, outbox, shown = Service(failing, clock), Kept(alerts), []
    kind = KINDS[WAYS[way]["kind"]]
    place = Place(name="desk", url="https://api.example", **WAYS[way])

    async def hours() -> None:
        dice = random.Random(7)  # noqa: S311 - repeatable, not secret
        for left in range(kills, -1, -1):
            metrics = Metrics((), ("desk",))
            sink = build(place, Tools(http=service, encode=codec.encode, stream=io.StringIO()))
            sending = Sending(
                [sink], outbox, stop=asyncio.Event(), clock=clock, metrics=metrics, gaps={"desk": kind.gap}
            )
            process = asyncio.create_task(sending.send_to(sink))
            until = clock.time() + dice.uniform(60, 7200 / (kills + 1)) if left else math.inf
            while outbox.waiting and clock.time() < until:
                await asyncio.sleep(7)
                value = metrics.registry.get_sample_value(
                    "tallywire_destination_down", {"destination": "desk"}
                )
                shown.append(value or 0.0)
            process.cancel()
            await asyncio.gather(process, return_exceptions=True)

    clock.run(hours())
    return service, outbox, shown


@pytest.mark.parametrize("failing", ["429", "500", "nothing"])
def test_an_hour_of_failures_loses_and_doubles_nothing(failing: str) -> None:
    service, outbox, down = outage("webhook", failing, 5_000)
    assert (outbox.waiting, outbox.dead) == ({}, [])
    assert sorted(service.accepted) == sorted(decided(5_000, 1)), "one was lost, or sent twice"
    assert in_order(service.accepted, decided(5_000, stories=416))
    during = [at for at in service.asked if at < START + OUTAGE]
    assert len(during) < 50, "a receiver that is down was asked for every story that waits"
    assert service.last < START + OUTAGE + timedelta(minutes=10), (
        "a receiver that is back waited for its alerts"
    )
    assert set(down) == {0, 1}
    assert down[-1] == 0


@pytest.mark.parametrize("way", WAYS)
def test_every_service_is_told_all_once_and_in_order_after_an_hour_of_failures(way: str) -> None:
    service, outbox, _ = outage(way, "429", 200)
    assert (outbox.waiting, outbox.dead) == ({}, [])
    assert sorted(service.accepted) == sorted(decided(200, 1))
    assert in_order(service.accepted, decided(200, stories=16))


def test_each_kill_repeats_one_alert_at_most_under_its_id() -> None:
    service, outbox, _ = outage("webhook", "500", 1_000, kills=40)
    assert (outbox.waiting, outbox.dead) == ({}, [])
    assert set(service.accepted) == set(decided(1_000, 1))
    assert len(service.accepted) - 1_000 <= 40
    assert in_order(list(dict.fromkeys(service.accepted)), decided(1_000, stories=83))


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
