"""Log lines in the forms that a person, the journal and a collector read."""

from __future__ import annotations

import json

import pytest
import structlog

from tallywire import logs


@pytest.fixture
def said(capsys):
    """What a style makes of one warning and one error."""

    def say(style: logs.Style) -> list[str]:
        logs.configure("warning", style)
        log = structlog.get_logger("tallywire.test")
        log.info("quiet")
        log.warning("feed problem", feed="https://a.example/rss", says="no answer\nin 30 s")
        log.error("state file refused", again_in=1.0)
        return capsys.readouterr().err.splitlines()

    yield say
    structlog.reset_defaults()


def test_the_journal_reads_the_priority_off_each_line(said):
    first, second = said("journald")
    assert first.startswith("<4>feed problem ")
    assert "feed=https://a.example/rss" in first
    assert second == "<3>state file refused again_in=1.0"


def test_a_collector_has_one_object_a_line(said):
    first, _ = map(json.loads, said("json"))
    assert first["event"] == "feed problem"
    assert (first["level"], first["says"]) == ("warning", "no answer\nin 30 s")
    assert "timestamp" in first


def test_a_person_has_readable_lines_without_colours_where_nobody_looks(said):
    assert any("feed problem" in line and "warning" in line for line in said("text"))
