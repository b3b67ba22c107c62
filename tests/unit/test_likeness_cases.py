"""Whose text it is and which story it tells, case by case: the table in cases/likeness.yaml.

The articles of a case are read as the monitor reads them, so that their facts count, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from streams.operators.assign import Assigners
from tallywire import reading
from tallywire.likeness import sketch
from tallywire.records import Article, Extract, Reading, StoryReading
from tests.support.news import START, article, day

TABLE = yaml.safe_load((Path(__file__).parent / "cases" / "likeness.yaml").read_text(encoding="utf-8"))
TEXTS: dict[str, str] = TABLE["texts"]

_SENTENCE = re.compile(r'(?<=[.”"]) (?=[A-Z“"])')


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["case"].replace(" ", "_"))
def test_case(case: dict[str, Any]) -> None:
    placed = dict(_placed(case))
    names = list(placed)
    together = [set(line.split()) for line in case.get("stories", [])]
    alone = [{name} for name in names if not any(name in group for group in together)]
    assert _groups(placed) == sorted(map(sorted, together + alone))
    copies = [re.split(" (<<?) ", line) for line in case.get("copies", [])]
    parents = {copy: parent for copy, sign, parent in copies if sign == "<"}
    origins = {copy: origin for copy, sign, origin in copies if sign == "<<"}
    assert {name for name in names if placed[name].copy_of} == {*parents, *origins}
    assert {name: placed[name].copy_of for name in parents} == parents
    assert {name: placed[name].origin for name in origins} == origins


def _placed(case: dict[str, Any]) -> Iterator[tuple[str, StoryReading]]:
    """The case's articles as they are placed, after what was read before."""
    assigners = Assigners()
    for other in day(case.get("among", 0), seed=5):
        unread = Extract(id=other.id, language="en")
        assigners.step(_reading(other, unread), None, START)
    for item in case["items"]:
        made = article(
            item["id"],
            item["title"],
            _body(item),
            hours=item.get("hours", 0.0),
            outlet=item.get("outlet", f"The {item['id']} News"),
            language=item.get("language", "en"),
        )
        extract = replace(reading.read(made), agency=item.get("agency"))
        yield item["id"], assigners.step(_reading(made, extract), None, START).outputs[-1]


def _body(item: dict[str, Any]) -> str:
    text = TEXTS.get(item["text"], item["text"])
    if "fill" in item:
        text = text.format(TEXTS[item["fill"]])
    sentences = _SENTENCE.split(text)
    kept = " ".join(sentences[item.get("from", 0) : item.get("cut")])
    for old, new in item.get("change", {}).items():
        assert old in kept, f"nothing to change: {old}"
        kept = kept.replace(old, new)
    more = item.get("also", [])
    return " ".join([kept, *(TEXTS[name] for name in ([more] if isinstance(more, str) else more))])


def _reading(item: Article, extract: Extract) -> Reading:
    return Reading(article=item, extract=extract, sketch=sketch(item.title, item.body))


def _groups(placed: dict[str, StoryReading]) -> list[list[str]]:
    """Which articles share a story."""
    found: dict[str, list[str]] = {}
    for name, output in placed.items():
        found.setdefault(output.story, []).append(name)
    return sorted(map(sorted, found.values()))
