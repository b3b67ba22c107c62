"""What `make run` shows: the monitor on the sample story, told by nine feeds over real HTTP, in about a minute.

    python -m examples.demo

The feeds change while the monitor polls them; the monitor's time is the articles' own, so that thirty hours of news
pass in a minute.  Everything else is as in earnest: the same command, the same configuration, the same state file.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from examples.server import SampleStory
from streams.store import Store
from tallywire import ledger
from tallywire.cli import summary

STATE = "sample.sqlite"

CONFIGURATION = """\
[monitor]
state = "{state}"
listen = "127.0.0.1:0"
clock = "articles"                                 # thirty hours of story in a minute

[polling]
min_interval = "{interval}s"                       # in earnest: minutes
max_interval = "{interval}s"
per_host = 16                                      # all outlets live on this machine
host_gap = 0
allow_networks = ["127.0.0.0/8"]
"""

#: For those who look at the figures of a watched story: the blast of the sample.
WATCH = """
[[watches]]
name = "Port blast"
all = ["blast"]
any = ["Port Selmar", "Selmar"]
"""

ENDING = """
That was the sample story: {articles} articles of nine outlets, {updates} updates, {alerts} alerts.

  why an alert was sent        .venv/bin/tallywire explain {alert} --state {state}
  the ledger as a table        .venv/bin/tallywire export --state {state}
  your own feeds               make run FEEDS=my.opml
  or a few addresses           .venv/bin/tallywire run https://news.example/rss
  configuration, commented     examples/tallywire.toml
"""


PATIENCE = 20.0  # seconds the monitor has for a clean end


async def play(folder: Path, interval: float) -> int:
    """Run the monitor in `folder` until the story is told; its exit status."""
    async with SampleStory(pace="acked") as story:
        config = folder / "tallywire.toml"
        feeds = "".join(f'\n[[feeds]]\nurl = "{url}"\n' for url in story.feeds)
        config.write_text(CONFIGURATION.format(interval=interval, state=STATE) + feeds, encoding="utf-8")
        monitor = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tallywire", "run", "--config", str(config)
        )
        told = asyncio.create_task(story.finished())
        ended = asyncio.create_task(monitor.wait())
        try:
            await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:  # whatever ends the demonstration ends its monitor
            told.cancel()
            status = await end(monitor, ended)
        return status


async def end(process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> int:
    """End a process as Ctrl-C does, and if it does not end, by force; its exit status."""
    if not ended.done():
        process.send_signal(signal.SIGINT)
    await asyncio.wait({ended}, timeout=PATIENCE)
    if not ended.done():
        process.kill()
    return await ended


async def until_told_to_stop(demonstration: Coroutine[Any, Any, int]) -> int:
    """The status of a demonstration, which SIGTERM ends as Ctrl-C does."""
    playing = asyncio.create_task(demonstration)
    asked = asyncio.Event()

    def stop() -> None:
        if not asked.is_set():  # a second one must not cut short the monitor's end
            asked.set()
            playing.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    try:
        return await playing
    except asyncio.CancelledError:
        if asked.is_set():
            return 128 + signal.SIGTERM
        raise


def show(folder: Path) -> None:
    """Say what was followed, from the state file in `folder`."""
    state = folder / STATE
    store = Store(str(state), read_only=True)
    try:
        stories = [
            ledger.view(held) for _, held in store.states("reconcile", ledger.Ledger) if held.into is None
        ]
        Console(highlight=False).print(summary.render(stories))
        alerts = store.alerts()
        print(
            ENDING.format(
                articles=store.count("articles"),
                updates=store.count("updates"),
                alerts=len(alerts),
                alert=alerts[-1].id if alerts else "ID",
                state=state,
            )
        )
    finally:
        store.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the story, then say what was followed."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.demo", description="The monitor on the sample story."
    )
    parser.add_argument("--interval", type=float, default=0.6, help="seconds between two polls of a feed")
    parser.add_argument("--folder", type=Path, help="where its state goes; a temporary folder otherwise")
    chosen = parser.parse_args(arguments)
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="tallywire-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        status = asyncio.run(until_told_to_stop(play(folder, chosen.interval)))
    except KeyboardInterrupt:
        return 130
    if status == 0:
        show(folder)
    return status


if __name__ == "__main__":
    sys.exit(main())
