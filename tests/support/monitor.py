"""`tallywire run` and its like as processes, for the tests that play a user, an operator or a power cut."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from streams.store import Store

SECRET = "whsec_dGFsbHl3aXJlIHRlc3Qgc2VjcmV0IDEyMw=="

CONFIGURATION = """
[monitor]
state = "state.sqlite"
listen = "{listen}"
clock = "{clock}"
[polling]
min_interval = "{interval}s"
max_interval = "{interval}s"
per_host = 32
host_gap = 0
allow_networks = ["127.0.0.0/8"]
[[destinations]]
name = "hook"
kind = "webhook"
url = "{hook}"
secret = "{secret}"
"""


def configure(
    folder: Path,
    feeds: Sequence[str],
    hook: str,
    *,
    clock: str = "articles",
    interval: float = 0.1,
    listen: str = "127.0.0.1:0",
    more: str = "",
) -> Path:
    """A configuration in `folder` that polls `feeds` and sends to `hook`; its path."""
    path = folder / "tallywire.toml"
    text = CONFIGURATION.format(clock=clock, interval=interval, listen=listen, hook=hook, secret=SECRET)
    path.write_text(text + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds) + more, encoding="utf-8")
    return path


async def start(config: Path, *command: str) -> asyncio.subprocess.Process:
    """Start the monitor, or another command that runs until it is stopped."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tallywire",
        *(command or ("run",)),
        "--config",
        str(config),
        stderr=asyncio.subprocess.PIPE,
    )


async def running(process: asyncio.subprocess.Process, *, within: float = 30) -> str:
    """Wait until it works; the address of its health server."""
    assert process.stderr is not None
    said = ""
    while "health and metrics at " not in said:
        line = await asyncio.wait_for(process.stderr.readline(), within)
        assert line, f"the monitor ended: {said}"
        said += line.decode()
    return said.rsplit("health and metrics at ", 1)[1].strip()


async def delivered(state: Path, *, within: float = 30) -> None:
    """Wait until nothing is left in the outbox."""
    async with asyncio.timeout(within):
        store = Store(str(state), read_only=True)
        try:
            while store.outbox_size():
                await asyncio.sleep(0.05)
        finally:
            store.close()


async def stop(process: asyncio.subprocess.Process) -> str:
    """End it as Ctrl-C does; what it wrote on standard error since it was last read."""
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, said.decode()
    return said.decode()


async def kill(process: asyncio.subprocess.Process) -> None:
    """End it as a power cut does."""
    if process.returncode is None:
        process.kill()
    await process.communicate()
