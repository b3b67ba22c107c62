"""What the reader of actors knows of a language: the files `lexicons/<language>/actors*.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tallywire.errors import ConfigError
from tallywire.reading.actors.grammar import Grammar, grammar
from tallywire.reading.folding import fold
from tallywire.reading.tables import Table

COMPARED = "en"  # the language in which names and roles of several articles are compared

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
# The lists that are taken as they stand, by the table they are in.
_PEOPLE = ("honorifics",)
_ROLES = ("modifiers", "portfolios", "also_names", "never_inside", "leaders", "deputies", "ranks")
_VERBS = (
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
)
_AGAINST = ("tails", "before", "codenamed", "prepositions", "governing", "clauses", "articles", "streets")
_BODIES = (
    "routine",
    "governs",
    "takes_of",
    "places",
    "also_surnames",
    "things",
    "letters",
    "opens_place",
    "quarters",
    "benches",
    "abridged",
    "purposes",
)
_NAMES = ("family_first", "suffixes", "openers", "given")
_FILES = ("actors", "actors_organisations", "actors_names", "actors_grammar")


@dataclass(frozen=True, eq=False)
class Words:
    """The words of one language that tell who is who; all folded and lower case but for `known` and `news`."""

    honorifics: frozenset[str]
    heads: dict[str, str]  #: what a person is → walk of life
    kin: frozenset[str]
    family: frozenset[str]  #: those of `kin` by blood or marriage
    belongings: frozenset[str]
    fates: frozenset[str]
    modifiers: frozenset[str]
    portfolios: frozenset[str]
    also_names: frozenset[str]
    never_inside: frozenset[str]
    leaders: frozenset[str]  #: offices whose holders are news wherever they speak or act
    deputies: frozenset[str]  #: who speaks for the holder of an office, and is none
    ranks: frozenset[str]  #: "third": a part so counted is no office
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
    streets: frozenset[str]  #: parts of a street: "the 3800 block of X"
    organisations: frozenset[str]
    governs: frozenset[str]
    routine: frozenset[str]  #: heads of bodies that are quoted as a matter of routine
    takes_of: frozenset[str]
    places: frozenset[str]
    also_surnames: frozenset[str]
    things: frozenset[str]
    letters: frozenset[str]
    known: dict[str, str]  #: organisations by name as written, folded → their role, "" for most
    bodies: dict[
        str, tuple[tuple[str, ...], ...]
    ]  #: bodies in small letters, by their first word, the longest first
    telling: frozenset[
        str
    ]  #: those of them that are known by what they are for; the others by whose they are
    purposes: frozenset[str]  #: what they are for
    particles: frozenset[str]
    family_first: frozenset[str]  #: family names that come before the given ones
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
    benches: frozenset[str]  #: words before "court" that make it one of law
    abridged: frozenset[str]  #: "co": the end of a company's name and of a county's
    opens_place: frozenset[str]  #: "Lake", "Fort": what follows is a place
    quarters: frozenset[str]  #: "North": with a place behind it, a part of that
    soft: frozenset[str]  #: surnames that are words of other names too: no person without a strong sign
    grammar: Grammar  #: the small words between names and what is said of them
    short: dict[str, frozenset[str]]  #: short form of a given name → the full names it may stand for
    past: frozenset[str]  #: words of a role that tell its time: "former", "interim"
    links: frozenset[str]  #: words of a role or of a body's name that only hold others together
    same: dict[str, str]  #: words written in two ways, and offices of two words → one form

    def is_head(self, word: str) -> bool:
        """Whether a word says what a person is: an office, a trade, a part played, a kinship."""
        return word in self.people or ("-" in word and word.rpartition("-")[2] in self.heads)

    def walk_of(self, head: str) -> str:
        """The walk of life of a word for what a person is, "" where it has none."""
        return self.heads.get(head) or self.heads.get(head.rpartition("-")[2]) or ""


@cache
def words(language: str) -> Words | None:
    """The words of `language` (ISO 639-1), or None where its actors cannot be read yet.

    Raises `ConfigError` naming file and key where the data is not as it should be.
    """
    folder = _ROOT / language
    if not all((folder / f"{name}.toml").is_file() for name in _FILES):
        return None
    people, bodies, names, small = (_read(language, name) for name in _FILES)
    listed = _listed(people, bodies, names)
    alike, tied, walks = people.table("comparing"), grammar(small), people.table("heads")
    heads = {word: walk for walk in walks for word in walks.text(walk).split()}
    anyone = listed["kin"] | heads.keys()
    never = (listed["openers"] | names.words("never")) - listed["also_surnames"] - listed["given"]
    return Words(
        **listed,
        heads=heads,
        bodies=_by_first_word((*bodies.names("owned"), *bodies.names("telling"))),
        apart=frozenset(frozenset(pair) for pair in people.table("roles")["apart"]),
        known=_roles(bodies, known="", parties="political body", news="news agency"),
        never=never,
        soft=never.union(
            *(listed[name] for name in ("openers", "organisations", "places", "also_surnames", "things"))
        ),
        doings=listed["speech"] | listed["passives"] | listed["be"] | people.table("verbs").words("headline"),
        names=listed["also_names"] | listed["also_surnames"] | listed["given"],
        people=anyone,
        titles=listed["honorifics"] | anyone,
        left=tied.as_.union(
            tied.belongs,
            tied.named,
            tied.old,
            heads,
            (word + tied.plural_ending for word in anyone),
            *(listed[name] for name in _BEFORE),
        ),
        right=tied.belongs.union(tied.who, tied.which, tied.and_, heads, *(listed[name] for name in _AFTER)),
        grammar=tied,
        short=_short(names.table("short")),
        past=alike.words("times"),
        links=alike.words("links"),
        same=dict(alike.table("same")),
    )


def _listed(people: Table, bodies: Table, names: Table) -> dict[str, frozenset[str]]:
    """The lists that are taken as they stand, and those that go by another name here."""
    roles, kin, verbs, against = (people.table(key) for key in ("roles", "kin", "verbs", "against"))
    taken = (
        (people, _PEOPLE),
        (roles, _ROLES),
        (verbs, _VERBS),
        (against, _AGAINST),
        (bodies, _BODIES),
        (names, _NAMES),
    )
    return {key: table.words(key) for table, keys in taken for key in keys} | {
        "after": roles.words("after"),
        "kin": kin.words("family") | kin.words("associates"),
        "family": kin.words("family"),
        "belongings": kin.words("belongings"),
        "fates": kin.words("fates"),
        "organisations": bodies.words("heads"),
        "particles": frozenset(names.names("particles")),
        "telling": frozenset(bodies.names("telling")),
    }


def comparing() -> Words:
    """The words by which actors of several articles are compared, whatever language each was found in.

    An actor does not tell its language; English names and roles are all that is read so far.
    """
    known = words(COMPARED)
    assert known is not None  # noqa: S101
    return known


def _read(language: str, name: str) -> Table:
    place = f"{language}/{name}.toml"
    try:
        data = tomllib.loads((_ROOT / language / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"lexicon {place} cannot be read: {error}") from error
    return Table.of(data, place)


def _roles(bodies: Table, **lists: str) -> dict[str, str]:
    """Names of lists → the role that all in the list have; the last list wins."""
    return {fold(name): role for key, role in lists.items() for name in bodies.names(key)}


def _by_first_word(phrases: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase.split()[0], []).append(tuple(phrase.split()))
    return {word: tuple(same) for word, same in found.items()}


def _short(listed: Table) -> dict[str, frozenset[str]]:
    full: dict[str, set[str]] = {}
    for name in listed:
        for form in listed.text(name).split():
            full.setdefault(form, set()).add(name)
    return {form: frozenset(names) for form, names in full.items()}
