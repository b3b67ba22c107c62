"""Saved snapshots of one feed through the real poller: `python -m bench.played FOLDER`.

A server on the loopback shows them one after another, each at the time in its file's name, and the poller asks as it
would ask a live feed.  Where the folder has a `manifest.jsonl`, a line a file with `file`, `new` and `edited` (neither
where the file is broken), what the poller handed on is compared with it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource
from connectors.sources.politeness import HostTurns
from connectors.sources.pool import ParserPool
from tallywire.records import Article, Record

LOOPBACK = ("127.0.0.0/8",)


class Step(Record, frozen=True):
    """What one poll brought."""

    file: str
    outcome: str
    new: tuple[Article, ...]  #: never seen before
    edited: tuple[Article, ...]  #: seen before, with other words


class Shelf:
    """A server that shows one document, with the validator that a good server sends."""

    def __init__(self) -> None:
        self.document = b""
        app = web.Application()
        app.router.add_get("/rss", self._show)
        self.server = TestServer(app, host="127.0.0.1")

    async def _show(self, request: web.Request) -> web.Response:
        tag = f'"{sha256(self.document).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(body=self.document, headers={"ETag": tag, "Content-Type": "application/rss+xml"})


async def play(snapshots: Sequence[tuple[datetime, Path]]) -> list[Step]:
    """Show snapshots (when, file) one after another, and poll each once."""
    known: set[str] = set()
    steps: list[Step] = []
    async with _polling() as (shelf, source):
        position: bytes | None = None
        for at, path in snapshots:
            shelf.document = path.read_bytes()
            batch = await source.fetch(position, at)
            position = batch.position
            steps.append(
                Step(
                    file=path.name,
                    outcome=batch.outcome,
                    new=tuple(article for article in batch.articles if article.id not in known),
                    edited=tuple(article for article in batch.articles if article.id in known),
                )
            )
            known |= {article.id for article in batch.articles}
    return steps


@asynccontextmanager
async def _polling() -> AsyncIterator[tuple[Shelf, FeedSource]]:
    shelf = Shelf()
    await shelf.server.start_server()
    try:
        with ParserPool(1) as parser:
            async with HttpClient(allow_networks=LOOPBACK, turnstile=HostTurns(gap=0.0)) as http:
                yield shelf, FeedSource(str(shelf.server.make_url("/rss")), http=http, parser=parser)
    finally:
        await shelf.server.close()


def stamped(folder: Path) -> list[tuple[datetime, Path]]:
    """The snapshots of a folder, by the time in their names (20310504T120000Z.xml)."""
    return sorted(
        (datetime.strptime(path.stem, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), path)
        for path in folder.glob("*.xml")
    )


def main(folder: Path) -> int:
    """Play a folder; how many files brought something else than its manifest says."""
    began = time.perf_counter()
    steps = asyncio.run(play(stamped(folder)))
    outcomes = Counter(step.outcome for step in steps)
    new, edited = (sum(len(getattr(step, kind)) for step in steps) for kind in ("new", "edited"))
    took = time.perf_counter() - began
    print(f"played: {len(steps)} snapshots in {took:.1f} s: {new} new, {edited} edited, {dict(outcomes)}")
    manifest = folder / "manifest.jsonl"
    if not manifest.exists():
        return 0
    told = {line["file"]: line for line in map(json.loads, manifest.read_text(encoding="utf-8").splitlines())}
    wrong = [
        (step, told[step.file])
        for step in steps
        if (len(step.new), len(step.edited))
        != (told[step.file].get("new", 0), told[step.file].get("edited", 0))
    ]
    for step, line in wrong:
        print(
            f"played: {step.file}: {step.outcome}, {len(step.new)} new, {len(step.edited)} edited; manifest: {line}"
        )
        for article in step.edited:
            print(f"    edited: {article.url} {article.title[:80]}")
    print(f"played: {len(steps) - len(wrong)} of {len(steps)} as the manifest says")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]))))
