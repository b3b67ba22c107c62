"""What a sketch keeps of a text, and what it leaves out."""

from __future__ import annotations

import unicodedata

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallywire.likeness import sketch
from tallywire.likeness.sketching import IN_OPENING, IN_TITLE, MOST, SHINGLES, reach, shingles, terms
from tallywire.likeness.text import hashed, words
from tallywire.records import Sketch

LONG = " ".join(f"harbour{number % 977} lantern{number % 1009} tide{number}" for number in range(1000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Mayor's “óld” café—closed…", ["the", "mayor", "old", "cafe", "closed"]),
        ("ＦＵＬＬ width ﬁsh", ["full", "width", "fish"]),
        ("55 dead, 1,200 hurt", ["55", "dead", "1", "200", "hurt"]),
        ("Straße in Łódź", ["straße", "in", "łodz"]),
        ("東京で地震", ["東", "京", "で", "地", "震"]),
        ("बाढ़ में मौत", ["बाढ़", "में", "मौत"]),
        ("lone \ud800 surrogate", ["lone", "surrogate"]),
        ("", []),
        ("\x00\n\t —", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == [unicodedata.normalize("NFC", word) for word in expected]


def test_a_sketch_is_the_same_every_time() -> None:
    assert sketch("Ferry sinks", LONG) == sketch("Ferry sinks", LONG)


def test_a_sketch_of_a_long_text_stays_small() -> None:
    made = sketch("Ferry sinks", LONG * 20)
    assert len(made.shingles) == 8 * SHINGLES
    assert len(made.shingles) + len(made.terms) < 4096


def test_a_longer_text_is_sampled_more_thinly() -> None:
    assert reach(shingles(sketch("", LONG * 20))) <= reach(shingles(sketch("", LONG[:20_000]))) < 0.5
    assert reach(shingles(sketch("", LONG[:1500]))) == 1.0


def test_no_shingle_goes_from_the_title_into_the_body() -> None:
    assert shingles(sketch("harbour lantern", "tide quay")).size == 0
    assert shingles(sketch("harbour lantern tide quay", "ferry pilot buoy anchor")).size == 2


@given(st.text(max_size=60))
def test_hashes_are_those_of_the_words(text: str) -> None:
    one_by_one = [hashed("", word).hashes[0] for word in words(text)]
    assert hashed(text, text).hashes.tolist() == 2 * one_by_one
    assert hashed(text, text).titled == len(one_by_one)


def test_shingles_ascend_and_do_not_repeat() -> None:
    sample = shingles(sketch("", LONG + LONG))
    assert (np.diff(sample.astype(object)) > 0).all()


def test_words_without_news_in_them_are_no_terms() -> None:
    assert terms(sketch("What they said about it", "It was, and it is.")).hashes.size == 0


def test_terms_know_where_they_stand() -> None:
    lead = " ".join(f"w{number}x" for number in range(40))
    made = terms(sketch("w3x harbour", lead + " w3x"))
    assert np.count_nonzero(made.flags & IN_TITLE) == 2
    assert np.count_nonzero(made.flags & IN_OPENING) == 25
    assert (made.flags & MOST).max() == 2
    assert (made.flags & MOST).min() == 0  # the word that stands in the title alone


def test_forms_of_a_word_are_one_term() -> None:
    one, other = (terms(sketch(title, "")).hashes for title in ("Floods in Marenza", "Flooding, Marenzan"))
    assert one.tolist() == other.tolist()


def test_exact_is_of_title_and_body_together() -> None:
    caption = "People stand on the quay of Port Caldera on Sunday. Ada Reyes/WNA"
    assert sketch("One title", caption).exact == sketch("ONE TITLE.", caption).exact != 0
    assert sketch("One title", caption).exact != sketch("Another", caption).exact


def test_a_text_of_a_few_words_is_nobody_s_exact_text() -> None:
    assert sketch("Live updates", "").exact == sketch("", "").exact == 0


def test_a_sketch_survives_json() -> None:
    made = sketch("Ferry sinks", LONG)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Sketch) == made
