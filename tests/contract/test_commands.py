"""The public contract: what each command prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tallywire.reading import ALLOWED

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "sample_story"

ARTICLES = [
    {
        "id": "one", "url": "https://lamp.example/1", "outlet": "The Lamp", "published": "2031-05-01T08:00:00Z",
        "title": "Twelve dead in Ostermarsh ferry sinking",
        "body": "Twelve people were killed when a ferry sank off Ostermarsh on Thursday, the coast guard said. "
        "Transport Minister Ada Brolin said that 30 passengers had been rescued.",
    },
    {
        "id": "two", "url": "https://gull.example/1", "outlet": "The Gull", "published": "2031-05-01T10:00:00Z",
        "title": "Ostermarsh ferry sinking: toll rises to 15",
        "body": "The coast guard said that 15 people were killed when a ferry sank off Ostermarsh on Thursday.",
    },
]  # fmt: skip


def tallywire(*arguments: str, given: str | bytes = "", folder: Path = ROOT, **environment: str):
    """Run the command; standard output and error as text."""
    data = given if isinstance(given, bytes) else given.encode()
    done = subprocess.run(
        [sys.executable, "-m", "tallywire", *arguments],
        input=data,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def jsonl(articles: list[dict]) -> str:
    return "".join(json.dumps(article) + "\n" for article in articles)


def test_extract_prints_one_line_an_article_with_the_contracts_fields():
    status, out, err = tallywire("extract", given=jsonl(ARTICLES))
    assert (status, err) == (0, "")
    first, second = lines(out)
    assert (first["id"], second["id"]) == ("one", "two")
    assert set(first) >= {"id", "language", "agency", "claims", "actors", "tally"}
    killed = next(claim for claim in first["claims"] if claim["metric"] == "killed")
    assert set(killed) >= {
        "metric", "low", "high", "quantifier", "status", "scope", "group", "claimants", "via", "as_of", "basis",
        "evidence",
    }  # fmt: skip
    assert set(killed["group"]) >= {"text", "nations", "roles"}
    evidence = killed["evidence"]
    assert ARTICLES[0][evidence["field"]][evidence["start"] : evidence["end"]] == evidence["quote"]
    assert first["tally"]["killed"] == {"low": 12, "high": 12}


def test_extract_says_which_article_costs_too_much_to_read_and_goes_on():
    status, out, err = tallywire("extract", given=jsonl([{"id": "long", "body": "x" * 7_100_000}, *ARTICLES]))
    assert (status, [line["id"] for line in lines(out)]) == (1, ["one", "two"])
    assert f"article long: reading takes more than the {ALLOWED:,} steps" in err


def test_extract_reads_plain_text_whose_first_line_is_the_title(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Coach overturns near Ostermarsh\n\nFour people were injured, police said.\n")
    status, out, _ = tallywire("extract", str(path))
    assert status == 0
    assert lines(out)[0]["tally"]["injured"] == {"low": 4, "high": 4}


def test_extract_as_text_shows_articles_with_their_figures_marked_and_who_says_so():
    status, out, _ = tallywire("extract", "--text", given=jsonl(ARTICLES))
    assert status == 0
    assert "_Twelve people_[2] were killed when a ferry sank off Ostermarsh" in out
    assert "[2] killed 12 · people · says the coast guard" in out
    assert "_15 people_[2] were killed" in out
    assert "\x1b" not in out  # no colours in a pipe


def test_a_bad_line_is_told_and_the_others_are_read():
    given = jsonl(ARTICLES[:1]) + "{broken\n" + jsonl(ARTICLES[1:])
    status, out, err = tallywire("extract", given=given)
    assert status == 1
    assert [line["id"] for line in lines(out)] == ["one", "two"]
    assert "line 2" in err


def test_what_is_read_all_the_same_is_no_failure():
    given = jsonl([ARTICLES[0] | {"published": "last Thursday"}])
    status, out, err = tallywire("extract", given=given)
    assert status == 0
    assert lines(out)[0]["tally"]["killed"] == {"low": 12, "high": 12}
    assert "line 1: published is no date" in err


def test_a_missing_file_is_told():
    for call in (
        ["extract", "/absent/file.jsonl"],
        ["replay", "/absent/file.jsonl"],
        ["feeds", "parse", "/absent/file.jsonl"],
        ["feeds", "import", "/absent/file.jsonl"],
        ["run", "--feeds", "/absent/file.jsonl"],
    ):
        status, out, err = tallywire(*call)
        assert (status, out) == (2, ""), call
        assert "/absent/file.jsonl: no such file" in err
        assert "Traceback" not in err


def test_replay_prints_the_contracts_records_in_their_order():
    status, out, err = tallywire("replay", "--json", given=jsonl(ARTICLES))
    assert (status, err) == (0, "")
    records = lines(out)
    kinds = [record["record"] for record in records]
    assert set(kinds) == {"article", "update", "alert", "story", "figure"}
    assert kinds.index("story") > max(
        i for i, kind in enumerate(kinds) if kind in ("article", "update", "alert")
    )
    assert kinds.index("figure") > max(i for i, kind in enumerate(kinds) if kind == "story")
    fields = {
        "article": {"id", "story", "origin", "copy_of", "revision_of", "duplicate"},
        "update": {"id", "kind", "story", "at", "because", "evidence"},
        "alert": {"id", "kind", "severity", "story", "at", "title", "text", "update"},
        "story": {"story", "label", "articles", "origins", "tally"},
        "figure": {"story", "metric", "group", "low", "high", "positions", "origins", "claimants", "checks"},
    }
    for record in records:
        assert set(record) >= fields[record["record"]]
    first = next(
        record for record in records if record.get("kind") == "figure.first" and record["record"] == "update"
    )
    assert set(first) >= {"metric", "group", "from", "to", "positions"}
    assert set(first["evidence"][0]) >= {"article", "outlet", "quote"}


def test_an_update_is_told_from_a_repeat():
    _, out, _ = tallywire("replay", "--json", given=jsonl([*ARTICLES, ARTICLES[0]]))
    records = lines(out)
    assert [record["duplicate"] for record in records if record["record"] == "article"].count(True) == 1
    changed = [
        r
        for r in records
        if r["record"] == "update" and r["kind"] == "figure.changed" and r["metric"] == "killed"
    ]
    assert [(r["from"]["low"], r["to"]["low"]) for r in changed] == [(12, 15)]


@pytest.mark.parametrize("seeds", [("1", "2")])
def test_two_replays_print_the_same_bytes_whatever_the_hash_seed(seeds):
    first, second = (tallywire("replay", "--json", str(SAMPLE), PYTHONHASHSEED=seed) for seed in seeds)
    assert first == second
    assert first[0] == 0


def test_an_article_given_twice_changes_nothing(tmp_path):
    sample = (SAMPLE / "articles.jsonl").read_text().splitlines(keepends=True)[:25]
    twice = "".join(line * 2 for line in sample)
    told = [
        [
            record
            for record in lines(tallywire("replay", "--json", given=given)[1])
            if record["record"] != "article"
        ]
        for given in ("".join(sample), twice)
    ]
    assert told[0] == told[1]


def test_replay_for_a_person_tells_alerts_and_what_was_followed():
    status, out, err = tallywire("replay", given=jsonl(ARTICLES))
    assert (status, err) == (0, "")
    assert "killed" in out
    assert "15" in out
    assert "\x1b" not in out


WATCH = '[[watches]]\nname = "ferry"\nany = ["Ostermarsh"]\nmetrics = ["rescued"]\n'


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("", {"rescued"}),
        ('[[rules]]\nname = "all"\n', {"rescued", None}),
        ('[[rules]]\nname = "dead"\nmetrics = ["killed"]\nkinds = ["figure.first"]\n', set()),
        ('[[rules]]\nname = "dead"\nmetrics = ["killed"]\nwatches = ["ferry"]\n', {None}),
    ],
)
def test_a_watch_asks_for_its_own_figures_alone(tmp_path, rules, told):
    (tmp_path / "tallywire.toml").write_text(WATCH + rules)
    coach = {
        "id": "coach", "url": "https://lamp.example/2", "outlet": "The Lamp", "published": "2031-05-02T08:00:00Z",
        "title": "Coach overturns on the Dunholm road",
        "body": "Four schoolchildren were killed when a coach overturned near Dunholm on Friday, police said.",
    }  # fmt: skip
    status, out, err = tallywire("replay", "--json", given=jsonl([*ARTICLES, coach]), folder=tmp_path)
    assert (status, err) == (0, "")
    records = lines(out)
    watched = next(record["story"] for record in records if record.get("id") == "one")
    alerted: dict[bool, set[str | None]] = {True: set(), False: set()}
    for alert in (record for record in records if record["record"] == "alert"):
        alerted[alert["story"] == watched] |= {update.get("metric") for update in alert["updates"]}
    assert alerted[True] == told
    assert ("killed" in alerted[False]) == ("watches" not in rules)


def test_replay_ends_where_time_does():
    last = ARTICLES[0] | {"published": "9999-12-31T23:00:00Z"}
    status, out, err = tallywire("replay", "--json", given=jsonl([last]))
    assert status == 0
    assert "Traceback" not in err
    assert [record["id"] for record in lines(out) if record["record"] == "article"] == ["one"]


def shell(script: str, given: bytes = b"", **environment: str):
    """Run a script of bash in which `tallywire` is the command; its status, output and errors."""
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; tallywire() {{ "{sys.executable}" -m tallywire "$@"; }}; {script}'],
        input=given,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("command", ["replay", "replay --json", "extract", "extract --text"])
def test_a_reader_that_leaves_early_is_no_failure(command):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "tallywire", *command.split()],
            input=jsonl(ARTICLES).encode(),
            stdout=stream,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["replay", "replay --json", "extract", "extract --text"])
def test_output_that_cannot_be_written_is_told_in_one_line(command):
    status, _, err = shell(f"tallywire {command} > /dev/full", jsonl(ARTICLES).encode())
    assert status == 1
    assert err.splitlines() == ["tallywire: cannot go on: No space left on device"]


def test_closed_streams_are_no_failure():
    given = jsonl(ARTICLES).encode()
    assert shell("tallywire replay >&-", given) == (0, b"", "")
    status, out, _ = shell("tallywire replay --json 2>&-", given)
    assert (status, b'"record":"story"' in out) == (0, True)
    assert shell("tallywire replay --json <&-") == (0, b"", "")
    assert shell("tallywire export --state /absent/file 2>&- >&-") == (1, b"", "")


def test_output_is_utf_8_whatever_the_locale():
    given = jsonl(ARTICLES[:1]).encode()
    status, out, err = shell("tallywire extract --text", given, PYTHONIOENCODING="ascii")
    assert (status, err) == (0, "")
    assert "[1] killed 12 · nobody named" in out.decode()


def test_replay_of_nothing_is_fine():
    status, out, err = tallywire("replay", "--json", given="")
    assert (status, out, err) == (0, "", "")


@pytest.mark.parametrize(
    "call",
    [
        ["run"],
        ["replay", "--no-such-option"],
        ["no-such-command"],
        ["run", "not-an-address"],
        *(["run", "http://a.example/rss", "--listen", bad] for bad in ("18089", "abc", "host:99999", "")),
        ["run", "--feeds", "empty.opml"],
    ],
)
def test_a_wrong_call_ends_with_two_and_says_why(call, tmp_path):
    (tmp_path / "empty.opml").write_text('<opml version="2.0"><head/><body/></opml>')
    status, out, err = tallywire(*call, folder=tmp_path)
    assert (status, out) == (2, "")
    assert err
    assert "Traceback" not in err


def test_a_wrong_configuration_ends_with_two_and_names_the_line(tmp_path):
    (tmp_path / "tallywire.toml").write_text("[monitor]\nstat = 'x'\n")
    status, _, err = tallywire("check", "--offline", folder=tmp_path)
    assert status == 2
    assert "tallywire.toml:2: monitor.stat" in err


@pytest.mark.parametrize(
    "command",
    ["explain abc", "export", "dead-letters list", "dead-letters replay", "mute all --for 6h", "mutes"],
)
def test_commands_on_the_state_say_where_it_is_missing(command, tmp_path):
    status, out, err = tallywire(*command.split(), folder=tmp_path)
    assert (status, out) == (1, "")
    assert "tallywire.sqlite" in err
    assert "tallywire run" in err


def test_feeds_parse_answers_for_every_file(tmp_path):
    good = b'<rss version="2.0"><channel><title>G</title><item><title>T</title><link>https://g.example/1</link></item></channel></rss>'
    (tmp_path / "a.xml").write_bytes(good)
    (tmp_path / "b.xml").write_bytes(b"no feed at all")
    status, out, err = tallywire("feeds", "parse", str(tmp_path), "--json")
    assert status == 1
    assert "1 file could not be read" in err
    first, second = lines(out)
    assert set(first) >= {"path", "feed", "articles", "problems"}
    assert set(first["feed"]) >= {"title", "link", "format"}
    assert first["articles"][0]["url"] == "https://g.example/1"
    assert set(second) >= {"path", "error"}


def test_feeds_go_to_opml_and_come_back(tmp_path):
    (tmp_path / "tallywire.toml").write_text(
        '# mine\n[[feeds]]\nurl = "https://a.example/rss"\noutlet = "A & B"\n', encoding="utf-8"
    )
    status, opml, _ = tallywire("feeds", "export", folder=tmp_path)
    assert status == 0
    (tmp_path / "out.opml").write_text(opml, encoding="utf-8")
    (tmp_path / "other.toml").write_text('[[feeds]]\nurl = "https://c.example/rss"\n')
    status, said, _ = tallywire("feeds", "import", "out.opml", "--config", "other.toml", folder=tmp_path)
    assert status == 0
    assert "1 feed added" in said
    status, again, _ = tallywire("feeds", "import", "out.opml", "--config", "other.toml", folder=tmp_path)
    assert "0 feeds added" in again
    text = (tmp_path / "other.toml").read_text()
    assert text.count("[[feeds]]") == 2
    assert "A & B" in text


OPML = '<opml version="2.0"><body><outline xmlUrl="https://b.example/rss"/></body></opml>'


def test_feeds_are_not_imported_into_a_file_that_would_not_be_read_again(tmp_path):
    (tmp_path / "in.opml").write_text(OPML)
    inline = 'feeds = [{url = "https://a.example/rss"}]\n'
    (tmp_path / "tallywire.toml").write_text(inline)
    status, out, err = tallywire("feeds", "import", "in.opml", folder=tmp_path)
    assert (status, out) == (2, "")
    assert "[[feeds]]" in err
    assert (tmp_path / "tallywire.toml").read_text() == inline


def test_feeds_are_imported_through_a_link_and_keep_the_files_rights(tmp_path):
    (tmp_path / "in.opml").write_text(OPML)
    (tmp_path / "real.toml").write_text("\ufeff[log]\n")
    (tmp_path / "real.toml").chmod(0o600)
    (tmp_path / "tallywire.toml").symlink_to("real.toml")
    status, _, err = tallywire("feeds", "import", "in.opml", folder=tmp_path)
    assert (status, err) == (0, "")
    assert (tmp_path / "tallywire.toml").is_symlink()
    assert "https://b.example/rss" in (tmp_path / "real.toml").read_text()
    assert (tmp_path / "real.toml").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob(".*"))


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A state file after the sample story's first articles, and its folder."""
    from connectors.sources.snapshots import load
    from streams.store import Store
    from tallywire.cli import compose
    from tallywire.config import Settings
    from tallywire.records import Article

    folder = tmp_path_factory.mktemp("followed")
    store = Store(str(folder / "tallywire.sqlite"))
    engine = compose.engine(Settings(), store)
    given = [item for item in load([SAMPLE / "articles.jsonl"]) if isinstance(item, Article)]
    engine.take(given[:22])
    store.close()
    return folder


def test_explain_leads_from_an_alert_to_verbatim_sentences(followed):
    from streams.store import Store

    store = Store(str(followed / "tallywire.sqlite"), read_only=True)
    alert = store.alerts()[-1]
    texts = {item.reading.article.id: item.reading.article for _, item in store.readings()}
    store.close()
    status, out, err = tallywire("explain", alert.id[:12], "--json", folder=followed)
    assert (status, err) == (0, "")
    value = lines(out)[0]
    assert value["alert"]["id"] == alert.id
    cited = [citation for chain in value["updates"] for citation in chain["update"]["evidence"]]
    assert cited
    for citation in cited:
        article = texts[citation["article"]]
        assert citation["quote"] in article.title or citation["quote"] in article.body
    status, text, _ = tallywire("explain", alert.id, folder=followed)
    assert status == 0
    assert " ".join(cited[0]["quote"].split())[:40] in " ".join(text.split())


def test_explain_shows_articles_updates_and_stories_too(followed):
    from streams.store import Store

    store = Store(str(followed / "tallywire.sqlite"), read_only=True)
    update = next(iter(store.updates()))
    _, item = next(iter(store.readings()))
    store.close()
    for name, kind in ((update.id, "update"), (item.reading.article.id, "article"), (update.story, "story")):
        status, out, _ = tallywire("explain", name, "--json", folder=followed)
        assert status == 0
        assert lines(out)[0]["kind"] == kind


def test_explain_shows_a_copy_beside_its_origin(followed):
    from streams.store import Store

    store = Store(str(followed / "tallywire.sqlite"), read_only=True)
    copy = next(item for _, item in store.readings() if item.copy_of)
    origin = store.reading(copy.copy_of)
    store.close()
    status, out, _ = tallywire("explain", copy.reading.article.id, "--json", folder=followed)
    value = lines(out)[0]
    assert (status, value["placed"], value["kinship"]) == (0, copy.placed, copy.kinship)
    assert value["words_in_common"]
    assert value["passages"]
    for passage in value["passages"]:
        place = passage["place"]
        assert passage["quote"] in copy.reading.article.body
        theirs = origin.reading.article.body[place["other_start"] : place["other_end"]]
        assert theirs.casefold().split()[0] == passage["quote"].casefold().split()[0]
    status, out, _ = tallywire("explain", copy.reading.article.id, folder=followed)
    assert out.count("»[1]") == 2  # once in either column
    assert "rare passages in common" in " ".join(out.split())


def test_explain_of_an_unknown_id_says_so(followed):
    status, out, err = tallywire("explain", "zzzz", folder=followed)
    assert (status, out) == (1, "")
    assert "zzzz" in err


def test_a_story_is_muted_while_the_monitor_runs_listed_and_heard_again(followed):
    from streams.store import Store

    with_monitor = Store(str(followed / "tallywire.sqlite"))
    story = with_monitor.alerts()[0].story
    status, out, _ = tallywire("mute", story[:8], "--for", "6h", "--kind", "actor.new", folder=followed)
    assert (status, out.startswith("muted until ")) == (0, True)
    assert tallywire("mute", "all", "--for", "30m", folder=followed)[0] == 0
    held = lines(tallywire("mutes", "--json", folder=followed)[1])
    assert [(one["scope"], one["kinds"]) for one in held] == [("all", []), (story, ["actor.new"])]
    assert tallywire("unmute", "all", folder=followed)[0] == 0
    assert tallywire("unmute", story[:8], folder=followed)[0] == 0
    assert tallywire("mutes", folder=followed)[1] == "no mutes\n"
    with_monitor.close()


@pytest.mark.parametrize(
    ("call", "status", "says"),
    [
        ("mute nowhere --for 6h", 1, "no story or watch 'nowhere'"),
        ("unmute nowhere", 1, "no mute 'nowhere'"),
        ("mute all --for soon", 2, "a span of time"),
        ("mute all --for 1s", 2, "from 1m to 365d"),
        ("mute all --for 1h --kind figure.wrong", 2, "figure.changed"),
    ],
)
def test_a_mute_that_cannot_be_says_why(followed, call, status, says):
    found, out, err = tallywire(*call.split(), folder=followed)
    assert (found, out) == (status, "")
    assert says in err


def test_export_writes_every_position_with_its_sentence(followed):
    status, out, _ = tallywire("export", folder=followed)
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert any(row["metric"] == "killed" and row["quote"] for row in rows)
    status, out, _ = tallywire("export", "--format", "json", folder=followed)
    assert {line["metric"] for line in lines(out)} >= {"killed", "injured"}


def test_export_of_an_unknown_story_says_so(followed):
    status, out, err = tallywire("export", "--story", "nope", folder=followed)
    assert (status, out) == (1, "")
    assert "no story 'nope'" in err


def test_a_table_in_a_pipe_is_not_cut_to_eighty_columns(tmp_path):
    name = f"{'a-long-name-of-a-feed-' * 4}.xml"
    (tmp_path / name).write_text('{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": []}')
    _, out, _ = tallywire("feeds", "parse", name, folder=tmp_path, COLUMNS="80")
    assert any(name in line for line in out.splitlines())


def test_a_formula_in_a_claimants_name_is_harmless_in_a_spreadsheet():
    from tallywire.cli.export import _harmless

    assert _harmless("=HYPERLINK()") == "'=HYPERLINK()"
    assert _harmless("the ministry") == "the ministry"
    assert _harmless("") == ""


def test_check_offline_reads_the_configuration(tmp_path):
    (tmp_path / "tallywire.toml").write_text('[[feeds]]\nurl = "https://a.example/rss"\n')
    status, out, err = tallywire("check", "--offline", folder=tmp_path)
    assert (status, err) == (0, "")
    assert "reads well" in out


def test_check_tells_each_fault_by_its_line(tmp_path):
    (tmp_path / "tallywire.toml").write_text(
        '[polling]\nallow_networks = ["127.0.0.0/8"]\n\n[[feeds]]\nurl = "http://127.0.0.1:9/rss"\n\n'
        '[[destinations]]\nname = "desk"\nkind = "slack"\nurl_file = "absent"\n'
    )
    status, out, err = tallywire("check", folder=tmp_path)
    assert status == 1
    assert "tallywire.toml:5: feeds[1].url: http://127.0.0.1:9/rss" in out
    assert "tallywire.toml:8: destinations[1].name: desk" in out
    assert "2 faults" in err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\n", "is empty"),
        (b"\xff\xfehidden", "not UTF-8"),
        (None, "cannot be read"),
        (b"whsec_!!!", "whsec_"),
    ],
)
def test_a_secret_that_is_none_is_told_by_check_and_run(tmp_path, content, says):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    (tmp_path / "tallywire.toml").write_text(
        '[monitor]\nlisten = "127.0.0.1:0"\n[[feeds]]\nurl = "http://127.0.0.1:9/rss"\n[[destinations]]\n'
        'name = "desk"\nkind = "webhook"\nurl = "https://h.example/x"\nsecret_file = "key"\n'
    )
    status, out, err = tallywire("check", "--offline", folder=tmp_path)
    assert (status, err) == (1, "tallywire: 1 fault\n")
    assert says in out
    run_status, _, run_err = tallywire("run", folder=tmp_path)
    assert run_status == 2
    assert says in run_err
    assert "'desk'" in run_err
    assert "hidden" not in out + run_err


def test_check_tells_a_file_that_could_not_be_written(tmp_path):
    (tmp_path / "tallywire.toml").write_text(
        '[[destinations]]\nname = "log"\nkind = "file"\npath = "absent/alerts.jsonl"\n'
    )
    status, out, _ = tallywire("check", "--offline", folder=tmp_path)
    assert status == 1
    assert "tallywire.toml:2: destinations[1].name: log: no folder absent" in out
    assert not (tmp_path / "absent").exists()


def test_check_tells_an_opml_file_that_is_none(tmp_path):
    (tmp_path / "feeds.opml").write_text("not XML")
    (tmp_path / "tallywire.toml").write_text('[polling]\nopml = "feeds.opml"\n')
    status, out, _ = tallywire("check", "--offline", folder=tmp_path)
    assert status == 1
    assert "tallywire.toml:2: polling.opml: " in out


def test_one_dead_letter_does_not_keep_the_others_from_being_tried(tmp_path):
    from datetime import UTC, datetime

    from streams import codec
    from streams.operators.deliver import Delivery
    from streams.store import Store
    from tallywire.records import DeadLetter

    then = datetime(2031, 5, 1, tzinfo=UTC)

    def letter(name: str, destination: str, payload: str = "") -> DeadLetter:
        lost = Delivery(alert="a", destination=destination, story="s", next_due=then)
        return DeadLetter(
            id=name,
            stage="deliver",
            key=destination,
            cause="gone",
            at=then,
            payload=payload or codec.encode(lost).decode(),
        )

    before = datetime.now(UTC)
    store = Store(str(tmp_path / "tallywire.sqlite"))
    with store.transaction():
        store.bury(letter("l1", "terminal", "{broken"))
        store.bury(letter("l2", "pager"))
        store.bury(letter("l3", "terminal"))
    store.close()
    status, out, err = tallywire("dead-letters", "replay", folder=tmp_path)
    assert (status, out) == (1, "1 went through, 2 failed again\n")
    assert "l1: " in err
    assert "l2: destination 'pager' is not configured: kept" in err
    store = Store(str(tmp_path / "tallywire.sqlite"), read_only=True)
    assert {kept.key for kept in store.dead_letters()} == {"terminal", "pager"}
    assert [delivery.destination for delivery in store.pending()] == ["terminal"]
    assert store.outbox_oldest() >= before
    store.close()


def test_dead_letters_are_listed_and_sent_again(tmp_path):
    from datetime import UTC, datetime

    from streams import codec
    from streams.store import Store
    from tallywire.records import Article, DeadLetter

    now = datetime(2031, 5, 1, tzinfo=UTC)
    store = Store(str(tmp_path / "tallywire.sqlite"))
    payload = codec.encode(Article(id="a", body="Nobody was hurt.", arrived=now)).decode()
    with store.transaction():
        store.bury(
            DeadLetter(id="l1", stage="read", key="a", cause="a fault since mended", at=now, payload=payload)
        )
    store.close()
    status, out, _ = tallywire("dead-letters", "list", folder=tmp_path)
    assert status == 0
    assert "a fault since mended" in out
    assert tallywire("dead-letters", "replay", "nope", folder=tmp_path)[0] == 1
    status, out, _ = tallywire("dead-letters", "replay", folder=tmp_path)
    assert (status, out) == (0, "1 went through, 0 failed again\n")
    assert tallywire("dead-letters", "list", folder=tmp_path)[1] == "no dead letters\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell):
    status, out, _ = tallywire("--show-completion", shell)
    assert status in (0, 1, 2)  # typer looks at the parent shell; what counts is that it does not crash
    assert "Traceback" not in out


def test_a_test_alert_says_what_came_back(tmp_path):
    (tmp_path / "tallywire.toml").write_text(
        '[[destinations]]\nname = "log"\nkind = "file"\npath = "alerts.jsonl"\n'
        '[[destinations]]\nname = "hook"\nkind = "webhook"\nurl = "http://127.0.0.1:9/s3cr3t"\n'
    )
    status, out, err = tallywire("test-alert", "log", folder=tmp_path)
    assert (status, out, err) == (0, "log: delivered: appended\n", "")
    (line,) = (tmp_path / "alerts.jsonl").read_text().splitlines()
    assert "nothing has happened" in json.loads(line)["title"]
    status, out, err = tallywire("test-alert", "hook", folder=tmp_path)
    assert status == 1
    assert (
        "hook: refused; a real alert would become a dead letter: 127.0.0.1 leads into a private network"
        in out
    )
    assert "s3cr3t" not in out + err
    status, out, err = tallywire("test-alert", "pager", folder=tmp_path)
    assert (status, out) == (1, "")
    assert "no destination 'pager' in the configuration: there are log, hook" in err


def test_replay_tells_what_waits_for_a_digest_after_the_last_article(tmp_path):
    (tmp_path / "tallywire.toml").write_text(
        '[alerts]\ndigest = ["07:00"]\n'
        '[[rules]]\nname = "daily"\nkinds = ["figure.first", "figure.changed"]\ndigest = true\n',
        encoding="utf-8",
    )
    status, out, err = tallywire("replay", "--json", given=jsonl(ARTICLES), folder=tmp_path)
    assert (status, err) == (0, "")
    (alert,) = [line for line in lines(out) if line["record"] == "alert"]
    assert alert["at"] == "2031-05-02T07:00:00Z"
    assert "15 killed" in alert["title"]


def test_feeds_are_shown_as_they_have_been_with_what_to_do(tmp_path):
    from datetime import UTC, datetime, timedelta

    from connectors.sources.feeds import Position
    from streams.store import SourceRow, Store

    now = datetime.now(UTC)
    (tmp_path / "tallywire.toml").write_text(
        "".join(
            f'[[feeds]]\nurl = "https://{name}.example/rss?key=s3cr3t"\n' for name in ("lamp", "gull", "new")
        )
    )
    assert tallywire("feeds", "check", folder=tmp_path)[0] != 0  # no state yet: said, with the remedy
    store = Store(str(tmp_path / "tallywire.sqlite"))
    with store.transaction():
        well = Position(
            url="https://lamp.example/moved", etag='"a"', entries=25, hub="https://hub.example/", times=(now,)
        )
        store.put_source(
            SourceRow(
                name="https://lamp.example/rss?key=s3cr3t", position=msgspec.json.encode(well),
                next_due=now + timedelta(minutes=5), outcome="new", fetched=now, succeeded=now,
            )
        )  # fmt: skip
        store.put_source(
            SourceRow(
                name="https://gull.example/rss?key=s3cr3t", position=msgspec.json.encode(Position(url="x", failures=3)),
                next_due=now + timedelta(hours=1), outcome="tls", fetched=now,
                problem="https://gull.example/rss?key=…: the TLS certificate of gull.example is not valid",
            )
        )  # fmt: skip
    store.close()
    status, out, err = tallywire("feeds", "check", folder=tmp_path)
    assert (status, err) == (1, "tallywire: 1 feed failing\n")
    assert re.search("new.example.*not asked yet", out)
    assert re.search(r"gull.example.*failing \(3 in a row\)", out)
    for part in ("ok", f"{now:%Y-%m-%d %H:%M}Z", "5m", "25", "ETag", "offered"):
        assert any(part in line for line in out.splitlines() if "lamp.example" in line)
    assert "has moved for good to https://lamp.example/moved; give that address" in out
    assert "the TLS certificate of gull.example is not valid; what to do: the publisher must renew it" in out
    assert "s3cr3t" not in out
    status, out, _ = tallywire("feeds", "check", "--json", folder=tmp_path)
    assert [(line["state"], line["remedy"]) for line in lines(out)] == [
        ("ok", None), ("failing", "the publisher must renew it"), ("not asked yet", None),
    ]  # fmt: skip
