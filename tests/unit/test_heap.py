"""A process that lasts has one heap: what a thread has let go is there for the others."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

THREADS = """
import contextlib, ctypes, sys, threading
from tallywire.__main__ import main

heaps, called = sys.argv.pop(), sys.argv[1:]
if called:
    with contextlib.suppress(SystemExit):
        main()

meet = threading.Barrier(6)

def take():
    kept = [bytes(1000) for _ in range(1000)]
    meet.wait()

threads = [threading.Thread(target=take) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(heaps.encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="NOT TESTED: the C library is not glibc")
def test_threads_of_the_command_take_from_one_heap(tmp_path):
    def heaps(*called: str) -> int:
        told = tmp_path / "heaps.xml"
        subprocess.run([sys.executable, "-c", THREADS, *called, str(told)], check=True, capture_output=True)
        return told.read_text().count("<heap nr=")

    assert heaps() > 1
    assert heaps("--version") == 1
