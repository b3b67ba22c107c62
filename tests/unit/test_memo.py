"""What is remembered of words is bounded, whatever words there are."""

from __future__ import annotations

from tallywire.reading.memo import Memo


def test_a_table_of_words_never_grows_beyond_its_bound():
    asked = []
    table = Memo(lambda word: asked.append(word) or len(word), 50)
    for number in range(400):
        assert table[f"word{number}"] == len(f"word{number}")
        assert len(table) <= 50
    assert table["word399"] == len("word399")
    assert asked.count("word399") == 1


def test_a_word_without_end_is_not_kept():
    table = Memo(len)
    assert table["x" * 100_000] == 100_000
    assert len(table) == 0
