"""The terminal: each alert as a few lines, in colours only where a terminal shows them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import select
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from connectors.sinks.plain import defuse
from connectors.sinks.telling import Point, Stand, telling
from tallywire.ports import Outcome, Verdict
from tallywire.records import Alert, Severity

WIDEST = 100  # columns: beyond, lines are hard to read
_INDENT = 2
_FIGURES = 14  # columns for "at least 1,200"

_STYLES = {
    Severity.INFO: ("·", "dim"),
    Severity.NOTICE: ("●", "cyan"),
    Severity.WARNING: ("▲", "bold yellow"),
    Severity.CRITICAL: ("■", "bold red"),
}


class TerminalSink:
    """Prints alerts to a text stream.  A stream whose reader has left is gone.

    A reader that has stalled (a full pipe, Ctrl-S) holds up its own alert and nothing else: a thread writes, and
    neither a stop nor the end of the process waits for it.
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._display = Console(file=stream)  # knows colours and width; rich heeds NO_COLOR

    @property
    def name(self) -> str:
        """The destination's name."""
        return self._name

    async def send(
        self,
        alert: Alert,
        now: datetime,  # noqa: ARG002 - a terminal keeps no time
        thread: str | None = None,  # noqa: ARG002 - it knows no conversations
    ) -> Outcome:
        """Print the alert, however long the reader takes."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        text = _rendered(alert, self._display).encode(encoding, "replace").decode(encoding)
        loop = asyncio.get_running_loop()
        printed: asyncio.Future[Outcome] = loop.create_future()

        def answer(outcome: Outcome) -> None:
            if not printed.done():
                printed.set_result(outcome)

        def work() -> None:
            outcome = _print(self._stream, text)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(answer, outcome)

        # A thread of its own and no executor's: an executor is waited for at the end of the process.
        threading.Thread(target=work, name=f"print to {self._name}", daemon=True).start()
        return await printed

    async def close(self) -> None:
        """Nothing: the stream belongs to the process."""


def _print(stream: TextIO, text: str) -> Outcome:
    try:
        _write(stream, text)
    except (OSError, ValueError) as error:  # ValueError: the stream was closed
        reason = getattr(error, "strerror", None) or "it is closed"
        return Outcome(verdict=Verdict.GONE, says=f"cannot print: {reason}")
    return Outcome(verdict=Verdict.DELIVERED, says="printed")


def _write(stream: TextIO, text: str) -> None:
    """Write past the stream's buffer where it has a descriptor.

    Python ends by flushing the standard streams, and aborts where a thread that is stuck in a write holds the lock of
    such a buffer.
    """
    stream.flush()
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:  # in memory
        stream.write(text)
        return
    data = memoryview(text.encode(stream.encoding, "replace"))
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # somebody made the pipe non-blocking
            select.select([], [descriptor], [])


def _rendered(alert: Alert, display: Console) -> str:
    """The alert as `display` can show it, without writing there: rich ends the process on a broken pipe."""
    page = Console(
        file=io.StringIO(),
        force_terminal=display.is_terminal,
        color_system=display.color_system if display.is_terminal else None,  # type: ignore[arg-type]
        no_color=display.no_color,
        width=min(display.width, WIDEST),
        markup=False,
        emoji=False,
        highlight=False,
    )
    with page.capture() as captured:
        for line in _lines(alert):
            page.print(line)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())  # padding is only white


def _lines(alert: Alert) -> Iterator[RenderableType]:
    told = telling(alert)
    sign, style = _STYLES[alert.severity]
    head = Table.grid(padding=(0, 2, 0, 0))
    head.add_column(no_wrap=True)
    head.add_column()
    mark = Text.assemble(
        (f"{sign} {alert.severity.value.upper():<8}", style), (f" {alert.at:%d %b %H:%M}", "dim")
    )
    head.add_row(mark, Text(told.headline, "bold"))
    yield head
    for point in told.points:
        yield from _point(point)
    if told.more:
        more = f"and {told.more} more: tallywire explain {alert.id}"
        yield Padding(Text(more, "dim"), (0, 0, 0, _INDENT))
    yield Padding(Text(f"alert {defuse(alert.id)} · story {defuse(alert.story)}", "dim"), (0, 0, 0, _INDENT))
    yield Text()


def _point(point: Point) -> Iterator[Padding]:
    if point.because:
        yield Padding(Text(point.because), (0, 0, 0, _INDENT))
    for stand in point.stands:
        yield from _stand(stand)


def _stand(stand: Stand) -> Iterator[Padding]:
    indent = _INDENT * 2
    if stand.figure:
        outlets = f"  ({stand.outlets})" if stand.outlets and stand.outlets != stand.who else ""
        figure = (f"{stand.figure:<{_FIGURES}} ", "bold")
        yield Padding(Text.assemble(figure, (stand.who, "cyan"), (outlets, "dim")), (0, 0, 0, indent))
        indent += _FIGURES + 1
    if stand.quote:
        words = Text(f"“{stand.quote}”", "italic")
        if not stand.figure:
            words.append(f"  {stand.who}", "dim not italic")
        yield Padding(words, (0, 0, 0, indent))
