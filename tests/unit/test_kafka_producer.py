"""What the brokers do not take in time is sent again by a new client, and the old one sends it no more."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from kafka import errors

from connectors.kafka import producer
from connectors.kafka.access import Access
from connectors.kafka.producer import Producer
from streams.kafka.connecting import Outgoing
from tallywire.errors import BrokerError

RECORD = Outgoing("articles", b"key", b"value", [])


class Client:
    """A client of kafka-python whose broker is away: nothing is answered, and closing gives up as theirs does."""

    made: list[Client]

    def __init__(self, **_options: object) -> None:
        self.made.append(self)
        self.forced = False
        self._sender = SimpleNamespace(force_close=self._force)

    def _force(self) -> None:
        self.forced = True

    def send(self, *_record: object) -> SimpleNamespace:
        return SimpleNamespace(get=self._late)

    def close(self, **_how: object) -> None:
        self._late()

    @staticmethod
    def _late(**_how: object) -> None:
        raise errors.KafkaTimeoutError("Timeout waiting for future")


@pytest.fixture
def clients(monkeypatch):
    Client.made = []
    monkeypatch.setattr(producer, "KafkaProducer", Client)
    return Client.made


async def test_an_outage_in_the_middle_of_a_batch_is_told_and_the_client_is_stopped(clients):
    sender = Producer(Access(brokers=("127.0.0.1:1",)), compression=None, largest=1000)
    for _ in range(2):
        with pytest.raises(BrokerError):
            await sender.send([RECORD])
    await sender.close()
    assert [client.forced for client in clients] == [True, True]
