"""The kinds of value a configuration holds beyond plain text and numbers, and how a person writes them."""

from __future__ import annotations

import ipaddress
import math
import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CONTACT = re.compile(r"[ -'*-~]*")  # no parenthesis, which would end the comment that it stands in
# RFC 5322's dot-atom, at a name or an address of the net; names before it without the marks that must be quoted.
_MAILBOX = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9\[](?:[A-Za-z0-9.:-]*[A-Za-z0-9\]])?"
_MAIL = re.compile(rf"{_MAILBOX}|[^\x00-\x1f\x7f-\x9f\u2028\u2029<>@,;:\"()\[\]\\]+ <{_MAILBOX}>")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})")


def duration(value: Any) -> timedelta:
    """'90s', '15m', '6h', '1h 30m', '14d', '2w' or a number of seconds, as a span of time.

    Raises `ValueError` saying what is allowed.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return _seconds(value)
    text = str(value).strip()
    if _NUMBER.fullmatch(text):  # the environment knows text alone
        return _seconds(float(text))
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError('should be a span of time such as "90s", "15m", "6h", "14d" or a number of seconds')
    return _seconds(sum(float(number) * _UNITS[unit] for number, unit in parts))


def _seconds(value: float) -> timedelta:
    """So many seconds; what no span of time can hold is the longest there is, for its bounds to refuse."""
    try:
        return timedelta(seconds=value)
    except OverflowError:
        return timedelta.max if value > 0 else timedelta.min


def between(shortest: str, longest: str, *, or_never: bool = False) -> AfterValidator:
    """Spans of time from `shortest` to `longest`, both included, both as a person writes them; or 0, for never."""
    low, high = duration(shortest), duration(longest)
    never = "0 for never, or " if or_never else ""

    def bounded(value: timedelta) -> timedelta:
        if not (low <= value <= high or (or_never and not value)):
            raise ValueError(f"should be {never}from {shortest} to {longest}")
        return value

    return AfterValidator(bounded)


def file_path(value: Path) -> Path:
    """The path of a file.  Raises `ValueError` for what no file can be called."""
    if "\0" in str(value) or not value.name:
        raise ValueError("should be the path of a file")
    return value


def hour(value: Any) -> time:
    """ "22:00" or a time of TOML, as a time of day.  Raises `ValueError` saying what is allowed."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    match = _HOUR.fullmatch(str(value).strip())
    if match is None:
        raise ValueError('should be a time of day such as "22:00"')
    return time(int(match[1]), int(match[2]))


def time_zone(value: str) -> str:
    """The name of a time zone.  Raises `ValueError` saying what is allowed."""
    try:
        return ZoneInfo(value).key
    except (KeyError, OSError, ValueError):  # not found, a folder, or no name at all
        raise ValueError('should be a time zone such as "UTC" or "Europe/Lisbon"') from None


def listen(value: str) -> str:
    """'host:port', as a server binds it.  Raises `ValueError` saying what is allowed."""
    match = _LISTEN.fullmatch(value)
    if match is None or int(match[2]) > 65535:
        raise ValueError('should be "host:port", such as "127.0.0.1:9460"; port 0 picks a free one')
    return value


def broker(value: str) -> str:
    """'host:port' of a Kafka broker.  Raises `ValueError` saying what is allowed."""
    match = _LISTEN.fullmatch(value)
    if match is None or not 0 < int(match[2]) <= 65535:
        raise ValueError('should be "host:port", such as "kafka.example:9092"')
    return value


def web_address(value: str) -> str:
    """An http(s) URL.  Raises `ValueError` saying what is allowed."""
    if not (re.match(r"https?://[^/\s]+", value) and value.isprintable()):
        raise ValueError('should be a web address that begins with "https://" or "http://", on one line')
    return value


def contact(value: str) -> str:
    """How to reach somebody, as it may stand in a User-Agent.  Raises `ValueError` saying what is allowed."""
    if not _CONTACT.fullmatch(value):
        raise ValueError('should be a web or mail address such as "https://newsroom.example/our-monitor"')
    return value


def mail_address(value: str) -> str:
    """A mail address, perhaps with a name before it.  Raises `ValueError` saying what is allowed."""
    if not _MAIL.fullmatch(value):
        raise ValueError(
            'should be a mail address such as "desk@newsroom.example" or "Desk <desk@newsroom.example>"'
        )
    return value


def network(value: str) -> str:
    """An IP network.  Raises `ValueError` saying what is allowed."""
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError('should be an IP network such as "10.1.0.0/16" or "::1/128"') from None


Broker = Annotated[str, AfterValidator(broker)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
Hour = Annotated[time, BeforeValidator(hour)]
TimeZone = Annotated[str, AfterValidator(time_zone)]
FilePath = Annotated[Path, AfterValidator(file_path)]
Listen = Annotated[str, AfterValidator(listen)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Contact = Annotated[str, AfterValidator(contact)]
MailAddress = Annotated[str, AfterValidator(mail_address)]
Network = Annotated[str, AfterValidator(network)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$")]
Share = Annotated[float, Field(ge=0, le=1)]
