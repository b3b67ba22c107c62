"""What the core expects of the outside: the contracts that connectors keep and runners rely on.

Each protocol says what an implementation promises; `tests/contract` walks the registries and holds every
implementation to it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from tallywire.records import Alert, Article, Question, Record, Suggestion


class Clock(Protocol):
    """Where time comes from: the system, or the articles themselves on a replay."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class Problem(Record, frozen=True):
    """Something a source met that an operator of the monitor should know; never a reason to stop."""

    cause: str  #: a short stable word, used as a metric label: "http_404", "not_a_feed", "timeout" …
    says: str  #: one sentence for a person: the place and the remedy; no secrets
    payload: str | None = None  #: the offending item, where it should go to dead letters
    lost: bool = True  #: whether something was left out; False: it was taken in, but not as it was given


class Batch(Record, frozen=True):
    """What one fetch of a source brought."""

    articles: tuple[Article, ...]
    position: bytes  #: opaque: where the source goes on; stored in the transaction that takes the articles in
    next_due: datetime  #: no fetch before this time, restarts included
    outcome: str  #: a short stable word: "new", "not_modified", "unchanged", or a problem's cause
    problems: tuple[Problem, ...] = ()


@runtime_checkable
class Source(Protocol):
    """A stream of articles with a resumable position.

    Promises: `fetch` never raises for what a server does (it answers with problems); it returns within its own
    time limits; given the last stored position it repeats nothing that was stored and skips nothing that was not.
    """

    @property
    def name(self) -> str:
        """Stable across restarts: the key under which the position is stored."""
        ...

    async def fetch(self, position: bytes | None, now: datetime) -> Batch:
        """What is new since `position` (None: since ever)."""
        ...


class Asking(Record, frozen=True):
    """What is known of a source that is asked and has not answered."""

    position: bytes  #: as in a batch
    next_due: datetime  #: no fetch before this time, should the answer be lost


@runtime_checkable
class Polled(Source, Protocol):
    """A source that somebody is asked for, who must not be asked again because we have crashed.

    Promises: a `fetch` at the `next_due` of what was stored before a crash is as polite as one after an answer, and
    repeats and skips nothing.
    """

    def asking(self, position: bytes | None, now: datetime) -> Asking:
        """What to store before a `fetch` at `now`, instead of `position`, lest its answer be lost."""
        ...


@runtime_checkable
class Pushed(Source, Protocol):
    """A source that may have something before it is due, since somebody sends it there.

    Promises: a `fetch` after `pushed` has returned asks nobody, and makes no later poll earlier.
    """

    async def pushed(self, position: bytes | None) -> None:
        """Wait until something has come; `position` is the last that was stored."""
        ...


class Verdict(StrEnum):
    """What became of one attempt to deliver."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REJECTED = "rejected"  # the destination will never take this one
    GONE = "gone"  # the destination itself is no more (410): stop using it


class Outcome(Record, frozen=True):
    """The answer of a sink to one alert."""

    verdict: Verdict
    says: str  #: a status or an error in words; never a secret
    retry_after: float | None = None  #: seconds the destination asked us to wait
    thread: str | None = None  #: the conversation that took it, where the destination has a name for it


@runtime_checkable
class Sink(Protocol):
    """A place alerts go to.

    Promises: `send` never raises for what the other side does; it sends `alert.id` as idempotency key, the same on
    every try; neither its answers nor its errors hold a secret.  A story is one conversation where the place has
    such: the `thread` of an outcome is given back with the story's later alerts.
    """

    @property
    def name(self) -> str:
        """The destination's name in the configuration."""
        ...

    async def send(self, alert: Alert, now: datetime, thread: str | None = None) -> Outcome:
        """One attempt; `thread` is what an earlier outcome called the story's conversation, if any did."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Answer(Record, frozen=True):
    """What an extractor answers: suggestions, or why there are none to be had."""

    suggestions: tuple[Suggestion, ...] | None  #: None where no usable answer came
    cause: str = ""  #: then a short stable word, used as a metric label: one of `CAUSES`
    says: str = ""  #: … and one sentence for a person; no secrets, nothing of the text
    retry_after: float | None = None  #: seconds the service asked us to wait
    lasting: bool = False  #: no other try can help before somebody changes the configuration


#: Why there is no answer: it took too long, there was no connection, the service had too much to do, it refused or
#: failed, what it sent is no answer.
CAUSES = ("timeout", "unreachable", "busy", "failed", "malformed")


@runtime_checkable
class Extractor(Protocol):
    """A second reader of what our own grammar leaves over, such as a language model.

    Promises: `ask` never raises for what the other side does; it returns within its own time limit; no secret is in
    its answers.  What it answers need not be true: the guard of `tallywire.reading` lets pass what the text bears out.
    """

    @property
    def name(self) -> str:
        """Who reads: the model's name, which claims and kept answers are marked with."""
        ...

    async def ask(self, question: Question, now: datetime) -> Answer:
        """One attempt."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
