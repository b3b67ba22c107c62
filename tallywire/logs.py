"""Structured logs on standard error, quiet by default: lines for a person or the journal, JSON for a collector."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

Style = Literal["text", "json", "journald"]

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
