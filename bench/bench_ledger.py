"""What a claim costs the ledger, in stories of 10, 1,000 and 100,000 claims: it must not depend on the length.

A story is grown before the clock starts; measured is each further article of four claims as the story is told on, old
claims folded now and then, and apart from it what storing the state costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count, islice

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from streams.operators.reconcile import Reconcile
from tallywire.ledger import Ledger
from tallywire.records import (
    Article,
    Claim,
    Evidence,
    Extract,
    Group,
    Metric,
    Quantifier,
    Reading,
    Scope,
    Sketch,
    StoryReading,
)

START = datetime(2031, 1, 1, tzinfo=UTC)
CLAIMS = 4  # of one article
ROUNDS = 400  # articles measured
SPEAKERS = ("the interior ministry", "the Red Crescent", "Governor Ada Reyes", "the fire service", "", "")
GROUPS = (
    (Metric.KILLED, Scope.TOTAL, Group(text="people")),
    (Metric.INJURED, Scope.TOTAL, Group(text="people")),
    (Metric.KILLED, Scope.PART, Group(text="Cuban soldiers", nations=("CU",), roles=("military",))),
    (Metric.MISSING, Scope.TOTAL, Group(text="people")),
)


def articles() -> Iterator[StoryReading]:
    """One story's articles, minutes apart: tolls that grow, old figures in between, several claimants."""
    return map(_article, count())


def _article(number: int) -> StoryReading:
    when = START + timedelta(minutes=7 * number)
    said = 20 + number // 40 - (3 if number % 11 == 0 else 0)
    by = SPEAKERS[number % len(SPEAKERS)]
    claims = tuple(_claim(metric, scope, group, said, by) for metric, scope, group in GROUPS)
    article = Article(
        id=f"a{number}",
        title="Quay blast",
        body="…",
        arrived=when,
        published=when,
        outlet=f"Outlet {number % 30}",
    )
    extract = Extract(id=article.id, language="en", claims=claims)
    reading = Reading(article=article, extract=extract, sketch=Sketch(v=1, exact=0, shingles=b"", terms=b""))
    return StoryReading(reading=reading, story="quay", label="Quay blast", origin=article.id)


def _claim(metric: Metric, scope: Scope, group: Group, said: int, by: str) -> Claim:
    quote = (
        f"{by or 'Reports'} said {said} {group.text} were {metric} when the quay blew up on Sunday evening."
    )
    return Claim(
        metric=metric,
        low=said,
        high=said,
        quantifier=Quantifier.EXACT,
        evidence=Evidence(field="body", start=0, end=len(quote), quote=quote),
        scope=scope,
        group=group,
        claimants=(by,) if by else (),
    )


class Story:
    """A story that is told on, article by article."""

    def __init__(self, claims: int, since: int = 0) -> None:
        """The story after so many claims, beginning with the article numbered `since`."""
        self._articles = islice(articles(), since, None)
        self._step = Reconcile().step
        self.ledger: Ledger | None = None
        for _ in range(max(claims // CLAIMS, 1)):
            self.take(self.following())

    def following(self) -> StoryReading:
        """The article that comes next."""
        return next(self._articles)

    def take(self, item: StoryReading) -> None:
        """What is measured."""
        self.ledger = self._step(item, self.ledger, item.reading.article.arrived).state


@cache
def long(claims: int) -> Story:
    """One long story for all benchmarks: to grow it takes longer than to measure it."""
    return Story(claims)


def test_an_article_of_a_new_story(benchmark: BenchmarkFixture) -> None:
    starts = count()

    def following() -> tuple[tuple[Story, StoryReading], dict[str, object]]:
        story = Story(10, next(starts))
        return (story, story.following()), {}

    benchmark.extra_info["claims"] = CLAIMS
    benchmark.pedantic(Story.take, setup=following, rounds=ROUNDS)


@pytest.mark.parametrize("claims", [1_000, 100_000])
def test_an_article_of_a_long_story(benchmark: BenchmarkFixture, claims: int) -> None:
    story = long(claims)
    benchmark.extra_info["claims"] = CLAIMS
    benchmark.pedantic(story.take, setup=lambda: ((story.following(),), {}), rounds=ROUNDS)


@pytest.mark.parametrize("claims", [10, 1_000, 100_000])
def test_storing_the_state(benchmark: BenchmarkFixture, claims: int) -> None:
    ledger = long(claims).ledger
    size = len(msgspec.json.encode(ledger))
    benchmark.extra_info["bytes"] = size
    benchmark(lambda: msgspec.json.decode(msgspec.json.encode(ledger), type=Ledger))
