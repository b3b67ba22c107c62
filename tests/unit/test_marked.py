"""`extract --text`: the whole article as written, every figure marked where it stands, its reading below."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from tallywire.cli.marked import Marked
from tallywire.reading import read
from tallywire.records import Article, Evidence, Extract, Metric, Quantifier, Span
from tallywire.records import Claim as ClaimRecord

ARRIVED = datetime(2031, 5, 1, 9, tzinfo=UTC)


def article(body: str, title: str = "", **given: object) -> Article:
    return Article(id="one", title=title, body=body, arrived=ARRIVED, language="en", **given)  # type: ignore[arg-type]


def in_a_pipe(item: Article, found: Extract | None = None) -> str:
    page = Console(file=io.StringIO(), width=200, soft_wrap=True, highlight=False, force_terminal=False)
    page.print(Marked(item, found or read(item)))
    return page.file.getvalue()  # type: ignore[attr-defined]


def on_a_terminal(item: Article, width: int = 80) -> str:
    page = Console(
        file=io.StringIO(), width=width, force_terminal=True, color_system="standard", highlight=False
    )
    page.print(Marked(item, read(item)))
    return page.file.getvalue()  # type: ignore[attr-defined]


def test_the_whole_article_stands_there_with_its_figures_marked_and_their_readings_below():
    item = article(
        "The coast guard said on Thursday that at least twelve people were killed and about "
        "40 others were injured when a ferry sank, including two sailors.\n"
        "\n"
        "The weather was calm.\n"
        "\n"
        "A woman and her two sons are missing, according to the regional hospital. In 2011, a similar accident "
        "killed 300 people.",
        title="Ferry sinks off the coast, 12 dead",
        outlet="The Lamp",
        byline="AFP",
        published=datetime(2031, 5, 1, 8, tzinfo=UTC),
    )
    assert in_a_pipe(item) == (
        "The Lamp · from AFP · 01 May 2031 08:00Z · en\n"
        "Ferry sinks off the coast, _12_[1] dead\n"
        "    [1] killed 12 · nobody named\n"
        "\n"
        "The coast guard said on Thursday that _at least twelve people_[2] were killed and "
        "_about 40 others_[3] were injured when a ferry sank, including _two sailors_[4].\n"
        "    [2] killed at least 12 · people · says The coast guard\n"
        "    [3] injured about 40 · others · says The coast guard\n"
        "    [4] injured 2 · some of those counted · sailors (military) · says The coast guard\n"
        "\n"
        "The weather was calm.\n"
        "\n"
        "_A woman and her two sons_[5] are missing, according to the regional hospital. In 2011, a similar accident "
        "killed _300 people_[6].\n"
        "    [5] missing 3 · A woman and her two sons (man, woman) · says the regional hospital · summed\n"
        "    [6] killed 300 · background · people · nobody named\n"
        "\n"
        "Bottom line  injured 40 · killed 12 · missing 3\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Dozens of villagers were killed.", "killed vaguely 24 or more"),
        ("Between 20 and 30 people were injured.", "injured 20–30"),
        ("Up to 40 people were killed, police said.", "killed up to 40"),
        ("Three more people were feared dead.", "killed 3 · on top of earlier ones · feared"),
        ("The rebels denied that they had killed 26 soldiers.", "denied · soldiers (military) · denied by The rebels"),
        ("There was no official figure for the dead.", "killed no figure"),
        ("Havana said that 32 soldiers were killed, AFP reported.", "via AFP"),
    ],
)  # fmt: skip
def test_a_reading_says_in_words_what_the_claim_says(body, says):
    assert says in in_a_pipe(article(body))


def test_a_terminal_shows_underlines_and_colours_and_no_written_marks():
    shown = on_a_terminal(article("At least 12 people were killed. In 2011 a flood killed 300 people."))
    assert "\x1b[1;4;32mAt least 12 people\x1b[0m" in shown
    assert "\x1b[1;4;34m300 people\x1b[0m" in shown  # another event
    assert "_" not in shown


def test_lines_fit_the_terminal_in_cells_not_characters():
    wide = "地震后当局表示搜救工作仍在继续进行之中" * 20
    shown = on_a_terminal(article(f"At least 12 people were killed. {wide}"), width=40)
    plain = Console(width=40)
    from rich.text import Text

    assert all(plain.measure(Text.from_ansi(line)).maximum <= 40 for line in shown.splitlines())


@pytest.mark.parametrize(
    "evil",
    ["\x1b[31m", "\x1b]8;;https://bad.example\x1b\\", "\x9b2J", "\u202e", "\u2066", "\x07", "\r", "\ud800"],
)
def test_a_text_cannot_speak_to_the_terminal(evil):
    item = article(
        f"{evil}At least 12{evil} people were killed{evil}, [bold]the {evil}coast guard{evil} said.",
        title=f"Twelve{evil} dead{evil}",
        outlet=f"The{evil} Lamp",
    )
    shown = in_a_pipe(item)
    assert not set(evil) & {"\x1b", "\x9b", "\x07", "\r", "\u202e", "\u2066", "\ud800"} & set(shown)
    assert "[bold]the" in shown
    assert evil not in on_a_terminal(item).replace("\x1b[0m", "").replace("\x1b[1m", "") or evil == "\x1b[31m"


def test_figures_that_share_words_are_marked_once_with_all_their_numbers():
    body = "The army said 12 rebels were killed; the rebels denied it."
    sentence = Evidence(field="body", start=0, end=len(body), quote=body)

    def claim(start: int, end: int) -> ClaimRecord:
        return ClaimRecord(
            metric=Metric.KILLED, low=12, high=12, quantifier=Quantifier.EXACT, evidence=sentence,
            counted=Span(start=start, end=end),
        )  # fmt: skip

    extract = Extract(id="one", language="en", claims=(claim(14, 23), claim(14, 16), claim(17, 23)))
    assert "said _12 rebels_[1,2,3] were killed" in in_a_pipe(article(body), extract)


def test_a_claim_that_does_not_tell_its_words_marks_the_sentence():
    body = "Yes. Twelve died. No."
    claim = ClaimRecord(
        metric=Metric.KILLED, low=12, high=12, quantifier=Quantifier.EXACT,
        evidence=Evidence(field="body", start=5, end=17, quote="Twelve died."),
    )  # fmt: skip
    assert "Yes. _Twelve died._[1] No." in in_a_pipe(
        article(body), Extract(id="one", language="en", claims=(claim,))
    )


def test_in_a_long_paragraph_readings_stand_near_their_figures():
    filler = "The river had been rising for days and nobody had thought of the dyke. " * 8
    shown = in_a_pipe(article(f"Twelve people were killed. {filler}Four people were injured. {filler}"))
    assert shown.index("killed 12") < shown.index("_Four people_") < shown.index("injured 4")
    text = " ".join(line for line in shown.splitlines() if not line.startswith("    "))
    assert " ".join(filler.split()) in " ".join(text.split())  # nothing is left out


def test_a_text_nobody_can_read_is_said_to_be_unread():
    item = Article(id="one", body="Zwölf Menschen starben.", arrived=ARRIVED, language="de")
    assert "Bottom line  not read: no lexicon for its language" in in_a_pipe(item)
    assert "Bottom line  no figures" in in_a_pipe(article("Nothing happened in Lund."))
