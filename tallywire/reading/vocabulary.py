"""What is known of a language: the words, rules and cues that the steps of reading work with.

`lexicon.load` makes a `Lexicon` from the files of `lexicons/<language>/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tallywire.reading.agency import AgencyFinder
from tallywire.reading.asof import Times
from tallywire.reading.gate import Gate
from tallywire.reading.needs import Hints
from tallywire.reading.numbers import NumberReader
from tallywire.reading.places import Places
from tallywire.reading.sentences import SentenceRules
from tallywire.reading.tokens import Tokeniser, Tokens
from tallywire.records import Metric, Quantifier, Scope

_NO_PHRASES: Mapping[str, Sequence[tuple[tuple[str, ...], Word]]] = {}


@dataclass(frozen=True, slots=True)
class Word:
    """What the lexicon knows of a word or phrase."""

    letter: str  #: its class, one of the letters of `grammar.toml`
    text: str  #: the word or phrase itself
    metric: Metric | None = None  #: of words for what befalls people
    quantifier: Quantifier | None = None  #: of words that bound a number
    roles: tuple[str, ...] = ()  #: of nouns for people
    nation: str | None = None  #: of adjectives and names of nations, ISO 3166 alpha-2
    count: int = 1  #: people in one word: 2 in "couple"
    shadowed: bool = False  #: another word is written the same but for its case: "us" and "US"
    own_hand: bool = False  #: of verbs for one who takes his own life
    implied: bool = False  #: of words that imply what befell people and do not say it: "charged with murder"


@dataclass(frozen=True, slots=True)
class ChunkKind:
    """A line of the grammar: which letters make a chunk, and its symbol."""

    name: str
    regex: re.Pattern[str]
    symbol: str
    first: str  #: the letters that it can begin with


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over symbols; what its settings mean stands in `rules.toml`."""

    name: str
    regex: re.Pattern[str]
    groups: Sequence[tuple[str, int]]  #: the names and numbers of its groups
    symbols: Sequence[frozenset[str]]  #: what must stand there: without one of each it matches nothing
    need: str  #: what `q` must be besides; "" for nothing
    metric: Metric | None  #: where no word carries it
    same: bool  #: the metric is that of the nearest figure
    scope: Scope | None  #: where the rule decides it
    passed: bool  #: the figure is passed, not met
    moves: bool  #: only where the words tie a toll and its number
    shares: bool
    keeps: bool
    toll: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A letter that its neighbours turn into another."""

    regex: re.Pattern[str]
    into: str
    needs: str  #: a letter without which it matches nothing; "" where there is no single one


Chunker = Callable[[str, int], "re.Match[str] | None"]  # matches a chunk at a place of a string of letters


@dataclass(frozen=True)
class ScopeRules:
    """A language's cues for scope and status, compiled."""

    background: Sequence[re.Pattern[str]]
    background_after: Sequence[re.Pattern[str]]
    months: Mapping[str, int]  #: every way of writing one, as the cues above name it → its number
    background_behind: re.Pattern[str]  #: right behind a figure: what happens every year
    apart: re.Pattern[str]  #: events that have nothing to do with each other
    breaks: re.Pattern[str]
    feared: re.Pattern[str]
    unsure: re.Pattern[str]  #: two fates in one figure: "dead or missing"
    unconfirmed: re.Pattern[str]
    unverified: re.Pattern[str]  #: of what follows: "could not verify reports that"
    untrue: re.Pattern[str]  #: a report from its noun to the word that calls it wrong
    unknown: Sequence[re.Pattern[str]]
    at_odds: Sequence[re.Pattern[str]]  #: counts that are said to conflict, none of them given
    unknown_metric: Mapping[str, Metric]  #: of what both count
    superseded_first: re.Pattern[str]
    superseded_then: re.Pattern[str]
    takes_in: re.Pattern[str]
    joins: re.Pattern[str]
    difference: re.Pattern[str]
    numbered_over: re.Pattern[str]  #: a span that takes in the deaths of several events: "this month"
    unreal: re.Pattern[str]  #: from where on nothing is told that happened: "a film about"
    let_go: re.Pattern[str]
    set_free: re.Pattern[str]  #: verbs of letting hostages go
    obituary: re.Pattern[str]  #: a death of age or illness: "dies at 91"
    continues: re.Pattern[str]
    aside_lines: re.Pattern[str]


@dataclass(frozen=True)
class ClaimantRules:
    """A language's sources, in lower case."""

    agencies: Mapping[str, str]  #: every way of writing an agency → its name
    media: frozenset[str]
    no_source: frozenset[str]
    counts: frozenset[str]
    given_by: frozenset[str]
    setting: frozenset[str]  #: verbs with which a source sets a toll: "put at"
    works: frozenset[str]  #: counts that vouch under their own name
    possessive: frozenset[str]  #: "'s": the giver stands before
    bodies: frozenset[str]  #: nouns for bodies that speak: "it", never "he"
    speakers: frozenset[str]  #: heads of those who speak in headlines without a verb
    denials: frozenset[str]
    takings: frozenset[str]  #: verbs of saying that also mean to take: "claimed 40 lives"
    taken: re.Pattern[str]  #: … and what follows them then
    subordinators: frozenset[str]  #: words before which no source stands: "reacts as officials say"
    denied_things: frozenset[str]
    contents: frozenset[str]  #: words that open what a report says: "that", "of"
    according: frozenset[str]
    citing: frozenset[str]
    told: frozenset[str]  #: verbs behind which stands who passes it on: "told AFP"
    passed_on: frozenset[str]  #: the same: "quoted by"
    quoted: frozenset[str]  #: passives: "was quoted as saying", by whoever passes it on
    agents: frozenset[str]  #: "by"
    outlets: frozenset[str]  #: nouns for media: "television"
    outlet_endings: tuple[str, ...]  #: the same with a space before
    offices: frozenset[str]  #: nouns for who holds an office: "minister"
    nameless: frozenset[str]  #: bodies that are known by their noun alone: "army"
    told_before: re.Pattern[str]  #: over letters, what stands before a noun in a full name
    told_after: re.Pattern[str]  #: … behind it
    named_after: re.Pattern[str]  #: … behind an office
    before: re.Pattern[str]
    inverted: re.Pattern[str]
    pronoun: re.Pattern[str]
    noun_before: str  #: symbols after which a word that could be a verb of saying is a noun
    addressed: re.Pattern[str]  #: what follows a verb of saying when it closes what was said
    still_to_say: re.Pattern[str]
    resumes: re.Pattern[str]
    phrase: re.Pattern[str]
    neighbours: Sequence[re.Pattern[str]]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All that is known of one language."""

    language: str  #: ISO 639-1
    sentence_rules: SentenceRules
    tokeniser: Tokeniser
    numbers: NumberReader
    words: Mapping[str, Word]
    phrases: Mapping[str, Mapping[str, Sequence[tuple[tuple[str, ...], Word]]]]
    #: by first and second word: the words that follow, longest first
    age: re.Pattern[str]  #: words like "34-year-old"
    ages: re.Pattern[str]  #: words like "34-year-olds"
    old: frozenset[str]  #: words that make the number before them an age
    adverbs: tuple[str, ...]  #: the endings of adverbs
    months_capitalised: bool  #: a month's name in small letters is another word
    articles: frozenset[str]
    joiner: str  #: "and"
    anyone: frozenset[str]  #: nouns that may stand for any person
    reflexive: frozenset[str]
    endings_singular: tuple[str, ...]
    endings_plural: tuple[str, ...]
    not_people: frozenset[str]
    animals: frozenset[str]
    abbreviations: frozenset[str]  #: in lower case, without their stop
    measures: frozenset[str]
    labels: frozenset[str]
    age_bounds: frozenset[str]  #: what bounds the age of people before it, "under", or with it, "menores_de"
    collective: frozenset[str]
    another: frozenset[str]  #: words that stand for one more person
    both: frozenset[str]
    bodies: frozenset[str]
    wholes: frozenset[str]  #: nouns for what people belong to: "team"
    captives: frozenset[str]  #: nouns that say of their people that they are held
    modifiers: frozenset[str]  #: nouns that say what kind of person when another noun follows: "male"
    of_groups: frozenset[str]  #: adverbs that make a singular noun a group: "largely"
    losses: frozenset[str]  #: verbs that befall counted people alone: "lost"
    frees: frozenset[str]  #: verbs that rescue those alone who were kidnapped: "libéré"
    figurative: frozenset[
        str
    ]  #: verbs that befall no name and no pronoun behind them: "the ruling hurt Reyes"
    hits: frozenset[str]  #: verbs for injured that killed takes up: "shot and killed"
    scale_ends: frozenset[str]
    singular_verbs: frozenset[str]  #: "was", "has": their subject is no bare number above one
    plural_verbs: frozenset[str]  #: "were", "have": their subject is no single person
    turns: Sequence[Turn]
    chunks: Mapping[str, ChunkKind]  #: by the name of its group in a chunker
    chunkers: Mapping[str, Chunker]  #: for each letter the chunks that can begin with it
    lists: re.Pattern[str]  #: lists of people, over the symbols of chunks
    complement: re.Pattern[str]  #: over letters: a noun for people with what belongs to it
    rules: Sequence[Rule]
    scope: ScopeRules
    claimants: ClaimantRules
    agencies: AgencyFinder
    times: Times
    places: Places
    gate: Gate
    hints: Hints  #: which cues a sentence may hold: "times", and those of `ScopeRules` by their names

    def entries(self, tokens: Tokens, begin: int, end: int) -> Iterator[Word]:
        """What is known of the words and phrases among the tokens `begin` up to `end`."""
        lower, i = tokens.lower, begin
        while i < end:
            following = self.phrases.get(lower[i], _NO_PHRASES).get(lower[i + 1] if i + 1 < end else "", ())
            for rest, entry in following:
                if tuple(lower[i + 2 : i + 2 + len(rest)]) == rest:
                    yield entry
                    i += 2 + len(rest)
                    break
            else:
                written = tokens.words[i]
                found = self.words.get(written if written in self.words else lower[i])
                if found is not None:
                    yield found
                i += 1
