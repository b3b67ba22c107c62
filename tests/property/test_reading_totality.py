"""Whatever the text, reading answers, and its evidence is verbatim."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallywire.errors import OverrunError
from tallywire.reading import read
from tallywire.reading.folding import fold, lower
from tallywire.reading.lexicon import load
from tallywire.reading.sentences import sentence_spans
from tallywire.records import Article

WORDS = [
    "At",
    "least",
    "12",
    "people",
    "were",
    "killed",
    "and",
    "wounded",
    ",",
    "said",
    "the",
    "army",
    ".",
    "The",
    "death",
    "toll",
    "rose",
    "from",
    "40",
    "to",
    "55",
    "a",
    "man",
    "his",
    "wife",
    "and",
    "three",
    "children",
    "of",
    "them",
    "including",
    "another",
    "twenty-three",
    "dozen",
    "no",
    "(",
    ")",
    ";",
    '"',
    "—",
    "–",
    "’",
    "“",
    "”",
    "é",
    "U.S.",
    "Mr.",
    "$55",
    "7:45",
    "2019",
    "hospital",
    "missing",
    "kidnapped",
    "by",
    "police",
    "according",
    "to",
    "AFP",
    "Ana",
    "Lund",
    "34-year-old",
    "toll",
    "is",
    "not",
    "known",
    "was",
    "denied",
    "\n",
    "•",
    "over",
    "half",
    "a",
    "million",
    "between",
    "3",
    "or",
    "20-30",
    "1,200",
    "1.2",
    "were",
    "found",
    "bodies",
    "who",
    "have",
    "been",
    "displaced",
    "homes",
    "fled",
]
NEWS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
ANY = st.text(st.characters(exclude_categories=()), max_size=200)
TEXTS = st.one_of(NEWS, ANY, st.tuples(NEWS, ANY, NEWS).map("".join))


def article(title: str, body: str) -> Article:
    return Article(
        id="1", title=title, body=body, arrived=datetime(2024, 6, 1, tzinfo=UTC), language="en", byline=title
    )


@settings(max_examples=250, deadline=None)
@given(TEXTS, TEXTS)
@example("\ud800 12 killed \udfff", "Twelve\ud800 people were killed, “José” said…")
@example("", "")
@example("İstanbul: 12 killed", "\x00\x01 12 people \x7f were killed.")
def test_every_claim_rests_on_the_words_between_its_offsets(title: str, body: str) -> None:
    fields = {"title": title, "body": body}
    for claim in read(article(title, body)).claims:
        evidence = claim.evidence
        assert evidence.quote == fields[evidence.field][evidence.start : evidence.end]
        assert evidence.quote
        assert claim.counted is not None
        assert evidence.start <= claim.counted.start < claim.counted.end <= evidence.end


@settings(max_examples=60, deadline=None)
@given(NEWS)
def test_reading_twice_gives_the_same(body: str) -> None:
    assert read(article("", body)) == read(article("", body))


@settings(max_examples=150, deadline=None)
@given(NEWS)
def test_bounds_are_in_order(body: str) -> None:
    extract = read(article("", body))
    for bounds in [*extract.claims, *extract.tally.values()]:
        if bounds.low is not None and bounds.high is not None:
            assert 0 <= bounds.low <= bounds.high


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text) == len(lower(fold(text)))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_sentences_and_tokens_stand_in_order_and_apart(text: str) -> None:
    folded, lexicon = fold(text), load("en")
    last = 0
    for start, end in sentence_spans(folded, lexicon.sentence_rules):
        assert last <= start < end <= len(text)
        last = end
        tokens = lexicon.tokeniser.tokens(folded, start, end)
        assert len(tokens.words) == len(tokens.lower) == len(tokens.starts) == len(tokens.ends)
        for word, small, begin, stop in zip(
            tokens.words, tokens.lower, tokens.starts, tokens.ends, strict=True
        ):
            assert folded[begin:stop] == word
            assert small == word.lower()
            assert start <= begin < stop <= end


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*WORDS, "killed 12 ", "was shot, ", "a man, ", "((", "12 of the ", "said ", "and "]))
def test_a_word_repeated_without_end_is_read_or_refused(word: str) -> None:
    with suppress(OverrunError):
        read(article("", f"{word} " * 3_000))
