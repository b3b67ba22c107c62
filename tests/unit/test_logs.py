"""Log lines in the forms that a person, the journal and a collector read."""

from __future__ import annotations

import io
import json
import logging
import sys

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


@pytest.fixture
def library():
    """A library's logger, left as it was found."""
    made = logging.getLogger("aiokafka")
    before = made.handlers, made.propagate
    yield made
    made.handlers, made.propagate = before


def test_what_a_library_says_is_a_line_of_ours_and_again_and_again_is_once_in_a_while(
    library, capsys, monkeypatch
):
    now = 100.0
    monkeypatch.setattr(logs.time, "monotonic", lambda: now)
    logs.configure("warning", "json")
    for _ in range(500):
        logging.getLogger("aiokafka.conn").error("Unable connect to node with id %s", 1)
        logging.getLogger("aiokafka.conn").warning("other")
        logging.getLogger("aiokafka.conn").info("quiet")
    now += logs.SELDOM
    logging.getLogger("aiokafka.conn").error("Unable connect to node with id %s", 2)
    first, other, later = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["level"]) == ("Unable connect to node with id 1", "error")
    assert first["library"] == "aiokafka.conn"
    assert (other["event"], other["level"]) == ("other", "warning")
    assert (later["event"], later["more_like_it"]) == ("Unable connect to node with id 2", 499)
    structlog.reset_defaults()


def test_a_library_that_never_says_the_same_twice_fills_no_memory(library, capsys):
    logs.configure("warning", "json")
    for number in range(3 * logs.FORMS):
        library.error(f"unlike any other: {number}")
    (handler,) = library.handlers
    assert len(handler._said) <= logs.FORMS
    structlog.reset_defaults()


def test_a_library_does_not_fail_for_a_log_that_is_closed(library, monkeypatch):
    closed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    logs.configure("warning", "json")
    closed.close()
    library.error("nobody hears of it")
    structlog.reset_defaults()
