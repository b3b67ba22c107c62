"""The words that the ledger knows, and how they are compared."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files


@cache
def lexicon() -> dict[str, dict[str, str]]:
    """`words.toml`: lists of words, by what they tell."""
    return tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """Lower case without accents, for comparison."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark))
