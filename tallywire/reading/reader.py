"""From a document to its claims: the cascade run over every sentence that can hold one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from tallywire.reading import claimants
from tallywire.reading.chunks import Chunk, Sequence, chunks_of, is_numbered
from tallywire.reading.document import Document, Field, Sentence
from tallywire.reading.effort import Effort
from tallywire.reading.figures import Rules
from tallywire.reading.findings import Finding
from tallywire.reading.groups import described, group_of, nations_in, with_whole
from tallywire.reading.guard import Guard
from tallywire.reading.headlines import credited, without_source
from tallywire.reading.notes import Note, Person, sex_of
from tallywire.reading.numbers import Number
from tallywire.reading.scope import Numberless, Written, numberless, settle, without_others
from tallywire.reading.units import Units, units_of, without_asides
from tallywire.reading.vocabulary import Lexicon
from tallywire.reading.voices import Voices
from tallywire.records import Basis, Claim, Group, Metric, Quantifier, Scope, Span, Status

_ACTS = frozenset("HbvW!er")  # symbols of what a subject does: "Arda has not given a figure"
_OWN_SIDE = frozenset({"military", "police", "security"})  # of whom a nation's own losses are told


class FigureReader:
    """Reads the figures of documents in one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._rules = Rules(lexicon)

    def read(
        self,
        document: Document,
        written: datetime | None,
        published: datetime | None = None,
        guard: Guard | None = None,
        effort: Effort | None = None,
    ) -> list[Note]:
        """The claims of a document, in the order of the text.

        `written` tells other times from the article's own, from `published` on the times of its figures are reckoned.
        `guard` is shown what is left over, and adds what holds of a second reader's suggestions.  Raises
        `OverrunError` where it takes more steps than `effort` has left.
        """
        effort = effort or Effort()
        counted: set[Metric] = set()
        fields = [
            _FieldReading(
                field,
                self._lexicon,
                self._rules,
                document.agency,
                Written(written),
                published,
                counted,
                effort,
            )
            for field in document.fields
            if field.triggers
        ]
        own = _with_parts([note for field in fields for note in field.notes()], effort)
        if guard is None:
            return own
        beside = [note for field in fields for note in field.beside(guard)]
        return sorted(own + beside, key=_place)


def _place(note: Note) -> tuple[bool, int]:
    """Where a claim stands in the order of the text: title first, then sentence by sentence."""
    field, index = note.sentence
    return field != "title", index


def _with_parts(notes: list[Note], effort: Effort) -> list[Note]:
    """Claims of one nation's people are parts where the text gives a joint total: "55 Cubans and Venezuelans"."""
    wholes: dict[
        tuple[Metric, str], dict[tuple[str, ...], int]
    ] = {}  # by a nation of theirs: the largest of each
    for claim in (note.claim for note in notes):
        nations = claim.group.nations
        if claim.scope is Scope.TOTAL and len(nations) > 1 and claim.low:
            for nation in nations:
                here = wholes.setdefault((claim.metric, nation), {})
                here[nations] = max(claim.low, here.get(nations, 0))
    if not wholes:
        return notes
    return [
        replace(note, claim=replace(note.claim, scope=Scope.PART))
        if _is_part(note.claim, wholes, effort)
        else note
        for note in notes
    ]


def _is_part(
    claim: Claim, wholes: Mapping[tuple[Metric, str], Mapping[tuple[str, ...], int]], effort: Effort
) -> bool:
    nations, low = claim.group.nations, claim.low
    if claim.scope is not Scope.TOTAL or not nations or low is None or low <= 0:
        return False
    known = wholes.get((claim.metric, nations[0]), {})
    effort.on_pairs(len(known))
    return any(low <= most and set(nations) < set(whole) for whole, most in known.items())


class _FieldReading:
    """One field being read, sentence by sentence."""

    def __init__(
        self,
        field: Field,
        lexicon: Lexicon,
        rules: Rules,
        agency: str | None,
        written: Written,
        published: datetime | None,
        counted: set[Metric],
        effort: Effort,
    ) -> None:
        self._effort = effort
        self._field = field
        self._lexicon = lexicon
        self._rules = rules
        self._written = written
        self._published = published
        self._voices = Voices(field, lexicon, agency)
        self._counted = counted  # metrics that the article has given figures for
        self._told: set[Metric] = set()  # the same, of this field and of its own event
        self._headed: dict[int, list[claimants.Source]] = {}  # of headlines, by sentence
        self._left: list[tuple[Sentence, Sequence]] = []  # sentences with a trigger and no claim

    def notes(self) -> list[Note]:
        places = self._field.triggers
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
        return [self._heard_beside(note) for note in found]

    def beside(self, guard: Guard) -> list[Note]:
        """What holds of a second reader's suggestions, read like our own findings; to be asked after `notes`."""
        found: list[Note] = []
        for sentence, sequence in self._left:
            findings = guard.findings(sentence, sequence)
            if findings:
                self._effort.on_sentence(len(sentence.tokens), len(findings))
                self._settle(findings, sentence)
                found += self._told_of(findings, sentence, sequence)
        return [self._heard_beside(note) for note in found]

    def _heard_beside(self, note: Note) -> Note:
        """The note with the source that a neighbouring sentence gives for its figure."""
        claim = note.claim
        if claim.claimants or claim.scope is not Scope.TOTAL or not claim.low or self._field.name == "title":
            return note
        sentences, index = self._field.sentences, note.sentence[1]
        for beside in (index, index + 1, index - 1, index - 2):
            if 0 <= beside < len(sentences):
                who = claimants.neighbour_source(sentences[beside])
                if who is not None:
                    heard = replace(claim, claimants=tuple(self._voices.parted(who)))
                    return replace(note, claim=heard)
        return note

    def _sentence(self, sentence: Sentence, inherited: Metric | None) -> list[Note]:
        lexicon = self._lexicon
        units, asides = without_asides(units_of(sentence.tokens, lexicon))
        if self._field.name == "title":
            units, self._headed[sentence.index] = without_source(units, sentence, lexicon)
        elif asides and (credit := credited(asides[-1], sentence, lexicon)):
            self._headed[sentence.index] = [credit]
        sequence = chunks_of(sentence.tokens, units, lexicon)
        findings = self._rules.findings(sequence, inherited)
        for aside in asides:
            findings += self._aside(aside, sentence, sequence)
        self._effort.on_sentence(len(sentence.tokens), len(findings))
        self._settle(findings, sentence)
        unnumbered = numberless(sentence, findings, lexicon.scope)
        if not findings and not unnumbered:
            self._left.append((sentence, sequence))
            return []
        found = self._told_of(findings, sentence, sequence)
        if unnumbered:
            sources = self._sources(sentence, sequence)
            found += [self._unnumbered(count, sentence, sequence, sources) for count in unnumbered]
        return found

    def _sources(self, sentence: Sentence, sequence: Sequence) -> list[claimants.Source]:
        """Who speaks in a sentence."""
        headed = self._headed.get(sentence.index, [])
        return headed + claimants.sources_of(sentence, sequence, self._lexicon.claimants)

    def _settle(self, findings: list[Finding], sentence: Sentence) -> None:
        """Give the findings of a sentence their scope and status."""
        if not findings:
            return
        if self._elsewhere(sentence):
            for finding in findings:
                finding.scope = Scope.BACKGROUND
        rules = self._lexicon.scope
        findings[:] = without_others(findings, sentence, rules)
        settle(findings, sentence, self._written, self._counted, rules)

    def _elsewhere(self, sentence: Sentence) -> bool:
        """Whether a line stands beside the article and tells of another event."""
        in_title = self._field.name == "title"  # "Watch: 12 killed in blast" is the article's own
        return not in_title and bool(self._lexicon.scope.aside_lines.match(sentence.lowered))

    def _told_of(self, findings: list[Finding], sentence: Sentence, sequence: Sequence) -> list[Note]:
        """What the figures of a sentence claim."""
        lexicon = self._lexicon
        elsewhere = self._elsewhere(sentence)
        sources = self._sources(sentence, sequence)
        alone = all(finding.metric is not Metric.KILLED for finding in findings)
        found: list[Note] = []
        for finding in findings:
            if finding.pronoun and finding.metric in self._told:
                continue  # he or she has been counted
            finding.group = described(sequence, finding.chunk, finding.counted) or finding.group
            if finding.group is not None:
                finding.group = with_whole(sequence, finding.group)
            heard = (
                [source for source in sources if source.kind != "before"] if finding.in_passing else sources
            )
            speaking = claimants.assign(heard, finding.chunk, sequence.symbols, lexicon.claimants)
            nth = self._place_among_the_dead(finding, findings, sentence)
            stated = self._stated(finding, sentence, *speaking, alone, nth)
            found += [replace(note, aside=True) for note in stated] if elsewhere else stated
            self._counted.add(finding.metric)
            if finding.scope is not Scope.BACKGROUND:
                self._told.add(finding.metric)
        return found

    def _stated(
        self,
        finding: Finding,
        sentence: Sentence,
        speaking: list[claimants.Source],
        denying: list[claimants.Source],
        alone: bool,
        nth: int,
    ) -> list[Note]:
        """What one figure of a sentence claims: in the voice of those who say it, and of those who deny it.

        `nth` is the place of one who died among all the dead, where the text gives it, else 0.
        """
        speaking = self._voices.meant(speaking, sentence)
        said, via = self._voices.of(speaking)
        if finding.claimant and not said and not denying:
            said = (finding.claimant,)
        denied = [source for source in denying if source.kind == "before"]
        number = Number(nth, None, Quantifier.AT_LEAST) if nth else finding.number
        group = group_of(sentence, finding.group, self._lexicon, finding.metric)
        claim = Claim(
            metric=finding.metric,
            low=number.low,
            high=number.high,
            quantifier=number.quantifier,
            evidence=sentence.evidence(),
            status=Status.DENIED if denied and not said else finding.status,
            scope=finding.scope,
            group=self._with_nations(group, finding, sentence, speaking),
            claimants=self._voices.of(denied)[0] if denied and not said else said,
            via=via,
            as_of=self._as_of(finding, sentence),
            basis=Basis.INHERITED if finding.pronoun else finding.basis,
            counted=sentence.span(finding.counted.start, finding.counted.end),
            reader=finding.reader,
        )
        notes = [self._note(claim, finding, sentence, alone)]
        for source in denying:
            if source not in denied:  # "…; Kyiv denied the claim"
                against = replace(claim, status=Status.DENIED, claimants=self._voices.of([source])[0], via=())
                notes.append(Note(against, (self._field.name, sentence.index), finding.counted.start))
        return notes

    def _as_of(self, finding: Finding, sentence: Sentence) -> datetime | None:
        """The time that a figure of the story's own event, not one already left behind, speaks for."""
        if finding.scope is Scope.BACKGROUND or finding.status is Status.SUPERSEDED:
            return None
        cues = sentence.cues.get("times")
        if cues is None:
            return None
        place = sentence.tokens.starts[finding.counted.start] - sentence.start
        return self._lexicon.times.of(sentence.lowered, place, self._published, cues)

    def _unnumbered(
        self,
        count: Numberless,
        sentence: Sentence,
        sequence: Sequence,
        sources: list[claimants.Source],
    ) -> Note:
        """The sentence says that there is no figure, or that figures conflict; whoever it is about says so."""
        speaking = [source for source in sources if source.kind != "citing" and source.text]
        if not speaking:
            subject = claimants.subject_of(sentence, sequence, self._lexicon.claimants)
            acts = subject is not None and sequence.symbols[subject.place : subject.place + 1] in _ACTS
            speaking = [subject] if subject is not None and acts else []
        said, via = self._voices.of(speaking)
        begin, end = sentence.start + count.begin, sentence.start + count.end
        roles = self._roles(sentence.lowered[count.begin : count.end])
        group = Group(text=self._field.text[begin:end], roles=roles)
        claim = Claim(
            metric=count.metric,
            low=None,
            high=None,
            quantifier=Quantifier.VAGUE if count.at_odds else Quantifier.NONE,
            evidence=sentence.evidence(),
            status=Status.UNKNOWN,
            group=group,
            claimants=said,
            via=via,
            counted=Span(start=begin, end=end),
        )
        return Note(claim, (self._field.name, sentence.index), -1)

    def _roles(self, words: str) -> tuple[str, ...]:
        known = (self._lexicon.words.get(word) for word in words.split())
        return tuple(sorted({role for word in known if word is not None for role in word.roles}))

    def _with_nations(
        self, group: Group, finding: Finding, sentence: Sentence, speaking: list[claimants.Source]
    ) -> Group:
        """'Cuba said 32 of its soldiers were killed': they are Cuban."""
        if group.nations or not speaking or speaking[0].tokens[1] > len(sentence.tokens):
            return group
        chunk = finding.counted
        own = "h" in chunk.letters or (finding.suffered and set(group.roles) & _OWN_SIDE)
        if not own:
            return group
        nations = nations_in(sentence, *speaking[0].tokens, self._lexicon)
        return replace(group, nations=nations) if len(nations) == 1 else group

    def _note(self, claim: Claim, finding: Finding, sentence: Sentence, alone: bool) -> Note:
        """The claim with what tells its people from others."""
        person = None
        one = finding.number.low == finding.number.high == 1
        if one and finding.scope is not Scope.SUBSET:
            person = self._person(claim, finding, sentence)
        words = sentence.tokens.lower[slice(*finding.group)] if finding.group else ()
        among_them = not self._lexicon.reflexive.isdisjoint(words)  # "killed two guards and himself"
        return Note(
            claim=claim,
            sentence=(self._field.name, sentence.index),
            place=finding.counted.start,
            alone=alone,
            active=not finding.suffered and 0 <= finding.trigger < finding.chunk and not among_them,
            hit=finding.verb in self._lexicon.hits,
            drawn=finding.drawn,
            toll=finding.toll,
            linked=finding.linked,
            numbered=is_numbered(finding.counted, sentence.tokens, self._lexicon),
            person=person,
            pronoun=finding.pronoun,
            apart=finding.apart,
            others="m" in finding.counted.letters,
        )

    def _person(self, claim: Claim, finding: Finding, sentence: Sentence) -> Person:
        chunk = finding.counted
        tokens = sentence.tokens
        words = range(chunk.start, chunk.end)
        ages = (self._age(tokens.lower[k], tokens.lower[k - 1] if k > chunk.start else "") for k in words)
        age = next((age for age in ages if age is not None), None)
        name = frozenset(
            tokens.lower[k]
            for k in words
            if tokens.words[k][0].isupper()
            and tokens.lower[k] not in self._lexicon.words
            and len(tokens.lower[k]) > 1
            and not self._lexicon.age.search(tokens.lower[k])
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
            anyone=not nouns or nouns[-1] in self._lexicon.anyone,
            ordinal=self._ordinal(chunk, sentence),
            reflexive=finding.own_hand or (bool(nouns) and nouns[-1] in self._lexicon.reflexive),
            another=finding.scope is Scope.INCREMENT or self._beside_the_dead(finding),
        )

    def _ordinal(self, chunk: Chunk, sentence: Sentence) -> int:
        """The place in a count that "a fifth victim" has; none for "the fifth", who may have been told of."""
        if chunk.definite or "O" not in chunk.letters:
            return 0
        words = sentence.tokens.lower[chunk.start : chunk.end]
        return next(filter(None, map(self._lexicon.numbers.ordinal, words)), 0)

    def _place_among_the_dead(self, finding: Finding, findings: list[Finding], sentence: Sentence) -> int:
        """The place of "a fourth person", who has died, among all the dead: there are four at least; 0 without one.

        Who "was killed" as a third beside two who were hurt, or as the third this month, has none.
        """
        place = self._ordinal(finding.counted, sentence) if finding.metric is Metric.KILLED else 0
        if place < 2 or not finding.died:
            return 0
        beside = {other.metric for other in findings if other.chunk < finding.chunk} | self._told
        if Metric.KILLED not in beside and beside & {Metric.INJURED, Metric.MISSING}:
            return 0
        return 0 if self._lexicon.scope.numbered_over.search(sentence.lowered) else place

    def _beside_the_dead(self, finding: Finding) -> bool:
        """Whether "another" who was hurt is none of the dead that the text has told of."""
        return finding.counted.increment and finding.metric is Metric.INJURED and Metric.KILLED in self._told

    def _age(self, word: str, before: str) -> int | None:
        """The age in years that "34-year-old", or 34 after a comma, tells."""
        digits, hyphen, _ = word.partition("-")
        if not digits.isdecimal() or len(digits) > 3 or not (hyphen or before == ","):
            return None
        match = self._lexicon.age.search(word)
        in_months = match is not None and match.groupdict().get("years", word) is None
        return None if in_months else int(digits)

    def _letter(self, word: str) -> str:
        entry = self._lexicon.words.get(word)
        return entry.letter if entry else ""

    def _aside(self, aside: Units, sentence: Sentence, around: Sequence) -> list[Finding]:
        """The figures of what stands in brackets; their place is that of the chunk before the bracket."""
        if not aside.letters:
            return []
        place = max((k for k in range(len(around)) if around.end(k) <= aside.starts[0]), default=0)
        found = self._rules.findings(chunks_of(sentence.tokens, aside, self._lexicon))
        for finding in found:
            finding.chunk = place
        return found
