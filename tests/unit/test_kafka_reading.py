"""Topics read to where they end, whatever takes a place there, and as tables, whoever has written to them."""

from __future__ import annotations

from types import SimpleNamespace

from aiokafka import TopicPartition

from streams.kafka import reading

PLACE = TopicPartition("deliveries", 0)


def record(key: bytes | None, value: bytes | None):
    return SimpleNamespace(key=key, value=value)


class Consumer:
    """Hands out one record a look; the last place of the partition is a transaction's mark, which nobody is shown."""

    def __init__(self, *records):
        self._records = records
        self._at = 0

    async def end_offsets(self, places):
        return dict.fromkeys(places, len(self._records) + 1)

    async def position(self, _place):
        return self._at

    async def getmany(self, *_places, timeout_ms):
        self._at += 1
        found = self._records[self._at - 1 : self._at]
        return {PLACE: list(found)} if found else {}


async def test_reading_ends_behind_a_transactions_mark_that_nobody_is_shown():
    given = [record(b"a", b"1"), record(b"b", b"2")]
    assert [one async for some in reading.standing(Consumer(*given), [PLACE]) for one in some] == given


def test_a_table_has_the_latest_of_each_key_in_the_order_written_and_nothing_without_a_key():
    found: dict[str, bytes] = {}
    for key, value in (
        (b"a", b"1"), (b"b", b"2"), (None, b"no key"), (b"\xff", b"no text"), (b"c", b"3"), (b"a", b"4"), (b"b", None),
    ):  # fmt: skip
        reading.keep(found, record(key, value))
    assert list(found.items()) == [("c", b"3"), ("a", b"4")]
