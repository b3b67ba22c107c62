"""The sample story served as real feeds on loopback, which change while they are polled.

    python -m examples.server                          # released as the monitor keeps up
    python -m examples.server --pace clock --seconds 60

Two ways to let time pass:

- `acked`: the next step is released once every feed that the present one changed is asked for again under
  its current ETag.  Asking so proves that the reader has kept that version, so that a monitor that is killed
  and started again sees the same story in the same order.
- `clock`: the steps are spread evenly over a number of seconds, whoever reads.

`/status` says how far the story is.  Conditional requests follow RFC 9110, section 13.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from examples import feeds
from examples.story import Outlet, Story, load

Pace = Literal["acked", "clock"]

_BEFORE = datetime(2024, 4, 9, tzinfo=UTC)  # when feeds without an article were last changed


@dataclass(frozen=True, slots=True)
class Page:
    """A feed at one version."""

    body: bytes
    etag: str
    modified: datetime


class SampleStory:
    """The story's server.

    async with SampleStory() as story:
        ...                       # poll story.feeds
        await story.finished()
    """

    def __init__(
        self, *, pace: Pace = "acked", seconds: float = 60.0, port: int = 0, story: Story | None = None
    ) -> None:
        """`seconds` is the length at the pace of the clock; port 0 takes a free one; `story` is another."""
        self.base = ""
        self._story = story or load()
        self._pace = pace
        self._seconds = seconds
        self._port = port
        self._step = 0
        self._pages = {outlet.path: _page(self._story, outlet, 0) for outlet in self._story.outlets}
        self._unread = set(self._pages)  # feeds whose present version nobody is known to have kept
        self._done = asyncio.Event()
        self._clock: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def feeds(self) -> list[str]:
        """The addresses of the feeds."""
        return [f"{self.base}{path}" for path in self._pages]

    @property
    def status(self) -> dict[str, int | bool]:
        """How far the story is: `step` of `steps` released; `done` once the last has been read."""
        return {"step": self._step, "steps": self._story.steps, "done": self._done.is_set()}

    async def finished(self) -> None:
        """Wait until the last step is out and every feed has been asked for again with its last ETag."""
        await self._done.wait()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/status", self._answer_status)
        for path in self._pages:
            app.router.add_get(path, self._answer_feed)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        if self._pace == "clock":
            self._clock = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._clock is not None:
            self._clock.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clock
        if self._runner is not None:
            await self._runner.cleanup()

    async def _tick(self) -> None:
        for _ in range(self._story.steps):
            await asyncio.sleep(self._seconds / self._story.steps)
            self._release()

    def _release(self) -> None:
        """Let the next step out."""
        self._step += 1
        for outlet in self._story.outlets:
            page = _page(self._story, outlet, self._step)
            if page.etag != self._pages[outlet.path].etag:
                self._pages[outlet.path] = page
                self._unread.add(outlet.path)

    def _kept(self, path: str) -> None:
        """Somebody holds the present version of this feed."""
        self._unread.discard(path)
        if self._unread:
            return
        if self._step == self._story.steps:
            self._done.set()
        elif self._pace == "acked":
            self._release()

    async def _answer_status(self, request: web.Request) -> web.Response:  # noqa: ARG002 - aiohttp's shape
        return web.json_response(self.status)

    async def _answer_feed(self, request: web.Request) -> web.Response:
        page = self._pages[request.path]
        outlet = next(outlet for outlet in self._story.outlets if outlet.path == request.path)
        headers = {
            "ETag": page.etag,
            "Last-Modified": format_datetime(page.modified, usegmt=True),
            "Cache-Control": "no-cache",
        }
        tags = request.headers.get("If-None-Match")
        if tags is not None and page.etag in _tags(tags):
            self._kept(request.path)
            return web.Response(status=304, headers=headers)
        if tags is None and _unmodified(request.headers.get("If-Modified-Since"), page.modified):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = f"{feeds.TYPES[outlet.format]}; charset={outlet.encoding}"
        return web.Response(body=page.body, headers=headers)


def _page(story: Story, outlet: Outlet, step: int) -> Page:
    """The outlet's feed once `step` is out.  Its dates are the story's own, the same every time."""
    entries = story.entries(outlet, step)
    body = feeds.render(outlet, entries)
    return Page(
        body=body,
        etag=f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"',
        modified=max((item.published for item in entries), default=_BEFORE),
    )


def _tags(header: str) -> set[str]:
    """The tags of an If-None-Match header, compared weakly (RFC 9110, 8.8.3.2); ours hold no commas."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _unmodified(header: str | None, modified: datetime) -> bool:
    try:
        return header is not None and modified <= parsedate_to_datetime(header)
    except (TypeError, ValueError):  # no date, or one without a zone: the header is to be ignored
        return False


async def _serve(pace: Pace, seconds: float, port: int) -> None:
    async with SampleStory(pace=pace, seconds=seconds, port=port) as story:
        print("\n".join(story.feeds), flush=True)
        print(f"{story.base}/status says how far the story is; Ctrl-C ends it", file=sys.stderr)
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stopped; the feeds' addresses go to standard output, one a line."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.server", description="Serve the sample story as feeds."
    )
    parser.add_argument("--pace", choices=("acked", "clock"), default="acked", help="how the story goes on")
    parser.add_argument("--seconds", type=float, default=60.0, help="its length at the pace of the clock")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    chosen = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(chosen.pace, chosen.seconds, chosen.port))


if __name__ == "__main__":
    main()
