"""The likeness index of the embedded runner: one writer a language, rebuilt from what was archived.

A snapshot beside the state file makes starting quick.  It is a cache: a missing, damaged or foreign one is passed over
and the index is rebuilt from the archive, which says the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from streams.operators.assign import Assigner
from streams.step import Step
from streams.store import Store
from tallywire.records import Reading, StoryReading

log = structlog.get_logger("tallywire.index")

MAGIC = b"tallywire-index-1\n"
SAVE_AFTER = 2000  # articles since the last snapshot that make a new one worth writing


class Index:
    """All languages' indexes, as one step of the pipeline."""

    def __init__(
        self,
        make: Callable[[], Assigner],
        revive: Callable[[bytes], Assigner],
        *,
        window: timedelta,
        folder: Path | None = None,
    ) -> None:
        """`make` gives an empty index, `revive` one from a snapshot.

        `window` is how far back likeness looks; `folder` is where snapshots go (None: nowhere).
        """
        self._make = make
        self._revive = revive
        self._window = window
        self._folder = folder
        self._languages: dict[str, Assigner] = {}
        self._saved = 0  # number of the newest archived article that a snapshot covers

    def step(self, item: Reading, state: None, now: datetime) -> Step[None, StoryReading]:
        """Place an article among those of its language."""
        return self._of(item.extract.language).step(item)

    def _of(self, language: str) -> Assigner:
        if language not in self._languages:
            self._languages[language] = self._make()
        return self._languages[language]

    def clear(self) -> None:
        """Forget everything; `load` brings back what was archived."""
        self._languages.clear()

    def load(self, store: Store, now: datetime) -> None:
        """Bring the index to what the archive holds of the window before `now`."""
        covered = self._read_snapshots(store)
        start = min(covered.values(), default=0)
        last = start
        for seq, item in store.readings(after=start, since=now - self._window):
            language = item.reading.extract.language
            if seq > covered.get(language, 0):
                self._of(language).restore((item,))
            last = seq
        self._saved = start
        log.info("index loaded", languages=sorted(self._languages), covered=start, restored_to=last)

    def save(self, store: Store, *, at_least: int = SAVE_AFTER) -> None:
        """Write snapshots if `at_least` articles came since the last; a full disk leaves the old ones."""
        last = store.last_seq()
        if self._folder is None or last - self._saved < at_least:
            return
        self._folder.mkdir(exist_ok=True)
        for language, assigner in self._languages.items():
            body = f"{store.identity()}\n{last}\n".encode() + assigner.snapshot()
            target = self._folder / f"{language}.snapshot"
            draft = target.with_suffix(".draft")
            draft.write_bytes(MAGIC + zlib.crc32(body).to_bytes(4, "big") + body)
            draft.replace(target)
        self._saved = last

    def _read_snapshots(self, store: Store) -> dict[str, int]:
        """Revive what snapshots hold; language → number of the newest archived article it covers.

        All or none: what one damaged snapshot lacks lies before the others' end.
        """
        covered: dict[str, int] = {}
        for path in sorted(self._folder.glob("*.snapshot")) if self._folder else ():
            try:
                seq, data = _unpack(path.read_bytes(), store.identity())
                self._languages[path.stem] = self._revive(data)
                covered[path.stem] = seq
            except (OSError, ValueError) as error:
                log.warning("snapshots passed over", path=str(path), why=str(error))
                self._languages.clear()
                return {}
        return covered


def _unpack(raw: bytes, identity: str) -> tuple[int, bytes]:
    if not raw.startswith(MAGIC):
        raise ValueError("not a snapshot of this version")
    body = raw[len(MAGIC) + 4 :]
    if zlib.crc32(body).to_bytes(4, "big") != raw[len(MAGIC) : len(MAGIC) + 4]:
        raise ValueError("damaged")
    owner, seq, data = body.split(b"\n", 2)
    if owner.decode() != identity:
        raise ValueError("belongs to another state file")
    return int(seq), data
