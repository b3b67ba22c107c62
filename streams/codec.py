"""Records to versioned JSON and back: the one place that knows how a record looks as bytes.

JSON per RFC 8259, UTF-8, times in RFC 3339 UTC; every value carries `"v"`, the schema's version.  Fields may be
added within a version; a value of a later version is refused, since its meaning is not known here.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec

from tallywire.records import Alert, Update, UpdateKind

VERSION = 1

R = TypeVar("R")

_MARK = b'{"v":%d' % VERSION
_OURS = (_MARK + b",", _MARK + b"}")  # a tenth version begins as the first does

#: Fields of an update that say nothing on kinds other than these.
_FIGURE_FIELDS = ("metric", "group", "from", "to", "positions")
_FIGURE_KINDS = frozenset(kind for kind in UpdateKind if kind.startswith("figure."))


class CodecError(ValueError):
    """A value that is no record of this version; the message says which field and what was expected."""


class LaterVersionError(CodecError):
    """A value of a later version than this program knows: never one to be guessed at, or to be written over."""


class _Versioned(msgspec.Struct):
    v: int = VERSION


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


_versions = msgspec.json.Decoder(_Versioned)
_encoder = msgspec.json.Encoder()


def encode(record: msgspec.Struct) -> bytes:
    """One record as one JSON object on one line, version first."""
    body = _encoder.encode(record)
    return _MARK + b"}" if body == b"{}" else _MARK + b"," + body[1:]


def decode(data: bytes, kind: type[R]) -> R:
    """The record of type `kind` that `encode` wrote.

    Raises `CodecError` for broken JSON or a missing or wrong field, `LaterVersionError` for a later version.
    """
    try:
        if not data.startswith(_OURS) and (version := _versions.decode(data).v) > VERSION:
            raise LaterVersionError(
                f"value of schema version {version}; this program reads up to {VERSION}: upgrade it"
            )
        decoded: R = _decoder(kind).decode(data)  # type: ignore[arg-type]  # a type is hashable
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        name = getattr(kind, "__name__", str(kind))
        raise CodecError(f"not a {name} record: {error}") from error
    return decoded


def public(record: msgspec.Struct) -> dict[str, Any]:
    """A record as the plain JSON value the public contract shows: no empty fields that do not apply to its kind."""
    value: dict[str, Any] = msgspec.to_builtins(record)
    if isinstance(record, Update):
        return _public_update(value, record.kind)
    if isinstance(record, Alert):
        value["updates"] = [
            _public_update(plain, update.kind)
            for plain, update in zip(value["updates"], record.updates, strict=True)
        ]
        if not record.pages:
            del value["pages"]
    return value


def _public_update(value: dict[str, Any], kind: UpdateKind) -> dict[str, Any]:
    drop = set() if kind in _FIGURE_KINDS else set(_FIGURE_FIELDS)
    if kind is not UpdateKind.ACTOR_NEW:
        drop.add("actor")
    if kind is not UpdateKind.MERGED:
        drop.add("merged")
    if value["silent_since"] is None:
        drop.add("silent_since")
    return {name: field for name, field in value.items() if name not in drop}


def line(value: dict[str, Any]) -> bytes:
    """A plain JSON value as one line of JSON Lines."""
    return _encoder.encode(value) + b"\n"
