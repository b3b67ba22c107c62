"""Promises of likeness that hold for any news: decided once, whatever else is read, whoever comes first."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.operators.assign import Assigner
from tallywire.likeness import sketch, stories
from tallywire.records import Article, Bounds, Extract, Kinship, Metric, Reading, Scene

START = datetime(2031, 5, 4, tzinfo=UTC)
ENOUGH = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

THEMES = [[f"{theme}{number}" for number in range(60)] for theme in ("kelp", "mast", "brine", "quay", "buoy")]
OTHERS = [
    [f"{theme}{number}" for number in range(60)] for theme in ("loom", "kiln", "anvil", "forge", "spindle")
]

SCENES = st.builds(
    Scene,
    places=st.lists(st.sampled_from(["Vorn", "Karst", "Sedley Bay", "kelp3"]), max_size=2).map(tuple),
    days=st.lists(st.dates(START.date(), START.date() + timedelta(days=3)), max_size=2)
    .map(sorted)
    .map(tuple),
)
TALLIES = st.dictionaries(
    st.sampled_from([Metric.KILLED, Metric.INJURED]),
    st.integers(0, 60).map(lambda low: Bounds(low, low if low % 3 else None)),
)


@st.composite
def items(draw: st.DrawFn, vocabulary: list[list[str]], prefix: str, most: int = 12) -> list[Reading]:
    """Articles about a few themes; some reprint an earlier one, in part."""
    made: list[Reading] = []
    for number in range(draw(st.integers(1, most))):
        theme = draw(st.sampled_from(vocabulary))
        start = draw(st.integers(0, 40))
        text = [theme[(start * place + place * place) % 60] for place in range(draw(st.integers(15, 60)))]
        if made and draw(st.booleans()):
            source = draw(st.sampled_from(made)).article.body.split()
            text = source[draw(st.integers(0, 5)) :] + text[: draw(st.integers(0, 20))]
        hours = draw(st.integers(0, 60))
        article = Article(
            id=f"{prefix}{number:02}",
            title=" ".join(text[:6]),
            body=" ".join(text),
            arrived=START + timedelta(hours=hours),
            outlet=f"{prefix}{draw(st.integers(0, 3))}",
        )
        agency = draw(st.sampled_from([None, None, "WNA", "Pelago"]))
        scene, tally = draw(SCENES), draw(TALLIES)
        made.append(
            Reading(
                article=article,
                extract=Extract(id=article.id, language="en", agency=agency, scene=scene, tally=tally),
                sketch=sketch(article.title, article.body),
            )
        )
    return sorted(made, key=lambda item: (item.article.at, item.article.id))


@ENOUGH
@given(items(THEMES, "a"), st.data())
def test_restored_anywhere_is_undisturbed(news: list[Reading], data: st.DataObject) -> None:
    whole = Assigner()
    outputs = [whole.step(item).outputs[-1] for item in news]
    cut = data.draw(st.integers(0, len(news)))
    restored = Assigner()
    restored.restore(outputs[:cut])
    assert [restored.step(item).outputs[-1] for item in news[cut:]] == outputs[cut:]
    assert [restored.step(item).outputs[-1] for item in news] == outputs
    assert restored.snapshot() == whole.snapshot()


@ENOUGH
@given(items(THEMES, "a", most=40), st.data())
def test_taken_in_together_is_as_if_taken_in_one_by_one(news: list[Reading], data: st.DataObject) -> None:
    deciding, together, apart = Assigner(), Assigner(), Assigner()
    outputs = [deciding.step(item).outputs[-1] for item in news]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stories, "FEW", data.draw(st.integers(1, 6)))
        together.restore(outputs)
        for output in outputs:
            apart.restore((output,))
            if data.draw(st.booleans()):
                apart = Assigner.from_snapshot(apart.snapshot())  # which writes what waits
        assert together.snapshot() == apart.snapshot() == deciding.snapshot()


@ENOUGH
@given(items(THEMES, "a"), items(OTHERS, "z", most=25))
def test_unrelated_articles_never_change_who_is_whose_copy(
    news: list[Reading], others: list[Reading]
) -> None:
    alone, among = Assigner(), Assigner()
    expected = {item.article.id: alone.step(item).outputs[-1] for item in news}
    mixed = sorted(news + others, key=lambda item: (item.article.at, item.article.id))
    placed = {item.article.id: among.step(item).outputs[-1] for item in mixed}
    for name, output in expected.items():
        same_story = placed[name].story == output.story
        if same_story or output.kinship in (Kinship.IDENTICAL, Kinship.MOSTLY):
            assert (placed[name].origin, placed[name].copy_of) == (output.origin, output.copy_of)


@ENOUGH
@given(items(THEMES, "a"), items(OTHERS, "z", most=25))
def test_within_a_named_story_nothing_else_is_looked_at(news: list[Reading], others: list[Reading]) -> None:
    pinned = [replace(item, article=replace(item.article, story="quay")) for item in news]
    alone, among = Assigner(), Assigner()
    expected = {item.article.id: alone.step(item).outputs[0] for item in pinned}
    mixed = sorted(pinned + others, key=lambda item: (item.article.at, item.article.id))
    placed = {item.article.id: among.step(item).outputs[0] for item in mixed}
    for name, output in expected.items():
        assert replace(placed[name], label=output.label) == output


@ENOUGH
@given(st.lists(st.integers(1, 4), min_size=1, max_size=len(THEMES)), st.data())
def test_reprints_of_one_instant_are_one_text_whichever_comes_first(
    sizes: list[int], data: st.DataObject
) -> None:
    reprints = [
        _reprint(f"{family}-{number}", THEMES[family])
        for family, size in enumerate(sizes)
        for number in range(size)
    ]
    assigner = Assigner()
    placed = [assigner.step(item).outputs[0] for item in data.draw(st.permutations(reprints))]
    for output in placed:
        family = output.reading.article.id.partition("-")[0]
        alike = {other.origin for other in placed if other.reading.article.id.partition("-")[0] == family}
        assert alike == {output.origin}
        assert output.origin.partition("-")[0] == family
        assert output.opens_story == (output.origin == output.reading.article.id)


def _reprint(name: str, words: list[str]) -> Reading:
    """A text under a headline of its own, at the start."""
    article = Article(id=name, title=f"{words[0]} {name}", body=" ".join(words), arrived=START, outlet=name)
    extract = Extract(id=name, language="en")
    return Reading(article=article, extract=extract, sketch=sketch(article.title, article.body))


@ENOUGH
@given(items(THEMES, "a"))
def test_origins_are_texts_of_the_same_story_that_came_before(news: list[Reading]) -> None:
    assigner = Assigner()
    seen = {}
    for item in news:
        output = assigner.step(item).outputs[-1]
        seen[item.article.id] = output
        origin = seen[output.origin]
        assert origin.story == output.story
        assert origin.copy_of is None
        assert (output.copy_of is None) == (output.origin == item.article.id)
        assert (output.copy_of is None) == (output.shared == 0.0)
        if output.copy_of is not None:
            assert seen[output.copy_of].origin == output.origin


@ENOUGH
@given(st.text(max_size=400), st.text(max_size=2000))
def test_any_text_can_be_placed(title: str, body: str) -> None:
    assigner = Assigner()
    for name in ("one", "two"):
        article = Article(id=name, title=title, body=body, arrived=START, outlet=name)
        extract = Extract(id=name, language="en")
        assigner.step(Reading(article=article, extract=extract, sketch=sketch(title, body)))
    assert Assigner.from_snapshot(assigner.snapshot()).snapshot() == assigner.snapshot()


PROGRAM = """
from datetime import UTC, datetime, timedelta
from streams.operators.assign import Assigner
from tallywire.likeness import sketch
from tallywire.records import Article, Extract, Reading
import hashlib
assigner = Assigner()
for number in range(60):
    words = [f"w{(number % 9) * 31 + place * (1 + number % 4)}" for place in range(80)]
    article = Article(id=str(number), title=" ".join(words[:7]), body=" ".join(words), outlet=str(number % 5),
                      arrived=datetime(2031, 1, 1, tzinfo=UTC) + timedelta(hours=number))
    assigner.step(Reading(article=article, extract=Extract(id=article.id, language="en"),
                          sketch=sketch(article.title, article.body)))
print(hashlib.sha256(assigner.snapshot()).hexdigest())
"""


def test_hash_seeds_change_nothing() -> None:
    prints = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(prints) == 1
