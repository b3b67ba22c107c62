"""The small words of a language that tie names to what is said of them: `lexicons/<language>/actors_grammar.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import groupby

from tallywire.reading.tables import Table

Words = frozenset[str]


@dataclass(frozen=True, eq=False)
class Grammar:
    """Function words in lower case, endings, and the expressions made of them."""

    pronouns: Words  #: "he", "she"
    possessives: Words  #: "his", "her"
    who: Words
    which: Words
    breaks: Words  #: what ends an apposition
    of: Words  #: "of", "for"
    between: Words  #: what may stand between the words of an office
    belongs: Words  #: before whose the person is: "of", "with"
    with_: Words
    the: Words
    a: Words
    and_: Words
    into: Words  #: between a verb of taking office and the office
    as_: Words
    naming: Words  #: verbs that "as" and a name follow
    known: Words  #: the one of them that things may be the subject of
    named: Words
    old: Words
    years: Words
    aged: Words
    both: Words
    perfect: Words
    finite: Words  #: verbs that show an apposition to be a clause
    said: Words
    headline: Words  #: small words of headlines
    articles: frozenset[str]  #: "the", "a", "an"
    dropped: frozenset[str]  #: what stands before a role and is no part of it
    company: frozenset[str]  #: what joins people to people, with its spaces
    aged_ending: str
    ongoing_ending: str
    plural_ending: str
    operation: str  #: with the space behind it
    byline: str  #: with the space behind it
    run: re.Pattern[str]  #: capitalised words in a row
    link_of: re.Pattern[str]  #: "of", "for the" before a capital
    link_and: re.Pattern[str]
    junior: re.Pattern[str]  #: ", Jr." behind a name


# The lists that are taken as they stand; an underscore parts a name from a word of Python.
_LISTS = tuple(field.name for field in fields(Grammar) if field.type == "Words")


def grammar(table: Table) -> Grammar:
    """The grammar of a language, from its file."""
    words, shapes = table.table("words"), table.table("shapes")
    the, company = words.words("the"), words.words("company")
    articles = the | words.words("a")
    return Grammar(
        **{name: words.words(name.rstrip("_")) for name in _LISTS},
        articles=articles,
        dropped=words.words("owners") | articles | {"'s", "'", ","},
        company=frozenset((", ", *(f"{lead} {word} " for word in company for lead in ("", ",")))),
        aged_ending=shapes.text("aged_ending"),
        ongoing_ending=shapes.text("ongoing_ending"),
        plural_ending=shapes.text("plural_ending"),
        operation=f"{shapes.text('operation')} ",
        byline=f"{shapes.text('byline')} ",
        run=_run(shapes),
        link_of=re.compile(rf" (?:{_either(words.words('of'))})(?: (?:{_either(the)}))? (?=[A-Z])"),
        junior=re.compile(rf", (?:{_either(shapes.words('juniors'))})\b\.?"),
        link_and=re.compile(rf" (?:{_either(words.words('and'))}|&) (?=[A-Z])"),
    )


def _run(shapes: Table) -> re.Pattern[str]:
    """Capitalised words joined by single spaces, particles and the full stops of initials and titles."""
    stops = "|".join(rf"(?<=\b{word}\.)" for word in shapes.text("abbreviations").split())
    rest = (
        r"(?:\.(?:[A-Z]\.){0,3}(?![a-z])"  # of "J." or "U.S."
        rf"|[^\W_]*+(?:(?!'s\b)['&-][^\W_]++)*(?:\.(?:{stops})(?!\w))?)"  # of "Jean-Luc", "O'Hara", "AT&T", "Gen."
    )
    particles = _either(shapes.names("particles"))
    prefixes = _either(shapes.words("prefixes"))
    # The first letter stands before the look-behind, so that the search can skip to capitals.
    return re.compile(rf"[A-Z](?<![\w.@/#-].){rest}(?:[ ](?:(?:{particles})[ ])?(?:{prefixes})?[A-Z]{rest})*")


def _either(words: Iterable[str]) -> str:
    """An expression for any of the words, those of one first letter together."""
    ranked = sorted(words, key=lambda word: (word[0], -len(word), word))
    groups = (
        (letter, [word[1:] for word in found]) for letter, found in groupby(ranked, lambda word: word[0])
    )
    return "|".join(
        re.escape(letter) + (f"(?:{'|'.join(map(re.escape, rests))})" if any(rests) else "")
        for letter, rests in groups
    )
