"""What a story is called: a part of its first title, whole, or broken off after a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallywire.likeness import sketch
from tallywire.likeness.labels import LENGTH, label
from tallywire.likeness.scenes import facts
from tallywire.likeness.sketching import terms
from tallywire.likeness.stories import Item, StoryIndex, Title
from tallywire.records import Extract


def index(*titles: str) -> StoryIndex:
    """An index that has read stories under these titles."""
    made = StoryIndex(1e6)
    for number, title in enumerate(titles):
        told = terms(sketch(title, ""))
        item = Item(told, facts(Extract(id="", language="en"), told.hashes), 0.0)
        made.found(Title(str(number), title), item, 0.0, findable=True)
    return made


EMPTY = index()

LONG = (
    "Nine dead after coach leaves road above Orvel and falls into gorge where the railway is blocked as well"
)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "Nine people killed as coach leaves road above Orvel, police say",
            "Nine people killed as coach leaves road above Orvel, police say",
        ),
        ("  Two\n killed  in Vorn. ", "Two killed in Vorn"),
        ("Two killed in blast near St. Brede's church", "Two killed in blast near St. Brede's church"),
        ("Mayor of Vorn: 'We saw it coming'", "Mayor of Vorn: 'We saw it coming'"),
        ("Coach falls into gorge, nine killed... ", "Coach falls into gorge, nine killed"),
        ("What do we know of the coach?", "What do we know of the coach?"),
        (
            "Nine killed as coach leaves road above Orvel | The Valley Courier and Evening Post of Lower Vasia",
            "Nine killed as coach leaves road above Orvel",
        ),
        (LONG, "Nine dead after coach leaves road above Orvel and falls into gorge…"),
        ("警察" * 60, "警察" * 39 + "警…"),
        ("Shot in D.C.", "Shot in D.C."),
    ],
)
def test_a_label_is_a_whole_part_of_the_title(title: str, expected: str) -> None:
    assert label(title, "", EMPTY) == expected


def test_the_part_is_taken_that_holds_the_telling_words() -> None:
    standing = "Morning briefing from the newsroom of the Valley Courier"
    title = f"{standing}: Coach falls into gorge above Orvel – what you need to know"
    seen = [f"{standing}, what you need to know {n}" for n in range(30)]
    assert label(title, "", index(*seen)) == "Coach falls into gorge above Orvel"


def test_without_a_title_the_body_s_first_words_are_the_label() -> None:
    body = (
        "A coach fell into a gorge above Orvel on Sunday. Nine people died, the rescue service said."
        + " More." * 99
    )
    assert label(" – ", body, EMPTY) == "A coach fell into a gorge above Orvel on Sunday"


@given(st.text(max_size=300), st.text(alphabet="ab .:-|,é…", max_size=300))
def test_a_label_is_short_and_begins_and_ends_with_whole_words(title: str, body: str) -> None:
    for one, other in ((title, body), (body, title)):
        made = label(one, other, EMPTY)
        assert len(made) <= LENGTH
        whole = made.removesuffix("…").split()
        written = " ".join((one, other)).split()
        assert all(any(word in chunk for chunk in written) for word in whole)
