"""A language as data: the files of `lexicons/<language>/`, read once, checked, compiled.

The engine knows no word of any language.  `load("en")` gives the `Lexicon` that sentences, numbers, chunks,
rules, groups and claimants are read with; a second language is a second folder with the same files.  A file may
say `like = "romance"`: what it does not hold itself is then as in that folder, so that languages of one family
share a grammar.  Every mistake in the data is a `ConfigError` that names the file and the key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from tallywire.errors import ConfigError
from tallywire.reading.agency import AgencyFinder, AgencyRules
from tallywire.reading.asof import Times, TimeWords
from tallywire.reading.gate import Gate
from tallywire.reading.needs import Hints, needs
from tallywire.reading.numbers import NumberReader, NumberWords
from tallywire.reading.sentences import SentenceRules
from tallywire.reading.tables import Table
from tallywire.reading.tokens import Tokeniser, token_pattern
from tallywire.reading.vocabulary import (
    Chunker,
    ClaimantRules,
    Lexicon,
    Pattern,
    ScopeRules,
    Word,
    symbol_set,
)
from tallywire.records import Metric, Quantifier, Scope

_ROOT = files(__package__) / "lexicons"
_CHOICE = re.compile(r"\(([^()]*)\)")
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
        self._add_nations(self._read("nations"), people["plurals"]["peoples"].split())
        self._add_people(people)
        self._add_classes(words)
        victims = self._read("victims")
        scope = _scope_rules(self._read("scope"))
        claimants = _claimant_rules(self._read("claimants"))
        times = Times(_time_words(self._read("times")))
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
                token_pattern(*(tuple(words["clitics"][side].split()) for side in ("before", "after")))
            ),
            numbers=NumberReader(numbers),
            words=self._words,
            phrases=_by_two_words(self._phrases),
            age=re.compile(words["shapes"]["age"]),
            ages=re.compile(words["shapes"]["ages"]),
            old=frozenset(words["shapes"]["old"].split()),
            adverbs=tuple(words["shapes"]["adverb"].split()),
            months_capitalised=words["shapes"]["months_capitalised"],
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
            captives=frozenset(people["captives"]["words"].split()),
            losses=frozenset(entry.replace("_", " ") for entry in _entries(victims["losses"]["words"])),
            frees=frozenset(entry.replace("_", " ") for entry in _entries(victims["frees"]["words"])),
            hits=frozenset(entry.replace("_", " ") for entry in _entries(victims["hits"]["words"])),
            scale_ends=frozenset(words["scale_ends"]["words"].split()),
            plural_verbs=frozenset(words["plural_verbs"]["words"].split()),
            turns=tuple((re.compile(turn["letter"]), turn["into"]) for turn in self._read("grammar")["turn"]),
            chunks=chunks,
            chunkers=_chunkers(chunks),
            lists=re.compile(self._read("grammar")["lists"]),
            rules=self._patterns("rules", "rule"),
            scope=scope,
            claimants=claimants,
            agencies=AgencyFinder(_agency_rules(self._read("claimants"))),
            times=times,
            hints=_hints(scope, claimants, times),
            gate=Gate(
                sorted(
                    {
                        *self._triggers,
                        *people["bodies"]["words"].split(),
                        *people["captives"]["words"].split(),
                        *victims["gate"]["words"].split(),
                    }
                )
            ),
        )

    def _read(self, name: str) -> dict[str, Any]:
        """The tables of a file, with those of the family it says it is `like` where it has none of its own."""
        own = _file(self._language, name)
        data = {**_file(own["like"], name), **own} if "like" in own else own
        return Table.of(data, f"{self._language}/{name}.toml")

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
            names, adjectives, cities = (tuple(_entries(column)) for column in columns)
            for entry in (*names, *cities):
                self._add(entry, Word("C", entry, nation=code))
            plurals = {plural for entry in adjectives if (plural := self._plural(entry)) != entry}
            for entry in adjectives:
                letter = "S" if entry in plurals or entry.endswith(tuple(peoples)) else "E"
                self._add(entry, Word(letter, entry, nation=code))

    def _add_people(self, data: Mapping[str, Any]) -> None:
        roles: dict[str, set[str]] = {}
        letters: dict[str, str] = {}
        for role, nouns in data["roles"].items():
            tagged = set() if role == "none" else {role}
            for noun in nouns.get("singular", "").split():
                for entry, letter in ((noun, "s"), (self._plural(noun, data["irregular"]), "S")):
                    roles.setdefault(entry, set()).update(tagged)
                    letters[entry] = letter
            for noun in nouns.get("plural", "").split():
                roles.setdefault(noun, set()).update(tagged)
                letters[noun] = "S"
        self._add_former(letters, roles, data["former"]["words"].split())
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
        places: dict[str, str] = {}
        for name, forms in data.items():
            if name not in _METRICS:
                raise self._fault("victims", name, f"wants one of {', '.join(sorted(_METRICS))}")
            for form, line in forms.items():
                if form not in _TRIGGER_LETTERS:
                    raise self._fault(
                        "victims", f"{name}.{form}", f"wants one of {', '.join(_TRIGGER_LETTERS)}"
                    )
                for entry in _entries(line):
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
            patterns.append(Pattern(entry["name"], regex, entry, symbols))
        return tuple(patterns)


def _file(folder: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((_ROOT / folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"lexicon {folder}/{name}.toml cannot be read: {error}") from error


def _symbols(expression: str) -> tuple[int, ...]:
    """What `expression` needs, as sets of symbols; of a longer string its first symbol stands for it."""
    return tuple(symbol_set("".join(string[0] for string in choice)) for choice in needs(expression))


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
        of=data["of"],
        suffixes=data["suffixes"],
        phrases=phrases,
        one=frozenset(data["one"]),
        none=frozenset(data["none"]),
        both=frozenset(data["both"]),
        connector=data["connector"],
        connects_tens=data["connects_tens"],
        half=tuple(data["half"].split()),
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
        background_after=tuple(re.compile(cue.replace("{YEAR}", year)) for cue in data["background_after"]),
        background_behind=re.compile(data["background_behind"]),
        breaks=re.compile(data["breaks"]),
        feared=either("feared"),
        unsure=re.compile(data["unsure"]),
        unconfirmed=either("unconfirmed"),
        untrue=re.compile(data["untrue"]),
        unknown=tuple(re.compile(cue) for cue in data["unknown"]),
        unknown_metric={stem: Metric(name) for stem, name in data["unknown_metric"].items()},
        superseded_first=re.compile(data["superseded_first"]),
        superseded_then=re.compile(data["superseded_then"]),
        takes_in=re.compile(data["takes_in"]),
        joins=re.compile(data["joins"]),
        difference=re.compile(data["difference"]),
        let_go=re.compile(data["let_go"]),
        set_free=re.compile(data["set_free"]),
        obituary=re.compile(data["obituary"]),
        continues=re.compile(data["continues"]),
        aside_lines=re.compile(data["aside_lines"]),
    )


def _hints(scope: ScopeRules, claimants: ClaimantRules, times: Times) -> Hints:
    cues = {
        "background": (*scope.background, *scope.background_after, scope.background_behind),
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
    return Hints({name: [cue.pattern for cue in group] for name, group in cues.items()})


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
        counts=_phrases(data["counts"]["words"]),
        given_by=_phrases(data["given_by"]["words"]),
        setting=_phrases(data["setting"]["words"]),
        works=_phrases(data["works"]["words"]),
        possessive=_phrases(data["possessive"]["words"]),
        bodies=_phrases(data["bodies"]["words"]),
        speakers=_phrases(data["speakers"]["words"]),
        denials=_phrases(data["denials"]["words"]),
        takings=_phrases(data["takings"]["words"]),
        taken=pattern("taken"),
        subordinators=_phrases(data["subordinators"]["words"]),
        contents=_phrases(data["contents"]["words"]),
        denied_things=_phrases(data["denied_things"]["words"]),
        according=_phrases(data["according"]["words"]),
        citing=_phrases(data["citing"]["words"]),
        told=_phrases(data["relaying"]["told"]),
        passed_on=_phrases(data["relaying"]["passed_on"]),
        quoted=_phrases(data["relaying"]["quoted"]),
        agents=_phrases(data["relaying"]["agents"]),
        outlets=_phrases(data["outlets"]["words"]),
        offices=_phrases(data["offices"]["words"]),
        nameless=_phrases(data["nameless"]["words"]),
        told_before=re.compile(data["antecedents"]["before"]),
        told_after=re.compile(data["antecedents"]["after"]),
        named_after=re.compile(data["antecedents"]["name"]),
        before=pattern("before"),
        inverted=pattern("inverted"),
        pronoun=pattern("pronoun"),
        noun_before=grammar["noun_before"],
        addressed=pattern("addressed"),
        still_to_say=pattern("still_to_say"),
        resumes=pattern("resumes"),
        goes_on=pattern("goes_on"),
        phrase=pattern("phrase"),
        neighbours=tuple(re.compile(line) for line in data["neighbours"]["patterns"]),
    )


def _agency_rules(data: Mapping[str, Any]) -> AgencyRules:
    names = [(written, name) for name, forms in data["bylines"].items() for written in forms]
    names.sort(key=lambda entry: (-len(entry[0]), entry))
    forms = data["forms"]
    return AgencyRules(
        names=tuple(names),
        credit=tuple(data["credits"]["patterns"]),
        forms=tuple(forms["patterns"]),
        byline=forms["byline"],
        parting=forms["parting"],
        strangers=_phrases(forms["strangers"]) | _phrases(data["media"]["words"]),
        stations=forms["stations"],
        explained=forms["explained"],
        press=forms["press"],
    )


def _time_words(data: Mapping[str, Any]) -> TimeWords:
    cues = data["cues"]
    return TimeWords(
        weekdays=data["weekdays"].split(),
        months={written: number for number, line in enumerate(data["months"], 1) for written in line.split()},
        ordinal=data["ordinal"],
        joints=data["joints"],
        clocks=data["clocks"],
        zones=data["zones"],
        parts=data["parts"],
        days={name.replace("_", " "): distance for name, distance in data["days"].items()},
        cues=cues["patterns"],
        breaks=cues["breaks"],
        future=cues["future"],
    )
