"""The archive keeps what one machine's state file keeps, on SQLite and on a real PostgreSQL, whatever comes first."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import permutations

import msgspec
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from connectors.sources.snapshots import load
from examples.story import ARTICLES
from streams import codec
from streams.archive import Database, Entry, Reader, Writer, tables, versions
from streams.archive.writer import STAGE
from streams.kafka.partition import Kept
from streams.store import Store
from tallywire.cli import app, compose
from tallywire.config import Settings
from tallywire.errors import ConfigError, StateError
from tallywire.ledger import Ledger
from tallywire.records import Article, DeadLetter
from tests.support.archived import Rows, rows, rows_of, written
from tests.support.gorge import articles as gorge
from tests.support.news import day

NOW = datetime(2031, 5, 6, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path) -> Database:
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'archive.sqlite'}")
    return Database(*request.getfixturevalue("postgresql"))


@pytest.fixture(scope="module")
def machine() -> Store:
    """One machine's state after the sample story, two stories that meet, and other news."""
    store = Store()
    engine = compose.engine(Settings(), store)
    sample = (one for one in load([ARTICLES]) if isinstance(one, Article))
    engine.take(sorted((*sample, *day(60, hours=12), *gorge()), key=lambda one: one.arrived))
    engine.fire(engine.clock + timedelta(hours=6))
    return store


def entries_of(store: Store) -> list[Entry]:
    """What the pipeline has put out, as it comes from the topics."""
    ledgers = dict(store.states("reconcile", Ledger))
    clock = store.clock() or NOW
    return [
        *(Entry(item, item.story, item.reading.article.arrived) for _, item in store.readings()),
        *(Entry(item, item.story, item.at) for item in store.updates()),
        *(Entry(item, item.story, item.at) for item in store.alerts()),
        *(
            Entry(Kept[Ledger](state=state, clock=clock, rests=state.closed is not None), key, clock)
            for key, state in ledgers.items()
        ),
    ]


@pytest.fixture(scope="module")
def expected(machine, tmp_path_factory) -> Rows:
    return rows_of(machine, tmp_path_factory.mktemp("machine") / "state.sqlite")


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_rows_are_one_machines_whatever_comes_first_and_however_often(database, machine, expected, seed):
    entries = entries_of(machine)
    if seed is not None:
        dice = random.Random(seed)  # noqa: S311 - chance for a test, the same every time
        entries = [*entries, *dice.sample(entries, len(entries) // 3)]
        dice.shuffle(entries)
    with written(database) as writer:
        for start in range(0, len(entries), 37):
            writer.take(entries[start : start + 37], {"cluster/updates/0": start})
    with database.reading() as connection:
        assert rows(connection) == expected


def test_texts_that_are_one_are_one_origin_whatever_comes_first(database, machine):
    _, given = next(machine.readings())
    gone = Ledger(story="", label="", opened=NOW)

    def entry(name: str, story: str, *unites: str) -> Entry:
        article = msgspec.structs.replace(given.reading.article, id=name)
        reading = msgspec.structs.replace(given.reading, article=article)
        item = msgspec.structs.replace(given, reading=reading, story=story, origin=name, unites=unites)
        return Entry(item, story, NOW)

    with written(database) as writer:
        for number, order in enumerate(permutations(range(4))):
            young, old = f"young-{number}", f"old-{number}"
            left = msgspec.structs.replace(gone, story=young, into=old)
            came = (
                entry(f"a-{number}", young),
                entry(f"b-{number}", old, f"a-{number}"),
                entry(f"c-{number}", old, f"b-{number}"),
                Entry(Kept[Ledger](state=left, clock=NOW), young, NOW),
            )
            if order.index(1) < order.index(2):  # of one story, in their order
                for place in order:
                    writer.take([came[place]], {})
    with database.reading() as connection:
        placed = rows(connection)["articles"]
        assert len(placed) == 3 * 12
        for name, _, _, story, origin, *_ in placed:
            number = str(name).partition("-")[2]
            assert (story, origin) == (f"old-{number}", f"c-{number}"), name


def test_what_is_read_is_what_one_machine_reads(database, machine):
    with written(database) as writer:
        writer.take(entries_of(machine), {})
    with database.reading() as connection:
        reader = Reader(connection)
        for alert in machine.alerts():
            assert reader.alert(alert.id) == alert
        for update in machine.updates():
            assert reader.update(update.id) == update
        for _, item in machine.readings():
            name = item.reading.article.id
            assert (reader.reading(name), reader.placed(name)) == (item, machine.placed(name))
            assert reader.told_in(item.story) == machine.told_in(item.story)
        assert list(reader.states("reconcile", Ledger)) == list(machine.states("reconcile", Ledger))
        assert list(reader.updates()) == list(machine.updates())
        assert reader.latest(at_most=9) == machine.latest(at_most=9)
        story = next(machine.updates()).story
        assert reader.latest(story=story, at_most=3) == machine.latest(story=story, at_most=3)
        for start in ("", "n", "0", "a", "coach", "no such", story[:4], "100%"):
            assert reader.ids(start) == machine.ids(start)


def test_a_story_that_has_gone_is_found_after_its_ledger_has(database, machine):
    merged = [update for update in machine.updates() if update.merged]
    with written(database) as writer:
        writer.take([Entry(update, update.story, update.at) for update in merged], {})
    with database.reading() as connection:
        reader = Reader(connection)
        for update in merged:
            assert reader.told_in(update.merged or "") == machine.told_in(update.story)
            assert reader.ids(update.merged or "") == [("story", update.merged)]


def test_how_far_was_read_is_kept_with_the_rows_or_not_at_all(database, machine, monkeypatch):
    entries = entries_of(machine)
    with written(database) as writer:
        writer.take(entries[:5], {"c/updates/0": 5, "c/updates/1": 7})
    monkeypatch.setattr(Writer, "_note", _fails)
    with pytest.raises(StateError, match="gone away"), written(database) as writer:
        writer.take(entries, {"c/updates/0": 9})
    monkeypatch.undo()
    with written(database) as writer:
        assert writer.read() == {"c/updates/0": 5, "c/updates/1": 7}
    with database.reading() as connection:
        assert len(rows(connection)["articles"]) == 5
        assert not rows(connection)["alerts"]


def _fails(*_: object) -> None:
    raise sa.exc.OperationalError("INSERT …", {}, OSError("gone away"))


def test_a_ledger_that_rests_is_compressed_until_it_wakes_and_goes_when_it_has_gone(database, machine):
    key, state = next(machine.states("reconcile", Ledger))

    def kept(**more: object) -> Entry:
        return Entry(Kept[Ledger](state=state, **more), key, NOW)  # type: ignore[arg-type]

    with written(database) as writer:
        writer.take([kept(clock=NOW)], {})
        writer.take([kept(clock=NOW + timedelta(days=7), rests=True)], {})
    with database.reading() as connection:
        assert Reader(connection).state("reconcile", key, Ledger) == state
        ((_, value),) = rows(connection)["resting"]
        assert len(value) < len(codec.encode(state))
        assert not rows(connection)["state"]
    with written(database) as writer:
        writer.take([kept(clock=NOW + timedelta(days=8))], {})
    with database.reading() as connection:
        assert rows(connection)["state"] == [(key, codec.encode(state))]
        assert not rows(connection)["resting"]
    with written(database) as writer:
        writer.take([Entry(None, key, NOW)], {})
    with database.reading() as connection:
        assert not rows(connection)["state"]


def test_what_the_database_does_not_take_is_a_dead_letter_beside_the_rest(database, machine):
    update, *others = machine.updates()
    strange = msgspec.structs.replace(update, id="nul \0")
    told = [Entry(one, one.story, one.at) for one in (strange, *others)]
    with written(database) as writer:
        count = writer.take(told, {"c/updates/0": 9})
        assert writer.read() == {"c/updates/0": 9}
    with database.reading() as connection:
        kept = {row[0] for row in rows(connection)["updates"]}
        assert {one.id for one in others} <= kept
        assert count["updates"] == len(kept)
        assert len(kept) + count["dead_letters"] == len(told)
        dead = [codec.decode(row[3], DeadLetter) for row in rows(connection)["dead_letters"]]
        assert [letter.stage for letter in dead] == [STAGE] * count["dead_letters"]


def test_what_no_row_can_be_made_of_is_a_dead_letter_too(database, machine):
    update, other, *_ = machine.updates()
    beyond = msgspec.structs.replace(update, at=datetime.min)  # noqa: DTZ901 - as a program without zones writes it
    with written(database) as writer:
        count = writer.take([Entry(one, one.story, NOW) for one in (beyond, other)], {})
    assert (count["updates"], count["dead_letters"]) == (1, 1)


def test_what_is_past_its_retention_goes_unless_its_story_is_followed(database, machine):
    clock, keep = machine.clock() or NOW, timedelta(days=30)
    entries = [one for one in entries_of(machine) if one.at > clock - keep]
    silent = entries[0].key
    with written(database) as writer:
        writer.take([one for one in entries if one.key != silent or not isinstance(one.item, Kept)], {})
        assert writer.clock == clock
        assert writer.prune(clock, keep) == 0
        later = clock + timedelta(days=40)
        for key, state in list(machine.states("reconcile", Ledger)):
            if key != silent:
                writer.take([Entry(Kept[Ledger](state=state, clock=later), key, later)], {})
        assert writer.prune(later, keep, at_most=1) >= 1
        while writer.prune(later, keep, at_most=1):
            pass
    with database.reading() as connection:
        stories = {row[3] for row in rows(connection)["articles"]}
        assert silent not in stories
        assert stories
    with written(database) as writer:
        assert writer.prune(later + 12 * keep, keep) > 0
    with database.reading() as connection:
        assert not any(rows(connection).values())


def test_a_server_lets_go_of_the_lock_of_a_machine_that_has_gone_within_half_a_minute(postgresql):
    """By TCP's own means: two hours pass otherwise before a server asks whether a silent client is there."""
    with Database(*postgresql).writing() as connection:
        found = connection.exec_driver_sql("SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp%%'")
        seconds = {name.removeprefix("tcp_"): int(setting) for name, setting in found}
    silent = seconds["keepalives_idle"] + seconds["keepalives_interval"] * seconds["keepalives_count"]
    assert silent == seconds["user_timeout"] / 1000 == 30


def test_one_process_writes_at_a_time(database):
    refused = pytest.raises(StateError, match=r"another process writes|in use by process .*\[archive\] url")
    with written(database), refused, written(database):
        pass
    with written(database):
        pass


def test_what_is_read_beside_a_writer_is_what_was_committed(database, machine):
    with written(database) as writer:
        writer.take(entries_of(machine)[:3], {})
        with database.reading() as connection:
            assert len(rows(connection)["articles"]) == 3


# -- PostgreSQL alone ------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(postgresql) -> Database:
    return Database(*postgresql)


def test_the_tables_are_those_of_the_state_file(tmp_path):
    Store(str(tmp_path / "s.sqlite")).close()
    found = sa.inspect(sa.create_engine(f"sqlite:///{tmp_path / 's.sqlite'}"))
    for table in tables.metadata.sorted_tables:
        there = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        keyed = set(found.get_pk_constraint(table.name)["constrained_columns"])
        assert list(there) == [column.name for column in table.c], table.name
        assert keyed == {column.name for column in table.primary_key}, table.name
        assert {one["name"] for one in found.get_indexes(table.name)} == {one.name for one in table.indexes}


def test_an_archive_of_an_earlier_version_is_brought_up_step_by_step(empty):
    steps = {
        versions.CURRENT + 1: ("ALTER TABLE alerts ADD COLUMN seen BOOLEAN",),
        versions.CURRENT + 2: (
            "UPDATE alerts SET seen = false",
            "ALTER TABLE alerts ALTER seen SET NOT NULL",
        ),
    }
    with empty.writing() as connection:
        assert versions.found(connection) == versions.CURRENT
        connection.rollback()
        versions.upgrade(connection, steps, versions.CURRENT + 2)
        assert versions.found(connection) == versions.CURRENT + 2
        assert "seen" in {column["name"] for column in sa.inspect(connection).get_columns("alerts")}
        connection.rollback()
        versions.upgrade(connection, steps, versions.CURRENT + 2)  # again is nothing


@pytest.mark.parametrize("use", ["reading", "writing"])
def test_an_archive_of_a_later_version_is_left_alone(empty, use):
    with empty.writing() as connection:
        versions.upgrade(connection, {}, versions.CURRENT + 1)
    with pytest.raises(StateError, match=r"later version.*upgrade tallywire"), getattr(empty, use)():
        pass


def test_a_database_without_an_archive_says_what_to_do(empty):
    with pytest.raises(StateError, match="run `tallywire archive` first"), empty.reading():
        pass


def test_a_wrong_password_is_told_and_not_shown(postgresql_server):
    url, _ = postgresql_server
    with pytest.raises(StateError) as raised, Database(url, "wrong horse").reading():
        pass
    assert "password authentication failed" in str(raised.value)
    assert "horse" not in str(raised.value) + repr(raised.value.__cause__)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://u:secret@h/d",
        "postgresql://u:secret@h",
        "postgresql://u:secret@h:port/d",
        "sqlite://",
        "postgresql://h/d",
        "postgresql://u:secret@h/d?sslmode=require&channel_binding=require",
    ],
)
def test_what_is_no_address_is_a_mistake_that_shows_no_secret(url):
    with pytest.raises(ConfigError, match=r"\[archive\] url") as raised:
        Database(url)
    assert "secret" not in str(raised.value)


def test_a_server_that_is_not_there_is_named_without_the_password():
    database = Database("postgresql://someone:secret@127.0.0.1:9/figures")
    with pytest.raises(StateError, match=r"someone:\*\*\*@127.0.0.1:9/figures") as raised, database.writing():
        pass
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sslmode=maybe", "disable, prefer, require or verify-full"),
        ("sslmode=verify-full&sslrootcert=/none", "/none"),
    ],
)
def test_a_way_to_speak_tls_that_there_is_not_is_a_mistake(query, says):
    database = Database(f"postgresql://someone@127.0.0.1:9/figures?{query}")
    with pytest.raises(ConfigError, match=says), database.reading():
        pass


def test_tls_is_spoken_where_it_must_be(empty):
    strict = Database(f"{empty._url.render_as_string(hide_password=False)}?sslmode=require")
    with pytest.raises(StateError), strict.reading():  # this server has no certificate
        pass


# -- the commands that read it ---------------------------------------------------------------------------------------


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.exception
    return done.output


def test_explain_and_export_read_the_archive_as_they_read_one_machines_state(database, machine, tmp_path):
    with written(database) as writer:
        writer.take(entries_of(machine), {})
    machine.copy(tmp_path / "state.sqlite")
    (tmp_path / "url").write_text(database._url.render_as_string(hide_password=False))
    archive, state = tmp_path / "archive.toml", tmp_path / "state.toml"
    archive.write_text('[archive]\nurl_file = "url"\n')
    state.write_text('[monitor]\nstate = "state.sqlite"\n')
    merged = next(update for update in machine.updates() if update.merged)
    asked = [machine.alerts()[0].id, merged.id, merged.merged, next(machine.readings())[1].reading.article.id]
    for arguments in (
        *(["explain", name] for name in asked),
        *(["explain", name, "--json"] for name in asked),
        ["export"],
        ["export", "--format", "json", "--story", merged.story],
    ):
        expected = printed(*arguments, "--config", str(state))
        assert expected
        assert printed(*arguments, "--config", str(archive)) == expected
    given = ("--state", str(tmp_path / "state.sqlite"))
    assert printed("export", "--config", str(archive), *given) == printed("export", "--config", str(state))


def test_the_environment_alone_says_where_the_archive_is(postgresql, machine, tmp_path, monkeypatch):
    url, password = postgresql
    with written(Database(url, password)) as writer:
        writer.take(entries_of(machine), {})
    (tmp_path / "word").write_text(f"{password}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLYWIRE_ARCHIVE__URL", url)
    monkeypatch.setenv("TALLYWIRE_ARCHIVE__PASSWORD_FILE", str(tmp_path / "word"))
    assert machine.alerts()[0].title in printed("explain", machine.alerts()[0].id)


@pytest.mark.parametrize("command", [["explain", "a"], ["export"]])
def test_an_archive_that_is_not_there_is_an_error_that_names_it(command, tmp_path):
    config = tmp_path / "tallywire.toml"
    config.write_text('[archive]\nurl = "postgresql://someone:secret@127.0.0.1:9/figures"\n')
    done = CliRunner().invoke(app, [*command, "--config", str(config)])
    assert isinstance(done.exception, StateError)
    assert "127.0.0.1:9/figures" in str(done.exception)
    assert "secret" not in str(done.exception)
