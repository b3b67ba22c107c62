"""The child process that reads feeds: `python -m connectors.sources.child`, its socket as standard input.

It limits its own memory, and the processor time of each job, so that it ends even if its parent is gone.  A job
is two frames, the second its document; the first frame back is empty and says that the child is ready.
"""

from __future__ import annotations

import contextlib
import gc
import resource
import socket
import sys

import msgspec

from connectors.sources.frames import DEADLINE, PAGE_DEADLINE, receive, send
from connectors.sources.parse import read_feed
from connectors.sources.parsed import Job, ParsedFeed, refused

MEMORY = (
    768 * 1024 * 1024
)  # bytes of address space; reading the largest feed that is let in takes a third of it


def main() -> None:
    """Answer jobs until the parent closes the socket."""
    _limit(resource.RLIMIT_AS, MEMORY)
    parent = socket.socket(fileno=sys.stdin.fileno())
    send(parent, b"")
    loaded = 0
    with contextlib.suppress(EOFError, OSError):
        while True:
            job = msgspec.msgpack.decode(receive(parent), type=Job)
            job = msgspec.structs.replace(job, data=bytes(receive(parent)))
            spent = resource.getrusage(resource.RUSAGE_SELF)
            patience = PAGE_DEADLINE if job.page else DEADLINE
            _limit(resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime + 2 * patience) + 1)
            send(parent, msgspec.msgpack.encode(_read(job)))
            del job
            gc.collect()
            if len(sys.modules) != loaded:  # modules stay: no later collection need go through them
                loaded = len(sys.modules)
                gc.freeze()


def _read(job: Job) -> ParsedFeed:
    try:
        return read_feed(job)
    except MemoryError:
        gc.collect()
        return refused("too_complex", "reading it takes more memory than a feed may have")


def _limit(kind: int, value: int) -> None:
    """Lower a soft limit, as far as the system has it."""
    _, hard = resource.getrlimit(kind)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    main()
