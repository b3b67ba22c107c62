"""Structured logs on standard error, quiet by default: lines for a person or the journal, JSON for a collector."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import suppress
from typing import Literal

import structlog

Style = Literal["text", "json", "journald"]

#: Libraries that print to standard error by themselves, as they please: a broker's absence a hundred times a second.
LIBRARIES = ("aiokafka", "kafka", "asyncio")
SELDOM = 30.0  # seconds
FORMS = 200  # kinds of lines that are known as said; a bound, not a figure anybody needs

# How urgent a line is, as systemd reads it off its beginning (sd-daemon(3)).
_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def configure(level: str, style: Style) -> None:
    """Set up logging for this process: `level` and above, to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _renderer(style),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers, library.propagate = [_Library()], False


class _Library(logging.Handler):
    """What a library has to say, as a line of ours; what it says again and again, once in `SELDOM` seconds."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        #: Form of a line → when it may be said again, how often it was not.
        self._said: dict[str, tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, or count it."""
        now, form = time.monotonic(), str(record.msg)
        again, kept_back = self._said.get(form, (now, 0))
        if now < again:
            self._said[form] = again, kept_back + 1
            return
        if len(self._said) >= FORMS:
            self._said.clear()
        self._said[form] = now + SELDOM, 0
        fields: dict[str, object] = {"more_like_it": kept_back} if kept_back else {}
        log = structlog.get_logger(record.name)
        with suppress(ValueError):  # standard error is closed: no reason for a library to fail
            log.log(
                record.levelno, record.getMessage(), library=record.name, exc_info=record.exc_info, **fields
            )


def _renderer(style: Style) -> structlog.typing.Processor:
    match style:
        case "json":
            return structlog.processors.JSONRenderer()
        case "journald":
            return _Journal()
        case "text":
            return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


class _Journal:
    """One line an event, its priority first; the journal knows the time itself."""

    def __init__(self) -> None:
        self._pairs = structlog.processors.LogfmtRenderer(bool_as_flag=False)

    def __call__(
        self, logger: structlog.typing.WrappedLogger, name: str, event: structlog.typing.EventDict
    ) -> str:
        said, priority = str(event.pop("event")), _PRIORITIES[event.pop("level")]
        event.pop("timestamp", None)
        pairs = {key.replace(" ", "_"): value for key, value in event.items()}
        words = " ".join(said.split())
        return f"<{priority}>{words} {self._pairs(logger, name, pairs)}".rstrip()
