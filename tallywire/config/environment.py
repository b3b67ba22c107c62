"""The environment's part: which variables are ours, and what is wrong with them before anything is read.

Ours are `TALLYWIRE_<SECTION>` and what begins with it and an underscore, and every `TALLYWIRE_…` with two underscores
in a row.  Others, such as the `TALLYWIRE_PORT` and `TALLYWIRE_SERVICE_HOST` that Kubernetes sets for a service of that
name, are nobody's mistake.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from pydantic import BaseModel

from tallywire.config.places import Location
from tallywire.config.settings import Settings

PREFIX = "TALLYWIRE_"
DELIMITER = "__"


def mistakes(environment: Mapping[str, str]) -> Iterator[str]:
    """Each variable of ours that names no key, or is not the JSON that a list or a whole section must be."""
    known = _variables()
    for given, value in sorted(environment.items()):
        name = given.upper()
        if name not in known and _ours(name):
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"keys are {PREFIX}<SECTION>{DELIMITER}<KEY>"
            yield f"environment {given}: names no key of the configuration; {hint}"
        elif known.get(name) and not _is_json(value):
            yield f"environment {given}: should be JSON, as in {known[name]}"


def variable(environment: Mapping[str, str], location: Location) -> str | None:
    """The variable that gave the value at `location`; None where none did."""
    if not location or location[0] not in Settings.model_fields:
        return None
    upper = {name.upper(): name for name in environment}
    parts = [part.upper() for part in location[:2] if isinstance(part, str)]
    if len(parts) == 2 and (name := upper.get(PREFIX + DELIMITER.join(parts))):
        return name
    name = upper.get(f"{PREFIX}{parts[0]}") if parts else None
    if name is None or _is_list(Settings.model_fields[str(location[0])].annotation):
        return name
    value = json.loads(environment[name])  # a whole section: it gave the keys that it names
    gave = len(parts) < 2 or not isinstance(value, dict) or location[1] in value
    return name if gave else None


def _variables() -> dict[str, str]:
    """Every variable of ours, with an example of the JSON it must be ('' where it is plain text)."""
    found: dict[str, str] = {}
    for section, field in Settings.model_fields.items():
        name = PREFIX + section.upper()
        if _is_list(field.annotation):
            found[name] = """'[{"…": "…"}]'"""
            continue
        found[name] = """'{"…": "…"}'"""
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for key, inner in model.model_fields.items():
                found[f"{name}{DELIMITER}{key.upper()}"] = """'["…"]'""" if _is_list(inner.annotation) else ""
    return found


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def _ours(name: str) -> bool:
    if not name.startswith(PREFIX):
        return False
    rest = name.removeprefix(PREFIX)
    return DELIMITER in rest or any(
        rest == section.upper() or rest.startswith(f"{section.upper()}_") for section in Settings.model_fields
    )


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True
