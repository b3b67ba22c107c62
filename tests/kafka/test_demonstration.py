"""The sample story over Kafka ends with the alerts that one process tells, under the same ids."""

from __future__ import annotations

from examples import demo, on_kafka
from streams import codec
from streams.store import Store
from tallywire.records import Alert
from tests.support import topics


async def test_kafka_tells_the_story_as_one_process_does(brokers, prefix, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    assert await demo.play(tmp_path / "one", 0.1) == 0
    store = Store(str(tmp_path / "one" / "sample.sqlite"), read_only=True)
    expected = {alert.id for alert in store.alerts()}
    store.close()
    assert await on_kafka.play(tmp_path / "many", 0.1, brokers, prefix) == len(expected)
    found = await topics.read(brokers, f"{prefix}alerts", lambda all_: len(all_) >= len(expected))
    assert {codec.decode(one.value, Alert).id for one in found} == expected
    store = Store(str(tmp_path / "many" / "sample.sqlite"), read_only=True)
    assert {alert.id for alert in store.alerts()} == expected
    store.close()
