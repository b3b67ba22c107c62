"""A language as data: the files of `lexicons/<language>/`, read once, checked, compiled.

The engine knows no word of any language.  `load("en")` gives the `Lexicon` that sentences, numbers, chunks,
rules, groups and claimants are read with; a second language is a second folder with the same files.  A file may
say `like = "romance"`: what it does not hold itself is then as in that folder, so that languages of one family
share a grammar.  Every mistake in the data is a `ConfigError` that names the file and the key.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from tallywire.reading.agency import AgencyFinder
from tallywire.reading.asof import Times
from tallywire.reading.gate import Gate
from tallywire.reading.lexicon import files
from tallywire.reading.lexicon.cues import hints, places, scope_rules, time_words
from tallywire.reading.lexicon.numbers import number_words
from tallywire.reading.lexicon.patterns import chunkers, chunks_of, rules_of, turns_of
from tallywire.reading.lexicon.sources import agency_rules, claimant_rules
from tallywire.reading.lexicon.words import WordList, phrases
from tallywire.reading.numbers import NumberReader
from tallywire.reading.sentences import SentenceRules
from tallywire.reading.tables import Table
from tallywire.reading.tokens import Tokeniser, token_pattern
from tallywire.reading.vocabulary import Lexicon

# Sets of words that are taken as they stand, by the file they are in.
_OF_PEOPLE = (
    "reflexive", "not_people", "animals", "another", "collective", "modifiers", "of_groups", "bodies", "wholes",
    "captives",
)  # fmt: skip
_OF_WORDS = ("measures", "labels", "age_bounds", "scale_ends", "singular_verbs", "plural_verbs")
_OF_VICTIMS = ("losses", "frees", "hits", "figurative")


def languages() -> tuple[str, ...]:
    """The languages that can be read: ISO 639-1, sorted."""
    return files.folders()


@cache
def load(language: str) -> Lexicon:
    """The lexicon of `language` (one of `languages()`).

    Raises `ConfigError` naming file and key where the data is not as it should be.
    """
    sentences = _sentence_rules(files.table(language, "sentences"))
    numbers = number_words(files.table(language, "numbers"))
    nations, people, classes, victims, grammar, sources, clock = (
        files.table(language, name)
        for name in ("nations", "people", "words", "victims", "grammar", "claimants", "times")
    )
    known = WordList(nations, people, classes, victims)
    chunks = chunks_of(grammar)
    claimants = claimant_rules(sources)
    time = time_words(clock)
    scope = scope_rules(files.table(language, "scope"), time.months)
    times = files.made(clock, lambda _: Times(time))
    return Lexicon(
        language=language,
        sentence_rules=sentences,
        tokeniser=_tokeniser(classes.table("clitics")),
        numbers=NumberReader(numbers),
        words=known.words,
        phrases=known.phrases(),
        abbreviations=frozenset(word.lower() for word in sentences.abbreviations),
        both=numbers.both,
        chunks=chunks,
        chunkers=chunkers(chunks),
        lists=grammar.pattern("lists"),
        complement=grammar.pattern("complement"),
        turns=turns_of(grammar),
        rules=rules_of(files.table(language, "rules")),
        scope=scope,
        claimants=claimants,
        agencies=files.made(sources, lambda data: AgencyFinder(agency_rules(data))),
        times=times,
        places=places(files.table(language, "places"), time),
        hints=hints(scope, claimants, times),
        gate=_gate(known, people, victims),
        **_of_people(people),
        **_of_words(classes),
        **_of_victims(victims),
    )


def _sentence_rules(data: Table) -> SentenceRules:
    written = data.words("abbreviations")
    final = data.words("final_abbreviations")
    return SentenceRules(
        abbreviations=written | {word.upper() for word in written},
        final_abbreviations=final | {word.upper() for word in final},
        starters=data.words("starters"),
    )


def _tokeniser(clitics: Table) -> Tokeniser:
    before, after = (tuple(clitics.text(side).split()) for side in ("before", "after"))
    return Tokeniser(token_pattern(before, after))


def _gate(known: WordList, people: Table, victims: Table) -> Gate:
    """The gate for all words by which a sentence can hold a claim."""
    bodies, captives = (people.table(name).words("words") for name in ("bodies", "captives"))
    return Gate(known.triggers | bodies | captives, victims.table("gate").words("words"))


def _of_people(data: Table) -> dict[str, Any]:
    """What `people.toml` says of nouns, beside their classes."""
    endings = data.table("endings")
    return {
        "anyone": data.table("anyone").words("words") | {""},
        "endings_singular": tuple(endings.text("singular").split()),
        "endings_plural": tuple(endings.text("plural").split()),
        **{name: data.table(name).words("words") for name in _OF_PEOPLE},
    }


def _of_words(data: Table) -> dict[str, Any]:
    """What `words.toml` says of words by their shape and use, beside their classes."""
    shapes, sources = data.table("shapes"), data.table("sources")
    return {
        "age": shapes.pattern("age"),
        "ages": shapes.pattern("ages"),
        "old": shapes.words("old"),
        "adverbs": tuple(shapes.text("adverb").split()),
        "months_capitalised": shapes["months_capitalised"],
        "articles": sources.words("articles"),
        "joiner": sources.text("joiner"),
        **{name: data.table(name).words("words") for name in _OF_WORDS},
    }


def _of_victims(data: Table) -> dict[str, Any]:
    """What `victims.toml` says of verbs, beside whom they befall."""
    return {name: phrases(data.table(name)) for name in _OF_VICTIMS}
