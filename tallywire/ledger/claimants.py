"""Who vouches for a figure: one name for "Venezuela's military", "the Venezuelan armed forces", "the army in Caracas".

A claimant is known by its place (a nation, where a word names one) and its office.  A government's seat or country as
speaker ("Caracas", "Cuba said") is its government.  Speakers whom nobody could find again ("officials", "sources",
"local media") are no claimants: for what they say, the text it stands in vouches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

Nations = Callable[[str], str | None]

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W\d_]+)?")
_POSSESSIVE = re.compile(r"[’'](?:s)?$")
_RUN_BY = re.compile(r"\S+[-‐‑–](?:run|led|controlled|backed|based|held)\b", re.IGNORECASE)

# Words of an office, by the office.
_OFFICES: dict[str, frozenset[str]] = {
    "health": frozenset({"health", "medical"}),
    "interior": frozenset({"interior", "home"}),
    "foreign": frozenset({"foreign"}),
    "defence": frozenset({"defence", "defense", "pentagon"}),
    "military": frozenset(
        ["military", "army", "armed", "forces", "force", "troops", "navy", "airforce", "general", "idf"]
    ),
    "police": frozenset(["police", "policeman", "constabulary", "sheriff", "gendarmerie"]),
    "hospital": frozenset(["hospital", "clinic", "medics", "doctors", "surgeon"]),
    "rescue": frozenset(
        ["firefighters", "fire", "rescue", "rescuers", "emergency", "civil", "ambulance", "paramedics"]
    ),
    "intelligence": frozenset(["intelligence", "spies", "agencies"]),
    "court": frozenset(["prosecutor", "prosecutors", "prosecution", "court", "attorney", "coroner"]),
    "government": frozenset(
        [
            "government",
            "administration",
            "authorities",
            "authority",
            "officials",
            "official",
            "cabinet",
            "state",
            "president",
            "presidency",
            "premier",
            "prime",
            "leaders",
            "leadership",
        ]
    ),
}

# Said of any office, telling none.
_PLAIN = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "for",
        "and",
        "at",
        "by",
        "from",
        "its",
        "their",
        "his",
        "her",
        "our",
        "ministry",
        "ministries",
        "minister",
        "department",
        "office",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "spokespeople",
        "statement",
        "service",
        "services",
        "security",
        "personnel",
        "local",
        "regional",
        "run",
        "led",
        "controlled",
        "backed",
        "new",
        "first",
        "official",
        "officials",
        "toll",
        "tolls",
        "count",
        "counts",
        "figures",
        "figure",
        "data",
        "list",
        "report",
        "reports",
        "reported",
        "released",
        "published",
        "city",
        "town",
        "province",
        "provincial",
        "district",
        "public",
        "senior",
        "top",
        "former",
        "mr",
        "mrs",
        "ms",
        "dr",
        "chief",
        "head",
        "director",
        "deputy",
    ]
)

_NOBODY = frozenset(
    [
        "officials",
        "official",
        "authorities",
        "authority",
        "sources",
        "source",
        "media",
        "reports",
        "report",
        "witnesses",
        "witness",
        "residents",
        "resident",
        "people",
        "locals",
        "spokesman",
        "spokeswoman",
        "spokesperson",
        "statement",
        "newspaper",
        "television",
        "tv",
        "radio",
        "outlets",
        "news",
        "press",
        "agency",
        "agencies",
        "estimates",
        "estimate",
        "they",
        "he",
        "she",
        "it",
        "we",
        "data",
        "figures",
        "experts",
        "rescuers",
        "survivors",
    ]
)


def identify(name: str, nation: Nations) -> str | None:
    """The key of a claimant as written; None for a speaker who cannot be told from others.

    `nation` gives the ISO 3166 alpha-2 code of the country that a word ("Venezuelan", "Havana") belongs to, or None.
    """
    return _identify(name, nation)


@lru_cache(maxsize=16_384)
def _identify(name: str, nation: Nations) -> str | None:
    words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(_RUN_BY.sub(" ", name))]
    nations: set[str] = set()
    rest: list[str] = []
    index = 0
    while index < len(words):
        for length in (3, 2, 1):
            run = " ".join(words[index : index + length])
            code = nation(run) if run[:1].isupper() and index + length <= len(words) else None
            if code is not None:
                nations.add(code)
                index += length
                break
        else:
            rest.append(fold(words[index]))
            index += 1
    return _key(sorted(nations), rest)


def _key(nations: list[str], words: list[str]) -> str | None:
    place = "+".join(nations)
    if not place and (not words or all(word in _NOBODY or word in _PLAIN for word in words)):
        return None
    known = set(words)
    offices = [office for office, marks in _OFFICES.items() if known & marks and office != "government"]
    own = sorted(
        word for word in known if word not in _PLAIN and not any(word in marks for marks in _OFFICES.values())
    )
    if place and not own:
        return f"{place}:{offices[0] if offices else 'government'}"
    if not own and not offices:
        return f"{place}:government" if place else "government"
    return ":".join(filter(None, (place, *offices[:1], " ".join(own))))


def fold(word: str) -> str:
    """Lower case without accents, for comparison."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in plain if not unicodedata.combining(mark))
