"""The kinds of value a configuration holds beyond plain text and numbers, and how a person writes them."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})")


def duration(value: Any) -> timedelta:
    """'90s', '15m', '6h', '1h 30m', '14d', '2w' or a number of seconds, as a span of time.

    Raises `ValueError` saying what is allowed.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError('should be a span of time such as "90s", "15m", "6h", "14d" or a number of seconds')
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))


def listen(value: str) -> str:
    """'host:port', as a server binds it.  Raises `ValueError` saying what is allowed."""
    match = _LISTEN.fullmatch(value)
    if match is None or int(match[2]) > 65535:
        raise ValueError('should be "host:port", such as "127.0.0.1:9460"; port 0 picks a free one')
    return value


def web_address(value: str) -> str:
    """An http(s) URL.  Raises `ValueError` saying what is allowed."""
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError('should be a web address that begins with "https://" or "http://"')
    return value


def network(value: str) -> str:
    """An IP network.  Raises `ValueError` saying what is allowed."""
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError('should be an IP network such as "10.1.0.0/16" or "::1/128"') from None


Duration = Annotated[timedelta, BeforeValidator(duration)]
Listen = Annotated[str, AfterValidator(listen)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Network = Annotated[str, AfterValidator(network)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$")]
Share = Annotated[float, Field(ge=0, le=1)]
