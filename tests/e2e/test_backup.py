"""A copy of the state, made beside a running monitor, is a state that a monitor goes on from."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from examples.receiver import Receiver
from examples.server import SampleStory
from streams.store import Store
from tests.support import monitor


def backup(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tallywire", "backup", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


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
        assert 0 < articles < whole[0]
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
