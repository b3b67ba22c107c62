"""A mistake in a language's data is told with its file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tallywire.errors import ConfigError
from tallywire.reading import lexicon
from tallywire.reading.lexicon import files
from tallywire.reading.vocabulary import Lexicon

LEXICONS = Path(str(files.ROOT))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the English lexicon, to be broken."""
    shutil.copytree(LEXICONS / "en", tmp_path / "xx")
    monkeypatch.setattr(files, "ROOT", tmp_path)
    return tmp_path / "xx"


def build() -> Lexicon:
    return lexicon.load.__wrapped__("xx")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_language_is_a_folder(folder: Path) -> None:
    assert lexicon.languages() == ("xx",)
    assert build().language == "xx"


def test_a_word_added_to_the_data_is_read(folder: Path) -> None:
    edit(folder / "victims.toml", "killed slain", "killed zapped slain")
    word = build().words["zapped"]
    assert (word.letter, word.metric) == ("K", "killed")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("victims.toml", "[killed]", "[kiled]", "kiled"),
        ("victims.toml", "participle =", "partciple =", "partciple"),
        ("nations.toml", 'CU = "cuba |', 'CU = "cuba ', "CU"),
        ("rules.toml", 'name = "toll passes"', 'name = "toll passes"\nscoep = "total"', "scoep"),
        ("rules.toml", 'scope = "subset"', 'scope = "subsets"', "subsets"),
        ("rules.toml", "pattern = '(?P<q>S)'", "pattern = '(?P<q>S'", "people with their fate"),
        ("rules.toml", "{GAP}", "{GAPS}", "GAPS"),
        ("grammar.toml", "lists =", "list =", "lists"),
        ("words.toml", 'a = "a an"', 'ab = "a an"', "classes.ab"),
        ("numbers.toml", "thousands =", "thousand =", "thousands"),
        ("sentences.toml", "starters =", "starters", "sentences.toml"),
        ("scope.toml", "breaks =", "break =", "breaks"),
        ("times.toml", "joints =", "joint =", "joints"),
        ("claimants.toml", "stations =", "station =", "stations"),
        ("claimants.toml", "[media]", "[medias]", "media"),
        ("people.toml", "[endings]", "[ending]", "endings"),
        ("victims.toml", "kill kills", "slain kill kills", "stands under killed.participle, too"),
        ("victims.toml", "killed slain", "kil(led slain", "'kil(led'"),
        ("victims.toml", "killed slain", "tué slain", "write 'tue' for 'tué'"),
        ("people.toml", 'plural = "bodies', 'plurals = "bodies', "roles, body, plurals"),
        ("numbers.toml", "dozen = 12", 'dozen = "12"', "round_multipliers, dozen"),
        ("numbers.toml", 'half = "and a half"', 'half = ["and"]', "half"),
        ("numbers.toml", '500_000, quantifier = "about"', '500_000, quantifier = "abuot"', "abuot"),
        ("words.toml", 'a = "a an"', 'a = ["a", "an"]', "classes: 'a'"),
        ("words.toml", "[bounds]", '[bounds]\natleast = "x"', "bounds, atleast"),
        ("words.toml", 'age = "-', 'age = "(-', "shapes, age"),
        ("scope.toml", "unsure = '", "unsure = '(", "unsure"),
        ("scope.toml", 'death = "killed"', 'death = "kiled"', "unknown_metric, death"),
        ("scope.toml", "background = [", "background = [3,", "background"),
        ("grammar.toml", 'symbol = "V"', 'symbol = "VV"', "'VV'"),
        ("grammar.toml", "[[turn]]", "[[turn]]\ninto = 'x'\n[[turn]]", "turn 1: the key 'letter'"),
        ("rules.toml", "pattern = '(?P<q>S)'", "pattern = 'S'", "people with their fate"),
        ("claimants.toml", "noun_before =", "phrase_before =", "noun_before"),
        ("claimants.toml", "byline = '", "byline = '(", "cannot be read"),
        ("times.toml", "future = '", "future = '(", "cannot be read"),
    ],
)
def test_a_mistake_is_told_with_its_place(folder: Path, file: str, old: str, new: str, says: str) -> None:
    edit(folder / file, old, new)
    with pytest.raises(ConfigError) as caught:
        build()
    assert says in str(caught.value)
    assert file in str(caught.value)


@pytest.mark.parametrize("language", lexicon.languages())
def test_chunks_begin_only_where_they_say(language: str) -> None:
    """`first` saves trying a chunk at other letters: it must not lose any."""
    known = lexicon.load(language)
    letters = sorted({word.letter for word in known.words.values()} | set("N1OYZxC,-"))
    for chunk in known.chunks.values():
        for letter in letters:
            if letter not in chunk.first:
                for rest in ("", "N", "K", "S", "s", "C", "x", "bK", "%", "7"):
                    match = chunk.regex.match(letter + rest)
                    assert match is None or match.end() == 0, (
                        chunk.name,
                        chunk.symbol,
                        letter + rest,
                    )


def test_a_file_may_be_like_that_of_a_family(folder: Path) -> None:
    own = [rule.name for rule in build().rules]
    family = folder.parent / "kin"
    family.mkdir()
    shutil.move(folder / "rules.toml", family / "rules.toml")
    (folder / "rules.toml").write_text('like = "kin"\n', encoding="utf-8")
    assert [rule.name for rule in build().rules] == own
    assert lexicon.languages() == ("xx",)


def test_a_family_that_is_not_there_is_told(folder: Path) -> None:
    (folder / "rules.toml").write_text('like = "nobody"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"nobody/rules\.toml"):
        build()
