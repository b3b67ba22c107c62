"""A language as data: the files of `lexicons/<language>/`, read once, checked, compiled.

The engine knows no word of any language.  `load("en")` gives the `Lexicon` that sentences, numbers, chunks,
rules, groups and claimants are read with; a second language is a second folder with the same files.  A file may
say `like = "romance"`: what it does not hold itself is then as in that folder, so that languages of one family
share a grammar.  Every mistake in the data is a `ConfigError` that names the file and the key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from tallywire.errors import ConfigError
from tallywire.reading.agency import AgencyFinder, AgencyRules
from tallywire.reading.asof import Times, TimeWords
from tallywire.reading.gate import Gate
from tallywire.reading.needs import Hints, needs
from tallywire.reading.numbers import NumberReader, NumberWords
from tallywire.reading.sentences import SentenceRules
from tallywire.reading.tables import Table, entries
from tallywire.reading.tokens import Tokeniser, token_pattern
from tallywire.reading.vocabulary import (
    Chunker,
    ClaimantRules,
    Lexicon,
    Pattern,
    ScopeRules,
    Word,
)
from tallywire.records import Metric, Quantifier, Scope

Made = TypeVar("Made")

_ROOT = files(__package__) / "lexicons"
_METRICS = frozenset(str(metric) for metric in Metric)
_CHUNK_SETTINGS: Mapping[str, tuple[object, ...]] = {
    "symbol": (),
    "name": (
        "quantity", "person", "national", "another", "unknown", "people", "bare", "name", "state", "predicate", "found",
        "suffering", "several", "ages", "other",
    ),
    "first": (),
    "pattern": (),
}  # fmt: skip
_RULE_SETTINGS: Mapping[str, tuple[object, ...]] = {
    "name": (),
    "pattern": (),
    "scope": tuple(map(str, Scope)),
    "metric": (*map(str, Metric), "same"),
    "bound": ("at_least",),
    "needs": (
        "own_hand",
        "owner",
        "bodies",
        "captives",
        "bare",
        "ordinal",
        "person_verb",
        "name",
        "pronoun",
        "name_or_people",
    ),
    "wants": ("move",),
    "shares": (True,),
    "keeps": (True, False),
    "toll": (True,),
}
_NO_WORDS: Mapping[str, str] = {}
_TRIGGER_LETTERS = {
    "participle": "K",
    "implied": "K",
    "active": "k",
    "intransitive": "i",
    "either": "B",
    "infinitive": "2",
    "state": "D",
    "unit": "U",
    "wound": "%",
    "toll": "T",
    "suicide": "i",
    "manner": "e",
    "double": "2",
    "triple": "2",
    "quadruple": "2",
    "quintuple": "2",
}
_TIMES = {"double": 2, "triple": 3, "quadruple": 4, "quintuple": 5}  # people in one noun of the form


def languages() -> tuple[str, ...]:
    """The languages that can be read: ISO 639-1, sorted."""
    return tuple(sorted(entry.name for entry in _ROOT.iterdir() if (entry / "sentences.toml").is_file()))


@cache
def load(language: str) -> Lexicon:
    """The lexicon of `language` (one of `languages()`).

    Raises `ConfigError` naming file and key where the data is not as it should be.
    """
    return _Builder(language).build()


class _Builder:
    def __init__(self, language: str) -> None:
        self._language = language
        self._words: dict[str, Word] = {}
        self._phrases: dict[str, dict[tuple[str, ...], Word]] = {}
        self._triggers: set[str] = set()
        self._plurals: list[tuple[re.Pattern[str], str]] = []  # ending and what stands in its place

    def build(self) -> Lexicon:
        sentences = _sentence_rules(self._read("sentences"))
        numbers = _number_words(self._read("numbers"))
        people = self._read("people")
        words = self._read("words")
        self._plurals = [(re.compile(ending), into) for ending, into in people["plurals"]["endings"]]
        self._add_nations(self._read("nations"), people.table("plurals").text("peoples").split())
        self._add_people(people)
        self._add_classes(words)
        victims = self._read("victims")
        scope = _scope_rules(self._read("scope"))
        claimants = _claimant_rules(self._read("claimants"))
        times = self._made("times", lambda data: Times(_time_words(data)))
        self._add_triggers(
            {
                name: forms
                for name, forms in victims.items()
                if name not in ("hits", "gate", "losses", "frees")
            }
        )
        for written in [word for word in self._words if word != word.lower()]:
            if written.lower() in self._words:
                self._words[written.lower()] = replace(self._words[written.lower()], shadowed=True)
        chunks = {f"_{number}": chunk for number, chunk in enumerate(self._patterns("grammar", "chunk"))}
        return Lexicon(
            language=self._language,
            sentence_rules=sentences,
            tokeniser=Tokeniser(
                token_pattern(
                    *(tuple(words.table("clitics").text(side).split()) for side in ("before", "after"))
                )
            ),
            numbers=NumberReader(numbers),
            words=self._words,
            phrases=_by_two_words(self._phrases),
            age=words.table("shapes").pattern("age"),
            ages=words.table("shapes").pattern("ages"),
            old=words.table("shapes").words("old"),
            adverbs=tuple(words.table("shapes").text("adverb").split()),
            months_capitalised=words["shapes"]["months_capitalised"],
            articles=words.table("sources").words("articles"),
            joiner=words.table("sources").text("joiner"),
            anyone=people.table("anyone").words("words") | {""},
            reflexive=people.table("reflexive").words("words"),
            endings_singular=tuple(people.table("endings").text("singular").split()),
            endings_plural=tuple(people.table("endings").text("plural").split()),
            not_people=people.table("not_people").words("words"),
            abbreviations=frozenset(word.lower() for word in sentences.abbreviations),
            animals=people.table("animals").words("words"),
            measures=words.table("measures").words("words"),
            labels=words.table("labels").words("words"),
            both=numbers.both,
            another=people.table("another").words("words"),
            collective=people.table("collective").words("words"),
            modifiers=people.table("modifiers").words("words"),
            of_groups=people.table("of_groups").words("words"),
            bodies=people.table("bodies").words("words"),
            captives=people.table("captives").words("words"),
            losses=_phrases(victims.table("losses")),
            frees=_phrases(victims.table("frees")),
            hits=_phrases(victims.table("hits")),
            scale_ends=words.table("scale_ends").words("words"),
            singular_verbs=words.table("singular_verbs").words("words"),
            plural_verbs=words.table("plural_verbs").words("words"),
            turns=self._turns(),
            chunks=chunks,
            chunkers=_chunkers(chunks),
            lists=self._read("grammar").pattern("lists"),
            rules=self._patterns("rules", "rule"),
            scope=scope,
            claimants=claimants,
            agencies=self._made("claimants", lambda data: AgencyFinder(_agency_rules(data))),
            times=times,
            hints=_hints(scope, claimants, times),
            gate=Gate(
                sorted(
                    {
                        *self._triggers,
                        *people.table("bodies").words("words"),
                        *people.table("captives").words("words"),
                        *victims.table("gate").words("words"),
                    }
                )
            ),
        )

    def _read(self, name: str) -> Table:
        """The tables of a file, with those of the family it says it is `like` where it has none of its own."""
        own = _file(self._language, name)
        data = {**_file(own["like"], name), **own} if "like" in own else own
        return Table.of(data, f"{self._language}/{name}.toml")

    def _made(self, name: str, make: Callable[[Table], Made]) -> Made:
        """What is made of a file whose expressions are put together before they are compiled."""
        try:
            return make(self._read(name))
        except re.error as error:
            raise self._fault(name, f"{error.pattern!r}", f"cannot be read: {error}") from error

    def _fault(self, name: str, key: str, says: str) -> ConfigError:
        return ConfigError(f"lexicon {self._language}/{name}.toml, {key}: {says}")

    def _add(self, entry: str, word: Word) -> None:
        """One word or phrase; a later entry for the same words replaces an earlier one."""
        tokens = tuple(entry.split("_"))
        if len(tokens) == 1:
            self._words[entry] = word
        else:
            self._phrases.setdefault(tokens[0], {})[tokens] = word

    def _add_nations(self, data: Mapping[str, str], peoples: Sequence[str]) -> None:
        for code, line in data.items():
            columns = line.split(" |")
            if len(columns) != 3 or not re.fullmatch("[A-Z]{2}", code):
                raise self._fault(
                    "nations", code, "wants 'names | adjectives | cities' under an ISO 3166 code"
                )
            names, adjectives, cities = (tuple(entries(column)) for column in columns)
            for entry in (*names, *cities):
                self._add(entry, Word("C", entry, nation=code))
            plurals = {plural for entry in adjectives if (plural := self._plural(entry)) != entry}
            for entry in adjectives:
                letter = "S" if entry in plurals or entry.endswith(tuple(peoples)) else "E"
                self._add(entry, Word(letter, entry, nation=code))

    def _add_people(self, data: Table) -> None:
        roles: dict[str, set[str]] = {}
        letters: dict[str, str] = {}
        for role, nouns in data.table("roles").items():
            tagged = set() if role == "none" else {role}
            for form in nouns:
                if form not in ("singular", "plural"):
                    raise nouns.fault(form, "wants singular or plural")
            for noun in nouns.entries("singular") if "singular" in nouns else ():
                for entry, letter in ((noun, "s"), (self._plural(noun, data.table("irregular")), "S")):
                    roles.setdefault(entry, set()).update(tagged)
                    letters[entry] = letter
            for noun in nouns.entries("plural") if "plural" in nouns else ():
                roles.setdefault(noun, set()).update(tagged)
                letters[noun] = "S"
        self._add_former(letters, roles, data.table("former").text("words").split())
        counted = data.numbers("counted")
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

    @staticmethod
    def _add_former(letters: dict[str, str], roles: dict[str, set[str]], prefixes: Sequence[str]) -> None:
        """Those who once were what a noun says: "ex-soldier"."""
        for noun in [noun for noun in letters if "_" not in noun]:
            for prefix in prefixes:
                letters.setdefault(prefix + noun, letters[noun])
                roles.setdefault(prefix + noun, roles[noun])

    def _plural(self, noun: str, irregular: Mapping[str, str] = _NO_WORDS) -> str:
        """The plural of a noun or adjective, by the first ending that fits."""
        head, joint, last = noun.rpartition("_")
        if last in irregular:
            return head + joint + irregular[last]
        for ending, into in self._plurals:
            if ending.search(last):
                return head + joint + ending.sub(into, last, count=1)
        return noun

    def _add_classes(self, data: Table) -> None:
        classes = data.table("classes")
        for letter in classes:
            if len(letter) != 1:
                raise self._fault("words", f"classes.{letter}", "wants a class of one letter")
            for entry in classes.entries(letter):
                self._add(entry, Word(letter, entry))
        for name, letter in (("bounds", "q"), ("bounds_after", "+")):
            table = data.table(name)
            for quantifier in table:
                for entry in table.entries(quantifier):
                    self._add(entry, Word(letter, entry, quantifier=_quantifier(table, quantifier)))

    def _add_triggers(self, data: Mapping[str, Table]) -> None:
        places: dict[str, str] = {}
        for name, forms in data.items():
            if name not in _METRICS:
                raise self._fault("victims", name, f"wants one of {', '.join(sorted(_METRICS))}")
            for form in forms:
                if form not in _TRIGGER_LETTERS:
                    raise self._fault(
                        "victims", f"{name}.{form}", f"wants one of {', '.join(_TRIGGER_LETTERS)}"
                    )
                for entry in forms.entries(form):
                    place = f"{name}.{form}"
                    if places.setdefault(entry, place) != place:
                        raise self._fault("victims", place, f"{entry!r} stands under {places[entry]}, too")
                    text = entry.replace("_", " ")
                    word = Word(
                        _TRIGGER_LETTERS[form],
                        text,
                        metric=Metric(name),
                        implied=form == "implied",
                        own_hand=form == "suicide",
                        count=_TIMES.get(form, 1),
                    )
                    self._add(entry, word)
                    self._triggers.add(entry.replace("_", " "))

    def _check(self, name: str, place: str, entry: Mapping[str, Any]) -> None:
        """Whether the settings of a chunk or a rule are known ones."""
        allowed = _CHUNK_SETTINGS if name == "grammar" else _RULE_SETTINGS
        if len(entry.get("symbol", "Q")) != 1:
            raise self._fault(name, place, f"the symbol {entry['symbol']!r} wants to be one letter")
        for key, value in entry.items():
            if key not in allowed:
                raise self._fault(
                    name, place, f"the setting {key!r} is not known: one of {', '.join(allowed)}"
                )
            choices = allowed[key]
            if choices and value not in choices:
                raise self._fault(
                    name, place, f"{key} is {value!r}: wants one of {', '.join(map(str, choices))}"
                )

    def _turns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        place = f"{self._language}/grammar.toml, turn"
        turns = (
            Table.of(turn, f"{place} {number}")
            for number, turn in enumerate(self._read("grammar")["turn"], 1)
        )
        return tuple((turn.pattern("letter"), turn.text("into")) for turn in turns)

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
                symbols = _symbols(regex.pattern)
            except (re.error, KeyError, ValueError) as error:
                raise self._fault(name, place, f"the pattern cannot be read: {error}") from error
            self._check(name, place, entry)
            named = regex.groupindex
            if name == "rules" and "q" not in named and not {"old", "new"} <= named.keys():
                raise self._fault(name, place, "the pattern wants a group q, or old and new: what is counted")
            patterns.append(Pattern(entry["name"], regex, entry, symbols))
        return tuple(patterns)


def _file(folder: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((_ROOT / folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"lexicon {folder}/{name}.toml cannot be read: {error}") from error


def _symbols(expression: str) -> tuple[frozenset[str], ...]:
    """What `expression` needs, as sets of symbols; of a longer string its first symbol stands for it."""
    return tuple(dict.fromkeys(frozenset(string[0] for string in choice) for choice in needs(expression)))


def _chunkers(chunks: Mapping[str, Pattern]) -> dict[str, Chunker]:
    """One expression a letter, so that a place is not tried against chunks that cannot begin there."""
    by_letter: dict[str, list[str]] = {}
    for group, chunk in chunks.items():
        for letter in chunk.settings["first"]:
            by_letter.setdefault(letter, []).append(f"(?P<{group}>{chunk.regex.pattern})")
    return {letter: re.compile("|".join(patterns)).match for letter, patterns in by_letter.items()}


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


def _sentence_rules(data: Table) -> SentenceRules:
    written = data.words("abbreviations")
    final = data.words("final_abbreviations")
    return SentenceRules(
        abbreviations=written | {word.upper() for word in written},
        final_abbreviations=final | {word.upper() for word in final},
        starters=data.words("starters"),
    )


def _number_words(data: Table) -> NumberWords:
    units = {word: value for value, word in enumerate(data.text("units").split())}
    tens = {word: value for value, word in zip(range(10, 100, 10), data.text("tens").split(), strict=True)}
    phrases: dict[str, list[tuple[tuple[str, ...], int, Quantifier]]] = {}
    for phrase, meaning in data.table("phrases").items():
        tokens = tuple(phrase.split())
        entry = (tokens, meaning["number"], _quantifier(meaning, meaning["quantifier"]))
        phrases.setdefault(tokens[0], []).append(entry)
    for found in phrases.values():
        found.sort(key=lambda entry: -len(entry[0]))
    small = {**units, **tens, **data.numbers("irregular")}
    return NumberWords(
        thousands=data.text("thousands"),
        decimal=data.text("decimal"),
        small=small,
        multipliers=data.numbers("multipliers"),
        round_multipliers=data.numbers("round_multipliers"),
        vague=data.numbers("vague"),
        of=data.text("of"),
        suffixes=data.numbers("suffixes"),
        phrases=phrases,
        one=frozenset(data.lines("one")),
        none=frozenset(data.lines("none")),
        both=frozenset(data.lines("both")),
        connector=data.text("connector"),
        connects_tens=data["connects_tens"],
        half=tuple(data.text("half").split()),
        bare=frozenset(data.lines("bare")),
        ordinals={word: place for place, word in enumerate(data.text("ordinals").split(), 1)},
        ordinal_endings=tuple(data.lines("ordinal_endings")),
        starts=frozenset(
            {
                *small,
                *data.numbers("vague"),
                *phrases,
                *data.lines("one"),
                *data.lines("none"),
                *data.lines("both"),
                *data.lines("bare"),
            }
        ),
    )


def _quantifier(table: Table, name: str) -> Quantifier:
    """The quantifier of that name, which stands in `table`."""
    try:
        return Quantifier(name)
    except ValueError as error:
        raise table.fault(name, f"wants one of {', '.join(Quantifier)}") from error


def _scope_rules(data: Table) -> ScopeRules:
    year = "(?:1[6-9]|20)[0-9][0-9]"

    def either(key: str) -> re.Pattern[str]:
        return re.compile("|".join(pattern.pattern for pattern in data.patterns(key)))

    def with_year(cue: str) -> str:
        return cue.replace("{YEAR}", year)

    return ScopeRules(
        background=data.patterns("background", with_year),
        background_after=data.patterns("background_after", with_year),
        background_behind=data.pattern("background_behind"),
        apart=either("apart"),
        breaks=data.pattern("breaks"),
        feared=either("feared"),
        unsure=data.pattern("unsure"),
        unconfirmed=either("unconfirmed"),
        untrue=data.pattern("untrue"),
        unknown=data.patterns("unknown"),
        unknown_metric=_metrics(data.table("unknown_metric")),
        superseded_first=data.pattern("superseded_first"),
        superseded_then=data.pattern("superseded_then"),
        takes_in=data.pattern("takes_in"),
        joins=data.pattern("joins"),
        difference=data.pattern("difference"),
        let_go=data.pattern("let_go"),
        set_free=data.pattern("set_free"),
        obituary=data.pattern("obituary"),
        continues=data.pattern("continues"),
        aside_lines=data.pattern("aside_lines"),
    )


def _metrics(table: Table) -> dict[str, Metric]:
    """Words and the metric of each."""
    for word, name in table.items():
        if name not in _METRICS:
            raise table.fault(word, f"{name!r} is no metric: wants one of {', '.join(sorted(_METRICS))}")
    return {word: Metric(name) for word, name in table.items()}


def _hints(scope: ScopeRules, claimants: ClaimantRules, times: Times) -> Hints:
    cues = {
        "background": scope.background,
        "background_after": scope.background_after,
        "background_behind": (scope.background_behind,),
        "apart": (scope.apart,),
        "doubt": (scope.feared, scope.unconfirmed, scope.unsure, scope.untrue),
        "obituary": (scope.obituary,),
        "unknown": scope.unknown,
        "superseded": (scope.superseded_first,),
        "takes_in": (scope.takes_in,),
        "joins": (scope.joins,),
        "let_go": (scope.let_go,),
        "neighbours": claimants.neighbours,
        "times": times.cues,
    }
    return Hints(cues)


def _phrases(table: Table) -> frozenset[str]:
    """The words and phrases of a table, as they stand in a text."""
    return frozenset(entry.replace("_", " ") for entry in table.entries("words"))


def _claimant_rules(data: Table) -> ClaimantRules:
    agencies = {
        written.replace("_", " "): name for name, line in data["agencies"].items() for written in line.split()
    }
    grammar = data.table("grammar")

    def pattern(name: str) -> re.Pattern[str]:
        return grammar.pattern(name, lambda text: _expand(text, {"PHRASE": grammar.text("phrase")}))

    return ClaimantRules(
        agencies=agencies,
        media=data.table("media").phrases("words"),
        no_source=data.table("no_source").phrases("words"),
        counts=data.table("counts").phrases("words"),
        given_by=data.table("given_by").phrases("words"),
        setting=data.table("setting").phrases("words"),
        works=data.table("works").phrases("words"),
        possessive=data.table("possessive").phrases("words"),
        bodies=data.table("bodies").phrases("words"),
        speakers=data.table("speakers").phrases("words"),
        denials=data.table("denials").phrases("words"),
        takings=data.table("takings").phrases("words"),
        taken=pattern("taken"),
        subordinators=data.table("subordinators").phrases("words"),
        contents=data.table("contents").phrases("words"),
        denied_things=data.table("denied_things").phrases("words"),
        according=data.table("according").phrases("words"),
        citing=data.table("citing").phrases("words"),
        told=data.table("relaying").phrases("told"),
        passed_on=data.table("relaying").phrases("passed_on"),
        quoted=data.table("relaying").phrases("quoted"),
        agents=data.table("relaying").phrases("agents"),
        outlets=data.table("outlets").phrases("words"),
        outlet_endings=tuple(f" {noun}" for noun in sorted(data.table("outlets").phrases("words"))),
        offices=data.table("offices").phrases("words"),
        nameless=data.table("nameless").phrases("words"),
        told_before=data.table("antecedents").pattern("before"),
        told_after=data.table("antecedents").pattern("after"),
        named_after=data.table("antecedents").pattern("name"),
        before=pattern("before"),
        inverted=pattern("inverted"),
        pronoun=pattern("pronoun"),
        noun_before=grammar.text("noun_before"),
        addressed=pattern("addressed"),
        still_to_say=pattern("still_to_say"),
        resumes=pattern("resumes"),
        phrase=pattern("phrase"),
        neighbours=data.table("neighbours").patterns("patterns"),
    )


def _agency_rules(data: Table) -> AgencyRules:
    names = [(written, name) for name, forms in data["bylines"].items() for written in forms]
    names.sort(key=lambda entry: (-len(entry[0]), entry))
    forms = data.table("forms")
    return AgencyRules(
        names=tuple(names),
        credit=tuple(data.table("credits").lines("patterns")),
        forms=tuple(forms.lines("patterns")),
        byline=forms.text("byline"),
        parting=forms.text("parting"),
        strangers=forms.phrases("strangers") | data.table("media").phrases("words"),
        stations=forms.text("stations"),
        explained=forms.text("explained"),
        press=forms.text("press"),
    )


def _time_words(data: Table) -> TimeWords:
    cues = data.table("cues")
    return TimeWords(
        weekdays=data.text("weekdays").split(),
        months={
            written: number for number, line in enumerate(data.lines("months"), 1) for written in line.split()
        },
        ordinal=data.text("ordinal"),
        to_year=data.text("to_year"),
        joints=data.text("joints"),
        clocks=data.lines("clocks"),
        zones=data.table("zones"),
        parts=data.numbers("parts"),
        days={name.replace("_", " "): distance for name, distance in data.numbers("days").items()},
        cues=cues.lines("patterns"),
        breaks=cues.text("breaks"),
        future=cues.text("future"),
    )
