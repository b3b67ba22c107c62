"""A language as data: the files of `lexicons/<language>/`, read once, checked, compiled.

The engine knows no word of any language.  `load("en")` gives the `Lexicon` that sentences, numbers, chunks,
rules, groups and claimants are read with; a second language is a second folder with the same files.  Every
mistake in the data is a `ConfigError` that names the file and the key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from tallywire.errors import ConfigError
from tallywire.reading.agency import AgencyFinder, AgencyRules
from tallywire.reading.gate import Gate
from tallywire.reading.numbers import NumberReader, NumberWords
from tallywire.reading.sentences import SentenceRules
from tallywire.reading.tokens import Tokens
from tallywire.records import Metric, Quantifier

_ROOT = files(__package__) / "lexicons"
_CHOICE = re.compile(r"\(([^()]*)\)")
_METRICS = frozenset(str(metric) for metric in Metric)
_TRIGGER_LETTERS = {
    "participle": "K",
    "implied": "K",
    "active": "k",
    "intransitive": "i",
    "state": "D",
    "unit": "U",
    "wound": "%",
    "toll": "T",
}


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
    implied: bool = False  #: of words that imply what befell people and do not say it: "charged with murder"


def symbol_set(symbols: str) -> int:
    """A set of symbols as the bits of a number: membership of many is one operation."""
    bits = 0
    for symbol in set(symbols):
        bits |= 1 << ord(symbol)
    return bits


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled line of the grammar or the rules, with its settings."""

    name: str
    regex: re.Pattern[str]
    settings: Mapping[str, Any]
    has: tuple[
        int, ...
    ] = ()  #: of rules: sets of symbols (as `symbol_set`), of each of which one must be there


@dataclass(frozen=True)
class ScopeRules:
    """A language's cues for scope and status, compiled."""

    background: Sequence[re.Pattern[str]]
    background_words: Sequence[str]  #: without one of these no cue for the background can stand
    doubt_words: Sequence[str]  #: the same for fears and doubts
    background_after: Sequence[re.Pattern[str]]
    breaks: re.Pattern[str]
    feared: re.Pattern[str]
    unconfirmed: re.Pattern[str]
    unknown: Sequence[re.Pattern[str]]
    unknown_words: Sequence[str]
    unknown_metric: Mapping[str, Metric]
    superseded_first: re.Pattern[str]
    superseded_then: re.Pattern[str]
    takes_in: re.Pattern[str]
    continues: re.Pattern[str]
    aside_lines: re.Pattern[str]


@dataclass(frozen=True)
class ClaimantRules:
    """A language's sources, in lower case."""

    agencies: Mapping[str, str]  #: every way of writing an agency → its name
    media: frozenset[str]
    no_source: frozenset[str]
    pronouns: frozenset[str]
    counts: frozenset[str]
    given_by: frozenset[str]
    denials: frozenset[str]
    denied_things: frozenset[str]
    according: frozenset[str]
    citing: frozenset[str]
    relays: frozenset[str]
    before: re.Pattern[str]
    inverted: re.Pattern[str]
    pronoun: re.Pattern[str]
    goes_on: re.Pattern[str]
    relay: re.Pattern[str]
    phrase: re.Pattern[str]
    neighbours: Sequence[re.Pattern[str]]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All that is known of one language."""

    language: str  #: ISO 639-1
    sentence_rules: SentenceRules
    numbers: NumberReader
    words: Mapping[str, Word]
    phrases: Mapping[str, Mapping[str, Sequence[tuple[tuple[str, ...], Word]]]]
    #: by first and second word: the words that follow, longest first
    age: re.Pattern[str]  #: words like "34-year-old"
    ages: re.Pattern[str]  #: words like "34-year-olds"
    old: frozenset[str]  #: words that make the number before them an age
    adverb: str  #: the ending of adverbs
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
    collective: frozenset[str]
    another: frozenset[str]  #: words that stand for one more person
    both: frozenset[str]
    bodies: frozenset[str]
    modifiers: frozenset[str]  #: nouns that say what kind of person when another noun follows: "male"
    of_groups: frozenset[str]  #: adverbs that make a singular noun a group: "largely"
    hits: frozenset[str]  #: verbs for injured that killed takes up: "shot and killed"
    scale_ends: frozenset[str]
    plural_verbs: frozenset[str]  #: "were", "have": their subject is no single person
    chunks: Sequence[Pattern]
    chunkers: Mapping[str, re.Pattern[str]]
    #: for each letter the chunks that can begin with it as one expression, group `_n` for the n-th of `chunks`
    lists: re.Pattern[str]  #: lists of people, over the symbols of chunks
    rules: Sequence[Pattern]
    scope: ScopeRules
    claimants: ClaimantRules
    agencies: AgencyFinder
    gate: Gate
    triggers: tuple[str, ...]  #: stems whose absence from a text means that it holds no claim, sorted

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


def languages() -> tuple[str, ...]:
    """The languages that can be read: ISO 639-1, sorted."""
    return tuple(sorted(entry.name for entry in _ROOT.iterdir() if (entry / "sentences.toml").is_file()))


@cache
def load(language: str) -> Lexicon:
    """The lexicon of `language` (one of `languages()`).

    Raises `ConfigError` naming file and key where the data is not as it should be.
    """
    builder = _Builder(language)
    return builder.build()


class _Builder:
    def __init__(self, language: str) -> None:
        self._language = language
        self._words: dict[str, Word] = {}
        self._phrases: dict[str, dict[tuple[str, ...], Word]] = {}
        self._triggers: set[str] = set()

    def build(self) -> Lexicon:
        sentences = _sentence_rules(self._read("sentences"))
        numbers = _number_words(self._read("numbers"))
        people = self._read("people")
        words = self._read("words")
        self._add_nations(self._read("nations"))
        self._add_people(people)
        self._add_classes(words)
        victims = self._read("victims")
        self._add_triggers({name: forms for name, forms in victims.items() if name not in ("hits", "gate")})
        for written in [word for word in self._words if word != word.lower()]:
            if written.lower() in self._words:
                self._words[written.lower()] = replace(self._words[written.lower()], shadowed=True)
        chunks = self._patterns("grammar", "chunk")
        return Lexicon(
            language=self._language,
            sentence_rules=sentences,
            numbers=NumberReader(numbers),
            words=self._words,
            phrases=_by_two_words(self._phrases),
            age=re.compile(words["shapes"]["age"]),
            ages=re.compile(words["shapes"]["ages"]),
            old=frozenset(words["shapes"]["old"].split()),
            adverb=words["shapes"]["adverb"],
            articles=frozenset(words["sources"]["articles"].split()),
            joiner=words["sources"]["joiner"],
            anyone=frozenset(people["anyone"]["words"].split()) | {""},
            reflexive=frozenset(people["reflexive"]["words"].split()),
            endings_singular=tuple(people["endings"]["singular"].split()),
            endings_plural=tuple(people["endings"]["plural"].split()),
            not_people=frozenset(people["not_people"]["words"].split()),
            abbreviations=frozenset(word.lower() for word in sentences.abbreviations),
            animals=frozenset(people["animals"]["words"].split()),
            measures=frozenset(words["measures"]["words"].split()),
            labels=frozenset(words["labels"]["words"].split()),
            both=numbers.both,
            another=frozenset(people["another"]["words"].split()),
            collective=frozenset(people["collective"]["words"].split()),
            modifiers=frozenset(people["modifiers"]["words"].split()),
            of_groups=frozenset(people["of_groups"]["words"].split()),
            bodies=frozenset(people["bodies"]["words"].split()),
            hits=frozenset(word.replace("_", " ") for word in victims["hits"]["words"].split()),
            scale_ends=frozenset(words["scale_ends"]["words"].split()),
            plural_verbs=frozenset(words["plural_verbs"]["words"].split()),
            chunks=chunks,
            chunkers=_chunkers(chunks),
            lists=re.compile(self._read("grammar")["lists"]),
            rules=self._patterns("rules", "rule"),
            scope=_scope_rules(self._read("scope")),
            claimants=_claimant_rules(self._read("claimants")),
            agencies=AgencyFinder(_agency_rules(self._read("claimants"))),
            gate=Gate(
                sorted(
                    {*self._triggers, *people["bodies"]["words"].split(), *victims["gate"]["words"].split()}
                )
            ),
            triggers=tuple(sorted(self._triggers)),
        )

    def _read(self, name: str) -> dict[str, Any]:
        path = _ROOT / self._language / f"{name}.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"lexicon {self._language}/{name}.toml cannot be read: {error}") from error

    def _fault(self, name: str, key: str, says: str) -> ConfigError:
        return ConfigError(f"lexicon {self._language}/{name}.toml, {key}: {says}")

    def _add(self, entry: str, word: Word) -> None:
        """One word or phrase; a later entry for the same words replaces an earlier one."""
        tokens = tuple(entry.split("_"))
        if len(tokens) == 1:
            self._words[entry] = word
        else:
            self._phrases.setdefault(tokens[0], {})[tokens] = word

    def _add_nations(self, data: Mapping[str, str]) -> None:
        for code, line in data.items():
            columns = line.split("|")
            if len(columns) != 3 or not re.fullmatch("[A-Z]{2}", code):
                raise self._fault(
                    "nations", code, "wants 'names | adjectives | cities' under an ISO 3166 code"
                )
            names, adjectives, cities = (column.split() for column in columns)
            for entry in (*names, *cities):
                self._add(entry, Word("C", entry, nation=code))
            for entry in adjectives:
                plural = (entry.endswith("s") and entry[:-1] in adjectives) or entry.endswith("men")
                self._add(entry, Word("S" if plural else "E", entry, nation=code))

    def _add_people(self, data: Mapping[str, Any]) -> None:
        roles: dict[str, set[str]] = {}
        letters: dict[str, str] = {}
        irregular = data["irregular"]
        for role, nouns in data["roles"].items():
            tagged = set() if role == "none" else {role}
            for noun in nouns.get("singular", "").split():
                for entry, letter in ((noun, "s"), (_plural(noun, irregular), "S")):
                    roles.setdefault(entry, set()).update(tagged)
                    letters[entry] = letter
            for noun in nouns.get("plural", "").split():
                roles.setdefault(noun, set()).update(tagged)
                letters[noun] = "S"
        counted = data["counted"]
        for entry, letter in letters.items():
            known = self._words.get(entry)
            word = Word(
                "s" if entry in counted else letter,
                entry,
                roles=tuple(sorted(roles[entry])),
                nation=known.nation if known else None,
                count=counted.get(entry, 1),
            )
            self._add(entry, word)

    def _add_classes(self, data: Mapping[str, Any]) -> None:
        for letter, line in data["classes"].items():
            if len(letter) != 1:
                raise self._fault("words", f"classes.{letter}", "wants a class of one letter")
            for entry in _entries(line):
                self._add(entry, Word(letter, entry))
        for table, letter in (("bounds", "q"), ("bounds_after", "+")):
            for quantifier, line in data[table].items():
                for entry in _entries(line):
                    self._add(entry, Word(letter, entry, quantifier=Quantifier(quantifier)))

    def _add_triggers(self, data: Mapping[str, Mapping[str, str]]) -> None:
        for name, forms in data.items():
            if name not in _METRICS:
                raise self._fault("victims", name, f"wants one of {', '.join(sorted(_METRICS))}")
            for form, line in forms.items():
                if form not in _TRIGGER_LETTERS:
                    raise self._fault(
                        "victims", f"{name}.{form}", f"wants one of {', '.join(_TRIGGER_LETTERS)}"
                    )
                for entry in _entries(line):
                    text = entry.replace("_", " ")
                    word = Word(_TRIGGER_LETTERS[form], text, metric=Metric(name), implied=form == "implied")
                    self._add(entry, word)
                    self._triggers.add(entry.replace("_", " "))

    def _patterns(self, name: str, table: str) -> tuple[Pattern, ...]:
        data = self._read(name)
        macros: dict[str, str] = {}
        for key, text in data.get("macros", {}).items():
            macros[key] = _expand(text, macros)
        patterns = []
        for number, entry in enumerate(data[table], 1):
            place = f"{table} {number} ({entry.get('name', 'without a name')})"
            try:
                regex = re.compile(_expand(entry["pattern"], macros))
            except (re.error, KeyError) as error:
                raise self._fault(name, place, f"the pattern cannot be read: {error}") from error
            has = tuple(symbol_set(group) for group in entry.get("has", "").split())
            patterns.append(Pattern(entry["name"], regex, entry, has))
        return tuple(patterns)


def _chunkers(chunks: Sequence[Pattern]) -> dict[str, re.Pattern[str]]:
    """One expression a letter, so that a place is not tried against chunks that cannot begin there."""
    by_letter: dict[str, list[str]] = {}
    for number, chunk in enumerate(chunks):
        for letter in chunk.settings["first"]:
            by_letter.setdefault(letter, []).append(f"(?P<_{number}>{chunk.regex.pattern})")
    return {letter: re.compile("|".join(patterns)) for letter, patterns in by_letter.items()}


_NO_PHRASES: Mapping[str, Sequence[tuple[tuple[str, ...], Word]]] = {}


def _by_two_words(
    phrases: Mapping[str, Mapping[tuple[str, ...], Word]],
) -> dict[str, dict[str, tuple[tuple[tuple[str, ...], Word], ...]]]:
    """Phrases by their first and second word, each with the rest of its words, longest first."""
    indexed: dict[str, dict[str, tuple[tuple[tuple[str, ...], Word], ...]]] = {}
    for first, found in phrases.items():
        by_second = indexed.setdefault(first, {})
        for words, entry in sorted(found.items(), key=lambda item: (-len(item[0]), item[0])):
            by_second[words[1]] = (*by_second.get(words[1], ()), (words[2:], entry))
    return indexed


def _expand(text: str, macros: Mapping[str, str]) -> str:
    return re.sub(r"\{([A-Z]+)\}", lambda match: macros[match.group(1)], text)


def _entries(line: str) -> Iterator[str]:
    """The words of a line, with each choice `(x|y|)` written out."""
    for entry in line.split():
        for written in _choices(entry):
            yield re.sub("_+", "_", written).strip("_")


def _choices(entry: str) -> Iterator[str]:
    choice = _CHOICE.search(entry)
    if choice is None:
        yield entry
        return
    for option in choice.group(1).split("|"):
        yield from _choices(entry[: choice.start()] + option + entry[choice.end() :])


def _plural(noun: str, irregular: Mapping[str, str]) -> str:
    head, joint, last = noun.rpartition("_")
    if last in irregular:
        return head + joint + irregular[last]
    if last.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def _sentence_rules(data: Mapping[str, str]) -> SentenceRules:
    written = frozenset(data["abbreviations"].split())
    final = frozenset(data["final_abbreviations"].split())
    return SentenceRules(
        abbreviations=written | {word.upper() for word in written},
        final_abbreviations=final | {word.upper() for word in final},
        starters=frozenset(data["starters"].split()),
    )


def _number_words(data: Mapping[str, Any]) -> NumberWords:
    units = {word: value for value, word in enumerate(data["units"].split())}
    tens = {word: value for value, word in zip(range(10, 100, 10), data["tens"].split(), strict=True)}
    phrases: dict[str, list[tuple[tuple[str, ...], int, Quantifier]]] = {}
    for phrase, meaning in data["phrases"].items():
        tokens = tuple(phrase.split())
        entry = (tokens, meaning["number"], Quantifier(meaning["quantifier"]))
        phrases.setdefault(tokens[0], []).append(entry)
    for found in phrases.values():
        found.sort(key=lambda entry: -len(entry[0]))
    small = {**units, **tens, **data["irregular"]}
    return NumberWords(
        thousands=data["thousands"],
        decimal=data["decimal"],
        small=small,
        multipliers=data["multipliers"],
        round_multipliers=data["round_multipliers"],
        vague=data["vague"],
        suffixes=data["suffixes"],
        phrases=phrases,
        one=frozenset(data["one"]),
        none=frozenset(data["none"]),
        both=frozenset(data["both"]),
        connector=data["connector"],
        connects_tens=data["connects_tens"],
        bare=frozenset(data["bare"]),
        ordinals={word: place for place, word in enumerate(data["ordinals"].split(), 1)},
        ordinal_endings=tuple(data["ordinal_endings"]),
        starts=frozenset(
            {*small, *data["vague"], *phrases, *data["one"], *data["none"], *data["both"], *data["bare"]}
        ),
    )


def _scope_rules(data: Mapping[str, Any]) -> ScopeRules:
    year = "(?:1[6-9]|20)[0-9][0-9]"

    def either(key: str) -> re.Pattern[str]:
        return re.compile("|".join(data[key]))

    return ScopeRules(
        background=tuple(re.compile(cue.replace("{YEAR}", year)) for cue in data["background"]),
        background_words=tuple(data["background_words"]),
        doubt_words=tuple(data["doubt_words"]),
        background_after=tuple(re.compile(cue.replace("{YEAR}", year)) for cue in data["background_after"]),
        breaks=re.compile(data["breaks"]),
        feared=either("feared"),
        unconfirmed=either("unconfirmed"),
        unknown=tuple(re.compile(cue) for cue in data["unknown"]),
        unknown_words=tuple(data["unknown_words"]),
        unknown_metric={stem: Metric(name) for stem, name in data["unknown_metric"].items()},
        superseded_first=re.compile(data["superseded_first"]),
        superseded_then=re.compile(data["superseded_then"]),
        takes_in=re.compile(data["takes_in"]),
        continues=re.compile(data["continues"]),
        aside_lines=re.compile(data["aside_lines"]),
    )


def _phrases(line: str) -> frozenset[str]:
    return frozenset(entry.replace("_", " ") for entry in line.split())


def _claimant_rules(data: Mapping[str, Any]) -> ClaimantRules:
    agencies = {
        written.replace("_", " "): name for name, line in data["agencies"].items() for written in line.split()
    }
    grammar = data["grammar"]

    def pattern(name: str) -> re.Pattern[str]:
        return re.compile(_expand(grammar[name], {"PHRASE": grammar["phrase"]}))

    return ClaimantRules(
        agencies=agencies,
        media=_phrases(data["media"]["words"]),
        no_source=_phrases(data["no_source"]["words"]),
        pronouns=_phrases(data["pronouns"]["words"]),
        counts=_phrases(data["counts"]["words"]),
        given_by=_phrases(data["given_by"]["words"]),
        denials=_phrases(data["denials"]["words"]),
        denied_things=_phrases(data["denied_things"]["words"]),
        according=_phrases(data["according"]["words"]),
        citing=_phrases(data["citing"]["words"]),
        relays=_phrases(data["relays"]["words"]),
        before=pattern("before"),
        inverted=pattern("inverted"),
        pronoun=pattern("pronoun"),
        goes_on=pattern("goes_on"),
        relay=pattern("relay"),
        phrase=pattern("phrase"),
        neighbours=tuple(re.compile(line) for line in data["neighbours"]["patterns"]),
    )


def _agency_rules(data: Mapping[str, Any]) -> AgencyRules:
    names = [(written, name) for name, forms in data["bylines"].items() for written in forms]
    names.sort(key=lambda entry: (-len(entry[0]), entry))
    return AgencyRules(names=tuple(names), credit=tuple(data["credits"]["patterns"]))
