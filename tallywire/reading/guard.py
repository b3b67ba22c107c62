"""The guard of the second reader: which sentences it may see, and which of its suggestions hold.

A second reader (a language model, say) may see what our own grammar has overlooked: which number of a sentence
belongs to which verb.  It is believed in nothing else.  It sees the residue alone: sentences with a word for what
befalls people and a number or a person that could be counted, from which no claim was read.  A suggestion holds if

- its quote stands in such a sentence, word for word (typographic quotes and white space aside);
- our own grammar counts people in the quoted words, and reads the same number;
- a word for what is said to have befallen them stands in the sentence, and is not denied there;
- the people and the source it names stand in the sentence, the source where something is said.

Number, group, scope, status and source of the claim are then read by our own grammar as those of any other; the
second reader can make a claim less certain, never more.  So the worst that an article which talks to the second
reader can reach is a wrong pairing of a number and a verb that stand in one sentence of that article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tallywire.reading.chunks import Chunk, Sequence
from tallywire.reading.document import Sentence
from tallywire.reading.findings import Finding
from tallywire.reading.folding import fold
from tallywire.reading.numbers import Number
from tallywire.reading.tokens import Tokens
from tallywire.reading.vocabulary import Lexicon, Word
from tallywire.records import Basis, Metric, Quantifier, Scope, SecondReading, Status, Suggestion

MOST_SENTENCES = 12  # of one article: a text with more is a list, a ledger or a trap
MOST_SUGGESTIONS = 48
_LONGEST_SOURCE = 14  # words

_COUNTED = frozenset("QRSOsP")  # symbols of chunks whose people can be counted
_SAYING = frozenset("rR")
_LESS_SURE = frozenset({Status.FEARED, Status.UNCONFIRMED, Status.DENIED})
_LESS_OF_ALL = frozenset({Scope.PART, Scope.SUBSET, Scope.BACKGROUND})
_BOTH = frozenset({Metric.KILLED, Metric.INJURED})


class Refusal(StrEnum):
    """Why a suggestion does not hold."""

    QUOTE = "quote"  # its words stand in no sentence that was shown
    NUMBER = "number"  # our own grammar counts no people by that number in the quoted words
    TRIGGER = "trigger"  # the sentence does not say that this befell anybody
    GROUP = "group"  # the people it names do not stand in the sentence
    CLAIMANT = "claimant"  # the source it names does not, or nothing is said there
    REPEATED = "repeated"  # the same people have been counted by an earlier suggestion


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many suggestions hold, and how many do not, by reason."""

    accepted: int
    refused: Mapping[Refusal, int]


class Guard:
    """Gathers the residue of one article, and holds a second reading of it against the text."""

    def __init__(self, lexicon: Lexicon, second: SecondReading | None = None) -> None:
        self._lexicon = lexicon
        self._reader = second.reader if second else None
        suggestions = second.suggestions[:MOST_SUGGESTIONS] if second else ()
        self._waiting = [
            (suggestion, Refusal.QUOTE) for suggestion in suggestions
        ]  # … and what speaks against it
        self.residue: list[Sentence] = []
        self._accepted = 0

    @property
    def verdict(self) -> Verdict:
        """What became of the suggestions, once the whole article has been read."""
        return Verdict(self._accepted, Counter(refusal for _, refusal in self._waiting))

    def findings(self, sentence: Sentence, sequence: Sequence) -> list[Finding]:
        """The figures that hold, of a sentence that our own reading found none in."""
        if len(self.residue) == MOST_SENTENCES or not self._may_count(sequence):
            return []
        self.residue.append(sentence)
        found: list[Finding] = []
        waiting: list[tuple[Suggestion, Refusal]] = []
        for suggestion, refusal in self._waiting:
            quoted = _place(suggestion.quote, sentence.tokens, self._lexicon)
            if quoted is None:
                waiting.append((suggestion, refusal))
                continue
            judged = _Judged(suggestion, quoted, sentence, sequence, self._lexicon).finding(found)
            if isinstance(judged, Refusal):
                waiting.append((suggestion, judged))  # the same words may stand in another sentence, too
            else:
                judged.reader = self._reader
                self._accepted += 1
                found.append(judged)
        self._waiting = waiting
        return sorted(found, key=lambda finding: finding.chunk)

    def _may_count(self, sequence: Sequence) -> bool:
        """Whether a word for what befalls people and people that could be counted stand in a sentence."""
        places = range(len(sequence))
        return any(word.metric for place in places for word in sequence.at(place).triggers) and any(
            _people(sequence, place, self._lexicon) is not None for place in places
        )


class _Judged:
    """One suggestion held against the sentence that it quotes; `quoted` are the tokens of the quote."""

    def __init__(
        self,
        suggestion: Suggestion,
        quoted: tuple[int, int],
        sentence: Sentence,
        sequence: Sequence,
        lexicon: Lexicon,
    ) -> None:
        self._suggestion = suggestion
        self._quoted = quoted
        self._sentence = sentence
        self._sequence = sequence
        self._lexicon = lexicon

    def finding(self, before: list[Finding]) -> Finding | Refusal:
        """What holds, or why nothing does; `before` are the figures of earlier suggestions."""
        suggestion, sequence = self._suggestion, self._sequence
        counted = list(self._counting())
        if not counted:
            return Refusal.NUMBER
        free = [entry for entry in counted if all(entry[0] != finding.chunk for finding in before)]
        if not free:
            return Refusal.REPEATED
        index, number = free[0]
        chunk = sequence.at(index)
        trigger = self._trigger(index)
        if trigger is None or (trigger.negated and number.high != 0):
            return Refusal.TRIGGER
        group = _place(suggestion.group, sequence.tokens, self._lexicon)
        if suggestion.group and group is None:
            return Refusal.GROUP
        claimant = self._claimant(chunk) if suggestion.claimant else ""
        if claimant is None:
            return Refusal.CLAIMANT
        words = [word for word in trigger.triggers if word.metric is not None]
        return Finding(
            metric=suggestion.metric,
            number=number,
            start=min(chunk.start, trigger.start),
            end=max(chunk.end, trigger.end),
            chunk=index,
            counted=chunk,
            status=_status(suggestion.status, trigger, words),
            scope=suggestion.scope if suggestion.scope in _LESS_OF_ALL else Scope.TOTAL,
            basis=Basis.SUMMED if chunk.summed or chunk.members else Basis.STATED,
            group=chunk.group or group,
            increment=chunk.increment,
            verb=words[0].text,
            suffered=trigger.symbol in "WV",
            claimant=claimant,
        )

    def _counting(self) -> Iterator[tuple[int, Number]]:
        """The chunks that begin within the quote and count people by the suggested number."""
        begin, end = self._quoted
        for index in range(len(self._sequence)):
            number = _people(self._sequence, index, self._lexicon)
            if number is None or not begin <= self._sequence.start(index) < end:
                continue
            if _agree(self._suggestion, number):
                yield index, number

    def _trigger(self, index: int) -> Chunk | None:
        """The nearest chunk that says what is said to have befallen them."""
        metric = self._suggestion.metric
        chunks = [self._sequence.at(place) for place in range(len(self._sequence))]
        told = {word.metric for chunk in chunks for word in chunk.triggers}
        wanted = {metric}
        if metric is Metric.CASUALTIES and metric not in told and told >= _BOTH:
            wanted = set(_BOTH)
        telling = [
            k for k, chunk in enumerate(chunks) if any(word.metric in wanted for word in chunk.triggers)
        ]
        return chunks[min(telling, key=lambda place: abs(place - index))] if telling else None

    def _claimant(self, counted: Chunk) -> str | None:
        """The suggested source as written; None where it is not named, or where nothing is said."""
        tokens = self._sequence.tokens
        span = _place(self._suggestion.claimant, tokens, self._lexicon)
        if span is None or span[1] - span[0] > _LONGEST_SOURCE or not _SAYING & set(self._sequence.symbols):
            return None
        if span[0] < counted.end and counted.start < span[1]:  # those who are counted
            return None
        if not any(word[0].isalpha() for word in tokens.words[slice(*span)]):
            return None
        place = self._sentence.span(*span)
        return " ".join(self._sentence.field.text[place.start : place.end].split())


def _place(words: str, tokens: Tokens, lexicon: Lexicon) -> tuple[int, int] | None:
    """Where some words stand among the tokens of a sentence, whole and in their order; None where they do not."""
    sought = lexicon.tokeniser.tokens(fold(words), 0, len(words)).words
    if not sought:
        return None
    for begin in range(len(tokens) - len(sought) + 1):
        if tokens.words[begin] == sought[0] and tokens.words[begin : begin + len(sought)] == sought:
            return begin, begin + len(sought)
    return None


def _people(sequence: Sequence, index: int, lexicon: Lexicon) -> Number | None:
    """The number of people that a chunk counts; None where it counts none, or things, or animals."""
    if sequence.symbols[index] not in _COUNTED:
        return None
    chunk = sequence.at(index)
    words = sequence.tokens.lower[slice(*chunk.group)] if chunk.group else ()
    if chunk.animal or any(word in lexicon.not_people for word in words):
        return None
    opens = (
        index == 0 and "t" not in chunk.letters
    )  # "4 taken to hospital"; elsewhere a bare number may be anything
    return chunk.number if chunk.people or chunk.group or opens else None


def _agree(suggestion: Suggestion, number: Number) -> bool:
    """Whether the suggested interval is the one our own grammar reads; "dozens" has no end, and begins somewhere."""
    if number.quantifier is Quantifier.VAGUE:
        return suggestion.low is not None and suggestion.high is None
    return (suggestion.low, suggestion.high) == (number.low, number.high)


def _status(suggested: Status, trigger: Chunk, words: list[Word]) -> Status:
    """How sure it is by the words of its clause, or less sure."""
    if all(word.implied for word in words):
        return Status.UNCONFIRMED
    if trigger.feared or trigger.modal:
        return Status.FEARED
    return suggested if suggested in _LESS_SURE else Status.ASSERTED
