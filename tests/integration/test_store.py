"""The state file: transactions, locks, migrations, and what a person is told when it cannot be used."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.operators.deliver import Delivery, State
from streams.operators.revise import Seen
from streams.store import SourceRow, Store, schema
from tallywire.errors import StateError
from tallywire.records import Article, DeadLetter, Due, Extract, Reading, Sketch, StoryReading

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)
SEEN = Seen(base="a", id="a", version=1, content="c")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "state.sqlite")


def test_what_was_committed_is_there_after_a_restart(path):
    store = Store(path)
    with store.transaction():
        store.put_state("revise", "k", SEEN, NOW)
        store.wish(Due(stage="reconcile", key="s", at=NOW))
        store.put_meta("clock", NOW.isoformat())
    store.close()
    again = Store(path)
    assert again.state("revise", "k", Seen) == SEEN
    assert again.next_due() == NOW
    assert again.clock() == NOW
    again.close()


def test_a_failed_transaction_leaves_nothing_neither_in_the_file_nor_in_memory(path):
    store = Store(path)
    with pytest.raises(ZeroDivisionError), store.transaction():  # noqa: PT012 - the block is what fails
        store.put_state("revise", "k", SEEN, NOW)
        store.wish(Due(stage="reconcile", key="s", at=NOW))
        raise ZeroDivisionError
    assert store.state("revise", "k", Seen) is None
    assert store.next_due() is None
    store.close()


def test_a_second_process_on_the_file_is_refused_and_told_who_has_it(path):
    store = Store(path)
    program = "import sys; from streams.store import Store; Store(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    store.close()
    assert done.returncode != 0
    assert f"in use by process {os.getpid()}" in done.stderr
    assert "--state" in done.stderr
    Store(path).close()  # free again


def test_a_file_of_another_program_is_refused(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StateError, match="another program"):
        Store(path)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("milk, eggs, bread; " * 100)
    with pytest.raises(StateError, match="cannot use"):
        Store(str(path))
    assert path.read_text().startswith("milk")


def test_a_file_of_a_later_version_is_refused_with_the_remedy(path):
    Store(path).close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(StateError, match=r"later version.*Upgrade"):
        Store(path)


def test_a_file_of_an_earlier_schema_is_migrated_with_its_contents(path, monkeypatch):
    Store(path).close()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "ALTER TABLE meta ADD COLUMN note TEXT"))
    with pytest.raises(StateError, match="earlier version"):
        Store(path, read_only=True)
    store = Store(path)
    with store.transaction():
        store.put_meta("clock", "x")
    store.close()
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT value, note FROM meta WHERE name = 'clock'").fetchall() == [("x", None)]
    raw.close()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StateError, match=r"cannot write.*--state"):
        Store(str(tmp_path / "absent" / "state.sqlite"))


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write everywhere: run the tests as another user to see this one"
)
def test_a_file_that_may_not_be_written_is_told(path):
    Store(path).close()
    Path(path).chmod(stat.S_IRUSR)
    with pytest.raises(StateError):
        Store(path)


def test_a_full_disk_rolls_back_and_the_next_try_goes_through(path):
    store = Store(path)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to a full disk: SQLITE_FULL
    big = Seen(base="a", id="a", version=1, content="x" * 100_000)
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction():
        store.put_state("revise", "k", big, NOW)
    assert store.state("revise", "k", Seen) is None
    store._db.execute("PRAGMA max_page_count = 1000000")
    with store.transaction():
        store.put_state("revise", "k", big, NOW)
    store.close()
    again = Store(path)
    assert again.state("revise", "k", Seen) == big
    again.close()


def test_timers_come_back_in_order_once_each():
    store = Store()
    later, soon = NOW + timedelta(hours=2), NOW + timedelta(hours=1)
    with store.transaction():
        for due in (
            Due(stage="b", key="k", at=later),
            Due(stage="a", key="k", at=soon),
            Due(stage="a", key="k", at=soon),
        ):
            store.wish(due)
        assert store.take_due(NOW) is None
        assert store.take_due(later) == Due(stage="a", key="k", at=soon)
        assert store.take_due(later) == Due(stage="b", key="k", at=later)
        assert store.take_due(later) is None
    store.close()


def test_retention_forgets_what_is_old_but_never_an_alert_that_waits():
    store = Store()
    old, new = NOW - timedelta(days=40), NOW
    with store.transaction():
        store.put_state("revise", "old", SEEN, old)
        store.put_state("revise", "new", SEEN, new)
        waiting = Delivery(alert="x", destination="d", story="s", next_due=NOW)
        done = Delivery(alert="y", destination="d", story="s", next_due=NOW, state=State.DELIVERED)
        store.put_delivery(waiting, old)
        store.put_delivery(done, old)
        store.bury(DeadLetter(id="l", stage="read", key="k", cause="c", at=old, payload="{}"))
    with store.transaction():
        assert store.prune(NOW, timedelta(days=30), wall=NOW) == 3
    assert [key for key, _ in store.states("revise", Seen)] == ["new"]
    assert store.pending() == [waiting]
    assert store.count("outbox") == 1
    assert store.dead_letters() == []
    store.close()


def test_what_a_followed_story_needs_stays_with_its_ledger():
    store = Store()
    keep, old = timedelta(days=30), NOW - timedelta(days=40)
    with store.transaction():
        for story in ("followed", "silent"):
            store.add_reading(placed(story, story, old))
            store.put_state("revise", story, Seen(base=story, id=story, version=1, content="c"), old)
            store.put_state("reconcile", story, SEEN, NOW if story == "followed" else old)
    with store.transaction():
        assert store.prune(NOW, keep, wall=NOW) == 3
    assert [key for key, _ in store.states("revise", Seen)] == ["followed"]
    assert store.placed("followed") is not None
    assert store.placed("silent") is None
    with store.transaction():
        store.prune(NOW + 12 * keep, keep, wall=NOW)
    assert store.count("articles") == 0
    store.close()


def placed(article: str, story: str, at: datetime) -> StoryReading:
    reading = Reading(
        article=Article(id=article, body="text", arrived=at),
        extract=Extract(id=article, language="en"),
        sketch=Sketch(v=1, exact=1, shingles=b"", terms=b""),
    )
    return StoryReading(reading=reading, story=story, label="", origin=article)


def test_an_id_belongs_to_one_article():
    store = Store()
    with store.transaction():
        store.add_reading(placed("a", "s", NOW))
        with pytest.raises(ValueError, match="another article's"):
            store.add_reading(placed("a", "t", NOW))
    store.close()


def test_numbers_of_articles_are_never_used_again():
    store = Store()
    with store.transaction():
        store.add_reading(placed("a", "s", NOW))
    with store.transaction():
        store.prune(NOW + timedelta(days=400), timedelta(days=1), wall=NOW)
        store.add_reading(placed("b", "s", NOW))
    assert store.last_seq() == 2
    store.close()


def test_one_file_has_one_writer_by_whatever_name(tmp_path):
    store = Store(str(tmp_path / "state.sqlite"))
    (tmp_path / "other.sqlite").symlink_to(tmp_path / "state.sqlite")
    with pytest.raises(StateError, match="in use"):
        Store(str(tmp_path / "other.sqlite"))
    store.close()


def test_a_kill_in_the_first_migration_leaves_a_file_that_can_be_opened(path):
    program = """
import os, sqlite3, sys
from streams.store import opening, schema
class Killed(sqlite3.Connection):
    def executescript(self, script):
        os.kill(os.getpid(), 9) if "before" in sys.argv else super().executescript(script)
        os.kill(os.getpid(), 9)
connect = sqlite3.connect
sqlite3.connect = lambda *a, **k: connect(*a, **k, factory=Killed)
opening.connect(sys.argv[1])
"""
    for moment in ("before", "after"):
        done = subprocess.run([sys.executable, "-c", program, path, moment], capture_output=True)
        assert done.returncode == -9
        Store(path).close()
        Path(path).unlink()


def test_a_source_keeps_its_last_success_through_failures():
    store = Store()
    good = SourceRow(name="f", position=b"1", next_due=NOW, outcome="new", fetched=NOW, succeeded=NOW)
    later = NOW + timedelta(hours=1)
    bad = SourceRow(name="f", position=b"1", next_due=later, outcome="http_500", fetched=later, problem="500")
    with store.transaction():
        store.put_source(good)
        store.put_source(bad)
    row = store.sources()["f"]
    assert (row.outcome, row.succeeded, row.problem) == ("http_500", NOW, "500")
    store.close()


def test_reading_beside_a_writer_is_allowed_and_cannot_write(path):
    writer = Store(path)
    with writer.transaction():
        writer.put_meta("clock", NOW.isoformat())
    reader = Store(path, read_only=True)
    assert reader.clock() == NOW
    with pytest.raises(sqlite3.OperationalError), reader.transaction():
        reader.put_meta("clock", "x")
    reader.close()
    writer.close()


def test_a_state_that_rests_takes_little_room_and_is_there_when_asked_for(path):
    store = Store(path)
    big = Seen(base="a", id="a", version=1, content="one and the same " * 10_000)
    with store.transaction():
        store.put_state("reconcile", "k", big, NOW)
    with store.transaction():
        store.put_state("reconcile", "k", big, NOW, rests=True)
    assert (store.count("state"), store.count("resting")) == (0, 1)
    assert len(store._db.execute("SELECT value FROM resting").fetchone()[0]) < 2_000
    store.close()
    again = Store(path)
    assert again.state("reconcile", "k", Seen) == big
    assert [key for key, _ in again.states("reconcile", Seen)] == ["k"]
    assert again.ids("k") == [("story", "k")]
    with again.transaction():
        again.put_state("reconcile", "k", SEEN, NOW)
    assert (again.count("state"), again.count("resting")) == (1, 0)
    assert again.state("reconcile", "k", Seen) == SEEN
    again.close()


def test_a_state_that_rests_ages_from_when_it_was_last_awake():
    store = Store()
    keep = timedelta(days=30)
    with store.transaction():
        store.add_reading(placed("a", "k", NOW))
        store.put_state("reconcile", "k", SEEN, NOW)
    with store.transaction():
        store.put_state("reconcile", "k", SEEN, NOW + timedelta(days=7), rests=True)
    with store.transaction():
        assert store.prune(NOW + keep, keep, wall=NOW) == 0
        assert store.prune(NOW + keep + timedelta(days=1), keep, wall=NOW) > 0
    assert store.state("reconcile", "k", Seen) is None
    store.close()


def test_a_refused_transaction_leaves_a_state_awake():
    store = Store()
    with store.transaction():
        store.put_state("reconcile", "k", SEEN, NOW)
    with contextlib.suppress(RuntimeError), store.transaction():
        store.put_state("reconcile", "k", SEEN, NOW, rests=True)
        raise RuntimeError("the power went")
    assert (store.count("state"), store.count("resting")) == (1, 0)
    assert store.state("reconcile", "k", Seen) == SEEN
    store.close()


def test_a_state_in_a_folder_that_cannot_be_written_is_read_all_the_same(path, monkeypatch):
    Store(path).close()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere: say that it may not
    before = sorted(Path(path).parent.iterdir())
    reader = Store(path, read_only=True)
    assert reader.count("articles") == 0
    assert sorted(Path(path).parent.iterdir()) == before, "a reader left a file behind"
    reader.close()
