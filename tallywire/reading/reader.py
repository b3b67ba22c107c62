"""From a document to its claims: the cascade run over every sentence that can hold one."""

from __future__ import annotations

from bisect import bisect_left

import msgspec

from tallywire.reading import claimants
from tallywire.reading.chunks import Sequence, chunks_of
from tallywire.reading.document import Document, Field, Sentence
from tallywire.reading.figures import Rules
from tallywire.reading.groups import group_of
from tallywire.reading.lexicon import Lexicon
from tallywire.reading.notes import Note, Person, sex_of
from tallywire.reading.scope import settle, unknown_figures
from tallywire.reading.units import Units, units_of, without_asides
from tallywire.records import Claim, Group, Metric, Quantifier, Scope, Status


class FigureReader:
    """Reads the figures of documents in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._rules = Rules(lexicon)

    def read(self, document: Document, year: int) -> list[Note]:
        """The claims of a document, in the order of the text; `year` is the article's."""
        found: list[Note] = []
        for field in document.fields:
            if field.text:
                found += _FieldReading(field, self._lexicon, self._rules, year).notes()
        return found


class _FieldReading:
    """One field being read, sentence by sentence."""

    def __init__(self, field: Field, lexicon: Lexicon, rules: Rules, year: int) -> None:
        self._field = field
        self._lexicon = lexicon
        self._rules = rules
        self._year = year
        self._subject: tuple[str, ...] = ()  # whom "he said" may mean

    def notes(self) -> list[Note]:
        places = self._lexicon.gate.places(self._field.lowered)
        if not places:
            return []
        found: list[Note] = []
        last: Metric | None = None  # of the sentence before
        for sentence in self._field.sentences:
            at = bisect_left(places, sentence.start)
            triggered = at < len(places) and places[at] < sentence.end
            goes_on = last is not None and bool(self._lexicon.scope.continues.match(sentence.lowered))
            if not triggered and not goes_on:
                last = None
                continue
            notes = self._sentence(sentence, last if goes_on else None)
            found += notes
            if notes:
                last = notes[-1].claim.metric
            elif not goes_on:
                last = None
        return found

    def _sentence(self, sentence: Sentence, inherited: Metric | None) -> list[Note]:
        units, asides = without_asides(units_of(sentence.tokens, self._lexicon))
        sequence = chunks_of(sentence.tokens, units, self._lexicon)
        findings = self._rules.findings(sequence, inherited)
        for aside in asides:
            findings += self._aside(aside, sentence, sequence, findings)
        lowered = sentence.lowered
        if self._lexicon.scope.aside_lines.match(lowered):
            for finding in findings:
                finding.scope = Scope.BACKGROUND
        settle(findings, sentence.tokens, lowered, sentence.start, self._year, self._lexicon.scope)
        unknown = unknown_figures(lowered, findings, self._lexicon.scope)
        if not findings and not unknown:
            return []
        sources = claimants.sources_of(sentence, sequence, self._lexicon.claimants)
        evidence = sentence.evidence()
        found: list[Note] = []
        for finding in findings:
            group = group_of(sentence, finding.group, self._lexicon)
            number = finding.number
            speaking, denying = claimants.assign(sources, finding.chunk)
            claim = Claim(
                metric=finding.metric,
                low=number.low,
                high=number.high,
                quantifier=number.quantifier,
                evidence=evidence,
                status=finding.status,
                scope=finding.scope,
                group=group,
                basis=finding.basis,
            )
            alone = all(other.metric is not Metric.KILLED for other in findings)
            found.append(self._note(self._voiced(claim, speaking), finding, sentence, alone))
        for metric, begin, end in unknown:
            text = self._field.text[sentence.start + begin : sentence.start + end]
            claim = Claim(
                metric=metric,
                low=None,
                high=None,
                quantifier=Quantifier.NONE,
                evidence=evidence,
                status=Status.UNKNOWN,
                group=Group(text=text),
            )
            speaking, denying = claimants.assign(sources, len(sequence.chunks))
            found.append(Note(self._voiced(claim, speaking), (self._field.name, sentence.index), -1))
        return found

    def _note(self, claim: Claim, finding: Finding, sentence: Sentence, alone: bool) -> Note:
        """The claim with what tells its people from others."""
        person = None
        if claim.low == claim.high == 1 and finding.scope is not Scope.SUBSET:
            person = self._person(claim, finding, sentence)
        return Note(
            claim=claim,
            sentence=(self._field.name, sentence.index),
            place=finding.counted.start,
            alone=alone,
            hit=finding.verb in self._lexicon.hits,
            toll=finding.toll,
            linked=finding.linked,
            person=person,
        )

    def _person(self, claim: Claim, finding: Finding, sentence: Sentence) -> Person:
        chunk = finding.counted
        tokens = sentence.tokens
        words = range(chunk.start, chunk.end)
        ages = (_age(tokens.lower[k], tokens.lower[k - 1] if k > chunk.start else "") for k in words)
        age = next((age for age in ages if age is not None), None)
        name = frozenset(
            tokens.lower[k]
            for k in words
            if tokens.words[k][0].isupper() and tokens.lower[k] not in self._lexicon.words and len(tokens.lower[k]) > 1
        )
        nouns = [tokens.lower[k] for k in words if self._letter(tokens.lower[k]) == "s"]
        roles = claim.group.roles
        return Person(
            sex=sex_of(roles),
            age=age,
            child="child" in roles,
            name=name if chunk.named else frozenset(),
            head=nouns[-1] if nouns else "",
            perpetrator="perpetrator" in roles,
            definite=chunk.definite or chunk.named,
            another=finding.scope is Scope.INCREMENT,
        )

    def _letter(self, word: str) -> str:
        entry = self._lexicon.words.get(word)
        return entry.letter if entry else ""

    def _voiced(self, claim: Claim, speaking: list[claimants.Source]) -> Claim:
        """The claim in the voice of those who make it."""
        rules = self._lexicon.claimants
        said: list[str] = []
        via: list[str] = []
        for source in speaking:
            texts = (source.text,) if source.text else self._subject
            for text in texts:
                (via if claimants.is_relay(text, rules) else said).append(text)
        if not said:
            said, via = via, []
        heard, relayed = tuple(dict.fromkeys(said)), tuple(dict.fromkeys(via))
        return msgspec.structs.replace(claim, claimants=heard, via=relayed)

    def _aside(
        self, aside: Units, sentence: Sentence, around: Sequence, findings: list[Finding]
    ) -> list[Finding]:
        """The figures of what stands in brackets; their place is that of the chunk before the bracket."""
        if not aside.letters:
            return []
        place = max((k for k, c in enumerate(around.chunks) if c.end <= aside.starts[0]), default=0)
        found = self._rules.findings(chunks_of(sentence.tokens, aside, self._lexicon))
        for finding in found:
            finding.chunk = place
        return found


def _age(word: str, before: str) -> int | None:
    """The age that "34-year-old", or 34 after a comma, tells."""
    digits, hyphen, _ = word.partition("-")
    if digits.isdecimal() and len(digits) < 4 and (hyphen or before == ","):
        return int(digits)
    return None
