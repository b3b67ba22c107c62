"""Who vouches for a figure: the subject of a verb of saying, "according to X", "X said", "citing X".

Verbs of saying are found among the chunks of the sentence; the noun phrase beside one is the source, and each
figure takes the source whose clause it stands in: first the verb that introduces it, then "according to",
then the verb that follows it.  A news agency or a medium that relays somebody else is no claimant, it stands
in `via`.  The grammar of sources is data (`claimants.toml`).
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from tallywire.reading.chunks import Sequence
from tallywire.reading.document import Sentence
from tallywire.reading.vocabulary import ClaimantRules

_LONGEST = 14  # words in a source
_DASHES = frozenset("—–-")
_SAYING = frozenset("rRg^")
_TOLD = frozenset("QPSRWVKDUTG")  # symbols of people and what befell them
_DONE_BY = re.compile("Wp")
_CLAUSE_END = re.compile(r"[,;:.\"w]")


class Source(Struct, frozen=True, gc=False):
    """A source that a sentence names."""

    text: str  #: as written; "" for a pronoun, whose source stands in a sentence before
    kind: str  #: "before" (X said that …), "after" (…, X said), "according", "citing" or "headline" (X: …)
    place: int  #: index of the chunk of the verb
    tokens: tuple[int, int] = (0, 0)  #: the words of the source
    denies: bool = False
    via: str = ""  #: who passes it on: "quoted by Interfax"
    hearer: str = ""  #: who was told, and passes it on if a medium: "told AFP"
    pronoun: str = ""  #: the letter of the pronoun in the grammar, where one stands for the source


def sources_of(sentence: Sentence, sequence: Sequence, rules: ClaimantRules) -> list[Source]:
    """The sources that a sentence names, in the order of their verbs."""
    finder = _Finder(sentence, sequence, rules)
    return finder.sources()


class _Finder:
    """One sentence searched for its sources."""

    def __init__(self, sentence: Sentence, sequence: Sequence, rules: ClaimantRules) -> None:
        self._sentence = sentence
        self._sequence = sequence
        self._symbols = sequence.symbols
        self._rules = rules

    def sources(self) -> list[Source]:
        symbols = self._symbols
        if _SAYING.isdisjoint(symbols):
            return self._reporters()
        named = self._matches(self._rules.before)
        inverted = self._matches(self._rules.inverted)
        pronouns = self._matches(self._rules.pronoun)
        found: list[Source] = []
        for place, symbol in enumerate(symbols):
            if symbol == "R" and self._sequence.letters(place) != "R":
                continue  # "three of the wounded" is written with the same symbol
            if symbol not in _SAYING or (place and symbols[place - 1] in self._rules.noun_before):
                continue
            if self._verb(place) in self._rules.passed_on:
                found[-1:] = [replace(source, via=self._relay(place + 1)) for source in found[-1:]]
                continue
            source = self._at(place, named, inverted, pronouns, found)
            if source is not None:
                found.append(self._relayed(source, place, named))
        return found + self._reporters()

    def _verb(self, place: int) -> str:
        """The word or phrase of saying at a chunk."""
        sequence = self._sequence
        return " ".join(sequence.tokens.lower[sequence.start(place) : sequence.end(place)])

    def _relayed(self, source: Source, place: int, named: dict[int, tuple[int, int]]) -> Source:
        """The source with who passes on what it said: "told AFP", "was quoted as saying by KPS", "AFP quoted …"."""
        rules, verb = self._rules, self._verb(place)
        if verb in rules.told:
            return replace(source, hearer=self._relay(place + 1))
        if verb in rules.quoted and self._is_agent(place + 1):
            return replace(source, via=self._relay(place + 2))
        if source.kind == "citing" and place in named:
            quoting = self.source(named[place], "citing", place)
            return replace(source, via=quoting.text) if quoting else source
        return source

    def _relay(self, place: int) -> str:
        """The noun phrase at a chunk, where one stands there."""
        match = self._rules.phrase.match(self._symbols, place)
        source = self.source(match.span(), "citing", place) if match else None
        return source.text if source else ""

    def _is_agent(self, place: int) -> bool:
        """Whether "by" stands at a chunk."""
        return self._symbols[place : place + 1] == "p" and self._verb(place) in self._rules.agents

    def _reporters(self) -> list[Source]:
        """Who reported it, where the report is passive: "were reported missing by the coastguard".

        "Reported killed by the army" may be the army's doing: of the dead only a body that bears no arms reports.
        """
        found: list[Source] = []
        for match in _DONE_BY.finditer(self._symbols):
            place = match.start()
            if not self._is_agent(place + 1):
                continue
            fate = self._sequence.letters(place)
            if "R" not in fate:
                continue
            phrase = self._rules.phrase.match(self._symbols, place + 2)
            source = self.source(phrase.span(), "after", place + 1) if phrase else None
            if source is not None and ("K" not in fate or self._is_unarmed(source)):
                found.append(source)
        return found

    def _is_unarmed(self, source: Source) -> bool:
        words = set(source.text.lower().split())
        return bool(words & self._rules.bodies) and not words & self._rules.nameless

    def _matches(self, pattern: re.Pattern[str]) -> dict[int, tuple[int, int]]:
        """For each verb the pattern finds, the span of chunks of its source; the longest source wins."""
        found: dict[int, tuple[int, int]] = {}
        at = 0
        while (match := pattern.search(self._symbols, at)) is not None:
            found.setdefault(match.start("v"), match.span("s"))
            at = max(match.start("v") + 1, at + 1)
        return found

    def _at(
        self,
        place: int,
        named: dict[int, tuple[int, int]],
        inverted: dict[int, tuple[int, int]],
        pronouns: dict[int, tuple[int, int]],
        found: list[Source],
    ) -> Source | None:
        """The source of the verb of saying at a chunk."""
        rules = self._rules
        verb = self._verb(place)
        if self._symbols[place] == "^" and verb not in rules.setting:
            return None  # a storm brings the toll to 50, and says nothing
        if verb in rules.takings and rules.taken.match(self._symbols, place + 1):
            return None
        denies = verb in rules.denials
        if verb in rules.according or verb in rules.citing:
            span = self._object(place)
            kind = "according" if verb in rules.according else "citing"
            return self.source(span, kind, place) if span else None
        kind = "after" if self._closes(place) or (denies and self._denies_a_claim(place)) else "before"
        if place in named:
            source = self.source(named[place], kind, place, denies)
            if source is not None:
                return source
        if place in inverted:
            return self.source(inverted[place], "after", place, denies)
        if place in pronouns:
            begin, end = pronouns[place]
            return Source("", kind, place, denies=denies, pronoun=self._symbols[begin:end])
        if self._goes_on(place) and found:
            last = found[-1]
            return Source(last.text, "before", place, last.tokens, denies, last.pronoun)
        return None

    def _denies_a_claim(self, place: int) -> bool:
        """'Denied the claim', 'denied it': what is denied stands before."""
        end = self._sequence.end(place)
        words = self._sequence.tokens.lower[end : end + 3]
        if self._symbols[place + 1 : place + 3] in ("=.", "=,", "="):
            return True
        thing = next((k for k, word in enumerate(words[:2]) if word in self._rules.denied_things), None)
        if thing is None:
            return False
        return not any(word in self._rules.contents for word in words[thing + 1 :])  # "reports that 50 …"

    def _goes_on(self, place: int) -> bool:
        before = self._symbols[:place].rstrip("e&")
        return before.endswith((",", '"'))

    def _closes(self, place: int) -> bool:
        """Whether nothing is said after the verb: "…, the union said." or "… said on Friday, a day after"."""
        rest = self._symbols[place + 1 :]
        if self._rules.addressed.match(rest) and self._follows_a_clause(place):
            return True
        rest = rest.lstrip("eCx")
        if rest[:1] == "p":  # said in a statement that …
            return self._follows_a_clause(place) and not self._rules.still_to_say.match(rest)
        return not rest or rest[0] in '.,;"'

    def _follows_a_clause(self, place: int) -> bool:
        """Whether what was said stands before the source of a verb."""
        return not _TOLD.isdisjoint(self._symbols[: max(0, place - 1)])

    def _object(self, place: int) -> tuple[int, int] | None:
        """The chunks after "according to" or "citing", to the end of the clause."""
        start = place + 1
        if self._symbols[start : start + 1] == ">":
            start += 1
        end = _CLAUSE_END.search(self._symbols, start)
        stop = end.start() if end else len(self._symbols)
        while stop > start and self._symbols[stop - 1] in "ep=":
            stop -= 1
        return (start, stop) if stop > start else None

    def source(self, span: tuple[int, int], kind: str, place: int, denies: bool = False) -> Source | None:
        """The words of a span of chunks as a source, or None where they are none."""
        if span[0] >= span[1]:
            return None
        tokens, rules = self._sequence.tokens, self._rules
        first = self._clause_start(span)
        last = self._sequence.end(span[1] - 1)
        words = tokens.lower[first:last]
        if self._is_pronoun(span):
            return Source("", kind, place, denies=denies, pronoun=self._symbols[span[0]].lower())
        if words[0] in rules.possessive:
            return None  # Monday's report
        if not rules.counts.isdisjoint(words) and " ".join(words) not in rules.media:
            giver = self._giver(words)
            if giver is not None:
                first, last = first + giver[0], first + giver[1]
                words = words[slice(*giver)]
            elif words[-1] not in rules.works:
                return None
        if (
            not any(word.isalpha() for word in words)
            or len(words) > _LONGEST
            or " ".join(words) in rules.no_source
        ):
            return None
        if first >= 2 and tokens.words[first - 1] == "." and tokens.ends[first - 1] == tokens.starts[first]:
            first -= 2  # a name with a dot: News.Az
        text = " ".join(self._sentence.field.text[tokens.starts[first] : tokens.ends[last - 1]].split())
        text = text.strip("'\"“”‘ ")
        return Source(text, kind, place, (first, last), denies) if text else None

    def _clause_start(self, span: tuple[int, int]) -> int:
        """The first token of a source: behind a dateline ("BELSK, Arda —") or the last word that opens a clause
        ("world reacts as …")."""
        sequence, opening = self._sequence, self._rules.subordinators
        lower = sequence.tokens.lower
        start, end = sequence.start(span[0]), sequence.end(span[1] - 1)
        strange = not opening.isdisjoint(lower[start:end])
        if not self._symbols[: span[0]].strip("C,"):
            start = next((k + 1 for k in range(start, end) if lower[k] in _DASHES), start)
        if not strange:
            return start
        tokens = (
            k
            for place in range(*span)
            if self._symbols[place] != "&"  # "as well as"
            for k in range(sequence.start(place), sequence.end(place))
        )
        return max((k + 1 for k in tokens if lower[k] in opening), default=start)

    def _is_pronoun(self, span: tuple[int, int]) -> bool:
        """ "They", "him": a chunk of its own."""
        return span[1] - span[0] == 1 and self._sequence.letters(span[0]) in ("l", "u")

    def _giver(self, words: list[str]) -> tuple[int, int] | None:
        """Which of the words name who gives a count or a report, which cannot speak for itself."""
        count = max(k for k, word in enumerate(words) if word in self._rules.counts)
        given_by = (k for k, word in enumerate(words) if k > count and word in self._rules.given_by)
        after = next(given_by, len(words))
        if after + 1 < len(words):  # tolls published by Caracas and Havana
            return after + 1, len(words)
        mark = min((k for k, word in enumerate(words) if word in self._rules.possessive), default=0)
        if mark:
            return 0, mark  # the ministry's first account
        article = words[0] in self._sequence.lexicon.articles
        if len(words) > 1 + article and words[-1] in self._rules.counts and self._gives(words[article:-1]):
            return int(article), len(words) - 1  # health ministry figures, an AFP tally
        return None

    def _gives(self, words: list[str]) -> bool:
        """Whether the words before a count say who counts; "official", "the latest" do not."""
        rules = self._rules
        return words[-1] in rules.bodies or " ".join(words) in rules.agencies


def subject_of(sentence: Sentence, sequence: Sequence, rules: ClaimantRules) -> Source | None:
    """The first noun phrase of a sentence: whom "he" in the next one may mean, or who "has not given a figure"."""
    match = rules.phrase.search(sequence.symbols)
    if match is None or match.start() > 3:
        return None
    begin, end = match.span()
    verb = sequence.symbols.find("x", begin + 1, end)  # "the minister addressed parliament"
    end = verb if verb > 0 else end
    return _Finder(sentence, sequence, rules).source((begin, end), "before", end)


def neighbour_source(sentence: Sentence) -> str | None:
    """Who a sentence beside a figure says has given it: "the figures were confirmed by both governments"."""
    for pattern in sentence.cues.get("neighbours", ()):
        match = pattern.search(sentence.lowered)
        if match is not None:
            return sentence.text[slice(*match.span("who"))].strip()
    return None


def assign(
    sources: list[Source], index: int, symbols: str, rules: ClaimantRules
) -> tuple[list[Source], list[Source]]:
    """The sources that speak for the figure in chunk `index`, strongest first, and those that deny it."""
    scored: list[tuple[int, int, Source]] = []
    denying: list[Source] = []
    nearest = max((s.place for s in sources if s.kind == "before" and s.place < index), default=-1)
    for source in sources:
        if source.kind == "before" and source.place < nearest and "," in symbols[source.place : nearest]:
            continue  # "Arda said …, but Belsk said that 12 …"
        strength = _strength(source, index, symbols, rules)
        if strength is None:
            continue
        if source.denies:
            denying.append(source)
        else:
            scored.append((strength, -abs(source.place - index), source))
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    return [entry[2] for entry in scored], denying


def _strength(source: Source, index: int, symbols: str, rules: ClaimantRules) -> int | None:
    """How strongly a source speaks for the figure in a chunk; None where it does not."""
    if source.kind == "before":
        return 4 if source.place < index and ";" not in symbols[source.place : index] else None
    if source.kind == "according":
        return 3
    if source.kind == "after":
        return 2 if source.place > index or rules.resumes.match(symbols, source.place + 1) else None
    return 2 if source.kind == "headline" else 1
