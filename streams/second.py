"""The second reader at work: before articles are read, what our own reading would leave over is asked about.

What it answers travels with the article (`Article.second`), so that the read stage stays a function of its item; what
holds of it is decided there.  Every runner can put this before its read stage.  Nothing that goes wrong here stops an
article: it goes on with what our own reading finds.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import structlog

from streams.answers import Answers
from tallywire import reading
from tallywire.identity import digest
from tallywire.ports import CAUSES, Answer, Clock, Extractor
from tallywire.reading.guard import Refusal
from tallywire.records import Article, Question, SecondReading, Suggestion

log = structlog.get_logger("tallywire.second")

METHOD = 1  # of what is asked and how; another one makes every kept answer one to another question

#: What becomes of a question: answered, answered before, not asked since too many went wrong, not awaited any longer
#: because the articles could not wait; or why there was no answer.
OUTCOMES = ("answered", "cached", "paused", "late", *CAUSES)
LOST = frozenset(OUTCOMES) - {"answered", "cached"}
#: What becomes of a suggestion: it holds, or why it does not.
VERDICTS = ("accepted", *(refusal.value for refusal in Refusal))

_ENOUGH = 5  # failures in a row, after which nobody asks for a while
_PAUSE = (60.0, 3600.0)  # seconds: the first pause, the longest
_MINUTE = 60.0


class Asked(msgspec.Struct):
    """What one consultation did."""

    outcomes: Counter[str] = msgspec.field(default_factory=Counter)  #: one of `OUTCOMES` → questions
    verdicts: Counter[str] = msgspec.field(default_factory=Counter)  #: one of `VERDICTS` → suggestions
    seconds: list[float] = []  #: that each answer took


class SecondReader:
    """Consults an extractor about articles: what was answered before is not asked again, and nobody waits for ever."""

    def __init__(
        self,
        extractor: Extractor,
        answers: Answers,
        *,
        clock: Clock,
        at_once: int,
        per_minute: int,
        patience: float | None = None,
        observer: Callable[[Asked], None] = lambda _: None,
    ) -> None:
        """`at_once` and `per_minute` bound the requests.

        `patience` is how many seconds the articles of one call wait at most; None lets them wait for every answer.
        """
        self._extractor = extractor
        self._answers = answers
        self._clock = clock
        self._places = asyncio.Semaphore(at_once)
        self._pace = _Pace(per_minute)
        self._circuit = _Circuit()
        self._patience = patience
        self._observer = observer

    async def consult(self, articles: Sequence[Article]) -> tuple[Article, ...]:
        """The articles, with suggestions where there are any that hold."""
        asked = Asked()
        questions = await asyncio.to_thread(_questions, articles)
        keys = [self._key(question) if question else None for question in questions]
        known = await self._known(key for key in keys if key)
        asked.outcomes["cached"] += sum(key in known for key in keys)
        open_ = {
            key: question
            for key, question in zip(keys, questions, strict=True)
            if key and question and key not in known
        }
        known |= await self._ask_all(open_, asked)
        consulted = await asyncio.to_thread(self._offered, articles, keys, known, asked)
        self._observer(asked)
        return consulted

    async def close(self) -> None:
        """Let go of connections and the file."""
        await self._extractor.close()
        self._answers.close()

    def _key(self, question: Question) -> str:
        return digest(METHOD, self._extractor.name, question.language, *question.sentences)

    async def _known(self, keys: Iterable[str]) -> dict[str, tuple[Suggestion, ...]]:
        try:
            return await asyncio.to_thread(self._answers.get, list(keys))
        except sqlite3.Error as error:
            log.error("kept answers cannot be read", error=str(error))
            return {}

    async def _ask_all(
        self, questions: Mapping[str, Question], asked: Asked
    ) -> dict[str, tuple[Suggestion, ...]]:
        """The answers that come in time, by key."""
        tasks = {
            key: asyncio.create_task(self._ask(key, question, asked)) for key, question in questions.items()
        }
        if not tasks:
            return {}
        try:
            _, late = await asyncio.wait(tasks.values(), timeout=self._patience)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        asked.outcomes["late"] += len(late)
        came = {key: task.result() for key, task in tasks.items() if task not in late}
        return {key: suggestions for key, suggestions in came.items() if suggestions is not None}

    async def _ask(self, key: str, question: Question, asked: Asked) -> tuple[Suggestion, ...] | None:
        """One question, when its turn has come; its answer is kept."""
        async with self._places:
            if self._circuit.open:
                asked.outcomes["paused"] += 1
                return None
            await self._pace.turn()
            began = time.monotonic()
            answer = await self._answer(question)
        if answer.suggestions is None:
            asked.outcomes[answer.cause] += 1
            self._circuit.failed(answer)
            return None
        self._circuit.worked()
        try:
            await asyncio.to_thread(self._answers.put, key, answer.suggestions)
        except sqlite3.Error as error:
            log.error("an answer cannot be kept", error=str(error))
        asked.outcomes["answered"] += 1
        asked.seconds.append(time.monotonic() - began)
        return answer.suggestions

    async def _answer(self, question: Question) -> Answer:
        """An answer that cannot raise: a fault of the extractor's own code is a failure like any other."""
        try:
            return await self._extractor.ask(question, self._clock.now())
        except Exception as error:  # noqa: BLE001 - the articles go on
            log.error("extractor failed", error=type(error).__name__)
            return Answer(suggestions=None, cause="failed", says=f"internal: {type(error).__name__}")

    def _offered(
        self,
        articles: Sequence[Article],
        keys: Sequence[str | None],
        known: Mapping[str, tuple[Suggestion, ...]],
        asked: Asked,
    ) -> tuple[Article, ...]:
        """The articles with what is suggested for them, where any of it holds."""
        found: list[Article] = []
        for article, key in zip(articles, keys, strict=True):
            suggestions = known.get(key, ()) if key else ()
            found.append(self._with(article, suggestions, asked) if suggestions else article)
        return tuple(found)

    def _with(self, article: Article, suggestions: tuple[Suggestion, ...], asked: Asked) -> Article:
        second = SecondReading(reader=self._extractor.name, suggestions=suggestions)
        offered = msgspec.structs.replace(article, second=second)
        verdict = reading.judge(offered)
        asked.verdicts["accepted"] += verdict.accepted
        asked.verdicts.update({refusal.value: count for refusal, count in verdict.refused.items()})
        return offered if verdict.accepted else article


def _questions(articles: Sequence[Article]) -> list[Question | None]:
    return [_question(article) for article in articles]


def _question(article: Article) -> Question | None:
    try:
        return reading.residue(article)
    except Exception as error:  # noqa: BLE001 - what cannot be read is the read stage's to bury, with its cause
        log.error("no residue", article=article.id, error=f"{type(error).__name__}: {error}")
        return None


class _Pace:
    """At most so many turns within any minute."""

    def __init__(self, per_minute: int) -> None:
        self._taken: deque[float] = deque(maxlen=per_minute)

    async def turn(self) -> None:
        """Wait for a turn."""
        left = self._left()
        while left > 0:
            await asyncio.sleep(left)
            left = self._left()  # somebody else may have been quicker
        self._taken.append(time.monotonic())

    def _left(self) -> float:
        """Seconds until the next turn."""
        full = len(self._taken) == self._taken.maxlen
        return self._taken[0] + _MINUTE - time.monotonic() if full else 0.0


class _Circuit:
    """Whether to ask at all: not for a while, after too many failures in a row."""

    def __init__(self) -> None:
        self._failures = 0
        self._pause = _PAUSE[0]
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Nobody should ask now."""
        return time.monotonic() < self._until

    def worked(self) -> None:
        """An answer came."""
        self._failures, self._pause = 0, _PAUSE[0]

    def failed(self, answer: Answer) -> None:
        """None came."""
        log.warning("no second reading", cause=answer.cause, says=answer.says)
        self._failures += 1
        wait = answer.retry_after or 0.0
        if answer.lasting or self._failures >= _ENOUGH:
            wait = max(wait, self._pause)
            self._pause = min(self._pause * 2, _PAUSE[1])
        if wait and not self.open:
            wait = min(wait, _PAUSE[1])
            self._until = time.monotonic() + wait
            log.warning("no second readings for a while", seconds=round(wait))
