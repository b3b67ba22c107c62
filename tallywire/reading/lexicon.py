"""A language as data: the files of `lexicons/<language>/`, read once, checked, compiled.

The engine knows no word of any language. `load("en")` gives the `Lexicon` that sentences, numbers, chunks,
rules, groups and claimants are read with; a second language is a second folder with the same files.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tallywire.errors import ConfigError
from tallywire.reading.sentences import SentenceRules

_ROOT = files(__package__) / "lexicons"


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All that is known of one language."""

    language: str  #: ISO 639-1
    sentence_rules: SentenceRules


def languages() -> tuple[str, ...]:
    """The languages that can be read: ISO 639-1, sorted."""
    return tuple(sorted(entry.name for entry in _ROOT.iterdir() if (entry / "sentences.toml").is_file()))


@cache
def load(language: str) -> Lexicon:
    """The lexicon of `language` (one of `languages()`).

    Raises `ConfigError` naming file and key where the data is not as it should be.
    """
    return Lexicon(language=language, sentence_rules=_sentence_rules(_read(language, "sentences")))


def _read(language: str, name: str) -> dict[str, Any]:
    path = _ROOT / language / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"lexicon {language}/{name}.toml cannot be read: {error}") from error


def _sentence_rules(data: dict[str, Any]) -> SentenceRules:
    written = frozenset(data["abbreviations"].split())
    final = frozenset(data["final_abbreviations"].split())
    return SentenceRules(
        abbreviations=written | {word.upper() for word in written},
        final_abbreviations=final | {word.upper() for word in final},
        starters=frozenset(data["starters"].split()),
    )
