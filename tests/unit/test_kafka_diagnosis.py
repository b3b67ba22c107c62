"""Why brokers cannot be spoken to, where none is needed to tell."""

from __future__ import annotations

import pytest
from kafka.errors import KafkaTimeoutError

from connectors.kafka.access import Access, reached
from connectors.kafka.diagnosis import diagnosis
from tallywire.errors import BrokerError


@pytest.mark.parametrize(
    ("broker", "says"),
    [
        ("kafka..gull.example:9092", "no name of a host"),
        (f"{'k' * 64}.gull.example:9092", "no name of a host"),
        ("127.0.0.1:1", "no connection"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_with_the_key_to_look_at(broker, says):
    told = diagnosis([broker], Access(brokers=(broker,)).options())
    assert told is not None
    assert told.startswith(f"{broker}: ")
    assert says in told
    assert "[kafka] brokers" in told


def test_a_certificate_that_is_gone_while_the_brokers_are_away_is_waited_for_like_them(tmp_path):
    access = Access(brokers=("127.0.0.1:1",), tls=True, ca_file=tmp_path / "gone.pem")
    with (
        pytest.raises(BrokerError, match=r"cannot be reached: \[kafka\] ca_file .*gone.pem"),
        reached(access),
    ):
        raise KafkaTimeoutError("no answer")
