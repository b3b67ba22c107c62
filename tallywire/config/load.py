"""From a TOML file and the environment to `Settings`, or to a list of mistakes that each name key, line and remedy."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tallywire.config.settings import Settings
from tallywire.errors import ConfigError

DEFAULT = Path("tallywire.toml")

Path_ = Sequence[str | int]


def load(path: Path | None = None) -> Settings:
    """The configuration of `path` (none: `tallywire.toml` here if there is one) with the environment's overrides.

    Relative paths inside the file are taken from the file's folder.  Raises `ConfigError` that lists every mistake.
    """
    path = found(path)
    text = _text(path) if path is not None else ""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    try:
        settings = Settings(**values)
    except ValidationError as error:
        mistakes = "\n".join(_mistake(detail, text, path) for detail in error.errors())
        raise ConfigError(mistakes) from None
    return _anchored(settings, path.parent) if path is not None else settings


def found(path: Path | None = None) -> Path | None:
    """The configuration file that `load` reads; None where there is none."""
    return path if path is not None else DEFAULT if DEFAULT.exists() else None


def place(path: Path | None, location: Path_) -> str:
    """Where the value at `location`, such as ("feeds", 0, "url"), was given: `tallywire.toml:12: feeds[1].url`."""
    line = _line(_text(path), location) if path is not None else None
    return f"{path}:{line}: {_dotted(location)}" if line is not None else _dotted(location)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}: save it as UTF-8") from error


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Relative paths of the file, made relative to the file's folder."""

    def at(value: Path | None) -> Path | None:
        return folder / value if value is not None else None

    return settings.model_copy(
        update={
            "monitor": settings.monitor.model_copy(update={"state": at(settings.monitor.state)}),
            "polling": settings.polling.model_copy(update={"opml": at(settings.polling.opml)}),
            "destinations": tuple(
                destination.model_copy(
                    update={key: at(getattr(destination, key)) for key in ("url_file", "secret_file", "path")}
                )
                for destination in settings.destinations
            ),
        }
    )


def _mistake(detail: ErrorDetails, text: str, path: Path | None) -> str:
    location = detail["loc"]
    name = _dotted(location)
    line = _line(text, location)
    if line is not None:
        place = f"{path}:{line}: {name}"
    elif location:
        place = f"environment TALLYWIRE_{'__'.join(str(part).upper() for part in location)}"
    else:
        place = str(path or "configuration")
    return f"{place}: {_says(detail)}"


def _says(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        allowed = _allowed(detail["loc"][:-1])
        close = difflib.get_close_matches(str(detail["loc"][-1]), allowed, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"unknown key; {hint}allowed here: {', '.join(allowed)}"
    if detail["type"] == "missing":
        return "is required"
    return detail["msg"].removeprefix("Value error, ")


def _allowed(location: Path_) -> list[str]:
    """The keys of the section at `location`."""
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str):
            inner = _inner(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner(argument)
        if found is not None:
            return found
    return None


def _dotted(location: Path_) -> str:
    """('feeds', 0, 'url') as `feeds[1].url`: people count from one."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "configuration"


def _line(text: str, location: Path_) -> int | None:
    """The line of `text` where the value at `location` stands, or the nearest thing above it that does."""
    section = ".".join(part for part in location[:1] if isinstance(part, str))
    number = next((part for part in location if isinstance(part, int)), 0)
    header = re.compile(rf"\s*\[{{1,2}}\s*{re.escape(section)}\s*\]{{1,2}}") if section else None
    key = next((part for part in reversed(location[1:]) if isinstance(part, str)), None)
    found: int | None = None
    count, inside = -1, False
    for line, content in enumerate(text.splitlines(), 1):
        if content.lstrip().startswith("["):
            inside = bool(header and header.match(content))
            count += inside
            if inside and (count == number or not content.lstrip().startswith("[[")):
                found = found or line
            else:
                inside = False
        elif (inside and key is not None and re.match(rf'\s*"?{re.escape(key)}"?\s*=', content)) or (
            count < 0 and section and re.match(rf"\s*{re.escape(section)}\s*=", content)
        ):
            return line
    return found
