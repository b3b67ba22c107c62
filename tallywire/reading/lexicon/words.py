"""The words and phrases of a language, each with its class: nations, nouns for people, function words, triggers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tallywire.reading.lexicon.numbers import quantifier_of
from tallywire.reading.tables import Table, entries
from tallywire.reading.vocabulary import Word
from tallywire.records import Metric

METRICS = frozenset(str(metric) for metric in Metric)

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
_NO_FATES = (
    "hits",
    "gate",
    "losses",
    "frees",
    "figurative",
)  # tables of `victims.toml` that are about its words

Phrases = dict[str, dict[str, tuple[tuple[tuple[str, ...], Word], ...]]]


class WordList:
    """Gathers the words of one language; a later entry for the same words replaces an earlier one."""

    def __init__(self, nations: Table, people: Table, classes: Table, victims: Table) -> None:
        """From `nations.toml`, `people.toml`, `words.toml` and `victims.toml`.  Raises `ConfigError`."""
        self.words: dict[str, Word] = {}
        self.triggers: set[str] = set()  #: words and phrases for what befalls people
        self._phrases: dict[str, dict[tuple[str, ...], Word]] = {}
        plurals = people.table("plurals")
        self._plurals: list[tuple[re.Pattern[str], str]] = [
            (re.compile(ending), into) for ending, into in plurals["endings"]
        ]
        self._add_nations(nations, tuple(plurals.text("peoples").split()))
        self._add_people(people)
        self._add_classes(classes)
        self._add_triggers(victims)
        self._mark_shadowed()

    def phrases(self) -> Phrases:
        """Phrases by their first and second word, each with the rest of its words, longest first."""
        indexed: Phrases = {}
        for first, found in self._phrases.items():
            by_second = indexed.setdefault(first, {})
            for words, entry in sorted(found.items(), key=lambda item: (-len(item[0]), item[0])):
                by_second[words[1]] = (*by_second.get(words[1], ()), (words[2:], entry))
        return indexed

    def _add(self, entry: str, word: Word) -> None:
        tokens = tuple(entry.split("_"))
        if len(tokens) == 1:
            self.words[entry] = word
        else:
            self._phrases.setdefault(tokens[0], {})[tokens] = word

    def _add_nations(self, data: Table, peoples: tuple[str, ...]) -> None:
        for code, line in data.items():
            columns = line.split(" |")
            if len(columns) != 3 or not re.fullmatch("[A-Z]{2}", code):
                raise data.fault(code, "wants 'names | adjectives | cities' under an ISO 3166 code")
            names, adjectives, cities = (tuple(entries(column)) for column in columns)
            for entry in (*names, *cities):
                self._add(entry, Word("C", entry, nation=code))
            plurals = {plural for entry in adjectives if (plural := self._plural(entry)) != entry}
            for entry in adjectives:
                letter = "S" if entry in plurals or entry.endswith(peoples) else "E"
                self._add(entry, Word(letter, entry, nation=code))

    def _add_people(self, data: Table) -> None:
        letters, roles = self._nouns(data)
        _add_former(letters, roles, data.table("former").text("words").split())
        counted = data.numbers("counted")
        for entry, letter in letters.items():
            known = self.words.get(entry)
            word = Word(
                "s" if entry in counted else letter,
                entry,
                roles=tuple(sorted(roles[entry])),
                nation=known.nation if known else None,
                count=counted.get(entry, 1),
            )
            self._add(entry, word)

    def _nouns(self, data: Table) -> tuple[dict[str, str], dict[str, set[str]]]:
        """The letter of each noun for people, and its roles."""
        letters: dict[str, str] = {}
        roles: dict[str, set[str]] = {}
        irregular = data.table("irregular")
        for role, nouns in data.table("roles").items():
            tagged = set() if role == "none" else {role}
            for form in nouns:
                if form not in ("singular", "plural"):
                    raise nouns.fault(form, "wants singular or plural")
            for noun in nouns.entries("singular") if "singular" in nouns else ():
                for entry, letter in ((noun, "s"), (self._plural(noun, irregular), "S")):
                    roles.setdefault(entry, set()).update(tagged)
                    letters[entry] = letter
            for noun in nouns.entries("plural") if "plural" in nouns else ():
                roles.setdefault(noun, set()).update(tagged)
                letters[noun] = "S"
        return letters, roles

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
                raise data.fault(f"classes.{letter}", "wants a class of one letter")
            for entry in classes.entries(letter):
                self._add(entry, Word(letter, entry))
        for name, letter in (("bounds", "q"), ("bounds_after", "+")):
            table = data.table(name)
            for quantifier in table:
                for entry in table.entries(quantifier):
                    self._add(entry, Word(letter, entry, quantifier=quantifier_of(table, quantifier)))

    def _add_triggers(self, data: Table) -> None:
        places: dict[str, str] = {}
        for name, forms in data.items():
            if name in _NO_FATES:
                continue
            if name not in METRICS:
                raise data.fault(name, f"wants one of {', '.join(sorted(METRICS))}")
            for form in forms:
                place = f"{name}.{form}"
                if form not in _TRIGGER_LETTERS:
                    raise data.fault(place, f"wants one of {', '.join(_TRIGGER_LETTERS)}")
                for entry in forms.entries(form):
                    if places.setdefault(entry, place) != place:
                        raise data.fault(place, f"{entry!r} stands under {places[entry]}, too")
                    word = _trigger(entry, Metric(name), form)
                    self._add(entry, word)
                    self.triggers.add(word.text)

    def _mark_shadowed(self) -> None:
        """Words that another one, with capitals, is written like: "us" and "US"."""
        for written in [word for word in self.words if word != word.lower()]:
            if written.lower() in self.words:
                self.words[written.lower()] = replace(self.words[written.lower()], shadowed=True)


def phrases(table: Table) -> frozenset[str]:
    """The words and phrases of a table, as they stand in a text."""
    return frozenset(entry.replace("_", " ") for entry in table.entries("words"))


def _trigger(entry: str, metric: Metric, form: str) -> Word:
    """A word for what befalls people, from the list `form` of its metric."""
    return Word(
        _TRIGGER_LETTERS[form],
        entry.replace("_", " "),
        metric=metric,
        implied=form == "implied",
        own_hand=form == "suicide",
        count=_TIMES.get(form, 1),
    )


def _add_former(letters: dict[str, str], roles: dict[str, set[str]], prefixes: Sequence[str]) -> None:
    """Those who once were what a noun says: "ex-soldier"."""
    for noun in [noun for noun in letters if "_" not in noun]:
        for prefix in prefixes:
            letters.setdefault(prefix + noun, letters[noun])
            roles.setdefault(prefix + noun, roles[noun])
