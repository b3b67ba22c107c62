"""What a person is shown of likeness: shared passages and telling words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tallywire.likeness import sketch
from tallywire.likeness.kindred import words_in_common
from tallywire.likeness.passages import shared
from tallywire.likeness.sketching import RUN, Terms, terms
from tallywire.likeness.text import words

OURS = "The harbour master of Port Lomond said the ferry had left late. Nobody was hurt, he added on Sunday."
THEIRS = "Nobody was hurt, he added. “The Ferry had left late”, the harbour master of Port Lomond told us."


def quotes(one: str, other: str) -> list[tuple[str, str]]:
    return [(one[p.start : p.end], other[p.other_start : p.other_end]) for p in shared(one, other)]


def test_passages_are_found_wherever_they_stand_and_however_they_are_written() -> None:
    assert quotes(OURS, THEIRS) == [
        ("The harbour master of Port Lomond", "the harbour master of Port Lomond"),
        ("the ferry had left late", "The Ferry had left late"),
        ("Nobody was hurt, he added", "Nobody was hurt, he added"),
    ]


def test_three_words_in_common_are_no_passage() -> None:
    assert shared("the harbour master spoke", "the harbour master slept") == []


def test_of_several_places_the_longest_is_shown() -> None:
    other = "two boats went out early; two boats went out early on Monday"
    assert quotes("two boats went out early on Monday", other) == [
        ("two boats went out early on Monday", "two boats went out early on Monday")
    ]


@given(
    st.lists(st.sampled_from(["harbour", "ferry", "quay", "tide", "Águila", "said", "the"]), max_size=40),
    st.lists(st.sampled_from(["harbour", "ferry", "quay", "tide", "aguila", "said", "the"]), max_size=40),
)
def test_a_passage_is_the_same_words_in_both_texts(one: list[str], other: list[str]) -> None:
    last = 0
    for ours, theirs in quotes(", ".join(one), " ".join(other)):
        assert words(ours) == words(theirs)
        assert len(words(ours)) >= RUN
    for passage in shared(" ".join(one), " ".join(other)):
        assert passage.start >= last
        last = passage.end


def having(*texts: str) -> list[Terms]:
    return [terms(sketch("", text)) for text in texts]


def test_the_words_named_are_the_story_s_and_rare_in_the_news() -> None:
    story = having(
        "The ferry Albatross sank", "Search for the Albatross goes on", "Crew of Albatross: police wait"
    )
    news = [
        *story,
        *having("Police search a house", "Police find a crew", "Police stop search", "Police say so"),
    ]
    found = words_in_common("Albatross: police end search", "Nothing else is known.", story, news)
    assert found[0] == ("Albatross", 3)
    assert dict(found)["police"] == 1


def test_an_article_alone_in_its_story_has_no_words_in_common() -> None:
    assert words_in_common("Albatross sinks", "", [], having("Police search a house")) == []
