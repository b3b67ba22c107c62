"""What a monitor holds is bounded by its retention, not by how long it has run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench.articles import START, generate
from connectors.sinks import file
from connectors.sinks.file import FileSink
from streams import codec, latency
from streams.following import Brought
from streams.latency import Latency
from streams.store import SourceRow, Store
from tallywire.cli import compose
from tallywire.config import Retention, Settings
from tallywire.metrics import Metrics
from tallywire.records import Alert, Severity, UpdateKind

KEEP = timedelta(hours=1)
TABLES = ("articles", "updates", "alerts", "outbox", "state", "resting", "dues", "dead_letters", "sources")


class Noon:
    def now(self):
        return START


def alert(name: str) -> Alert:
    kind, severity = UpdateKind.CHANGED, Severity.NOTICE
    return Alert(id=name, kind=kind, severity=severity, story="s", at=START, title=name, text="", update=name)


def held(store: Store) -> dict[str, int]:
    """How many rows of each kind there are."""
    return {table: store.count(table) for table in TABLES}


def test_a_state_that_has_run_for_long_holds_no_more_than_a_young_one():
    """Stories end after some two hours here: what is kept of them, an hour, and what still goes on is all there is."""
    store = Store()
    kept = Retention(keep=KEEP, window=KEEP, close=2 * KEEP)
    settings = Settings(retention=kept, destinations=())  # what waits for one is never dropped
    engine = compose.engine(settings, store)
    looks = []
    for number, article in enumerate(generate(600, gap=timedelta(minutes=3), sentences=(2, 4)), 1):
        engine.take([article])
        if number % 20 == 0:  # every hour
            while engine.prune(KEEP):
                pass
        if number in (300, 600):
            looks.append(held(store))
    store.close()
    young, old = looks
    assert young["articles"] < 300
    for what, count in old.items():
        assert count <= 1.25 * young[what] + 5, (what, looks)


def test_alerts_that_nobody_takes_are_not_remembered_for_ever(monkeypatch):
    monkeypatch.setattr(latency, "AWAITED", 5)
    metrics = Metrics((), ("desk",))
    waiting = Latency(metrics, Noon())
    row = SourceRow(name="f", position=b"", next_due=START, outcome="new", fetched=START)
    for number in range(12):
        waiting.expect([alert(f"a{number}")], Brought((), (), row, 0.0))
    assert len(waiting) == 5
    waiting.delivered(alert("a11"))
    waiting.delivered(alert("a0"))  # too long ago: nothing is known of it
    assert len(waiting) == 4
    assert b"tallywire_alert_latency_seconds_count 1.0" in metrics.expose("")[0]


@pytest.mark.parametrize(("again", "lines"), [("a5", 6), ("a0", 7)])
async def test_a_file_remembers_the_last_alerts_that_it_was_given(tmp_path, monkeypatch, again, lines):
    monkeypatch.setattr(file, "_REMEMBERED", 3)
    path = tmp_path / "alerts.jsonl"
    sink = FileSink("file", path, codec.encode)
    for name in (*(f"a{number}" for number in range(6)), again):
        await sink.send(alert(name), START)
    assert len(path.read_bytes().splitlines()) == lines
