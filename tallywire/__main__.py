"""The `tallywire` command."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import os
import sys
from collections.abc import Iterator

from tallywire import shadow
from tallywire.errors import TallywireError

#: M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of <malloc.h>; the last two in bytes.
_MALLOC = {-8: 1, -3: 16 << 20, -1: 1 << 20}


def main() -> None:
    """Run the command line; exit 0 done, 1 something failed, 2 the call or the configuration is wrong."""
    _keep_memory_small()
    _open_streams()
    sys.exit(_status())


def _status() -> int:
    try:
        status = _called()
        sys.stdout.flush()
    except TallywireError as error:
        _say(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as shells say it
    except BrokenPipeError:  # the reader of our output left early, as `head` does: it has what it wanted
        _drop_output()
        return 0
    except OSError as error:  # standard output on a full disk, say
        _drop_output()
        _say(
            f"{error.filename}: {error.strerror}"
            if error.filename
            else f"cannot go on: {error.strerror or error}"
        )
        return 1
    return status


def _called() -> int:
    """Run the command; its exit status.  Raises what stopped it."""
    shadow.check()
    with _lasting():
        from tallywire.cli import app  # not before the check: it imports what the check is about

    try:
        app()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer and rich make it a failure
            raise end.__context__ from None
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@contextlib.contextmanager
def _lasting() -> Iterator[None]:
    """What is made inside lasts as long as the process: the collector never looks at it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _keep_memory_small() -> None:
    """Have all threads take memory from one heap, and give back what is free at its end, where the C library is glibc.

    It would give each thread a heap of its own, which keeps what was let go there, and keep the more at its end the
    larger the pieces were: what a worker restores with every rebalance came on top of what it had.  Python runs one
    thread at a time anyway.  See mallopt(3).
    """
    with contextlib.suppress(AttributeError):  # another C library
        for parameter, value in _MALLOC.items():
            ctypes.CDLL(None).mallopt(parameter, value)


def _open_streams() -> None:
    """Make standard streams fit to be used: in UTF-8 whatever the locale, and nowhere where they were closed.

    A closed one is opened on the null device, under its own number, lest a file opened later take that number and be
    printed into.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _drop_output() -> None:
    """Let what could not be printed go, so that the end of the process does not try once more."""
    with contextlib.suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.__stdout__.fileno() if sys.__stdout__ else 1)
        os.close(null)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"tallywire: {text}\n")


if __name__ == "__main__":
    main()
