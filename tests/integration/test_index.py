"""The likeness index between runs: from a snapshot, from the archive, or from both, it decides the same."""

from __future__ import annotations

import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from bench.articles import generate
from streams import codec
from streams.embedded import Engine
from streams.index import MAGIC
from streams.store import Store
from tallywire.cli import compose
from tallywire.config import Monitor, Settings
from tallywire.records import Article

ARTICLES = list(generate(90, seed=3))


def opened(folder: Path) -> tuple[Engine, Store]:
    settings = Settings(monitor=Monitor(state=folder / "s.sqlite"))
    store = Store(str(folder / "s.sqlite"))
    return compose.engine(settings, store), store


def decisions(engine: Engine, articles: list[Article]) -> list[bytes]:
    return [codec.encode(d) for d in engine.take(articles).dispositions]


@pytest.fixture(scope="module")
def undisturbed() -> list[bytes]:
    engine = compose.engine(Settings(), Store())
    return decisions(engine, ARTICLES)


def test_the_generated_articles_make_stories_of_several(undisturbed):
    stories = {codec.decode(d, dict)["story"] for d in undisturbed}  # type: ignore[arg-type]
    assert len(stories) < len(ARTICLES)


@pytest.mark.parametrize("snapshot_after", [None, 30, 60])
def test_a_restart_decides_as_an_undisturbed_run(tmp_path, undisturbed, snapshot_after):
    engine, store = opened(tmp_path)
    got = decisions(engine, ARTICLES[:30])
    if snapshot_after == 30:
        engine.save_index(at_least=0)
    got += decisions(engine, ARTICLES[30:60])
    if snapshot_after == 60:
        engine.save_index(at_least=0)
    store.close()
    engine, store = opened(tmp_path)
    got += decisions(engine, ARTICLES[60:])
    store.close()
    assert got == undisturbed


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "emptied", "ahead"])
def test_a_snapshot_that_cannot_be_used_is_passed_over(tmp_path, undisturbed, damage):
    engine, store = opened(tmp_path)
    got = decisions(engine, ARTICLES[:60])
    engine.save_index(at_least=0)
    with store.transaction():
        if damage == "foreign":
            store.put_meta("identity", "another file")
    store.close()
    path = tmp_path / "s.sqlite.index"
    raw = path.read_bytes()
    changed = {"cut": raw[:-100], "flipped": raw[:-50] + b"\xff" + raw[-49:], "emptied": b""}.get(damage, raw)
    if damage == "ahead":  # of a state file brought back from a backup
        owner, _, rest = raw[len(MAGIC) + 4 :].split(b"\n", 2)
        body = b"\n".join((owner, b"9999", rest))
        changed = MAGIC + zlib.crc32(body).to_bytes(4, "big") + body
    path.write_bytes(changed)
    engine, store = opened(tmp_path)
    got += decisions(engine, ARTICLES[60:])
    store.close()
    assert got == undisturbed


def test_what_is_older_than_the_window_is_not_brought_back(tmp_path):
    engine, store = opened(tmp_path)
    engine.take(ARTICLES[:30])
    late = list(generate(3, seed=9, gap=timedelta(days=20)))[1:]
    engine.take(late)
    store.close()
    engine, store = opened(tmp_path)
    engine.load()
    assert engine.take(late[-1:]).dispositions[0].duplicate
    store.close()
