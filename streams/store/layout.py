"""How records stand in rows, whichever database holds them."""

from __future__ import annotations

import zlib

import msgspec

from streams import codec
from tallywire.records import Sketch, StoryReading

_NO_SKETCH = Sketch(v=0, exact=0, shingles=b"", terms=b"")


def packed(item: StoryReading) -> tuple[bytes, bytes]:
    """An archived article's columns `sketch` and `record`."""
    bare = msgspec.structs.replace(item, reading=msgspec.structs.replace(item.reading, sketch=_NO_SKETCH))
    # Prose shrinks to a third, at little cost.
    return msgspec.msgpack.encode(item.reading.sketch), zlib.compress(codec.encode(bare), 1)


def unpacked(sketch: bytes, record: bytes) -> StoryReading:
    """The article that `packed` wrote."""
    item = codec.decode(zlib.decompress(record), StoryReading)
    made = msgspec.msgpack.decode(sketch, type=Sketch)
    return msgspec.structs.replace(item, reading=msgspec.structs.replace(item.reading, sketch=made))


def awake(table: str, value: bytes) -> bytes:
    """A state as it is written, from the table that keeps it: in `resting` it is compressed."""
    return zlib.decompress(value) if table == "resting" else value


class Gone(msgspec.Struct):
    """Of a ledger, which story it went into."""

    into: str | None = None
