"""Nothing that an article wrote acts in what a sink shows: hundreds of payloads, in every place of an alert."""

from __future__ import annotations

import asyncio
import io
import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.policy import SMTP
from pathlib import Path

import msgspec
import pytest

from connectors.sinks import alertmanager, discord, email, slack, slack_app
from connectors.sinks.file import FileSink
from connectors.sinks.terminal import TerminalSink
from connectors.sinks.webhook import cloud_event
from streams import codec
from tallywire.records import Alert, Citation, Metric, Position, Severity, Update, UpdateKind
from tests.support.payloads import PAYLOADS

NOW = datetime(2031, 3, 4, 14, 32, tzinfo=UTC)
OBEYED = "\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u206f\ufeff\ud800-\udfff"
LIVE_IN_A_DISPLAY = re.compile(f"[{OBEYED}\U000e0000-\U000e007f]")
LIVE_IN_UNKNOWN_MARKUP = re.compile(r"[<>&@*_`~|\[\]]|[a-z]://|www\.|^[#-]", re.IGNORECASE | re.MULTILINE)


def told(text: str) -> Alert:
    """An alert whose every text is `text`."""
    words = (Citation(article="a1", outlet=text, quote=text),)
    stand = Position(
        low=23, high=23, claimants=(text,), origins=2, outlets=(text,), as_of=NOW, evidence=words
    )
    whole = Update(
        id="u1", kind=UpdateKind.CHANGED, story="s1", label=text, at=NOW, because=text, evidence=words, cause="a1",
        metric=Metric.KILLED, positions=(stand,),
    )  # fmt: skip
    return Alert(
        id="a1e27", kind=UpdateKind.CHANGED, severity=Severity.WARNING, story="s1", at=NOW, title=text, text=text,
        update="u1", updates=(whole, msgspec.structs.replace(whole, positions=())),
    )  # fmt: skip


def test_there_are_hundreds() -> None:
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_is_alive_in_any_sink(payload: str, tmp_path: Path) -> None:
    alert = told(payload)
    terminal(alert)
    for message in (slack.message(alert), slack_app.posted(alert, "C1", "17.01")):
        chat(message)
    embedded(alert)
    mail(alert)
    posted(alert)
    if not re.search("[\ud800-\udfff]", payload):  # no article holds one
        for_programs(alert, tmp_path / "alerts.jsonl")


def terminal(alert: Alert) -> None:
    stream = io.StringIO()
    asyncio.run(TerminalSink("t", stream).send(alert, NOW))
    assert not LIVE_IN_A_DISPLAY.search(stream.getvalue())


def chat(message: dict[str, object]) -> None:
    """Slack: no object but plain text, no character that it escapes, mrkdwn off where it cannot be plain."""
    assert message["mrkdwn"] is False
    text = json.dumps(message, ensure_ascii=False)
    assert '"type": "mrkdwn"' not in text
    assert not re.search("[<>]|&(?!amp;|lt;|gt;)", text)
    assert not LIVE_IN_A_DISPLAY.search(text)


def embedded(alert: Alert) -> None:
    sent = discord.message(alert)
    assert sent["allowed_mentions"] == {"parse": []}
    assert sent.keys() == {"embeds", "allowed_mentions"}
    [embed] = sent["embeds"]
    assert len(embed["title"]) <= discord.LONGEST_TITLE
    assert len(embed["description"]) <= discord.LONGEST_DESCRIPTION
    for shown in (embed["title"], embed["description"]):
        assert not LIVE_IN_UNKNOWN_MARKUP.search(shown)
        assert not LIVE_IN_A_DISPLAY.search(shown.replace("\n", " "))


def mail(alert: Alert) -> None:
    raw = email.message(alert, NOW, "desk@quay.example", ["ada@quay.example"]).as_bytes(policy=SMTP)
    read = message_from_bytes(raw, policy=policy.default)
    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert (read["To"], read.get_content_type()) == ("ada@quay.example", "text/plain")
    for shown in (read["Subject"], read.get_content().replace("\r\n", "\n").partition("\n-- \n")[0]):
        assert not LIVE_IN_UNKNOWN_MARKUP.search(shown)
        assert not LIVE_IN_A_DISPLAY.search(shown.replace("\n", " "))


def posted(alert: Alert) -> None:
    body = alertmanager.posted(alert, NOW)
    assert body["labels"] == {
        "alertname": "figure.changed", "job": "tallywire", "severity": "warning", "story": "s1", "alert": "a1e27",
    }  # fmt: skip
    for shown in body["annotations"].values():
        assert not LIVE_IN_UNKNOWN_MARKUP.search(shown)
        assert not LIVE_IN_A_DISPLAY.search(shown.replace("\n", " "))


def for_programs(alert: Alert, path: Path) -> None:
    """What programs get is the text as it is, in JSON that no line of it can end."""
    asyncio.run(FileSink("f", path, codec.encode).send(alert, NOW))
    line = path.read_bytes()
    assert line.count(b"\n") == 1
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", line.replace(b"\x7f", b""))
    assert codec.decode(line, Alert) == alert
    event = cloud_event(alert, codec.encode(alert))
    assert b"\n" not in event
    assert json.loads(event)["data"]["title"] == alert.title
