"""How a parser's parent and child speak: a length (4 bytes, big-endian), then that many bytes."""

from __future__ import annotations

import socket
import struct
import time

DEADLINE = 3.0  # seconds for one document; the largest real feeds take a third
PAGE_DEADLINE = 10.0  # seconds for one page; a child's first also loads what reads pages
LARGEST_FRAME = 64 * 1024 * 1024  # bytes: only text comes back, hardly more than went in
_SIZE = struct.Struct(">I")


def send(peer: socket.socket, frame: bytes, until: float | None = None) -> None:
    """Send a frame; `until` is the end of patience on the monotonic clock.  Raises TimeoutError, OSError."""
    peer.settimeout(_left(until))
    peer.sendall(_SIZE.pack(len(frame)))
    peer.settimeout(_left(until))
    peer.sendall(frame)


def receive(peer: socket.socket, until: float | None = None) -> bytearray:
    """The next frame.  Raises TimeoutError; EOFError where the peer is gone or talks nonsense."""
    (size,) = _SIZE.unpack(_exactly(peer, _SIZE.size, until))
    if size > LARGEST_FRAME:
        raise EOFError("a frame beyond the limit")
    return _exactly(peer, size, until)


def _exactly(peer: socket.socket, size: int, until: float | None) -> bytearray:
    data = bytearray()
    while len(data) < size:
        peer.settimeout(_left(until))
        part = peer.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError("the peer is gone")
        data += part
    return data


def _left(until: float | None) -> float | None:
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
