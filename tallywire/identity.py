"""Names that are the same on every engine, every run and every machine."""

from __future__ import annotations

import hashlib

LENGTH = 16  # hexadecimal digits: 64 bits, a collision in a billion names has a chance of some 3 %


def digest(*parts: object) -> str:
    """A short stable name for a sequence of values (their `str`), free of ambiguity between neighbours.

    BLAKE2b (RFC 7693), cut to 64 bits: names are keys within one installation, not signatures.
    """
    hasher = hashlib.blake2b(digest_size=LENGTH // 2)
    for part in parts:
        data = str(part).encode("utf-8", "surrogatepass")
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()
