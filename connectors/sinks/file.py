"""A file: each alert appended as one line of JSON, on the disk before it counts as delivered."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert

_TAIL = 1024 * 1024  # bytes at the end that are searched for alerts a crash kept us from recording
_REMEMBERED = 10_000  # alerts: a second try comes soon after the first


class _Line(msgspec.Struct):
    id: str


class FileSink:
    """Appends alerts to a JSON Lines file.

    An alert whose line was written just before a crash is not written again: the end of the file is read once
    at the start, and the last that were written since are remembered.  A full disk leaves no half line behind.
    """

    def __init__(self, name: str, path: Path, encode: Callable[[Alert], bytes]) -> None:
        self._name = name
        self._path = path
        self._encode = encode
        self._known: dict[str, None] | None = None  # the latest last

    @property
    def name(self) -> str:
        """The destination's name."""
        return self._name

    async def send(
        self,
        alert: Alert,
        now: datetime,  # noqa: ARG002 - the line says the alert's own time
        thread: str | None = None,  # noqa: ARG002 - it knows no conversations
    ) -> Outcome:
        """Append the alert, unless it is there already."""
        try:
            return await asyncio.to_thread(self._append, alert)
        except OSError as error:
            says = f"cannot write {self._path}: {error.strerror or type(error).__name__}"
            return Outcome(verdict=Verdict.RETRY, says=says)

    async def close(self) -> None:
        """Nothing: the file is closed after every line."""

    def _append(self, alert: Alert) -> Outcome:
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            size = os.fstat(descriptor).st_size
            if self._known is None:
                self._known = _ids(os.pread(descriptor, _TAIL, max(0, size - _TAIL)))
            if alert.id in self._known:
                return Outcome(verdict=Verdict.DELIVERED, says="already in the file")
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            try:
                _write(descriptor, (b"\n" if torn else b"") + self._encode(alert) + b"\n")
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
            self._known[alert.id] = None
            while len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
            return Outcome(verdict=Verdict.DELIVERED, says="appended")
        finally:
            os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _ids(tail: bytes) -> dict[str, None]:
    """The ids of the whole lines in the end of a file, in order; lines that are no alert are somebody else's."""
    ids: dict[str, None] = {}
    for line in tail.split(b"\n"):
        try:
            ids[msgspec.json.decode(line, type=_Line).id] = None
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return ids
