"""From a TOML file and the environment to `Settings`, or to a list of mistakes that each name key, line and remedy."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tallywire.config import agreement, environment
from tallywire.config.places import Location, dotted, line
from tallywire.config.settings import Settings
from tallywire.errors import ConfigError

DEFAULT = Path("tallywire.toml")


def load(path: Path | None = None) -> Settings:
    """The configuration of `path` (none: `tallywire.toml` here if there is one) with the environment's overrides.

    Relative paths inside the file are taken from the file's folder.  Raises `ConfigError` that lists every mistake.
    """
    path = found(path)
    text = _text(path) if path is not None else ""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    _raise_for(environment.mistakes(os.environ))
    # Not left to `Settings`, which takes some names, such as `_cli_parse_args`, for its own options.
    unknown = [(name,) for name in values if name not in Settings.model_fields]
    mistakes = [f"{_place(path, text, where)}: {_unknown(where)}" for where in unknown]
    try:
        settings = Settings(**{name: value for name, value in values.items() if (name,) not in unknown})
    except ValidationError as error:
        mistakes += [f"{_place(path, text, detail['loc'])}: {_says(detail)}" for detail in error.errors()]
        raise ConfigError("\n".join(mistakes)) from None
    mistakes += [f"{_place(path, text, where)}: {says}" for where, says in agreement.mistakes(settings)]
    _raise_for(mistakes)
    return _anchored(settings, path.parent) if path is not None else settings


def found(path: Path | None = None) -> Path | None:
    """The configuration file that `load` reads; None where there is none."""
    return path if path is not None else DEFAULT if DEFAULT.exists() else None


def place(path: Path | None, location: Location) -> str:
    """Where the value at `location`, such as ("feeds", 0, "url"), was given: `tallywire.toml:12: feeds[1].url`."""
    return _place(path, _text(path) if path is not None else "", location)


def _raise_for(mistakes: Iterable[str]) -> None:
    said = "\n".join(mistakes)
    if said:
        raise ConfigError(said)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors write a byte order mark
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
            "second_reader": settings.second_reader.model_copy(
                update={key: at(getattr(settings.second_reader, key)) for key in ("api_key_file", "cache")}
            ),
            "kafka": settings.kafka.model_copy(
                update={
                    key: at(getattr(settings.kafka, key))
                    for key in ("data", "ca_file", "certificate_file", "key_file", "password_file")
                }
            ),
            "archive": settings.archive.model_copy(
                update={key: at(getattr(settings.archive, key)) for key in ("url_file", "password_file")}
            ),
            "destinations": tuple(
                destination.model_copy(
                    update={
                        key: at(getattr(destination, key))
                        for key in ("url_file", "secret_file", "token_file", "path")
                    }
                )
                for destination in settings.destinations
            ),
        }
    )


def _place(path: Path | None, text: str, location: Location) -> str:
    variable = environment.variable(os.environ, location)
    if variable is not None:
        return f"environment {variable}" + (f": {dotted(location)}" if len(location) > 2 else "")
    at = line(text, location)
    return f"{path}:{at}: {dotted(location)}" if at is not None else dotted(location)


def _says(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return _unknown(detail["loc"])
    if detail["type"] == "missing":
        return "is required"
    return detail["msg"].removeprefix("Value error, ")


def _unknown(location: Location) -> str:
    allowed = _allowed(location[:-1])
    close = difflib.get_close_matches(str(location[-1]), allowed, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown key; {hint}allowed here: {', '.join(allowed)}"


def _allowed(location: Location) -> list[str]:
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
