"""`python -m tests.support.impatient …`: the command `tallywire` with workers that groups soon put out for idleness."""

from __future__ import annotations

from typing import Any

from streams.faust_app import App
from tallywire.__main__ import main

IDLE = 3.0  # seconds; Faust has a thousand

_init = App.__init__


def _impatient(app: App, *arguments: Any, **named: Any) -> None:
    _init(app, *arguments, **{**named, "broker_max_poll_interval": IDLE})


if __name__ == "__main__":
    App.__init__ = _impatient  # type: ignore[method-assign]
    main()
