"""What the reader of actors knows of a language: the files `lexicons/<language>/actors*.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tallywire.reading.folding import fold

_ROOT = files("tallywire.reading") / "lexicons"
_FILES = ("actors", "actors_organisations", "actors_names")


@dataclass(frozen=True, eq=False)
class Words:
    """The words of one language that tell who is who; all folded and lower case but for `known` and `news`."""

    honorifics: frozenset[str]
    heads: dict[str, str]  #: what a person is → walk of life
    kin: frozenset[str]
    belongings: frozenset[str]
    modifiers: frozenset[str]
    portfolios: frozenset[str]
    also_names: frozenset[str]
    never_inside: frozenset[str]
    apart: frozenset[frozenset[str]]  #: pairs of walks of life that one person does not have in one story
    speech: frozenset[str]
    inverted: frozenset[str]
    acts: frozenset[str]
    passives: frozenset[str]
    objects: frozenset[str]
    adverbs: frozenset[str]
    times: frozenset[str]
    be: frozenset[str]
    tails: frozenset[str]
    before: frozenset[str]
    prepositions: frozenset[str]
    articles: frozenset[str]
    organisations: frozenset[str]
    takes_of: frozenset[str]
    places: frozenset[str]
    also_surnames: frozenset[str]
    things: frozenset[str]
    letters: frozenset[str]
    known: dict[str, str]  #: name as written, folded → "organisation" or "news agency"
    particles: frozenset[str]
    suffixes: frozenset[str]
    openers: frozenset[str]
    hyphen_tails: frozenset[str]
    given: frozenset[str]
    short: dict[str, frozenset[str]]  #: short form of a given name → the full names it may stand for


@cache
def words(language: str) -> Words | None:
    """The words of `language` (ISO 639-1), or None where its actors cannot be read yet."""
    folder = _ROOT / language
    if not all((folder / f"{name}.toml").is_file() for name in _FILES):
        return None
    data: dict[str, Any] = {}
    for name in _FILES:
        data[name] = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    people, bodies, names = (data[name] for name in _FILES)
    verbs, against = people["verbs"], people["against"]
    return Words(
        honorifics=_set(people["honorifics"]),
        heads={word: walk for walk, listed in people["heads"].items() for word in listed.split()},
        kin=_set(people["kin"]["words"]),
        belongings=_set(people["kin"]["belongings"]),
        modifiers=_set(people["roles"]["modifiers"]),
        portfolios=_set(people["roles"]["portfolios"]),
        also_names=_set(people["roles"]["also_names"]),
        never_inside=_set(people["roles"]["never_inside"]),
        apart=frozenset(frozenset(pair) for pair in people["roles"]["apart"]),
        **{
            name: _set(verbs[name])
            for name in ("speech", "inverted", "acts", "passives", "objects", "adverbs", "times", "be")
        },
        **{name: _set(against[name]) for name in ("tails", "before", "prepositions", "articles")},
        organisations=_set(bodies["heads"]),
        **{name: _set(bodies[name]) for name in ("takes_of", "places", "also_surnames", "things", "letters")},
        known=dict.fromkeys(_bars(bodies["known"]), "organisation")
        | dict.fromkeys(_bars(bodies["news"]), "news agency"),
        particles=frozenset(_bars(names["particles"])),
        **{name: _set(names[name]) for name in ("suffixes", "openers", "hyphen_tails", "given")},
        short=_short(names["short"]),
    )


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _bars(listed: str) -> list[str]:
    return [fold(name) for line in listed.strip().splitlines() for name in line.split("|")]


def _short(listed: dict[str, str]) -> dict[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for name, forms in listed.items():
        for form in forms.split():
            full.setdefault(form, set()).add(name)
    return {form: frozenset(names) for form, names in full.items()}
