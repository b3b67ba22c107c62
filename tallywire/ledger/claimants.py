"""Who vouches for a figure.

"Venezuela's military", "the Venezuelan armed forces" and "the army in Caracas" are one claimant.  A claimant is known
by telling words: its nation, its office, names.  A country or its seat of government as speaker ("Caracas", "Cuba
said") is its government.  Speakers whom nobody could find again ("officials", "sources", "local media") are no
claimants: for what they say, the text it stands in vouches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from tallywire.ledger.words import fold, lexicon

Nations = Callable[[str], str | None]

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W\d_]+)?")
_POSSESSIVE = re.compile(r"[’']s?$")
_RUN_BY = re.compile(r"\S+[-‐‑–](?:run|led|controlled|backed|based|held)\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\band\b|,|&", re.IGNORECASE)
# Who is named behind "minister" or "spokeswoman", or before it and a comma.
_HOLDER = re.compile(
    r"^(?P<before>[^,]+), .*\b(?i:minister|spokes(?:man|woman|person))\b|"
    r"\b(?i:minister|spokes(?:man|woman|person)),? (?P<after>[A-Z](?:(?!,| of | for | in ).)*)"
)
_FORMER = re.compile(r"\b(?:former|ex|retired)\b", re.IGNORECASE)
_PERSON = "@"  # marks the names of who holds an office
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_LAND = re.compile(
    r"(?<=[ei]a)n$"
)  # "Ruritanian" and "Ruritania's" name one land, known to the gazetteer or not
_SIDES = {"eastern": "east", "western": "west", "northern": "north", "southern": "south", "central": "centre"}

_WORDS = lexicon()
_OFFICES = tuple(_WORDS["offices"])
_OFFICE = {word: office for office in reversed(_OFFICES) for word in _WORDS["offices"][office].split()}
_PLAIN = frozenset(_WORDS["claimants"]["plain"].split())
_NOBODY = frozenset(_WORDS["claimants"]["nobody"].split())
_KIND = {word: kind for kind, words in _WORDS["kinds"].items() for word in words.split()}
_LEVEL = {word: f"~{level}" for level, words in _WORDS["levels"].items() for word in words.split()}
_NAMES = {
    written.replace("_", " "): name for name, line in _WORDS["names"].items() for written in line.split()
}
_NAMED = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})\b")
_LEVELLED = frozenset(
    {"health", "interior", "foreign", "military", "government"}
)  # a nation's, unless told otherwise


def identify(name: str, nation: Nations) -> tuple[str, ...]:
    """The keys of a claimant as written: none for a speaker who cannot be told from others, two for two of them.

    `nation` gives the ISO 3166 alpha-2 code of the country that a word ("Venezuelan", "Havana") belongs to, or None.
    A key is the claimant's telling words, sorted: nations in capitals, an office behind a #, the level of one that is
    not the nation's behind a ~, the names of who speaks for an office behind an @.
    """
    return _identify(name, nation)


def kind(name: str) -> str:
    """The kind of body that the words name, told from others or not, if texts call it by that: "ministry", "union"."""
    words = (fold(_POSSESSIVE.sub("", word)) for word in _WORD.findall(name))
    return next((_KIND[word] for word in words if word in _KIND), "")


@lru_cache(maxsize=16_384)
def _identify(name: str, nation: Nations) -> tuple[str, ...]:
    office, holder = _held(name)
    if holder and _FORMER.search(office):
        return _keys(holder, nation)  # who held an office once speaks for nobody else
    keys = _keys(office, nation)
    if not holder or not keys:
        return _keys(name, nation)
    persons = {_PERSON + fold(word) for word in _WORD.findall(holder)} - {_PERSON + word for word in _PLAIN}
    return tuple(_key({*key.split(), *persons}) for key in keys)


def _held(name: str) -> tuple[str, str]:
    """An office, and the name of who speaks for it; empty where none is given."""
    match = _HOLDER.search(name)
    if match is None:
        return name, ""
    part = "before" if match["before"] else "after"
    return name[: match.start(part)] + name[match.end(part) :], match[part]


def _keys(name: str, nation: Nations) -> tuple[str, ...]:
    plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), _RUN_BY.sub(" ", name)).replace("’", "'")
    plain = _NAMED.sub(lambda match: _NAMES[match[0]], plain)
    nations, words = _parted([_POSSESSIVE.sub("", word) for word in _WORD.findall(plain)], nation)
    if not nations and all(word in _NOBODY or word in _PLAIN for word in words):
        return ()
    own = [word for word in words if word not in _PLAIN and word not in _OFFICE and word not in _NOBODY]
    offices = [_OFFICE[word] for word in words if word in _OFFICE]
    office = min(offices, key=_OFFICES.index) if offices else ""
    if office == "union":
        own = [word for word in words if word not in _PLAIN and _OFFICE.get(word) != office]
    if office == "government" and own:
        office = ""
    if not office and not own:
        office = "government"
    levels = {_LEVEL[word] for word in words if word in _LEVEL} if office in _LEVELLED else set()
    marks = {*own, *({f"#{office}"} if office else ()), *levels}
    if len(nations) > 1 and not own and _SEVERAL.search(name):
        return tuple(_key({code, *marks}) for code in nations)
    return (_key({*nations[:1], *marks}),)


def _parted(words: list[str], nation: Nations) -> tuple[list[str], list[str]]:
    """The nations that the words name, in order, and the other words, folded."""
    nations: list[str] = []
    rest: list[str] = []
    index = 0
    while index < len(words):
        run = next(
            (run for run in (3, 2, 1) if (code := _nation(words[index : index + run], run, nation))), 0
        )
        word = fold(words[index])
        if run:
            nations.append(code)
        if not run or word in _OFFICE:  # the Pentagon is a nation's, and its military
            rest.append(_SIDES.get(word, _LAND.sub("", word)))
        index += run or 1
    return list(dict.fromkeys(nations)), rest


def _nation(words: list[str], length: int, nation: Nations) -> str:
    """The nation that a run of capitalised words names as a whole; empty where there is none."""
    if len(words) < length or not words[0][:1].isupper():
        return ""
    return nation(" ".join(words)) or ""


def _key(marks: Iterable[str]) -> str:
    return " ".join(sorted(marks))


def nation_of(key: str) -> tuple[str, ...]:
    """The nations in a claimant's key."""
    return tuple(mark for mark in key.split() if len(mark) == 2 and mark.isupper())


def aliases(keys: Iterable[str]) -> dict[str, str]:
    """Other names of claimants: who holds an office is that office, a shorter name the only longer one.

    "Salim" is "Governor Salim" where only one is: a key whose telling words are all among those of exactly one
    fullest other key is that one.
    """
    return _aliases(frozenset(keys))


@lru_cache(maxsize=4096)  # a figure's claimants are seen together again with every claim
def _aliases(keys: frozenset[str]) -> dict[str, str]:
    known = sorted(keys)
    offices = _offices(known)
    fuller = _fuller(dict.fromkeys(offices.get(key, key) for key in known))
    found = {key: fuller.get(offices.get(key, key), offices.get(key, key)) for key in known}
    return {key: name for key, name in found.items() if key != name}


def _offices(keys: Iterable[str]) -> dict[str, str]:
    """The office of everybody who holds one, by full name, or by a shorter name that only one of them has."""
    held = {key: office(key) for key in keys if _PERSON in key}
    for key in keys:
        words = {_PERSON + word for word in key.split()}
        named = {one for whole, one in held.items() if words <= set(whole.split())}
        if len(named) == 1:
            held[key] = named.pop()
    return held


def office(key: str) -> str:
    """A claimant's key without the names of who speaks for it."""
    return _key(word for word in key.split() if not word.startswith(_PERSON))


def akin(one: str, other: str) -> bool:
    """Whether two keys may be of one claimant: the telling words of one are among the other's."""
    words, others = set(office(one).split()), set(office(other).split())
    return _levels(words) == _levels(others) and (words <= others or others <= words)


def _levels(marks: Iterable[str]) -> set[str]:
    """The marks that put a claimant below the nation."""
    return {mark for mark in marks if mark.startswith("~")}


def _fuller(keys: Iterable[str]) -> dict[str, str]:
    """Of each key that a single fuller one contains, the fullest."""
    marks = {key: frozenset(key.split()) for key in keys}
    found: dict[str, str] = {}
    for key, words in marks.items():
        wider = [other for other, more in marks.items() if words < more and _levels(words) == _levels(more)]
        fullest = [other for other in wider if not any(marks[other] < marks[more] for more in wider)]
        if len(fullest) == 1:
            found[key] = fullest[0]
    return found
