"""Child processes that read feeds: a feed built to be slow or to eat memory costs a child, and no more."""

from __future__ import annotations

import asyncio
import os
import queue
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import msgspec

from connectors.sources.frames import DEADLINE, PAGE_DEADLINE, receive, send
from connectors.sources.parsed import Job, ParsedFeed, refused

SIZE = 2  # children: while one is held up by an evil feed, the other goes on
CRASH = "parse_crash"
STARTUP = 30.0  # seconds for a child to be ready, on a machine that is busy


class ParserPool:
    """Reads feeds in children, started when first needed, that stay until `close`.  Safe for threads."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="feed-parser")
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._children = [_Child() for _ in range(size)]
        for child in self._children:
            self._idle.put(child)

    def parse(self, job: Job) -> ParsedFeed:
        """The feed in a document, or what kept it from being read, within DEADLINE seconds of its turn."""
        child = self._idle.get()
        try:
            return child.ask(job)
        finally:
            self._idle.put(child)

    async def parse_soon(self, job: Job) -> ParsedFeed:
        """The same, without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.parse, job)

    def parse_all(self, jobs: Iterable[Job]) -> Iterator[ParsedFeed]:
        """Many documents, answered in order, as many at a time as there are children."""
        waiting: deque[Future[ParsedFeed]] = deque()
        for job in jobs:
            waiting.append(self._threads.submit(self.parse, job))
            if len(waiting) > 2 * self._size:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        """End the children."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for child in self._children:
            child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Child:
    """One child process and the socket to it; used by one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._peer: socket.socket | None = None

    def ask(self, job: Job) -> ParsedFeed:
        """The child's answer; one that dies or takes too long is killed, and its feed refused.

        A child that served before may have died of something else since: then a new one is asked.
        """
        served = self._peer is not None
        answer = self._answer(job)
        crashed = answer.fault is not None and answer.fault.cause == CRASH
        return self._answer(job) if served and crashed else answer

    def _answer(self, job: Job) -> ParsedFeed:
        patience = PAGE_DEADLINE if job.page else DEADLINE
        try:
            peer = self._peer or self._start()
            until = time.monotonic() + patience
            send(peer, msgspec.msgpack.encode(msgspec.structs.replace(job, data=b"")), until)
            send(peer, job.data, until)  # by itself: the parent holds no second copy of what may be large
            return msgspec.msgpack.decode(receive(peer, until), type=ParsedFeed)
        except TimeoutError:
            self.stop()
            return refused("parse_timeout", f"not read within {patience:g} s: broken, or built to be slow")
        except (EOFError, OSError, msgspec.DecodeError):
            self.stop()
            return refused(CRASH, "the parser died of it: broken, or built to eat memory")

    def stop(self) -> None:
        """Kill the child."""
        process, self._process = self._process, None
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.close()
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> socket.socket:
        """Start a child and wait until it is ready.  It inherits where to import from, and nothing else."""
        ours, theirs = socket.socketpair()
        self._peer = ours
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "connectors.sources.child"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is for the parent, which ends its children itself
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONHASHSEED": "0"},
            )
        receive(ours, time.monotonic() + STARTUP)
        return ours
