"""The outbox on Kafka without a broker: no alert is lost on a partition that cannot be opened, or is on its way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaConnectionError

from streams import codec
from streams.kafka import delivering, wire
from streams.kafka.delivering import TopicOutbox
from streams.kafka.outbox import Queued
from streams.kafka.wire import Stamp
from streams.operators.deliver import Delivery, State
from streams.sending import Sending
from tallywire.metrics import Metrics
from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert, DeadLetter, Severity, UpdateKind

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)


def alert(name: str) -> Alert:
    return Alert(
        id=name,
        kind=UpdateKind.CHANGED,
        severity=Severity.NOTICE,
        story=f"story of {name}",
        at=NOW,
        title="",
        text="",
        update=f"u{name}",
    )


class Brokers:
    """Two partitions of alerts, the tables of their deliveries, and both clients, which hand a record out once."""

    def __init__(self):
        self.logs: dict[int, list[bytes]] = {0: [], 1: []}
        self.tables: dict[int, dict[str, bytes]] = {0: {}, 1: {}}
        self.place = {0: 0, 1: 0}
        self.commits: dict[int, int] = {}
        self.letters: list[DeadLetter] = []
        self.unreachable: set[int] = set()  # partitions whose tables cannot be read
        self.before_writing = None
        self.asked = 0  # how often for alerts
        self.corrupt = False  # whether what is fetched next of some partition is

    def assignment(self):
        return {TopicPartition("alerts", number) for number in self.logs}

    async def beginning_offsets(self, places):
        return dict.fromkeys(places, 0)

    async def getmany(self, timeout_ms):
        self.asked += 1
        found = {}
        for place in self.assignment():
            values, at = self.logs[place.partition], self.place[place.partition]
            if values[at:]:
                found[place] = [
                    SimpleNamespace(
                        topic="alerts", partition=place.partition, offset=at + n, value=value, headers=()
                    )
                    for n, value in enumerate(values[at:])
                ]
                self.place[place.partition] = len(values)
        if self.corrupt:
            self.corrupt = False
            raise CorruptRecordException("Invalid CRC")
        await asyncio.sleep(0)
        return found

    async def committed(self, place):
        return self.commits.get(place.partition)

    def seek(self, place, offset):
        self.place[place.partition] = offset

    async def commit(self, offsets):
        for place, offset in offsets.items():
            self.commits[place.partition] = offset

    async def part(self, _options, place):
        await asyncio.sleep(0)
        if place.partition in self.unreachable:
            raise KafkaConnectionError("away")
        return dict(self.tables[place.partition])

    async def send_and_wait(self, topic, value, key, number, headers=None):
        if self.before_writing is not None:
            await self.before_writing()
        if topic == "dead-letters":
            self.letters.append(codec.decode(value, DeadLetter))
        else:
            self.tables[number][key.decode()] = value

    @property
    def queued(self) -> set[str]:
        return {name for table in self.tables.values() for name in table}


@pytest.fixture
def brokers(monkeypatch):
    made = Brokers()
    monkeypatch.setattr(delivering, "AIOKafkaConsumer", lambda **_: made)
    monkeypatch.setattr(delivering, "AIOKafkaProducer", lambda **_: made)
    monkeypatch.setattr(delivering.reading, "part", made.part)
    monkeypatch.setattr(delivering, "RETRY", 0.001)
    monkeypatch.setattr(delivering, "POLL", 1)
    return made


@pytest.fixture
def stop():
    return asyncio.Event()


@pytest.fixture
def outbox(brokers, stop):
    return TopicOutbox(
        {},
        prefix="",
        destinations=["desk"],
        compression=None,
        largest=100_000,
        session_timeout=10.0,
        clock=SimpleNamespace(now=lambda: NOW),
        metrics=Metrics([], []),
        stop=stop,
    )


async def listened(outbox, stop, *, rounds: int) -> None:
    """So many looks for alerts."""
    left = rounds

    async def told():
        nonlocal left
        left -= 1
        if not left:
            stop.set()

    await outbox.listen(told)
    stop.clear()


async def test_alerts_wait_on_the_brokers_while_what_is_known_of_their_partition_cannot_be_read(
    brokers, outbox, stop
):
    brokers.logs = {0: [codec.encode(alert("a"))], 1: [codec.encode(alert("b"))]}
    brokers.unreachable = {1}
    await listened(outbox, stop, rounds=3)
    assert outbox.faults() == ["KafkaConnectionError: KafkaConnectionError: away"]
    brokers.unreachable = set()
    await listened(outbox, stop, rounds=3)
    assert brokers.queued == {"a/desk", "b/desk"}
    assert brokers.commits == {0: 1, 1: 1}
    assert outbox.faults() == []


async def test_a_row_that_is_none_is_passed_by_and_the_rest_of_its_partition_delivered(brokers, outbox, stop):
    brokers.tables[0]["x/desk"] = b"no row"
    brokers.logs[0] = [codec.encode(alert("a"))]
    await listened(outbox, stop, rounds=2)
    assert [one.alert for one in await outbox.pending()] == ["a"]


async def test_a_row_of_a_later_version_stops_the_deliverer_and_says_so(brokers, outbox, stop):
    brokers.tables[0]["x/desk"] = b'{"v":2}'
    brokers.logs[0] = [codec.encode(alert("a"))]
    await listened(outbox, stop, rounds=2)
    assert outbox.faults() == [
        "LaterVersionError: value of schema version 2; this program reads up to 1: upgrade it"
    ]
    assert brokers.commits == {}


async def test_what_is_no_alert_is_buried_however_large(brokers, outbox, stop):
    brokers.logs[0] = [b"\xff" * 90_000, codec.encode(alert("a"))]
    await listened(outbox, stop, rounds=2)
    (letter,) = brokers.letters
    assert len(codec.encode(letter)) <= 100_000
    assert "of its 360000 characters only the first 10000 are kept" in letter.cause
    assert brokers.queued == {"a/desk"}


async def test_a_partition_goes_to_another_once_the_alert_in_hand_is_queued_and_no_later_one_is(
    brokers, outbox, stop
):
    """Another may have sent the later one by then: a row written behind would have it sent once more."""
    await listened(outbox, stop, rounds=1)
    brokers.logs[0] = [codec.encode(alert("a")), codec.encode(alert("b"))]
    leaving = None

    async def leave() -> None:
        nonlocal leaving
        if leaving is None:
            leaving = asyncio.create_task(
                outbox.on_partitions_revoked([TopicPartition("alerts", 0), TopicPartition("alerts", 1)])
            )
            await asyncio.sleep(0)
            assert not leaving.done()

    brokers.before_writing = leave
    await outbox._look()
    await leaving
    assert brokers.queued == {"a/desk"}
    assert brokers.commits == {}


async def test_who_was_halted_amid_alerts_queues_no_more_before_it_knows_that_they_are_its_own(
    brokers, outbox, stop, monkeypatch
):
    """Another may have taken over and sent them by then: a row written behind would have them sent once more."""
    await listened(outbox, stop, rounds=1)
    brokers.logs[0] = [codec.encode(alert("a")), codec.encode(alert("b"))]

    async def certain() -> None:
        if brokers.queued:
            await outbox.on_partitions_revoked(brokers.assignment())

    monkeypatch.setattr(outbox._pulse, "certain", certain)
    await outbox._look()
    assert brokers.queued == {"a/desk"}
    assert brokers.commits == {}


async def test_a_delivery_finds_its_partition_and_is_nobodys_once_that_is_gone(brokers, outbox, stop):
    brokers.logs[1] = [codec.encode(alert("a"))]
    await listened(outbox, stop, rounds=2)
    (delivery,) = await outbox.pending()
    assert await outbox.ours(delivery)
    after = msgspec.structs.replace(delivery, state=State.DELIVERED, thread="t1")
    await outbox.record(after)
    assert codec.decode(brokers.tables[1]["a/desk"], Queued).delivery == after
    assert not await outbox.ours(delivery)
    await outbox.on_partitions_revoked([TopicPartition("alerts", 1)])
    assert await outbox.pending() == []


async def test_what_another_queued_while_the_partitions_were_given_out_is_known_to_who_has_them_next(
    brokers, outbox, stop
):
    everything = brokers.assignment()
    await outbox.on_partitions_revoked(everything)
    await listened(outbox, stop, rounds=1)  # the client still calls them ours, and what is known is read
    waiting = Delivery(alert="a1", destination="desk", story="story of a1", next_due=NOW)
    brokers.tables[1]["a1/desk"] = codec.encode(Queued(delivery=waiting, offset=0, decided=NOW))
    await outbox.on_partitions_assigned(everything)
    await listened(outbox, stop, rounds=1)
    assert [one.alert for one in await outbox.pending()] == ["a1"]


async def test_an_alert_that_is_handed_out_before_its_partition_is_open_is_read_anew(
    brokers, outbox, stop, monkeypatch
):
    """The client reads on as soon as partitions are given out, while we are still asking for alerts."""
    everything, hand_out = brokers.assignment(), brokers.getmany
    await listened(outbox, stop, rounds=1)
    brokers.logs[1] = [codec.encode(alert("a"))]

    async def after_a_rebalance(timeout_ms):
        if brokers.asked == 1:
            await outbox.on_partitions_revoked(everything)
            await outbox.on_partitions_assigned(everything)
        return await hand_out(timeout_ms)

    monkeypatch.setattr(brokers, "getmany", after_a_rebalance)
    await listened(outbox, stop, rounds=1)
    assert brokers.queued == set()
    await listened(outbox, stop, rounds=1)
    assert brokers.queued == {"a/desk"}
    assert brokers.commits == {1: 1}


async def test_who_has_no_partition_asks_for_alerts_all_the_same(brokers, outbox, stop):
    """A client that asks for none is put out of the group after minutes, and comes back only when it asks."""
    brokers.logs = {}
    await listened(outbox, stop, rounds=3)
    assert brokers.asked == 3


async def test_a_delivery_that_is_sent_again_and_read_twice_is_tried_once(brokers, outbox, stop):
    """Whoever is killed between an answer and the place of what was asked for reads that once more."""
    row = Queued(
        delivery=Delivery(alert="a", destination="desk", story="s", next_due=NOW, state=State.DEAD),
        offset=0,
        decided=NOW,
    )
    brokers.tables[0]["a/desk"] = codec.encode(row)
    replayed = SimpleNamespace(
        topic="alerts",
        partition=0,
        offset=1,
        value=codec.encode(row.delivery),
        headers=wire.headers(Stamp(kind="Delivery", clock=NOW)),
    )
    await listened(outbox, stop, rounds=1)
    place = TopicPartition("alerts", 0)
    for _ in range(2):
        await outbox._take_in(place, [replayed])
        (waiting,) = await outbox.pending()
        assert outbox._shelves[0].row(waiting).offset == 0
    assert await outbox.ours(waiting)
    await outbox.record(msgspec.structs.replace(waiting, state=State.DELIVERED))
    await outbox._take_in(place, [replayed])
    assert await outbox.pending() == []


@pytest.fixture
def trying(brokers, outbox, stop):
    """A delivery whose try is under way."""

    async def begun() -> Delivery:
        brokers.logs[0] = [codec.encode(alert("a"))]
        await listened(outbox, stop, rounds=2)
        (delivery,) = await outbox.pending()
        assert await outbox.ours(delivery)
        return delivery

    return begun


@pytest.mark.parametrize(
    ("state", "known"),
    [(State.PENDING, State.PENDING), (State.DEAD, State.PENDING), (State.DELIVERED, State.DELIVERED)],
)
async def test_of_a_try_that_outlasted_its_partition_only_that_it_was_accepted_is_written(
    brokers, outbox, trying, state, known
):
    """Another may have sent the alert by then: what is written behind would have it sent once more."""
    delivery = await trying()
    leaving = asyncio.create_task(outbox.on_partitions_revoked(brokers.assignment()))
    await asyncio.sleep(0)
    after = msgspec.structs.replace(delivery, attempts=1, state=state)
    await outbox.record(after, "rejected: 400" if state is State.DEAD else None)
    await leaving
    assert codec.decode(brokers.tables[0]["a/desk"], Queued).delivery.state is known
    assert brokers.letters == []


async def test_who_was_halted_amid_a_try_writes_its_failure_only_once_it_knows_that_it_has_the_partition(
    brokers, outbox, trying, monkeypatch
):
    delivery = await trying()

    async def certain() -> None:
        outbox._leaving.add(0)  # the brokers say that another has it

    monkeypatch.setattr(outbox._pulse, "certain", certain)
    await outbox.record(msgspec.structs.replace(delivery, attempts=1))
    assert codec.decode(brokers.tables[0]["a/desk"], Queued).delivery.attempts == 0


async def test_an_alert_that_the_brokers_refuse_to_queue_is_given_up_with_its_partition(
    brokers, outbox, stop, monkeypatch
):
    monkeypatch.setattr(delivering, "LAST_TRY", 0.001)
    await listened(outbox, stop, rounds=1)
    brokers.logs[0] = [codec.encode(alert("a"))]

    async def refuse() -> None:
        await outbox.on_partitions_revoked(brokers.assignment())
        brokers.before_writing = None
        raise KafkaConnectionError("away")

    brokers.before_writing = refuse
    await outbox._look()
    assert brokers.queued == set()
    assert brokers.commits == {}


async def test_an_alert_whose_partition_goes_while_it_is_read_is_not_sent(brokers, outbox, stop, monkeypatch):
    brokers.logs[0] = [codec.encode(alert("a"))]
    await listened(outbox, stop, rounds=2)
    outbox._alerts.clear()  # as after a restart
    sent = []

    async def read(*_where: object) -> Alert:
        await outbox.on_partitions_revoked(brokers.assignment())
        stop.set()
        return alert("a")

    async def send(told: Alert, *_more: object) -> Outcome:
        sent.append(told.id)
        return Outcome(verdict=Verdict.DELIVERED, says="")

    monkeypatch.setattr(outbox, "_read", read)
    sink = SimpleNamespace(name="desk", send=send)
    clock = SimpleNamespace(now=lambda: NOW)
    sending = Sending([sink], outbox, stop=stop, clock=clock, metrics=Metrics([], []))
    await sending.send_to(sink)
    assert sent == []


async def test_a_partition_that_comes_back_amid_a_try_is_read_once_the_answer_is_written(
    brokers, outbox, trying, monkeypatch
):
    monkeypatch.setattr(delivering, "LAST_TRY", 0.001)
    delivery = await trying()
    await outbox.on_partitions_revoked(brokers.assignment())
    await outbox.on_partitions_assigned(brokers.assignment())
    look = asyncio.create_task(outbox._look())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not look.done()
    await outbox.record(msgspec.structs.replace(delivery, state=State.DELIVERED))
    await look
    assert await outbox.pending() == []


async def test_what_was_written_is_with_the_brokers_before_the_group_is_left(brokers, outbox, monkeypatch):
    """Whoever has the partitions next reads all of it, and nothing comes behind what that one writes."""
    ended = []

    def client(name: str) -> SimpleNamespace:
        async def stop() -> None:
            ended.append(name)

        return SimpleNamespace(stop=stop)

    monkeypatch.setattr(outbox, "_producer", client("producer"))
    monkeypatch.setattr(outbox, "_consumer", client("consumer"))
    await outbox.close()
    assert ended == ["producer", "consumer"]


async def test_a_fault_of_one_partition_passes_over_no_alert_of_another(brokers, outbox, stop):
    brokers.logs[0] = [codec.encode(alert("a"))]
    await listened(outbox, stop, rounds=2)
    brokers.logs = {0: [*brokers.logs[0], codec.encode(alert("b"))], 1: [codec.encode(alert("c"))]}
    brokers.corrupt = True
    await listened(outbox, stop, rounds=3)
    assert brokers.queued == {"a/desk", "b/desk", "c/desk"}
    assert brokers.commits == {0: 2, 1: 1}
