"""One partition of the assign stage as it works on Kafka: one writer, whose memory is what it has decided.

Each decision is written to the log of placements, without the texts, and has been acknowledged there before the article
goes on.  So whoever takes the partition over decides as this one would have, and what was decided stays decided.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from streams import codec, letters
from streams.kafka.partition import Sent, Work
from streams.kafka.queueing import Queueing
from streams.kafka.topics import PLACEMENTS
from streams.kafka.wire import Stamp
from streams.operators.assign import Assigners
from streams.step import Reason
from streams.topology import Stage
from tallywire.records import DeadLetter, Extract, Merge, Reading, StoryReading

NAME = "assign"


class Waiting(msgspec.Struct, frozen=True):
    """A reading in the queue, and what to tell once it is decided."""

    reading: Reading
    stamp: Stamp
    event: Any  #: the runner's own


class Placing:
    """Decides readings in the order of time."""

    def __init__(
        self,
        stage: Stage,
        assigners: Assigners,
        onward: Callable[[StoryReading | Merge], str],
        *,
        largest: int,
        patience: float,
    ) -> None:
        """`assigners` are this partition's own."""
        self._stage = stage
        self._assigners = assigners
        self._onward = onward
        self._largest = largest
        self.queue: Queueing[Waiting] = Queueing(patience)
        self._dead: list[DeadLetter] = []

    def restore(self, log: Iterable[bytes | None]) -> list[str]:
        """Take in what was decided, in the order of the log; why some of it was passed by, which no worker has written.

        Raises `LaterVersionError`.
        """
        decided: list[StoryReading] = []
        unread: list[str] = []
        for value in log:
            try:
                decided.append(codec.decode(value or b"", StoryReading))
            except codec.LaterVersionError:
                raise
            except codec.CodecError as error:
                unread.append(str(error))
        self._assigners.restore(decided)
        return unread

    def bury(self, letter: DeadLetter) -> None:
        """Hand a dead letter over with what is decided next."""
        self._dead.append(letter)

    def decide(self, waiting: Iterable[Waiting]) -> tuple[list[Sent], list[Sent], Work]:
        """What goes to the log of placements, what goes on once it is there, and what was done."""
        log: list[Sent] = []
        sends: list[Sent] = []
        work, self._dead = Work(dead=self._dead), []
        for one in waiting:
            work.entered += 1
            began = time.perf_counter()
            try:
                step = self._assigners.step(one.reading, None, one.stamp.clock)
                sent = [self._sent(output, one.stamp) for output in step.outputs]
            except Exception as error:  # noqa: BLE001 - the one wrapper around the operator: nothing is lost
                work.done[Reason.DEAD.value] += 1
                key = self._stage.key(one.reading)
                cause, payload = letters.cause(error), letters.payload(one.reading)
                work.dead.append(letters.letter(NAME, key, cause, payload, one.stamp.clock))
                continue
            work.seconds.append(time.perf_counter() - began)
            work.done[step.reason.value] += 1
            work.told += step.outputs
            sends += sent
            if step.reason is not Reason.DUPLICATE:
                log += [
                    self._noted(output, one) for output in step.outputs if isinstance(output, StoryReading)
                ]
        return log, sends, work

    def _sent(self, output: StoryReading | Merge, stamp: Stamp) -> Sent:
        value = codec.encode(output)
        if len(value) > self._largest:
            raise ValueError(f"{type(output).__name__} of {len(value)} bytes, more than a record may have")
        on = Stamp(kind=type(output).__name__, clock=stamp.clock, cause=stamp.cause)
        return Sent(self._stage.sink, self._onward(output), value, on)

    def _noted(self, output: StoryReading, one: Waiting) -> Sent:
        """A decision as the log keeps it: all that likeness needs, no text."""
        reading, read = output.reading, output.reading.extract
        article = msgspec.structs.replace(reading.article, title="", body="", second=None)
        extract = Extract(
            id=article.id, language=read.language, agency=read.agency, tally=read.tally, scene=read.scene
        )
        bare = msgspec.structs.replace(
            output, reading=msgspec.structs.replace(reading, article=article, extract=extract)
        )
        stamp = Stamp(kind=type(output).__name__, clock=one.stamp.clock, cause=one.stamp.cause)
        return Sent(PLACEMENTS, self._stage.key(reading), codec.encode(bare), stamp)
