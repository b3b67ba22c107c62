"""Indexes as bytes: arrays and plain values packed together, checked when they are read again."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_digest

_MAGIC = b"tallywire likeness\n"
_CHECK = 8  # bytes of xxh3 behind the magic


class DamagedError(ValueError):
    """Bytes that are no frozen index, or not as they were written."""


class _Frozen(msgspec.Struct, frozen=True):
    """One array: only the rows that hold something where most hold nothing."""

    dtype: Any
    shape: tuple[int, ...]
    data: bytes
    rows: bytes | None = None  #: ascending places of the rows in `data`; None is all of them


def pack(values: dict[str, Any]) -> bytes:
    """Values by name (arrays, and what MessagePack knows) as bytes."""
    body = msgspec.msgpack.encode({name: _freeze(value) for name, value in values.items()})
    return _MAGIC + xxh3_64_digest(body) + body


def unpack(data: bytes) -> dict[str, Any]:
    """What `pack` packed; arrays are writable copies.  Raises `DamagedError`."""
    start = len(_MAGIC) + _CHECK
    body = data[start:]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : start] != xxh3_64_digest(body):
        raise DamagedError("it is cut short, changed, or something else")
    return {name: _thaw(value) for name, value in msgspec.msgpack.decode(body).items()}


def _freeze(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    used = _used(value)
    sparse = used is not None and used.size < len(value) // 2
    return {
        "array": _Frozen(
            dtype=value.dtype.descr if value.dtype.names else value.dtype.str,
            shape=value.shape,
            data=value[used].tobytes() if sparse else value.tobytes(),
            rows=used.astype("<i8").tobytes() if sparse and used is not None else None,
        )
    }


def _used(value: npt.NDArray[Any]) -> npt.NDArray[np.intp] | None:
    """The places of the rows that hold something; None where that is not asked: of records, and of no rows."""
    if value.dtype.names is not None or not value.size:
        return None
    return np.flatnonzero(value.reshape(len(value), -1).any(axis=1))


def _thaw(value: Any) -> Any:
    if not isinstance(value, dict) or "array" not in value:
        return value
    frozen = msgspec.convert(value["array"], _Frozen)
    kind = frozen.dtype
    if not isinstance(kind, str):
        kind = [(name, form) if not shape else (name, form, tuple(shape[0])) for name, form, *shape in kind]
    held = np.frombuffer(frozen.data, np.dtype(kind))
    if frozen.rows is None:
        return held.reshape(frozen.shape).copy()
    full = np.zeros(frozen.shape, np.dtype(kind))
    full[np.frombuffer(frozen.rows, "<i8")] = held.reshape(-1, *frozen.shape[1:])
    return full
