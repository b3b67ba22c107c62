"""The second reader for commands that go through articles and come to an end."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Self

from streams.second import LOST, Asked, SecondReader
from tallywire.cli import compose
from tallywire.cli.options import counted
from tallywire.config import Settings
from tallywire.records import Article

_BATCH = 50  # articles that are consulted about together


class Second:
    """The second reader of the settings, in a loop of its own; without one articles pass as they are.

    Articles wait for every answer.  What stays unanswered is told at the end, and `lost` counts it: a later run asks
    for that alone.
    """

    def __init__(self, settings: Settings | None) -> None:
        """None asks nobody."""
        self._settings = settings
        self._runner = asyncio.Runner()
        self._reader: SecondReader | None = None
        self._outcomes: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Raises `ConfigError` or `StateError` where its key or its file cannot be used."""
        if self._settings is not None:
            self._reader = self._runner.run(self._open(self._settings))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._runner.run(self._reader.close())
        self._runner.close()
        if self.lost:
            causes = ", ".join(f"{cause} {count}" for cause, count in sorted(self._lost().items()))
            asked = counted(self._outcomes.total(), "question")
            sys.stderr.write(
                f"tallywire: the second reader left {self.lost} of {asked} unanswered ({causes})\n"
            )

    @property
    def lost(self) -> int:
        """How many questions stayed unanswered."""
        return sum(self._lost().values())

    def _lost(self) -> dict[str, int]:
        return {cause: count for cause, count in self._outcomes.items() if cause in LOST and count}

    def through(self, articles: Iterable[Article]) -> Iterator[Article]:
        """The articles, with what is suggested for them; one by one as they come where nobody is asked."""
        if self._reader is None:
            yield from articles
            return
        rest = iter(articles)
        while batch := tuple(islice(rest, _BATCH)):
            yield from self.consult(batch)

    def consult(self, articles: Sequence[Article]) -> Sequence[Article]:
        """The same for articles that come together."""
        return self._runner.run(self._reader.consult(articles)) if self._reader is not None else articles

    async def _open(self, settings: Settings) -> SecondReader | None:
        return compose.second_reader(settings, hurried=False, observer=self._observe)

    def _observe(self, asked: Asked) -> None:
        self._outcomes.update(asked.outcomes)
