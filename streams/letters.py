"""Dead letters: what could not be processed, why, and enough of it to try again.  Every runner writes the same."""

from __future__ import annotations

import traceback
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from streams import codec
from streams.topology import Stage
from tallywire.identity import digest
from tallywire.records import DeadLetter, Due

SHOWN = 10_000  # characters of what is too large to go anywhere whole


def letter(stage: str, key: str, cause: str, payload: str, at: datetime) -> DeadLetter:
    """A dead letter, named by what it holds: the same failure twice is one letter."""
    return DeadLetter(
        id=digest("dead", stage, key, payload), stage=stage, key=key, cause=cause, at=at, payload=payload
    )


def fitting(letter: DeadLetter, largest: int) -> DeadLetter:
    """A letter of no more than `largest` bytes: what is cut from it is the end of what it holds, and it says so."""
    if len(codec.encode(letter)) <= largest:
        return letter
    cut = f"{letter.cause[:SHOWN]} (of its {len(letter.payload)} characters only the first {SHOWN} are kept)"
    return msgspec.structs.replace(letter, key=letter.key[:SHOWN], cause=cut, payload=letter.payload[:SHOWN])


def item(payload: str, stage: Stage) -> Any:
    """What a dead letter of a stage holds: one of the stage's records, or a timer.  Raises `CodecError`."""
    for kind in (stage.item, *stage.aside):
        with suppress(codec.CodecError):
            return codec.decode(payload.encode(), kind)
    return codec.decode(payload.encode(), Due)


def payload(item: msgspec.Struct) -> str:
    """An item for its dead letter: as JSON, or as Python shows it where JSON cannot hold it."""
    try:
        return codec.encode(item).decode()
    except (ValueError, OverflowError):
        return ascii(item)


def cause(error: Exception) -> str:
    """An error in one line: its kind, its words, the line of our code it came from."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = "/".join(frame.filename.split("/")[-2:])
    return f"{type(error).__name__}: {error} ({place}:{frame.lineno})"
