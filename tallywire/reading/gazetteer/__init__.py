"""Which words name a country, a city or a region: "Venezuelan" and "Caracas" are both Venezuela's.

Three tables, read once: `nations.tsv` (countries with their adjectives, peoples and seats of government)
and `regions.tsv` (regions, and cities under a second name) are kept by hand; `cities.tsv` is made by
`build.py` from GeoNames (CC BY 4.0).  Words are compared as written but for accents: "US" is a country,
"us" is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from tallywire.reading.folding import fold


class Form(StrEnum):
    """What a word is to the nation it belongs to."""

    COUNTRY = "country"  # Cuba
    ADJECTIVE = "adjective"  # Cuban
    PEOPLE = "people"  # Cubans, Briton
    SEAT = "seat"  # Havana, Kremlin: the place stands for its government
    CITY = "city"
    STATE = "state"  # a state of the United States
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Place:
    """What a name stands for."""

    name: str  #: in the form to show: "Cuba" for "Cuban", "Kyiv" for "Kiev"
    nation: str | None  #: ISO 3166 alpha-2 (XK for Kosovo); None where it belongs to several or none
    form: Form


def place(words: str) -> Place | None:
    """What `words` (as written, a leading "the" aside) name, or None: `place("Kiev").name == "Kyiv"`."""
    folded = words if words.isascii() else fold(words)
    found = _places().get(folded)
    if found is None and folded[:4] in ("the ", "The "):
        return _places().get(folded[4:])
    return found


def nation(word: str) -> str | None:
    """The nation that a country, adjective, people, seat of government, city or region belongs to.

    `word` is as written ("Venezuelan", "U.S.", "Havana"); the answer is ISO 3166 alpha-2, or None where the
    word names no nation or more than one ("Georgia" is a country and a state of another).
    """
    found = place(word)
    return found.nation if found else None


def country(code: str) -> str:
    """The English short name of a nation given by its ISO 3166 alpha-2 code."""
    return _countries()[code]


@cache
def _places() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for name, code, form in _table("cities.tsv"):
        found[name] = Place(name, code, Form(form))
    for name, code, others in _table("regions.tsv"):
        form = found[name].form if name in found else Form.REGION
        for word in (name, *_list(others)):
            found[word] = Place(name, code or None, form)
    for code, name, others, adjectives, people, seats in _table("nations.tsv"):
        for seat in _list(seats):
            found[seat] = Place(seat, code, Form.SEAT)
        for word in _list(adjectives):
            found[word] = Place(name, code, Form.ADJECTIVE)
            found.setdefault(f"{word}s", Place(name, code, Form.PEOPLE))
        for word in _list(people):
            found[word] = Place(name, code, Form.PEOPLE)
        for word in (name, *_list(others)):
            shared = word in found and found[word].form is Form.STATE and found[word].nation != code
            found[word] = Place(name, None if shared else code, Form.COUNTRY)
    return found


@cache
def _countries() -> dict[str, str]:
    return {row[0]: row[1] for row in _table("nations.tsv")}


def _table(name: str) -> Iterator[list[str]]:
    """The rows of one of the tables, without comments and heading."""
    text = (files(__package__) / name).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    for row in rows[1:]:
        yield row.split("\t")


def _list(cell: str) -> list[str]:
    return cell.split("|") if cell else []
