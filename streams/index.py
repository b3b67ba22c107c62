"""The likeness index of the embedded runner, rebuilt at start from what was archived.

A snapshot beside the state file makes starting quick.  It is a cache: a missing, damaged or foreign one is passed over
and the index is rebuilt from the archive, which says the same.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from streams.operators.assign import Assigners
from streams.store import Store

log = structlog.get_logger("tallywire.index")

MAGIC = b"tallywire-index-1\n"
SAVE_AFTER = (
    10_000  # articles since the last snapshot that make a new one worth writing: two seconds of a start
)


class Index:
    """What keeps the `assign` stage's memory between runs."""

    def __init__(self, assigners: Assigners, *, window: timedelta, path: Path | None = None) -> None:
        """`window` is how far back likeness looks; `path` is where the snapshot goes (None: nowhere)."""
        self._assigners = assigners
        self._window = window
        self._path = path
        self._saved = 0  # number of the newest archived article that the snapshot covers

    def clear(self) -> None:
        """Forget everything; `load` brings back what was archived."""
        self._assigners.clear()

    def load(self, store: Store, now: datetime) -> None:
        """Bring the index to what the archive holds of the window before `now`."""
        self._saved = self._revive(store)
        rest = (item for _, item in store.readings(after=self._saved, since=now - self._window))
        self._assigners.restore(rest)

    def save(self, store: Store, *, at_least: int = SAVE_AFTER) -> None:
        """Write a snapshot if `at_least` articles came since the last.  Raises `OSError`; then the old one stays."""
        last = store.last_seq()
        if self._path is None or last - self._saved < at_least:
            return
        body = f"{store.identity()}\n{last}\n".encode() + self._assigners.snapshot()
        draft = self._path.with_name(f"{self._path.name}.draft")
        draft.write_bytes(MAGIC + zlib.crc32(body).to_bytes(4, "big") + body)
        draft.replace(self._path)
        self._saved = last

    def _revive(self, store: Store) -> int:
        """Take in the snapshot; the number of the newest archived article it covers, 0 where there is none."""
        if self._path is None or not self._path.exists():
            return 0
        try:
            covered, data = _unpack(self._path.read_bytes(), store.identity())
            if covered > store.last_seq():
                raise ValueError("is ahead of the state file")
            self._assigners.load(data)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a cache, the archive says the same
            log.warning("snapshot passed over", path=str(self._path), why=str(error))
            self._assigners.clear()
            return 0
        return covered


def _unpack(raw: bytes, identity: str) -> tuple[int, bytes]:
    """What `save` wrote: the number it covers, the index's own bytes.  Raises `ValueError`."""
    if not raw.startswith(MAGIC):
        raise ValueError("not a snapshot of this version")
    body = raw[len(MAGIC) + 4 :]
    if zlib.crc32(body).to_bytes(4, "big") != raw[len(MAGIC) : len(MAGIC) + 4]:
        raise ValueError("damaged")
    owner, covered, data = body.split(b"\n", 2)
    if owner.decode() != identity:
        raise ValueError("belongs to another state file")
    return int(covered), data
