"""Mutes beside a running engine: another process writes them, the next step sees them, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from streams.embedded import Engine
from streams.store import Store, mutes
from tallywire.cli import compose
from tallywire.config import Settings
from tallywire.errors import StateError
from tallywire.identity import digest
from tallywire.records import Article, Mute
from tests.support.gorge import articles
from tests.support.news import day

ROOT = Path(__file__).parents[2]
NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

COACH, RAIL = digest("story", "coach-1"), digest("story", "rail-1")
GIVEN = (*day(60, hours=12), *articles())


def command(folder: Path, *arguments: str) -> str:
    """What a command says, run beside the engine in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tallywire", *arguments],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def toll(number: int, hours: float) -> Article:
    return Article(
        id=f"a{number}",
        title=f"Ferry toll at Ostermarsh rises to {number}",
        body=f"The coast guard said that {number} people were killed when a ferry sank off Ostermarsh.",
        outlet="The Lamp",
        url=f"https://lamp.example/{number}",
        published=at(hours),
        arrived=at(hours),
    )


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state.sqlite")


@pytest.fixture
def engine(path: str) -> Iterator[Engine]:
    store = Store(path)
    yield compose.engine(Settings(), store)
    store.close()


def mute(scope: str = "all", since: float = 1, until: float = 24) -> Mute:
    return Mute(scope=scope, since=at(since), until=at(until))


def test_a_mute_holds_alerts_and_its_end_tells_them(engine: Engine, path: str) -> None:
    assert len(engine.take([toll(12, 0)]).alerts) == 1
    mutes.put(path, mute())
    taken = [engine.take([toll(number, hour)]) for number, hour in ((20, 2), (31, 5))]
    assert [len(one.alerts) for one in taken] == [0, 0]
    assert all(one.updates for one in taken)
    told = engine.fire(at(24)).alerts
    assert [one.title.partition(": ")[2] for one in told] == ["killed 12 → 31"]


def test_a_mute_of_one_story_holds_that_story(engine: Engine, path: str) -> None:
    story = engine.take([toll(12, 0)]).alerts[0].story
    mutes.put(path, mute("elsewhere"))
    assert len(engine.take([toll(20, 2)]).alerts) == 1
    mutes.put(path, mute(story, since=2))
    assert not engine.take([toll(31, 5)]).alerts


@pytest.mark.parametrize("scope", ["all", "story"])
def test_what_a_lifted_mute_held_is_told_at_once(engine: Engine, path: str, scope: str) -> None:
    story = engine.take([toll(12, 0)]).alerts[0].story
    wished = mute("all" if scope == "all" else story)
    mutes.put(path, wished)
    engine.take([toll(20, 2)])
    assert mutes.lift(path, wished.scope, at(3)) == wished
    assert mutes.lift(path, wished.scope, at(3)) is None
    assert len(engine.fire(at(3)).alerts) == 1


def test_a_shorter_mute_in_place_of_a_longer_tells_at_its_own_end(engine: Engine, path: str) -> None:
    engine.take([toll(12, 0)])
    mutes.put(path, mute())
    engine.take([toll(20, 2)])
    mutes.put(path, mute(since=3, until=4))
    assert not engine.fire(at(3.5)).alerts
    assert len(engine.fire(at(4)).alerts) == 1


def test_what_was_held_first_is_told_by_the_last_of_several_mutes_in_place_of_each_other(
    engine: Engine, path: str
) -> None:
    engine.take([toll(12, 0)])
    mutes.put(path, mute(since=0.2))
    engine.take([toll(20, 0.5)])
    mutes.put(path, mute(since=1, until=8))
    mutes.put(path, mute(since=2, until=3))
    assert not engine.fire(at(2.9)).alerts
    assert len(engine.fire(at(3)).alerts) == 1


def test_a_mute_after_one_that_has_ended_begins_anew(engine: Engine, path: str) -> None:
    mutes.put(path, mute(since=0, until=1))
    mutes.put(path, mute(since=2))
    assert engine.store.mutes() == (mute(since=2),)


def test_a_mute_survives_a_restart(path: str) -> None:
    store = Store(path)
    compose.engine(Settings(), store).take([toll(12, 0)])
    mutes.put(path, mute())
    store.close()
    store = Store(path)
    engine = compose.engine(Settings(), store)
    assert not engine.take([toll(20, 2)]).alerts
    store.close()
    store = Store(path)
    assert len(compose.engine(Settings(), store).fire(at(24)).alerts) == 1
    store.close()


def test_mutes_that_ended_are_forgotten_with_the_rest(engine: Engine, path: str) -> None:
    mutes.put(path, mute(until=2))
    engine.take([toll(12, 0)])
    engine.fire(at(2) + 31 * DAY)
    engine.prune(30 * DAY)
    assert engine.store.mutes() == ()


def test_a_file_that_is_no_state_takes_no_mute(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("shopping")
    for name in ("absent.sqlite", "notes.txt"):
        with pytest.raises(StateError, match=name):
            mutes.put(str(tmp_path / name), mute())


@pytest.mark.parametrize("before", [True, False])
def test_a_mute_of_a_story_that_goes_into_another_goes_along(tmp_path: Path, before: bool) -> None:
    path, now = str(tmp_path / "s.sqlite"), articles()[-1].arrived
    store = Store(path)
    engine = compose.engine(Settings(), store)
    engine.take(GIVEN[:-4] if before else GIVEN)
    config = tmp_path / "tallywire.toml"
    config.write_text('[monitor]\nstate = "s.sqlite"\nclock = "articles"\n', encoding="utf-8")
    command(tmp_path, "mute", RAIL, "--for", "9h")
    if before:
        assert not engine.take(GIVEN[-4:]).alerts
    (line,) = command(tmp_path, "mutes", "--json").splitlines()
    assert json.loads(line)["story"] == COACH
    rise = msgspec.structs.replace(
        articles()[-1], id="rise", url=None, story=COACH, title="Toll rises", outlet="Slope Radio",
        body="The sheriff said 31 people were killed in the gorge.", arrived=now + timedelta(hours=2),
        published=now + timedelta(hours=2),
    )  # fmt: skip
    assert not engine.take([rise]).alerts
    command(tmp_path, "unmute", COACH)
    assert [one.story for one in engine.fire(rise.arrived).alerts] == [COACH]
    store.close()
