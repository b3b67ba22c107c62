"""What a person sees: titles, quotes and names come from anybody; they must not act, nor pass a limit."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sinks.file import FileSink
from connectors.sinks.plain import clip, defuse
from connectors.sinks.slack import LARGEST_MESSAGE, LONGEST_HEADER, LONGEST_SECTION, MOST_BLOCKS, message
from connectors.sinks.telling import bounds, telling
from connectors.sinks.terminal import TerminalSink
from streams import codec
from tallywire.ports import Verdict
from tallywire.records import Alert, Citation, Metric, Position, Severity, Status, Update, UpdateKind

NOW = datetime(2031, 3, 4, 14, 32, tzinfo=UTC)

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://bad.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31mred",
    "\x1bPq\x1b\\",
    "back\x08\x08\x08space",
    "line\r\nHTTP/1.1 200",
    "form\x0cfeed\x0bvertical",
    "null\x00byte",
    "bell\x07",
    "\u202egnp.exe",
    "\u2066isolate\u2069",
    "\u200e\u200f\u061cmarks",
    "zero\u200bwidth\ufeff",
    "tag\U000e0041\U000e007f",
    "lone\ud800surrogate",
    "para\u2029graph\u2028line\x85next",
    "<!channel> <!here> <!everyone>",
    "<@U012AB3CD> <#C012AB3CD> <!subteam^S01>",
    "<https://bad.example|your bank>",
    "&lt;!channel&gt;",
    "*bold* _italic_ ~strike~ `code` ```pre```",
    "[bold red]markup[/bold red] [link=https://bad.example]x[/link]",
    ":smile: :red_circle:",
    "> quoted\n> more",
]


def update(**changes: Any) -> Update:
    values: dict[str, Any] = {
        "id": "u1",
        "kind": UpdateKind.CHANGED,
        "story": "s1",
        "label": "ferry odrin",
        "at": NOW,
        "because": "The ministry raised its own figure.",
        "evidence": (),
        "cause": "a1",
        "metric": Metric.KILLED,
        "positions": (position(),),
    }
    return Update(**values | changes)


def position(**changes: Any) -> Position:
    values: dict[str, Any] = {
        "low": 23,
        "high": 23,
        "claimants": ("Interior Ministry",),
        "origins": 2,
        "outlets": ("Odrin Courier", "Coast Radio"),
        "as_of": NOW,
        "evidence": (
            Citation(
                article="a1", outlet="Odrin Courier", quote="Twenty-three people died, the ministry said."
            ),
        ),
    }
    return Position(**values | changes)


def alert(**changes: Any) -> Alert:
    values: dict[str, Any] = {
        "id": "a1e27",
        "kind": UpdateKind.CHANGED,
        "severity": Severity.WARNING,
        "story": "s1",
        "at": NOW,
        "title": "Ferry at Odrin: killed 14 → 23",
        "text": "The ministry raised its own figure.",
        "update": "u1",
        "updates": (update(),),
    }
    return Alert(**values | changes)


def hostile(text: str) -> Alert:
    words = (Citation(article="a1", outlet=text, quote=text),)
    stand = position(claimants=(text,), outlets=(text,), evidence=words)
    return alert(
        title=text,
        text=text,
        updates=(update(because=text, positions=(stand,)), update(positions=(), evidence=words)),
    )


def printed(told: Alert) -> str:
    stream = io.StringIO()
    outcome = asyncio.run(TerminalSink("terminal", stream).send(told, NOW))
    assert outcome.verdict is Verdict.DELIVERED
    return stream.getvalue()


class TestDefuse:
    @given(st.text(alphabet=st.characters()))
    def test_leaves_nothing_that_acts(self, text: str) -> None:
        shown = defuse(text)
        assert "\n" not in shown
        assert not re.search(
            "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\ud800-\udfff]", shown
        )
        shown.encode()
        assert defuse(shown) == shown

    def test_leaves_letters_of_every_script_as_they_are(self) -> None:
        text = "Żółć, mỹ, שלום, سلام, می\u200cخواهم, नमस्ते, 東京, 👩\u200d👧 — “quoted”"
        assert defuse(text) == text

    @given(st.text(), st.integers(1, 40))
    def test_clip_keeps_the_limit(self, text: str, most: int) -> None:
        assert len(clip(text, most)) <= most


class TestTelling:
    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (23, 23, "23"),
            (1200, 1200, "1,200"),
            (20, None, "at least 20"),
            (None, 40, "up to 40"),
            (20, 30, "20–30"),
            (None, None, "no figure"),
        ],
    )
    def test_bounds_in_words(self, low: int | None, high: int | None, words: str) -> None:
        assert bounds(low, high) == words

    def test_a_denial_and_a_rumour_are_called_so(self) -> None:
        stands = (position(status=Status.DENIED), position(status=Status.UNCONFIRMED))
        figures = [
            stand.figure for stand in telling(alert(updates=(update(positions=stands),))).points[0].stands
        ]
        assert figures == ["denies 23", "23 (unconfirmed)"]

    def test_an_alert_without_updates_tells_its_text(self) -> None:
        assert telling(alert(updates=())).points[0].because == "The ministry raised its own figure."

    def test_a_sentence_is_quoted_once(self) -> None:
        twice = alert(updates=(update(), update(metric=Metric.INJURED)))
        assert printed(twice).count("Twenty-three people died") == 1

    def test_a_long_alert_counts_what_it_leaves_out(self) -> None:
        long = alert(updates=tuple(update(because=f"Reason {number}.") for number in range(9)))
        shown = printed(long)
        assert "Reason 5." in shown
        assert "Reason 6." not in shown
        assert "and 3 more: tallywire explain a1e27" in shown
        assert "and 3 more" in message(long)["blocks"][-1]["elements"][0]["text"]


class TestTerminal:
    def test_shows_severity_time_title_positions_claimants_quotes(self) -> None:
        shown = printed(alert())
        for part in (
            "WARNING",
            "04 Mar 14:32",
            "killed 14 → 23",
            "23",
            "Interior Ministry",
            "Twenty-three people died",
        ):
            assert part in shown

    def test_has_no_colours_off_a_terminal(self) -> None:
        assert "\x1b" not in printed(alert())

    def test_has_colours_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.delenv("NO_COLOR", raising=False)
        stream = Terminal()
        asyncio.run(TerminalSink("terminal", stream).send(alert(), NOW))
        assert "\x1b[" in stream.getvalue()

    @pytest.mark.parametrize("text", HOSTILE)
    def test_nothing_hostile_is_alive(self, text: str) -> None:
        shown = printed(hostile(text))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]", shown)

    def test_markup_of_our_own_library_is_only_text(self) -> None:
        assert "[bold red]" in printed(hostile("[bold red]x[/bold red]"))

    def test_a_narrow_alphabet_does_not_stop_it(self) -> None:
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        assert asyncio.run(TerminalSink("t", stream).send(alert(), NOW)).verdict is Verdict.DELIVERED

    def test_a_reader_that_left_is_gone(self) -> None:
        stream = io.StringIO()
        stream.close()
        assert asyncio.run(TerminalSink("t", stream).send(alert(), NOW)).verdict is Verdict.GONE


class TestSlack:
    def texts(self, value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["text"]] if isinstance(value.get("text"), str) else []
            return own + [text for item in value.values() for text in self.texts(item)]
        if isinstance(value, list):
            return [text for item in value for text in self.texts(item)]
        return []

    def test_shows_the_same_as_the_terminal(self) -> None:
        shown = "\n".join(self.texts(message(alert())))
        for part in ("killed 14 → 23", "23 — Interior Ministry", "Twenty-three people died", "warning"):
            assert part in shown

    @pytest.mark.parametrize("text", HOSTILE)
    def test_nothing_hostile_is_alive(self, text: str) -> None:
        sent = message(hostile(text))
        assert "mrkdwn" not in {block["text"]["type"] for block in sent["blocks"] if "text" in block}
        assert sent["mrkdwn"] is False
        for shown in self.texts(sent):
            assert not re.search("[<>\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
            assert not re.search("&(?!amp;|lt;|gt;)", shown)

    @given(
        st.text(alphabet='&<>"\\ a\u202e\U0001f6a8', min_size=1),
        st.integers(1, 4000),
        st.integers(1, 80),
    )
    def test_every_limit_is_kept(self, unit: str, times: int, stands: int) -> None:
        text = (unit * times)[:6_000]
        whole = hostile(text)
        many = alert(
            title=text, updates=(update(because=text, positions=whole.updates[0].positions * stands),)
        )
        sent = message(many)
        assert (
            len(json.dumps(sent, ensure_ascii=False)) <= LARGEST_MESSAGE * 1.2
        )  # separators of another encoder
        assert len(json.dumps(sent, ensure_ascii=False, separators=(",", ":"))) < LARGEST_MESSAGE
        assert len(sent["blocks"]) <= MOST_BLOCKS
        for block in sent["blocks"]:
            if block["type"] == "header":
                assert 0 < len(block["text"]["text"]) <= LONGEST_HEADER
            elif block["type"] == "section":
                assert 0 < len(block["text"]["text"]) <= LONGEST_SECTION
        for shown in self.texts(sent):
            assert not re.search("&(?!amp;|lt;|gt;)", shown), "an entity was cut in two"


class TestFile:
    def send(self, path: Path, *alerts: Alert) -> list[Verdict]:
        sink = FileSink("file", path, codec.encode)
        return [asyncio.run(sink.send(one, NOW)).verdict for one in alerts]

    def test_appends_json_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "alerts.jsonl"
        self.send(path, alert(), alert(id="b"))
        assert [codec.decode(line, Alert).id for line in path.read_bytes().splitlines()] == ["a1e27", "b"]

    def test_a_line_torn_by_a_crash_does_not_spoil_the_next(self, tmp_path: Path) -> None:
        path = tmp_path / "alerts.jsonl"
        path.write_bytes(b'{"v":1,"id":"a1e2')
        assert self.send(path, alert()) == [Verdict.DELIVERED]
        assert json.loads(path.read_bytes().splitlines()[-1])["id"] == "a1e27"

    def test_a_full_disk_leaves_no_half_line_and_is_tried_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "alerts.jsonl"
        self.send(path, alert())
        before = path.read_bytes()
        write = os.write

        def half(descriptor: int, data: bytes) -> int:
            if len(data) < 50:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(descriptor, data[: len(data) - 40])

        monkeypatch.setattr(os, "write", half)
        assert self.send(path, alert(id="b")) == [Verdict.RETRY]
        assert path.read_bytes() == before
        monkeypatch.setattr(os, "write", write)
        assert self.send(path, alert(id="b")) == [Verdict.DELIVERED]

    def test_a_missing_folder_says_so(self, tmp_path: Path) -> None:
        sink = FileSink("file", tmp_path / "none" / "alerts.jsonl", codec.encode)
        outcome = asyncio.run(sink.send(alert(), NOW))
        assert outcome.verdict is Verdict.RETRY
        assert "No such file" in outcome.says
