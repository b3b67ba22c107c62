"""The chunks of a language, from `grammar.toml`, and its rules, from `rules.toml`: expressions with settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tallywire.reading.needs import needs
from tallywire.reading.tables import Table
from tallywire.reading.vocabulary import Chunker, ChunkKind, Rule, Turn
from tallywire.records import Metric, Scope

Settings = Mapping[str, tuple[object, ...]]  # the values that each may have; none where any is right

_CHUNK_SETTINGS: Settings = {
    "symbol": (),
    "name": (
        "quantity", "person", "national", "another", "unknown", "people", "bare", "name", "state", "predicate", "found",
        "suffering", "several", "ages", "other",
    ),
    "first": (),
    "pattern": (),
}  # fmt: skip
_RULE_SETTINGS: Settings = {
    "name": (),
    "pattern": (),
    "scope": tuple(map(str, Scope)),
    "metric": (*map(str, Metric), "same"),
    "bound": ("at_least",),
    "needs": (
        "own_hand", "owner", "joined", "nobody", "in_all", "bodies", "captives", "bare", "ordinal", "person_verb",
        "death", "name", "pronoun", "name_or_people",
    ),
    "wants": ("move",),
    "shares": (True,),
    "keeps": (True, False),
    "toll": (True,),
}  # fmt: skip


def chunks_of(grammar: Table) -> dict[str, ChunkKind]:
    """The chunks, by the names that `chunkers` gives to their groups.  Raises `ConfigError`."""
    kinds = [
        ChunkKind(entry["name"], regex, entry["symbol"], entry["first"])
        for _, entry, regex in _patterns(grammar, "chunk", _CHUNK_SETTINGS)
    ]
    return {f"_{number}": kind for number, kind in enumerate(kinds)}


def chunkers(chunks: Mapping[str, ChunkKind]) -> dict[str, Chunker]:
    """One expression a letter, so that a place is not tried against chunks that cannot begin there."""
    by_letter: dict[str, list[str]] = {}
    for group, chunk in chunks.items():
        for letter in chunk.first:
            by_letter.setdefault(letter, []).append(f"(?P<{group}>{chunk.regex.pattern})")
    return {letter: re.compile("|".join(patterns)).match for letter, patterns in by_letter.items()}


def rules_of(data: Table) -> tuple[Rule, ...]:
    """The rules, in order.  Raises `ConfigError`."""
    return tuple(_rule(data, *pattern) for pattern in _patterns(data, "rule", _RULE_SETTINGS))


def _rule(data: Table, place: str, entry: Mapping[str, Any], regex: re.Pattern[str]) -> Rule:
    groups = regex.groupindex
    if "q" not in groups and not groups.keys() >= {"old", "new"}:
        raise data.fault(place, "the pattern wants a group q, or old and new: what is counted")
    metric, scope = entry.get("metric"), entry.get("scope")
    return Rule(
        name=entry["name"],
        regex=regex,
        groups=tuple(groups.items()),
        symbols=_symbols(regex.pattern),
        need=entry.get("needs", ""),
        metric=Metric(metric) if metric and metric != "same" else None,
        same=metric == "same",
        scope=Scope(scope) if scope else None,
        passed="bound" in entry,
        moves="wants" in entry,
        shares=entry.get("shares", False),
        keeps=entry.get("keeps", False),
        toll=entry.get("toll", False),
    )


def turns_of(grammar: Table) -> tuple[Turn, ...]:
    """What letters turn into by their neighbours, in order.  Raises `ConfigError`."""
    place = f"{grammar.place}, turn"
    turns = [Table.of(turn, f"{place} {number}") for number, turn in enumerate(grammar["turn"], 1)]
    return tuple(_turn(turn.pattern("letter"), turn.text("into")) for turn in turns)


def _turn(regex: re.Pattern[str], into: str) -> Turn:
    alone = [letter for need in _symbols(regex.pattern) if len(need) == 1 for letter in need]
    return Turn(regex, into, alone[0] if alone else "")


def expand(text: str, macros: Mapping[str, str]) -> str:
    """`text` with each `{NAME}` replaced by what it stands for.  Raises `KeyError`."""
    return re.sub(r"\{([A-Z]+)\}", lambda match: macros[match.group(1)], text)


def _patterns(
    data: Table, table: str, settings: Settings
) -> Iterator[tuple[str, Mapping[str, Any], re.Pattern[str]]]:
    """The entries of a list of patterns: the place of each, its settings, and its expression compiled."""
    macros: dict[str, str] = {}
    for key, text in data.get("macros", {}).items():
        macros[key] = expand(text, macros)
    for number, entry in enumerate(data[table], 1):
        place = f"{table} {number} ({entry.get('name', 'without a name')})"
        try:
            regex = re.compile(expand(entry["pattern"], macros))
            _symbols(regex.pattern)
        except (re.error, KeyError, ValueError) as error:
            raise data.fault(place, f"the pattern cannot be read: {error}") from error
        _check(data, place, entry, settings)
        yield place, entry, regex


def _check(data: Table, place: str, entry: Mapping[str, Any], settings: Settings) -> None:
    """Whether the settings of a chunk or a rule are known ones."""
    if len(entry.get("symbol", "Q")) != 1:
        raise data.fault(place, f"the symbol {entry['symbol']!r} wants to be one letter")
    for key, value in entry.items():
        if key not in settings:
            raise data.fault(place, f"the setting {key!r} is not known: one of {', '.join(settings)}")
        choices = settings[key]
        if choices and value not in choices:
            raise data.fault(place, f"{key} is {value!r}: wants one of {', '.join(map(str, choices))}")


def _symbols(expression: str) -> tuple[frozenset[str], ...]:
    """What `expression` needs, as sets of symbols; of a longer string its first symbol stands for it."""
    return tuple(dict.fromkeys(frozenset(string[0] for string in choice) for choice in needs(expression)))
