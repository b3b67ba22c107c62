"""What a changelog holds goes into the table at once, and Faust is told how far that is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import rocksdict
from faust.types import TP

from streams.faust_app import Consumer

CHANGELOG, TOPIC = TP("states", 1), TP("articles", 1)


def record(offset: int, key: bytes = b"", value: bytes | None = b"") -> Any:
    return SimpleNamespace(topic="states", offset=offset, key=key, value=value)


class Store:
    """A table's store of one partition, on a real RocksDB."""

    def __init__(self, folder: str) -> None:
        self.database = rocksdict.Rdict(folder, rocksdict.Options(raw_mode=True))
        self.offsets: dict[TP, int] = {}

    def _db_for_partition(self, _partition: int) -> rocksdict.Rdict:
        return self.database

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        self.offsets[tp] = offset


@pytest.fixture
def consumer(tmp_path):
    store = Store(str(tmp_path / "table"))
    recovery = SimpleNamespace(
        in_recovery=True,
        active_tps={CHANGELOG},
        active_offsets={},
        tp_to_table={CHANGELOG: SimpleNamespace(data=store)},
    )
    yield SimpleNamespace(app=SimpleNamespace(tables=SimpleNamespace(recovery=recovery)), store=store)
    store.database.close()


CHANGES = [record(4, b"a", b"1"), record(5, b"b", b"2"), record(6, b"a", b"3"), record(8, b"b", None)]


def test_the_last_value_of_each_key_is_in_the_table_and_deleted_keys_are_not(consumer):
    Consumer._restored(consumer, {CHANGELOG: CHANGES})
    assert dict(consumer.store.database.items()) == {b"a": b"3"}
    assert consumer.store.offsets == {CHANGELOG: 8}


def test_faust_sees_the_last_record_and_knows_all_before_it(consumer):
    articles = [record(1), record(2)]
    left = Consumer._restored(consumer, {CHANGELOG: CHANGES, TOPIC: articles})
    assert left == {CHANGELOG: CHANGES[-1:], TOPIC: articles}
    assert consumer.app.tables.recovery.active_offsets == {CHANGELOG: 8}


def test_while_nothing_is_restored_all_records_go_the_way_of_faust(consumer):
    consumer.app.tables.recovery.in_recovery = False
    assert Consumer._restored(consumer, {CHANGELOG: CHANGES}) == {CHANGELOG: CHANGES}
    assert not list(consumer.store.database.items())
