"""A copy of the state, made beside a running monitor, is a state that a monitor goes on from."""

from __future__ import annotations

import asyncio
import functools
import resource
import sqlite3
import subprocess
import sys

from bench.articles import generate
from examples.receiver import Receiver
from examples.server import SampleStory
from streams.store import Store, schema
from tallywire.cli import compose
from tallywire.config import Settings
from tests.support import monitor


def backup(*arguments: str, largest: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command; no file that it writes may have more than `largest` bytes, as on a disk that is nearly full."""
    command = [sys.executable, "-m", "tallywire", "backup", *arguments]
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (largest, largest))
    return subprocess.run(
        command, capture_output=True, text=True, preexec_fn=None if largest is None else limit
    )


def content(path) -> tuple[int, list[str], list[str]]:
    """How many articles a state holds, and the ids of its updates and alerts."""
    store = Store(str(path), read_only=True)
    try:
        alerts = [alert.id for alert in store.alerts()]
        return store.count("articles"), [update.id for update in store.updates()], alerts
    finally:
        store.close()


def waiting(path) -> set[str]:
    """The alerts that a state has still to deliver."""
    store = Store(str(path), read_only=True)
    try:
        return {delivery.alert for delivery in store.pending()}
    finally:
        store.close()


async def test_a_copy_made_in_the_middle_is_one_instant_that_a_monitor_goes_on_from(tmp_path):
    state, copy = tmp_path / "state.sqlite", tmp_path / "copy.sqlite"
    async with SampleStory() as story, Receiver(tmp_path / "got.jsonl", secret=monitor.SECRET) as receiver:
        config = monitor.configure(tmp_path, story.feeds, receiver.url)
        process = await monitor.start(config)
        await monitor.running(process)
        while story.status["step"] < story.status["steps"] // 2:
            await asyncio.sleep(0.05)
        done = await asyncio.to_thread(backup, str(copy), "--state", str(state))
        assert done.returncode == 0, done.stderr
        await asyncio.wait_for(story.finished(), 120)
        await monitor.delivered(state)
        await monitor.stop(process)
        whole, told = content(state), len(receiver.messages())

        articles, updates, alerts = content(copy)
        pending = waiting(copy)
        assert (
            0 < articles <= whole[0]
        )  # a busy machine may have told the whole story before the copy is begun
        assert updates == whole[1][: len(updates)]
        assert alerts == whole[2][: len(alerts)]

        # What stands in the state's place now is the copy: the monitor on it reads on, and repeats nothing it had told.
        for left in tmp_path.glob("state.sqlite*"):
            left.unlink()
        copy.rename(state)
        process = await monitor.start(config)
        await monitor.running(process)
        while content(state)[0] < whole[0]:
            await asyncio.sleep(0.1)
        await monitor.delivered(state)
        await monitor.stop(process)
        assert content(state)[2][: len(alerts)] == alerts
        again = [message["id"] for message in receiver.messages()[told:]]
        assert set(again) & set(alerts) <= pending


def test_a_copy_replaces_an_earlier_one_only_when_it_is_whole(tmp_path):
    state, copy = tmp_path / "state.sqlite", tmp_path / "copies"
    Store(str(state)).close()
    copy.mkdir()
    assert backup(str(copy), "--state", str(state)).returncode == 0
    first = (copy / "state.sqlite").read_bytes()
    state.write_bytes(state.read_bytes()[:5000] + bytes(3000))
    done = backup(str(copy), "--state", str(state))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert (copy / "state.sqlite").read_bytes() == first
    assert [path.name for path in copy.iterdir()] == ["state.sqlite"]


def test_mistakes_are_told_in_words(tmp_path):
    state = tmp_path / "state.sqlite"
    done = backup(str(tmp_path / "copy"), "--state", str(state))
    assert done.returncode != 0
    assert "no state file" in done.stderr
    Store(str(state)).close()
    done = backup(str(state), "--state", str(state))
    assert "the state file itself" in done.stderr
    done = backup(str(tmp_path / "missing" / "copy"), "--state", str(state))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_a_disk_that_fills_up_meanwhile_keeps_the_earlier_copy_and_says_so(tmp_path):
    state, copy = tmp_path / "state.sqlite", tmp_path / "copy.sqlite"
    store = Store(str(state))
    assert backup(str(copy), "--state", str(state)).returncode == 0
    first = copy.read_bytes()
    compose.engine(Settings(), store).take(generate(20))
    store.close()
    done = backup(str(copy), "--state", str(state), largest=100_000)
    assert done.returncode != 0
    assert "cannot copy" in done.stderr
    assert "Traceback" not in done.stderr
    assert copy.read_bytes() == first
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite"]


def test_copies_made_while_articles_come_in_are_each_of_one_instant(tmp_path):
    """Every batch of four articles is one transaction: a copy holds whole ones, whenever it is made."""
    state = tmp_path / "state.sqlite"
    store = Store(str(state))
    engine = compose.engine(Settings(), store)
    articles, seen = list(generate(400, sentences=(2, 4))), []
    copying = None
    for start in range(0, len(articles), 4):
        engine.take(articles[start : start + 4])
        if copying is not None and copying.poll() is not None:
            assert copying.returncode == 0
            seen.append(content(tmp_path / f"copy-{len(seen)}.sqlite"))
            copying = None
        if copying is None and len(seen) < 3:
            command = ("backup", str(tmp_path / f"copy-{len(seen)}.sqlite"), "--state", str(state))
            copying = subprocess.Popen(
                [sys.executable, "-m", "tallywire", *command], stdout=subprocess.DEVNULL
            )
    if copying is not None:
        assert copying.wait() == 0
        seen.append(content(tmp_path / f"copy-{len(seen)}.sqlite"))
    store.close()
    whole = content(state)
    assert seen
    for count, updates, alerts in seen:
        assert count % 4 == 0
        assert updates == whole[1][: len(updates)]
        assert alerts == whole[2][: len(alerts)]


def of_version(path, number: int) -> None:
    """A state as the first so many migrations have made it, with one row of its own time."""
    connection = sqlite3.connect(path)
    connection.executescript("".join(schema.MIGRATIONS[:number]))
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("INSERT INTO meta (name, value) VALUES ('clock', '2031-05-01T00:00:00+00:00')")
    connection.commit()
    connection.close()


def test_a_copy_can_be_made_before_an_upgrade_and_is_brought_forward_when_it_is_used(tmp_path):
    state, copy = tmp_path / "state.sqlite", tmp_path / "copy.sqlite"
    of_version(state, 1)
    done = backup(str(copy), "--state", str(state))
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(copy) as connection:
        assert schema.version(connection) == 1
    connection.close()
    store = Store(str(copy))
    assert store.meta("clock") == "2031-05-01T00:00:00+00:00"
    store.close()
    assert content(copy)[0] == 0


def test_a_copy_of_a_later_version_is_refused_and_left_as_it_is(tmp_path):
    state = tmp_path / "state.sqlite"
    of_version(state, len(schema.MIGRATIONS))
    with sqlite3.connect(state) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    connection.close()
    before = state.read_bytes()
    command = [sys.executable, "-m", "tallywire", "run", "https://feed.example/rss", "--state", str(state)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "later version" in done.stderr
    assert state.read_bytes() == before
