"""The course of the sample story, as an analyst who read every article would tell it.

Figures, actors and alerts are held to it with the articles pinned to their stories, so that each test fails for
one reason; which article belongs to which story is a promise of its own, and the two together are one more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from examples.story import ARTICLES, Item, load

Line = dict[str, Any]

UNRELATED = (
    "regatta-date",
    "cider-apples",
    "container-dues",
    "timber-prices",
    "tram-line-seven",
)
LOOSE_ENDS = 4  # articles about the blast that are so much about something else that they may stand apart


def event(url: str) -> str | None:
    """What an article is about: the blast, the coach crash, or something of its own."""
    if url.endswith(UNRELATED):
        return None
    return "coach" if "coach" in url else "blast"


class Replay:
    """What `tallywire replay --json` says of the story's first articles."""

    def __init__(self, folder: Path, steps: int, *, pinned: bool) -> None:
        given = folder / f"first-{steps}-{pinned}.jsonl"
        articles = [json.loads(line) for line in ARTICLES.read_bytes().splitlines()[:steps]]
        if pinned:
            articles = [article | {"story": event(article["url"])} for article in articles]
        given.write_text("".join(json.dumps(article) + "\n" for article in articles))
        command = [sys.executable, "-m", "tallywire", "replay", "--json", str(given)]
        done = subprocess.run(command, capture_output=True, check=True)
        assert done.stderr == b""
        self.output = done.stdout
        self.lines: list[Line] = [json.loads(line) for line in done.stdout.splitlines()]
        self.items = load().items[:steps]

    def of(self, record: str) -> list[Line]:
        return [line for line in self.lines if line["record"] == record]

    @property
    def placed(self) -> list[tuple[Item, Line]]:
        """Every article with its place."""
        return list(zip(self.items, self.of("article"), strict=True))

    @property
    def main(self) -> str:
        """The story of the blast: the largest one."""
        return Counter(line["story"] for line in self.of("article")).most_common(1)[0][0]

    def course(self, metric: str, *roles: str) -> list[tuple[str, int | None, int | None]]:
        """What happened to a figure of the main story, in order: (kind, low, high)."""
        return [
            (line["kind"].removeprefix("figure."), line["to"]["low"], line["to"]["high"])
            for line in self.of("update")
            if line["story"] == self.main and line.get("metric") == metric and _roles(line) == roles
        ]

    def figure(self, metric: str, *roles: str) -> Line:
        [found] = [
            line
            for line in self.of("figure")
            if line["story"] == self.main and line["metric"] == metric and _roles(line) == roles
        ]
        return found


def _roles(line: Line) -> tuple[str, ...]:
    return tuple(line["group"]["roles"]) if line["group"] else ()


Replays = Callable[..., Replay]


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replays:
    folder = tmp_path_factory.mktemp("replays")

    @cache
    def upto(steps: int, *, pinned: bool = True) -> Replay:
        return Replay(folder, steps, pinned=pinned)

    return upto


@pytest.fixture(scope="module")
def whole(replay: Replays) -> Replay:
    """The whole story, its articles pinned."""
    return replay(load().steps)


@pytest.fixture(scope="module")
def free(replay: Replays) -> Replay:
    """The whole story, as the monitor itself tells its articles apart."""
    return replay(load().steps, pinned=False)


def test_two_replays_print_the_same_bytes(free: Replay, tmp_path: Path) -> None:
    assert Replay(tmp_path, load().steps, pinned=False).output == free.output


class TestStories:
    def test_the_blast_is_one_story(self, free: Replay) -> None:
        apart = [
            item.url
            for item, line in free.placed
            if event(item.url) == "blast" and line["story"] != free.main
        ]
        assert len(apart) <= LOOSE_ENDS, apart

    def test_the_coach_crash_is_another(self, free: Replay) -> None:
        stories = {line["story"] for item, line in free.placed if event(item.url) == "coach"}
        assert len(stories) == 1
        assert free.main not in stories

    def test_what_is_unrelated_stays_apart(self, free: Replay) -> None:
        reported = {line["story"] for item, line in free.placed if event(item.url)}
        assert not reported & {line["story"] for item, line in free.placed if not event(item.url)}

    def test_the_blast_is_told_the_same_without_help(self, free: Replay, whole: Replay) -> None:
        assert free.course("killed") == whole.course("killed")

    def test_reprints_are_seen_through(self, whole: Replay) -> None:
        credited = [
            (item, line)
            for item, line in whole.placed
            if item.byline and item.outlet != "Kestrian Press Service"
        ]
        assert len(credited) >= 10
        assert all(line["copy_of"] for _, line in credited)

    def test_no_agency_text_is_a_copy(self, whole: Replay) -> None:
        assert not [
            line for item, line in whole.placed if item.outlet == "Kestrian Press Service" and line["copy_of"]
        ]

    def test_two_edits_are_revisions(self, whole: Replay) -> None:
        edited = [item.url.rpartition("/")[2] for item, line in whole.placed if line["revision_of"]]
        assert edited == ["night-on-the-mole", "twenty-three-dead"]
        assert len([line for line in whole.of("update") if line["kind"] == "article.revised"]) == 2


class TestFigures:
    def test_the_dead(self, whole: Replay) -> None:
        course = [(kind, low) for kind, low, _ in whole.course("killed")]
        assert course == [
            ("first", 3),
            ("changed", 5),
            ("changed", 9),
            ("changed", 14),
            ("changed", 20),
            ("changed", 23),
            ("changed", 31),
            ("disagreement", 23),
            ("resolved", 31),
            ("changed", 33),
        ]

    def test_the_ministry_and_the_union_are_at_odds(self, whole: Replay) -> None:
        [update] = [line for line in whole.of("update") if line["kind"] == "figure.disagreement"]
        held = {position["low"]: " ".join(position["claimants"]) for position in update["positions"]}
        assert "Torvey" in held[23] or "Ministry" in held[23]
        assert "Union" in held[31]
        assert (update["to"]["low"], update["to"]["high"]) == (23, 31)
        assert update["at"] >= "2024-04-10T15:36", "told once the settling time has passed"

    def test_the_injured(self, whole: Replay) -> None:
        course = [(kind, low) for kind, low, _ in whole.course("injured")]
        assert course == [
            ("first", 20),
            ("changed", 27),
            ("changed", 34),
            ("changed", 46),
            ("changed", 52),
            ("changed", 68),
            ("corrected", 58),
        ]

    def test_the_missing_are_found(self, whole: Replay) -> None:
        assert [(kind, low) for kind, low, _ in whole.course("missing")] == [
            ("first", 17),
            ("changed", 12),
            ("changed", 6),
            ("changed", 2),
        ]

    def test_the_detained_come_and_go(self, whole: Replay) -> None:
        assert [(kind, low) for kind, low, _ in whole.course("detained")] == [
            ("first", 4),
            ("changed", 6),
            ("changed", 4),
        ]

    def test_the_evacuated(self, whole: Replay) -> None:
        assert [(kind, low) for kind, low, _ in whole.course("evacuated")] == [
            ("first", 2400),
            ("changed", 3100),
        ]

    def test_soldiers_and_civilians(self, whole: Replay) -> None:
        assert [(kind, low) for kind, low, _ in whole.course("killed", "military")] == [
            ("first", 14),
            ("changed", 17),
        ]
        assert [(kind, low) for kind, low, _ in whole.course("killed", "civilian")] == [
            ("first", 9),
            ("changed", 14),
        ]

    @pytest.mark.parametrize(("step", "total"), [(25, 23), (49, 31)])
    def test_the_parts_give_the_total(self, step: int, total: int, replay: Replays) -> None:
        figure = replay(step).figure("killed")
        assert figure["best"] == total
        assert [check["holds"] for check in figure["checks"] if check["kind"] == "sum"] == [True]

    def test_a_mistyped_reprint_is_a_slip(self, replay: Replays) -> None:
        figure = replay(27).figure("killed")
        assert (figure["low"], figure["high"]) == (23, 23)
        [slip] = [check for check in figure["checks"] if check["kind"] == "slip"]
        assert "32" in slip["says"]
        assert "Evening Lamp" in slip["says"]

    @pytest.mark.parametrize("number", [11, 32, 60])
    def test_rumour_denial_history_and_slips_never_move_the_dead(self, number: int, whole: Replay) -> None:
        assert number not in [end for _, *ends in whole.course("killed") for end in ends]

    def test_the_bottom_line(self, whole: Replay) -> None:
        [story] = [line for line in whole.of("story") if line["story"] == whole.main]
        tally = {metric: (ends["low"], ends["high"]) for metric, ends in story["tally"].items()}
        assert tally["killed"] == (33, 33)
        assert tally["injured"] == (58, 58)
        assert tally["missing"] == (2, 2)
        assert tally["detained"] == (4, 4)
        assert tally["evacuated"] == (3100, 3100)

    def test_the_coach_crash(self, whole: Replay) -> None:
        updates = [
            line
            for line in whole.of("update")
            if line["story"] != whole.main and line.get("metric") == "killed"
        ]
        everyone = [(line["kind"], line["to"]["low"]) for line in updates if line["group"] is None]
        assert everyone == [("figure.first", 4), ("figure.changed", 5)]


class TestActors:
    def test_who_comes_in(self, whole: Replay) -> None:
        new = {
            line["actor"]["name"]
            for line in whole.of("update")
            if line["kind"] == "actor.new" and line["story"] == whole.main
        }
        assert new >= {
            "Ilan Torvey",
            "Oda Ferrant",
            "Pella Rundqvist",
            "Lene Castigan",
            "Tomas Brekker",
            "Operation Lighthouse",
        }

    def test_outlets_are_no_actors(self, whole: Replay) -> None:
        outlets = {outlet.name for outlet in load().outlets}
        assert not outlets & {
            line["actor"]["name"] for line in whole.of("update") if line["kind"] == "actor.new"
        }


class TestAlerts:
    def test_an_edit_is_no_alert(self, whole: Replay) -> None:
        assert "article.revised" not in {line["kind"] for line in whole.of("alert")}

    def test_alerts_are_few_enough_to_be_read(self, whole: Replay) -> None:
        of_the_blast = [line for line in whole.of("alert") if line["story"] == whole.main]
        assert 10 <= len(of_the_blast) <= 30

    def test_every_update_shows_its_words(self, whole: Replay) -> None:
        texts = [f"{item.title}\n{item.body}" for item in whole.items]
        for line in whole.of("update"):
            quotes = [cited["quote"] for cited in line["evidence"]]
            assert quotes
            assert line["because"]
            assert all(any(quote in text for text in texts) for quote in quotes)
