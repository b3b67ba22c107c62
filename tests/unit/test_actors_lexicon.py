"""The words of a language by which actors are known: every mistake in them is told with its place."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tallywire.errors import ConfigError
from tallywire.reading.actors.words import Words, words

MODULE = sys.modules[Words.__module__]
ENGLISH = Path(str(MODULE.__file__)).parents[1] / "lexicons" / "en"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the English files, to be broken."""
    folder = tmp_path / "xx"
    folder.mkdir()
    for file in ENGLISH.glob("actors*.toml"):
        shutil.copy(file, folder)
    monkeypatch.setattr(MODULE, "_ROOT", tmp_path)
    return folder


def read() -> Words | None:
    return words.__wrapped__("xx")


def test_a_language_without_words_has_none(broken: Path) -> None:
    assert read() is not None
    (broken / "actors_grammar.toml").unlink()
    assert read() is None


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("actors", "speech =", "spoken =", "xx/actors.toml, verbs: the key 'speech' is missing"),
        ("actors", "[kin]", "[kith]", "xx/actors.toml: the key 'kin' is missing"),
        ("actors_organisations", "letters = ", "letters = 3 # ", "cannot be read"),
        ("actors_names", "suffixes = ", "suffixes = 3 #", "xx/actors_names.toml: 'suffixes' has to be text"),
        ("actors_grammar", "[words]", "[word]", "xx/actors_grammar.toml: the key 'words' is missing"),
        ("actors_grammar", "aged = ", "age = ", "xx/actors_grammar.toml, words: the key 'aged' is missing"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(broken: Path, file: str, old: str, new: str, says: str) -> None:
    path = broken / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        read()
