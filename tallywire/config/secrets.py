"""Secrets, given in the configuration or in a file of their own."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from tallywire.errors import ConfigError


def secret(owner: str, key: str, value: SecretStr | None, file: Path | None) -> str:
    """The secret that `key` of `owner` gives, or the file named beside it; '' where neither is given.

    What is given but empty is a mistake: without its secret a webhook would go out unsigned.  Raises `ConfigError`,
    whose words never hold the content.
    """
    if value is None and file is None:
        return ""
    place = key if value is not None else f"{key}_file {file}"
    text = value.get_secret_value() if value is not None else _read(owner, place, file)
    if not text.strip():
        raise ConfigError(f"{owner}: {place}: is empty")
    if not text.strip().isprintable():
        raise ConfigError(f"{owner}: {place}: should be one line, the secret alone")
    return text.strip()


def _read(owner: str, place: str, file: Path | None) -> str:
    try:
        return file.read_text(encoding="utf-8-sig") if file is not None else ""
    except OSError as error:
        raise ConfigError(f"{owner}: {place}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:  # its message would hold the content
        raise ConfigError(f"{owner}: {place}: not UTF-8 text") from None
