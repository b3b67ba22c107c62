"""Configuration: defaults, overrides, and mistakes that name key, line and what is allowed."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from pydantic import ValidationError

from streams.operators.pace import Pace
from tallywire import config
from tallywire.cli.rules import pace, rules
from tallywire.config.settings import RuleSettings
from tallywire.errors import ConfigError
from tallywire.ledger.policy import LIMITS
from tallywire.records import Severity, UpdateKind


def write(folder: Path, text: str) -> Path:
    path = folder / "tallywire.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(write(folder, text))
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_it_runs_with_no_configuration_at_all(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = config.load()
    assert settings.feeds == ()
    assert settings.destinations[0].kind == "terminal"
    assert settings.monitor.listen.startswith("127.0.0.1:")


def test_a_file_in_the_current_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, '[monitor]\nstate = "here.sqlite"\n')
    assert config.load().monitor.state == Path("here.sqlite")


def test_every_section_is_read(tmp_path):
    settings = config.load(
        write(
            tmp_path,
            """
            [monitor]
            state = "news.sqlite"
            [polling]
            min_interval = "90s"
            [[feeds]]
            url = "https://news.example/rss"
            outlet = "The Example"
            [[watches]]
            name = "Harbour fire"
            any = ["harbour fire"]
            [[rules]]
            name = "loud"
            kinds = ["figure.disagreement"]
            watches = ["Harbour fire"]
            severity = "critical"
            routes = ["desk"]
            [[destinations]]
            name = "desk"
            kind = "file"
            path = "alerts.jsonl"
            [retention]
            keep = "2w"
            [ledger]
            settle = "1h 30m"
            """,
        )
    )
    assert settings.polling.min_interval == timedelta(seconds=90)
    assert settings.feeds[0].outlet == "The Example"
    assert settings.rules[0].kinds == (UpdateKind.DISAGREEMENT,)
    assert settings.rules[0].severity is Severity.CRITICAL
    assert settings.retention.keep == timedelta(weeks=2)
    assert settings.ledger.settle == timedelta(minutes=90)


def test_the_pace_of_alerts_is_read_as_a_person_writes_it(tmp_path):
    settings = config.load(
        write(
            tmp_path,
            """
            [alerts]
            gap = "3h"
            quiet_from = "22:00"
            quiet_to = 06:30:00
            digest = ["7:00", "18:00"]
            time_zone = "Europe/Lisbon"
            [[rules]]
            name = "odds"
            stories = ["quay"]
            escalate = "12h"
            digest = true
            """,
        )
    )
    assert pace(settings) == Pace(
        gap=timedelta(hours=3),
        quiet_from=time(22),
        quiet_to=time(6, 30),
        digest=(time(7), time(18)),
        zone=ZoneInfo("Europe/Lisbon"),
    )
    rule = rules(settings)[0]
    assert (rule.watches, rule.escalate, rule.digest) == (("quay",), timedelta(hours=12), True)


def test_without_any_setting_alerts_keep_the_default_pace():
    assert pace(config.Settings()) == msgspec.structs.replace(Pace(), zone=ZoneInfo("UTC"))


def test_paths_are_taken_from_the_files_own_folder(tmp_path):
    settings = config.load(write(tmp_path, '[monitor]\nstate = "sub/news.sqlite"\n'))
    assert settings.monitor.state == tmp_path / "sub" / "news.sqlite"


def test_the_environment_stands_above_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYWIRE_MONITOR__LISTEN", "127.0.0.1:0")
    monkeypatch.setenv("TALLYWIRE_LEDGER__TOLERANCE", "0.2")
    settings = config.load(write(tmp_path, '[monitor]\nlisten = "127.0.0.1:9000"\nstate = "s.sqlite"\n'))
    assert settings.monitor.listen == "127.0.0.1:0"
    assert settings.monitor.state == tmp_path / "s.sqlite"
    assert settings.ledger.tolerance == 0.2


def test_a_mistake_in_the_environment_names_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYWIRE_LEDGER__SETTLE", "soon")
    said = mistakes(tmp_path, "")
    assert "TALLYWIRE_LEDGER__SETTLE" in said
    assert "6h" in said


def mail(sender="desk@quay.example", to="ada@quay.example"):
    lines = ["[[destinations]]", 'name = "m"', 'kind = "email"', 'url = "smtps://mail.example"']
    return "\n".join([*lines, f'sender = "{sender}"', f'to = ["{to}"]', ""])


def test_mail_addresses_may_have_names(tmp_path):
    [place] = config.load(
        write(tmp_path, mail("Wire Desk <desk@quay.example>", "Ada Ó <ada+wire@quay.example>"))
    ).destinations
    assert (place.sender, place.to) == ("Wire Desk <desk@quay.example>", ("Ada Ó <ada+wire@quay.example>",))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[monitor]\nstat = "x"\n', 2, "did you mean 'state'"),
        ("[monitr]\n", 1, "did you mean 'monitor'"),
        ('[[feeds]]\nurl = "https://a.example"\n\n[[feeds]]\nurl = "ftp://b.example"\n', 5, "https://"),
        ("[[feeds]]\noutlet = 'A'\n", 1, "is required"),
        ('[retention]\nkeep = "a while"\n', 2, '"14d"'),
        ("[ledger]\n# a comment\ntolerance = 7\n", 3, "less than or equal to 1"),
        ('[log]\nlevel = "loud"\n', 2, "'warning'"),
        ('[[rules]]\nname = "r"\nkinds = ["figure.wrong"]\n', 3, "figure.changed"),
        ('[[destinations]]\nname = "d"\nkind = "slack"\n', 1, "url_file"),
        ('[polling]\nallow_networks = ["10.0.0.0/33"]\n', 2, "IP network"),
        ('[monitor]\nlisten = "9460"\n', 2, "127.0.0.1:9460"),
        ('[[watches]]\nname = "w"\n', 1, "at least one of"),
        ('monitor.listen = "9460"\n', 1, "127.0.0.1:9460"),
        ('[log]\n["monitor"]\n"listen" = "9460"\n', 3, "127.0.0.1:9460"),
        ('\nmonitor = {listen = "9460"}\n', 2, "127.0.0.1:9460"),
        ("[monitor.more]\nx = 1\n", 1, "unknown key"),
        ("_cli_parse_args = true\n", 1, "unknown key; allowed here: monitor"),
        ('\n_env_prefix = "X_"\n', 2, "unknown key"),
        ('[monitor]\nstate = "a\\u0000b"\n', 2, "path of a file"),
        ('[[feeds]]\nurl = "https://a.example/\\u000dx"\n', 2, "on one line"),
        ('[polling]\ncontact = "x\\nEvil: y"\n', 2, "web or mail address"),
        ('[polling]\ncontact = "x) Evil/1 (y"\n', 2, "web or mail address"),
        (mail(sender="desk"), 5, '"desk@newsroom.example"'),
        (mail(sender="desk@quay.example\\nBcc: all@quay.example"), 5, '"desk@newsroom.example"'),
        (mail(sender="desk@quäy.example"), 5, '"desk@newsroom.example"'),
        (mail(to="ada@quay.example, bo@quay.example"), 6, '"desk@newsroom.example"'),
        ('[[feeds]]\nurl = "https://a.example"\n[[feeds]]\nurl = "https://a.example"\n', 4, "twice"),
        ('[[rules]]\nname = "r"\nroutes = ["desk"]\n', 3, "not among [[destinations]] (terminal)"),
        ('[[rules]]\nname = "r"\nwatches = ["fire"]\n', 3, "not among [[watches]] (none)"),
        ('[alerts]\nquiet_from = "25:00"\n', 2, '"22:00"'),
        ('[alerts]\ndigest = ["07:00", 7]\n', 2, '"22:00"'),
        ('[alerts]\ntime_zone = "Ostermarsh"\n', 2, '"Europe/Lisbon"'),
        ('[[rules]]\nname = "r"\ndigest = true\n', 3, "[alerts] digest names no time"),
        ('[[rules]]\nname = "r"\nrepeat = "5s"\n', 3, "0 for never, or from 1m"),
        ('[[rules]]\nname = "r"\nkinds = ["figure.first"]\nescalate = "5h"\n', 1, "figure.disagreement"),
        ('[retention]\nkeep = "1000000d"\n', 2, "from 1h to 3650d"),
        ('[retention]\nkeep = "99999999999d"\n', 2, "from 1h to 3650d"),
        ("[retention]\nkeep = inf\n", 2, "from 1h to 3650d"),
        ("[retention]\nkeep = nan\n", 2, "should be a span of time"),
        ("[retention]\nkeep = 0\n", 2, "from 1h to 3650d"),
        ('[retention]\nkeep = "3d"\n', 2, "shorter than window ("),
        ('[retention]\nwindow = "40d"\n', 2, "keep (30d) is shorter than window (40d)"),
        ('[ledger]\nsettle = "31d"\n', 2, "shorter than [ledger] settle (31d)"),
        ("[ledger]\nsettle = -1\n", 2, "from 1m to 365d"),
        ("[polling]\nmin_interval = 0\n", 2, "from 50ms to 365d"),
        ("[polling]\ntimeout = 0\n", 2, "from 100ms to 1h"),
        ("[polling]\nhost_gap = -1\n", 2, "from 0s to 1h"),
        ('[polling]\nmin_interval = "3h"\n', 2, "longer than max_interval (2h)"),
        ('[[rules]]\nname = "r"\ncooldown = -1\n', 3, "from 0s to 3650d"),
        (
            '[[destinations]]\nname = "d"\nkind = "webhook"\nurl = "https://h.example"\nsecret = ""\n',
            1,
            "secret is empty",
        ),
    ],
)
def test_each_mistake_names_its_line_and_what_is_allowed(tmp_path, text, line, says):
    said = mistakes(tmp_path, text)
    assert f"tallywire.toml:{line}: " in said
    assert says in said


def test_all_mistakes_are_told_at_once(tmp_path):
    said = mistakes(tmp_path, '[monitor]\nstat = "x"\n[log]\nlevel = "loud"\nformat = "xml"\n')
    assert len(said.splitlines()) == 3


def test_the_shortest_spans_that_make_sense_are_taken(tmp_path):
    polling = config.load(
        write(tmp_path, '[polling]\nmin_interval = "50ms"\nmax_interval = 0.1\nhost_gap = 0\n')
    ).polling
    assert polling.min_interval == timedelta(milliseconds=50)
    assert polling.host_gap == timedelta(0)


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    assert config.load(write(tmp_path, '\ufeff[log]\nlevel = "info"\n')).log.level == "info"


def test_mistakes_of_sections_unknown_and_known_are_told_together(tmp_path):
    said = mistakes(tmp_path, '[monitr]\n[log]\nlevel = "loud"\n')
    assert "tallywire.toml:1: monitr" in said
    assert "tallywire.toml:3: log.level" in said


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TALLYWIRE_FEEDS", "notjson", "should be JSON"),
        ("TALLYWIRE_POLLING__ALLOW_NETWORKS", "10.0.0.0/8", "should be JSON"),
        ("TALLYWIRE_MONITR__LISTEN", "127.0.0.1:1", "did you mean TALLYWIRE_MONITOR__LISTEN?"),
        ("TALLYWIRE_MONITOR_LISTEN", "127.0.0.1:1", "did you mean TALLYWIRE_MONITOR__LISTEN?"),
        ("TALLYWIRE_MONITOR__LISTEN", "18089", "host:port"),
        ("TALLYWIRE_MONITOR", '{"listen": "18089"}', "host:port"),
        ("TALLYWIRE_FEEDS", '[{"url": "ftp://a.example"}]', "feeds[1].url: should be a web address"),
    ],
)
def test_a_mistaken_variable_is_named_and_the_file_is_not_blamed(tmp_path, monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    said = mistakes(tmp_path, '[monitor]\nlisten = "127.0.0.1:1"\n[[feeds]]\nurl = "https://a.example"\n')
    assert said.startswith(f"environment {name}: ")
    assert says in said
    assert "tallywire.toml" not in said


def test_the_file_is_blamed_for_what_the_environment_did_not_give(tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYWIRE_MONITOR", '{"state": "s.sqlite"}')
    assert "tallywire.toml:2: monitor.listen" in mistakes(tmp_path, '[monitor]\nlisten = "9460"\n')


def test_variables_that_are_not_ours_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYWIRE_PORT", "tcp://10.0.0.1:9460")  # as Kubernetes sets for a service
    monkeypatch.setenv("TALLYWIRE_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("TALLYWIRE_LEDGER__SETTLE", "600")
    assert config.load(write(tmp_path, "")).ledger.settle == timedelta(minutes=10)


def test_a_rule_that_routes_nowhere_is_a_mistake(tmp_path):
    assert "which is not among [[destinations]] (terminal)" in mistakes(
        tmp_path, '[[rules]]\nname = "r"\nroutes = ["desk"]\n'
    )


def test_what_is_not_toml_names_the_line(tmp_path):
    assert "line 2" in mistakes(tmp_path, "[monitor]\nstate = \n")


def test_a_missing_file_is_a_mistake(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "absent.toml")


def test_secrets_come_from_files_and_are_not_shown(tmp_path):
    (tmp_path / "hook").write_text("https://hooks.example/T0/very-secret\n")
    settings = config.load(
        write(tmp_path, '[[destinations]]\nname = "desk"\nkind = "slack"\nurl_file = "hook"\n')
    )
    assert settings.destinations[0].address() == "https://hooks.example/T0/very-secret"
    assert "very-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"  \n", "is empty"),
        (b"\xffhidden", "not UTF-8"),
        (b"hidden\r\nX-Evil: hidden\n", "one line"),
        (None, "cannot be read"),
    ],
)
def test_a_secrets_file_that_holds_none_is_a_mistake_that_names_it(tmp_path, content, says):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    settings = config.load(
        write(
            tmp_path,
            '[[destinations]]\nname = "desk"\nkind = "webhook"\nurl_file = "key"\nsecret_file = "key"\n',
        )
    )
    for ask, key in (
        (settings.destinations[0].address, "url_file"),
        (settings.destinations[0].signing_secret, "secret_file"),
    ):
        with pytest.raises(ConfigError, match=says) as caught:
            ask()
        assert f"destination 'desk': {key} {tmp_path / 'key'}: " in str(caught.value)
        assert "hidden" not in str(caught.value)


def test_a_secret_in_the_file_is_not_shown(tmp_path):
    settings = config.load(
        write(
            tmp_path,
            '[[destinations]]\nname = "d"\nkind = "webhook"\nurl = "https://h.example/k"\nsecret = "whsec_abc"\n',
        )
    )
    assert settings.destinations[0].signing_secret() == "whsec_abc"
    assert "whsec_abc" not in repr(settings)


def test_a_rule_may_wait_for_as_many_voices_as_a_ledger_keeps():
    for key in ("min_claimants", "min_origins"):
        assert RuleSettings(name="r", **{key: LIMITS.voices})
        with pytest.raises(ValidationError):
            RuleSettings(name="r", **{key: LIMITS.voices + 1})
