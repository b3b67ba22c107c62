"""Two stories that meet, through the whole pipeline: with restarts, in any batches, from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from streams import codec
from streams.embedded import Engine
from streams.store import Store
from tallywire import ledger
from tallywire.cli import compose
from tallywire.config import Monitor, Settings
from tallywire.errors import StateError
from tallywire.identity import digest
from tallywire.records import Article, UpdateKind
from tests.support.gorge import articles
from tests.support.news import day

ROOT = Path(__file__).parents[2]
COACH, RAIL = digest("story", "coach-1"), digest("story", "rail-1")
GIVEN = (*day(60, hours=12), *articles())


def opened(folder: Path) -> tuple[Engine, Store]:
    store = Store(str(folder / "s.sqlite"))
    return compose.engine(Settings(monitor=Monitor(state=folder / "s.sqlite")), store), store


def kept(store: Store) -> dict[str, object]:
    """All that a state file says of the two stories."""
    states = {key: store.state("reconcile", key, ledger.Ledger) for key in (COACH, RAIL)}
    return {
        "ledgers": {key: codec.encode(state) for key, state in states.items()},
        "updates": [codec.encode(update) for update in store.updates(COACH)],
        "alerts": [alert.id for alert in store.alerts()],
        "placed": [store.placed(item.id) for item in GIVEN],
    }


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, object]:
    store = Store()
    compose.engine(Settings(), store).take(GIVEN)
    return kept(store)


def test_they_start_as_two_and_go_on_as_one(undisturbed) -> None:
    store = Store()
    engine = compose.engine(Settings(), store)
    engine.take(GIVEN[:-4])
    assert {store.placed(item.id).story for item in articles()[:4]} == {COACH, RAIL}
    taken = engine.take(GIVEN[-4:])
    assert [one.merged for one in taken.updates if one.kind is UpdateKind.MERGED] == [RAIL]
    assert {store.placed(item.id).story for item in articles()} == {COACH}
    story, figures = ledger.view(store.state("reconcile", COACH, ledger.Ledger))
    assert (story.articles, story.origins) == (8, 8)
    assert {one.metric.value: one.low for one in figures} == {"killed": 9, "injured": 12}
    firsts = [one for one in store.updates(COACH) if one.kind is UpdateKind.FIRST]
    assert [(one.story, one.metric) for one in firsts] == [
        (COACH, "killed"),
        (RAIL, "injured"),
        (RAIL, "killed"),
    ]
    assert kept(store) == undisturbed


@pytest.mark.parametrize("snapshot", [False, True])
@pytest.mark.parametrize("cut", range(1, len(articles()) + 1))
def test_a_restart_at_any_place_changes_nothing(tmp_path, undisturbed, cut, snapshot) -> None:
    engine, store = opened(tmp_path)
    engine.take(GIVEN[:-cut])
    if snapshot:
        engine.save_index(at_least=0)
    store.close()
    engine, store = opened(tmp_path)
    engine.take(GIVEN[-cut:])
    assert kept(store) == undisturbed
    store.close()


def test_a_kill_in_the_middle_of_the_meeting_undoes_all_of_it(tmp_path, undisturbed, monkeypatch) -> None:
    engine, store = opened(tmp_path)
    engine.take(GIVEN[:-3])
    with monkeypatch.context() as broken:
        broken.setattr(Store, "merge", lambda *_: (_ for _ in ()).throw(StateError("the disk is full")))
        with pytest.raises(StateError):
            engine.take(GIVEN[-3:])
    assert store.state("reconcile", RAIL, ledger.Ledger).into is None
    engine.take(GIVEN[-3:])
    assert kept(store) == undisturbed
    store.close()


def test_an_adoption_that_failed_is_a_dead_letter_that_can_be_sent_again(undisturbed, monkeypatch) -> None:
    store = Store()
    engine = compose.engine(Settings(), store)
    engine.take(GIVEN[:-3])
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "adopt", lambda *_: 1 / 0)
        engine.take(GIVEN[-3:])
    (letter,) = store.dead_letters()
    assert (letter.stage, letter.key) == ("reconcile", COACH)
    engine.replay(letter)
    assert store.dead_letters() == []
    assert ledger.view(store.state("reconcile", COACH, ledger.Ledger))[0].articles == 8


def command(*arguments: str, given: str = "", folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tallywire", *arguments],
        input=given,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_replay_prints_the_story_that_articles_are_told_in_at_the_end(tmp_path) -> None:
    given = "".join(json.dumps(_as_given(item)) + "\n" for item in GIVEN)
    printed = command("replay", "--json", given=given, folder=tmp_path)
    records = [json.loads(line) for line in printed.splitlines()]
    stories = {record["story"] for record in records if record["record"] == "story"}
    where = {record["id"]: record["story"] for record in records if record["record"] == "article"}
    assert len(where) == len(GIVEN)
    assert set(where.values()) == stories
    assert {where[item.id] for item in articles()} == {COACH}
    (merged,) = [record for record in records if record.get("merged") == RAIL]
    assert (merged["kind"], merged["story"]) == ("story.merged", COACH)
    assert "figure" not in " ".join(merged), "no fields of figures"
    assert command("replay", "--json", given=given, folder=tmp_path) == printed


def test_explain_and_export_find_the_way_from_the_younger_story(tmp_path) -> None:
    engine, store = opened(tmp_path)
    taken = engine.take(GIVEN)
    store.close()
    shows = next(one.evidence[0].article for one in taken.updates if one.merged == RAIL)
    state = ("--state", "s.sqlite")
    story = json.loads(command("explain", RAIL[:10], "--json", *state, folder=tmp_path))
    assert story["story"]["story"] == COACH
    assert f"{RAIL} went into the story {COACH}" in command("explain", RAIL, *state, folder=tmp_path)
    article = json.loads(command("explain", "rail-1", "--json", *state, folder=tmp_path))
    assert article["story"] == COACH
    shown = json.loads(command("explain", shows, "--json", *state, folder=tmp_path))
    assert shown["met"] == RAIL
    rows = command("export", "--format", "json", "--story", RAIL, *state, folder=tmp_path)
    assert {json.loads(row)["story"] for row in rows.splitlines()} == {COACH}
    everything = command("export", "--format", "json", *state, folder=tmp_path)
    assert RAIL not in {json.loads(row)["story"] for row in everything.splitlines()}


def _as_given(item: Article) -> dict[str, object]:
    return {
        "id": item.id, "title": item.title, "body": item.body, "outlet": item.outlet,
        "published": item.at.isoformat(),
    }  # fmt: skip
