"""What the reader of actors knows of a language: the files `lexicons/<language>/actors*.toml`, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tallywire.reading.actors.grammar import Grammar, grammar
from tallywire.reading.folding import fold

_ROOT = files("tallywire.reading") / "lexicons"
_BEFORE = (
    "articles",
    "codenamed",
    "prepositions",
    "governing",
    "objects",
    "inverted",
    "before",
    "kin",
    "portfolios",
)
_AFTER = ("speech", "acts", "be", "adverbs", "times", "tails", "kin")
_FILES = ("actors", "actors_organisations", "actors_names", "actors_grammar")


@dataclass(frozen=True, eq=False)
class Words:
    """The words of one language that tell who is who; all folded and lower case but for `known` and `news`."""

    honorifics: frozenset[str]
    heads: dict[str, str]  #: what a person is → walk of life
    kin: frozenset[str]
    belongings: frozenset[str]
    fates: frozenset[str]
    modifiers: frozenset[str]
    portfolios: frozenset[str]
    also_names: frozenset[str]
    never_inside: frozenset[str]
    leaders: frozenset[str]  #: offices whose holders are news wherever they speak or act
    deputies: frozenset[str]  #: who speaks for the holder of an office, and is none
    after: frozenset[str]
    apart: frozenset[frozenset[str]]  #: pairs of walks of life that one person does not have in one story
    speech: frozenset[str]
    reports: frozenset[str]  #: those of `speech` that a headline has, and that are seldom nouns
    inverted: frozenset[str]
    takes_office: frozenset[str]
    acts: frozenset[str]
    passives: frozenset[str]
    objects: frozenset[str]
    adverbs: frozenset[str]
    times: frozenset[str]
    be: frozenset[str]
    tails: frozenset[str]
    before: frozenset[str]
    codenamed: frozenset[str]
    prepositions: frozenset[str]
    governing: frozenset[str]
    clauses: frozenset[str]  #: words that open a clause of its own
    articles: frozenset[str]
    organisations: frozenset[str]
    governs: frozenset[str]
    routine: frozenset[str]  #: heads of bodies that are quoted as a matter of routine
    takes_of: frozenset[str]
    places: frozenset[str]
    also_surnames: frozenset[str]
    things: frozenset[str]
    letters: frozenset[str]
    known: dict[str, str]  #: organisations by name as written, folded → their role, "" for most
    owned: frozenset[str]  #: bodies in small letters that are somebody's
    telling: frozenset[str]  #: … that are known by what they are for
    purposes: frozenset[str]  #: what they are for
    particles: frozenset[str]
    suffixes: frozenset[str]
    openers: frozenset[str]
    never: frozenset[str]  #: words that are no part of a person's name
    given: frozenset[str]
    doings: frozenset[str]  #: verbs in the past and the like: capitalised in headlines, never part of a name
    names: frozenset[str]  #: words of other meaning that are first or last names as well
    people: frozenset[str]  #: all words for what a person is: the heads and kin
    titles: frozenset[str]  #: all words that can be a title before a name
    left: frozenset[str]  #: words that mean something right before a name
    right: frozenset[str]  #: … right after it
    opens_place: frozenset[str]  #: "Lake", "Fort": what follows is a place
    soft: frozenset[str]  #: surnames that are words of other names too: no person without a strong sign
    grammar: Grammar  #: the small words between names and what is said of them
    short: dict[str, frozenset[str]]  #: short form of a given name → the full names it may stand for
    past: frozenset[str]  #: words of a role that tell its time: "former", "interim"
    links: frozenset[str]  #: words of a role or of a body's name that only hold others together
    same: dict[str, str]  #: words written in two ways, and offices of two words → one form


@cache
def words(language: str) -> Words | None:
    """The words of `language` (ISO 639-1), or None where its actors cannot be read yet."""
    folder = _ROOT / language
    if not all((folder / f"{name}.toml").is_file() for name in _FILES):
        return None
    people, bodies, names, small = (_read(language, name) for name in _FILES)
    tied = grammar(small)
    roles, kin, verbs, against = people["roles"], people["kin"], people["verbs"], people["against"]
    alike = people["comparing"]
    heads = {word: walk for walk, listed in people["heads"].items() for word in listed.split()}
    listed = {
        **_sets(people, "honorifics"),
        **_sets(roles, "modifiers", "portfolios", "also_names", "never_inside", "leaders", "deputies"),
        **_sets(
            verbs,
            "speech",
            "reports",
            "inverted",
            "takes_office",
            "acts",
            "passives",
            "objects",
            "adverbs",
            "times",
            "be",
        ),
        **_sets(against, "tails", "before", "codenamed", "prepositions", "governing", "clauses", "articles"),
        **_sets(
            bodies,
            "routine",
            "governs",
            "takes_of",
            "places",
            "also_surnames",
            "things",
            "letters",
            "opens_place",
            "purposes",
        ),
        **_sets(names, "suffixes", "openers", "given"),
        "after": _set(roles["after"]),
        "kin": _set(kin["words"]),
        "belongings": _set(kin["belongings"]),
        "fates": _set(kin["fates"]),
        "organisations": _set(bodies["heads"]),
        "particles": frozenset(_bars(names["particles"])),
        "owned": frozenset(_bars(bodies["owned"])),
        "telling": frozenset(_bars(bodies["telling"])),
    }
    never = (listed["openers"] | _set(names["never"])) - listed["also_surnames"] - listed["given"]
    return Words(
        **listed,
        heads=heads,
        apart=frozenset(frozenset(pair) for pair in roles["apart"]),
        known=_roles(bodies, known="", parties="political body", news="news agency"),
        never=never,
        soft=never.union(
            *(listed[name] for name in ("openers", "organisations", "places", "also_surnames", "things"))
        ),
        doings=listed["speech"] | listed["passives"] | listed["be"] | _set(verbs["headline"]),
        names=listed["also_names"] | listed["also_surnames"] | listed["given"],
        people=listed["kin"] | heads.keys(),
        titles=listed["honorifics"] | listed["kin"] | heads.keys(),
        left=tied.as_.union(
            tied.belongs,
            tied.named,
            tied.old,
            heads,
            (head + tied.plural_ending for head in heads),
            *(listed[name] for name in _BEFORE),
        ),
        right=tied.belongs.union(tied.who, tied.which, tied.and_, heads, *(listed[name] for name in _AFTER)),
        grammar=tied,
        short=_short(names["short"]),
        past=_set(alike["times"]),
        links=_set(alike["links"]),
        same=alike["same"],
    )


def comparing() -> Words:
    """The words by which actors of several articles are compared, whatever language each was found in.

    An actor does not tell its language; English names and roles are all that is read so far.
    """
    known = words("en")
    assert known is not None  # noqa: S101
    return known


def _read(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads((_ROOT / language / f"{name}.toml").read_text(encoding="utf-8"))


def _sets(table: dict[str, Any], *keys: str) -> dict[str, frozenset[str]]:
    return {key: _set(table[key]) for key in keys}


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _bars(listed: str) -> list[str]:
    return [fold(name) for line in listed.strip().splitlines() for name in line.split("|")]


def _roles(bodies: dict[str, Any], **lists: str) -> dict[str, str]:
    """Names of lists → the role that all in the list have; the last list wins."""
    return {name: role for key, role in lists.items() for name in _bars(bodies[key])}


def _short(listed: dict[str, str]) -> dict[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for name, forms in listed.items():
        for form in forms.split():
            full.setdefault(form, set()).add(name)
    return {form: frozenset(names) for form, names in full.items()}
