"""`tallywire explain` over a whole chain: merged stories, edits, sums, a second reader, an alert of several stories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from streams.store import Store
from tallywire import config
from tallywire.cli import compose
from tallywire.identity import digest
from tallywire.records import Alert, Article, Bounds, Metric, SecondReading, Suggestion, UpdateKind
from tests.support.gorge import articles
from tests.support.news import day

ROOT = Path(__file__).parents[2]
COACH, RAIL = digest("story", "coach-1"), digest("story", "rail-1")
GIVEN = (*day(60, hours=12), *articles())
CONFIG = """
[monitor]
state = "s.sqlite"
[alerts]
digest = ["12:00"]
[[rules]]
name = "at once"
kinds = ["figure.first", "figure.changed", "figure.corrected", "figure.sum_mismatch"]
[[rules]]
name = "daily"
kinds = ["figure.first", "figure.changed"]
digest = true
routes = ["mail"]
[[destinations]]
name = "mail"
kind = "file"
path = "mail.jsonl"
[[destinations]]
name = "desk"
kind = "file"
path = "desk.jsonl"
"""


def depot(name: str, hours: float, title: str, body: str, **more: Any) -> Article:
    when = datetime(2031, 5, 6, 6, tzinfo=UTC) + timedelta(hours=hours)
    given = {"url": f"https://lamp.example/{name}", "outlet": "The Lamp", "published": when, "arrived": when}
    return Article(id=name, title=title, body=body, **{"story": "depot", **given, **more})


DEPOT = (
    depot(
        "sum", 0, "Depot raid",
        "The governments said 55 Norwegian and Swedish soldiers were killed in the raid. Norway said 23 Norwegian "
        "soldiers were killed. Sweden said 32 Swedish soldiers were killed.",
    ),
    depot("hurt", 1, "Depot raid: 40 hurt", "Police said 40 people were injured in the raid on the depot."),
    depot(
        "hurt-2", 2, "Depot raid: 44 hurt", "Police said 44 people were injured in the raid on the depot.",
        url="https://lamp.example/hurt", revision_of="hurt", version=2,
    ),
    depot(
        "gone", 3, "Pilgrims on the depot road",
        "For at least 17 pilgrims the road to the depot ended in death on 12 June, a loss put at $9 million.",
        story="road",
        second=SecondReading(
            reader="a small model",
            suggestions=(Suggestion(quote="at least 17 pilgrims", metric=Metric.KILLED, low=17, high=None),),
        ),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("explained")
    (made / "tallywire.toml").write_text(CONFIG, encoding="utf-8")
    settings = config.load(made / "tallywire.toml")
    store = Store(str(made / "s.sqlite"))
    engine = compose.engine(settings, store)
    engine.take((*GIVEN, *DEPOT))
    engine.fire(DEPOT[-1].arrived + timedelta(days=1))
    store.close()
    return made


@pytest.fixture
def store(folder: Path):
    opened = Store(str(folder / "s.sqlite"), read_only=True)
    yield opened
    opened.close()


def explain(folder: Path, name: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tallywire", "explain", name, *options],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def verbatim(store: Store, alert: Alert, value: dict[str, Any], text: str) -> None:
    """Every update of the alert leads to sentences that stand in archived articles."""
    assert [chain["update"]["id"] for chain in value["updates"]] == [one.id for one in alert.updates]
    for chain in value["updates"]:
        cited = chain["update"]["evidence"]
        assert cited
        assert {one["article"] for one in cited} == {one["id"] for one in chain["articles"]}
        for citation in cited:
            item = store.reading(citation["article"])
            assert citation["quote"] in (item.reading.article.title + "\n" + item.reading.article.body)
            assert " ".join(citation["quote"].split()) in " ".join(text.split())
            assert citation["article"] in text


def test_every_alert_leads_to_its_sentences(folder: Path, store: Store) -> None:
    alerts = store.alerts()
    kinds = {one.kind for alert in alerts for one in alert.updates}
    assert {UpdateKind.FIRST, UpdateKind.CHANGED} <= kinds
    told = [alert for alert in alerts if alert.story in (COACH, RAIL, "depot")]
    assert len(told) > 5
    for alert in told[:6] + told[-2:]:
        verbatim(store, alert, json.loads(explain(folder, alert.id, "--json")), explain(folder, alert.id))


def test_an_alert_of_several_stories_is_opened_story_by_story(folder: Path, store: Store) -> None:
    digests = [alert for alert in store.alerts() if alert.pages]
    assert digests
    assert all(alert.routes == ("mail",) for alert in digests)
    text = explain(folder, digests[0].id)
    for page in digests[0].pages:
        assert page.title in text
        assert page.story in text
    value = json.loads(explain(folder, digests[0].id, "--json"))
    assert [page["story"] for page in value["alert"]["pages"]] == [page.story for page in digests[0].pages]


def test_an_edit_is_explained_with_the_version_before_it(folder: Path, store: Store) -> None:
    (revised,) = [one for one in store.updates("depot") if one.kind is UpdateKind.REVISED]
    value = json.loads(explain(folder, revised.id, "--json"))
    assert "no longer gives 40 injured; it now gives 44 injured" in value["update"]["because"]
    assert [one["revision_of"] for one in value["articles"]] == ["hurt"]


def test_a_sum_is_shown_with_its_parts(folder: Path) -> None:
    text = " ".join(explain(folder, "depot").split())
    assert "23 (Norwegian soldiers) + 32 (Swedish soldiers) is 55" in text


def test_a_second_readers_figure_says_who_read_it(folder: Path, store: Store) -> None:
    claims = store.reading("gone").reading.extract.claims
    assert [claim.reader for claim in claims] == ["a small model"]
    told = [one for one in store.updates("road") if any(cited.article == "gone" for cited in one.evidence)]
    assert told[-1].to == Bounds(17, None)
    assert "read by a small model" in explain(folder, told[-1].id)


def test_a_story_is_found_under_the_id_it_had_however_long_ago(folder: Path) -> None:
    assert json.loads(explain(folder, RAIL, "--json"))["story"]["story"] == COACH
    pruned = Store(str(folder / "s.sqlite"))
    with pruned.transaction():
        pruned._db.execute("DELETE FROM state WHERE key = ?", (RAIL,))
        pruned._db.execute("DELETE FROM resting WHERE key = ?", (RAIL,))
    assert pruned.told_in(RAIL) == COACH
    pruned.close()
    value = json.loads(explain(folder, RAIL[:9], "--json"))
    assert (value["asked"], value["story"]["story"]) == (RAIL, COACH)
