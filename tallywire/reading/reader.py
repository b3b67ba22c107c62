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
from tallywire.reading.scope import settle, unknown_figures
from tallywire.reading.units import Units, units_of, without_asides
from tallywire.records import Claim, Group, Quantifier, Status


class FigureReader:
    """Reads the figures of documents in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._rules = Rules(lexicon)

    def read(self, document: Document, year: int) -> tuple[Claim, ...]:
        """The claims of a document, in the order of the text; `year` is the article's."""
        found: list[Claim] = []
        for field in document.fields:
            if field.text:
                found += _FieldReading(field, self._lexicon, self._rules, year).claims()
        return tuple(found)


class _FieldReading:
    """One field being read, sentence by sentence."""

    def __init__(self, field: Field, lexicon: Lexicon, rules: Rules, year: int) -> None:
        self._field = field
        self._lexicon = lexicon
        self._rules = rules
        self._year = year
        self._subject: tuple[str, ...] = ()  # whom "he said" may mean

    def claims(self) -> list[Claim]:
        places = self._lexicon.gate.places(self._field.lowered)
        if not places:
            return []
        found: list[Claim] = []
        last: Metric | None = None  # of the sentence before
        for sentence in self._field.sentences:
            at = bisect_left(places, sentence.start)
            triggered = at < len(places) and places[at] < sentence.end
            goes_on = last is not None and bool(self._lexicon.scope.continues.match(sentence.lowered))
            if not triggered and not goes_on:
                last = None
                continue
            claims = self._sentence(sentence, last if goes_on else None)
            found += claims
            if claims:
                last = claims[-1].metric
            elif not goes_on:
                last = None
        return found

    def _sentence(self, sentence: Sentence, inherited: Metric | None) -> list[Claim]:
        units, asides = without_asides(units_of(sentence.tokens, self._lexicon))
        sequence = chunks_of(sentence.tokens, units, self._lexicon)
        findings = self._rules.findings(sequence, inherited)
        for aside in asides:
            findings += self._aside(aside, sentence, sequence, findings)
        lowered = sentence.lowered
        settle(findings, sentence.tokens, lowered, sentence.start, self._year, self._lexicon.scope)
        unknown = unknown_figures(lowered, findings, self._lexicon.scope)
        if not findings and not unknown:
            return []
        sources = claimants.sources_of(sentence, sequence, self._lexicon.claimants)
        evidence = sentence.evidence()
        found: list[Claim] = []
        for finding in findings:
            group = group_of(sentence, finding.group, self._lexicon)
            number = finding.number
            assert number is not None
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
            found += self._voiced(claim, sentence, speaking, denying)
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
            found += self._voiced(claim, sentence, speaking, denying)
        return found

    def _voiced(
        self,
        claim: Claim,
        sentence: Sentence,
        speaking: list[claimants.Source],
        denying: list[claimants.Source],
    ) -> list[Claim]:
        """The claim in the voice of those who make it, and its denial in the voice of those who deny it."""
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
        return [msgspec.structs.replace(claim, claimants=heard, via=relayed)]

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
