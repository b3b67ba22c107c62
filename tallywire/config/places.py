"""Where a value was given: the line of the file it stands in, or the variable of the environment."""

from __future__ import annotations

import re
from collections.abc import Sequence

Location = Sequence[str | int]


def dotted(location: Location) -> str:
    """('feeds', 0, 'url') as `feeds[1].url`: people count from one."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "configuration"


def line(text: str, location: Location) -> int | None:
    """The line of `text` where the value at `location` stands, or the nearest thing above it that does.

    `tomllib` keeps no positions, so headers and keys are searched for; a value inside an inline table or list
    is found at the line of its section.
    """
    if not location or not isinstance(location[0], str):
        return None
    number = next((part for part in location if isinstance(part, int)), 0)
    key = next((part for part in reversed(location[1:]) if isinstance(part, str)), None)
    section = _key(location[0])
    header = re.compile(rf"\s*\[{{1,2}}\s*{section}\s*\]")
    below = re.compile(rf"\s*\[{{1,2}}\s*{section}\s*\.")
    above = re.compile(rf"\s*{section}\s*[=.]")
    exact = re.compile(rf"\s*{section}\s*\.\s*{_key(key)}\s*[=.]") if key else None
    inner = re.compile(rf"\s*{_key(key)}\s*[=.]") if key else None
    found: int | None = None
    count, inside, top = -1, False, True
    for at, content in enumerate(text.splitlines(), 1):
        if content.lstrip().startswith("["):
            top = False
            inside = header.match(content) is not None
            count += inside
            inside = inside and (count == number or not content.lstrip().startswith("[["))
            found = found or (at if inside else None)
            if below.match(content):
                found = found or at
        elif top and exact and exact.match(content):
            return at
        elif top and above.match(content):
            found = found or at
        elif inside and inner and inner.match(content):
            return at
    return found


def _key(name: str) -> str:
    """A pattern for a key, bare or quoted."""
    return rf"""["']?{re.escape(name)}["']?"""
