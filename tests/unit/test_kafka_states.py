"""What a table holds of a key where it is large, is none, or is of a later version."""

from __future__ import annotations

import zlib

import pytest

from streams import codec
from streams.kafka.partition import EPOCH
from tests.unit.test_kafka_partition import Bench


def test_a_state_too_large_for_a_record_is_compressed_before_it_is_given_up():
    bench = Bench(largest=2_000)
    assert bench.take("a", "long " * 300) == ["a"]
    assert bench.take("b", "long " * 300) == ["b"]
    assert bench.dead == []
    assert len(bench.table["o"]) < 2_000
    bench.start()
    assert bench.tick(2) == ["after 2"]


@pytest.mark.parametrize("value", [b"{}[", b"\xff\x00", b"{", zlib.compress(b"[]"), b'{"dues":["never"]}'])
def test_what_is_no_state_is_buried_and_its_key_begins_anew(value):
    bench = Bench()
    bench.table["o"] = value
    bench.start()
    assert bench.part.state("o") is None
    bench.part.forget(bench.table.items(), EPOCH)
    assert bench.take("a") == ["a"]
    (cause,) = bench.dead
    assert cause.startswith("no state: ")
    bench.start()
    assert bench.take("a") == []
    assert bench.tick(2) == ["after 1"]


def test_a_state_of_a_later_version_is_never_written_over():
    bench = Bench()
    bench.table["o"] = b'{"v":2,"state":null}'
    bench.start()
    with pytest.raises(codec.LaterVersionError, match="upgrade it"):
        bench.take("a")
    assert bench.part.work().states == {}
