"""The number words of a language, from `numbers.toml`."""

from __future__ import annotations

from tallywire.reading.numbers import NumberWords
from tallywire.reading.tables import Table
from tallywire.records import Quantifier

Phrases = dict[str, list[tuple[tuple[str, ...], int, Quantifier]]]


def number_words(data: Table) -> NumberWords:
    """What numbers are made of.  Raises `ConfigError`."""
    units = {word: value for value, word in enumerate(data.text("units").split())}
    tens = {word: value for value, word in zip(range(10, 100, 10), data.text("tens").split(), strict=True)}
    small = {**units, **tens, **data.numbers("irregular")}
    vague = data.numbers("vague")
    phrases = _phrases(data.table("phrases"))
    one, none, both, bare = (frozenset(data.lines(name)) for name in ("one", "none", "both", "bare"))
    return NumberWords(
        thousands=data.text("thousands"),
        decimal=data.text("decimal"),
        small=small,
        multipliers=data.numbers("multipliers"),
        round_multipliers=data.numbers("round_multipliers"),
        vague=vague,
        of=data.text("of"),
        suffixes=data.numbers("suffixes"),
        phrases=phrases,
        one=one,
        none=none,
        both=both,
        connector=data.text("connector"),
        connects_tens=data["connects_tens"],
        half=tuple(data.text("half").split()),
        bare=bare,
        ordinals={word: place for place, word in enumerate(data.text("ordinals").split(), 1)},
        ordinal_endings=tuple(data.lines("ordinal_endings")),
        starts=frozenset((*small, *vague, *phrases, *one, *none, *both, *bare)),
    )


def quantifier_of(table: Table, name: str) -> Quantifier:
    """The quantifier of that name, which stands in `table`.  Raises `ConfigError`."""
    try:
        return Quantifier(name)
    except ValueError as error:
        raise table.fault(name, f"wants one of {', '.join(Quantifier)}") from error


def _phrases(data: Table) -> Phrases:
    """Phrases that are a number, by their first word, longest first."""
    phrases: Phrases = {}
    for phrase, meaning in data.items():
        tokens = tuple(phrase.split())
        entry = (tokens, meaning["number"], quantifier_of(meaning, meaning["quantifier"]))
        phrases.setdefault(tokens[0], []).append(entry)
    for found in phrases.values():
        found.sort(key=lambda entry: -len(entry[0]))
    return phrases
