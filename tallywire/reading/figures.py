"""Step three of the cascade: rules over the symbols of a sentence find its figures.

The rules are data (`rules.toml`).  Whose word a figure is, how sure, and what share of the event it covers is worked
out later, from the words around it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from tallywire.reading.chunks import Chunk, Sequence
from tallywire.reading.findings import Finding
from tallywire.reading.fitting import Fitting, by_own_hand
from tallywire.reading.numbers import Number
from tallywire.reading.ruleindex import RuleIndex
from tallywire.reading.vocabulary import Lexicon, Rule, Word
from tallywire.records import Basis, Metric, Quantifier, Scope, Status

_LAST_OF_ALL = frozenset(
    {Metric.KILLED, Metric.RESCUED}
)  # "two of the missing died", "four hostages were freed"
_VOICE = re.compile("r(?!o)")  # a verb of saying, not the noun of "earlier reports of 22 dead"
_UNSURE = frozenset("vg")  # symbols between a toll and its figure: could, feared, expected

Fates = list[tuple[Metric, str]]  # what befell people: metrics, each with the word that says so


class Rules:
    """Applies the rules of one language to one sentence after another."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._index = RuleIndex(lexicon.rules)

    def findings(self, sequence: Sequence, inherited: Metric | None = None) -> list[Finding]:
        """The figures of a sentence, in the order of their numbers.

        `inherited` is the metric of the sentence before, where this one goes on about the same people.
        """
        symbols = sequence.symbols
        matches = [
            (rule, match) for rule in self._index.possible(symbols) for match in rule.regex.finditer(symbols)
        ]
        if not matches:
            return []
        reading = _Reading(sequence, self._lexicon, inherited)
        for rule, match in matches:
            reading.apply(rule, match)
        reading.let_the_dead_be_dead()
        reading.let_the_hurt_die()
        found = sorted(reading.found, key=lambda finding: (finding.chunk, finding.metric))
        for before, finding in pairwise(found):
            finding.linked = finding.linked and before.metric is finding.metric
            if _goes_on(before, finding):
                finding.scope = Scope.SUBSET
        return found


class _Told(Struct, frozen=True):
    """How a match tells of the people it counts."""

    q: int  #: index of the counted chunk
    t: int  #: … of the chunk that says what befell them, or -1
    fates: Fates
    rule: Rule | None = None
    scope: Scope | None = None  #: where the match decides it
    status: Status = Status.ASSERTED
    linked: bool | None = None  #: the same: a further group beside the one before


class _Reading:
    """One sentence being read."""

    def __init__(self, sequence: Sequence, lexicon: Lexicon, inherited: Metric | None) -> None:
        self.found: list[Finding] = []
        self._inherited = inherited
        self._at = sequence.at
        self._symbols = sequence.symbols
        self._tokens = sequence.tokens
        self._lexicon = lexicon
        self._fitting = Fitting(sequence, lexicon)
        self._read: set[int] = set()  # counted chunks
        self._taken: set[int] = set()  # verbs that have found their people

    def apply(self, rule: Rule, match: re.Match[str]) -> None:
        """Make what a rule has matched a finding, if its words allow it."""
        if rule.moves and not self._moves(match):
            return
        places = {name: match.start(number) for name, number in rule.groups}
        t = max(places.get("t", -1), places.get("k", -1))
        if "old" in places:
            self._apply_change(places["old"], places["new"], t)
            return
        q = places["q"]
        if (t in self._taken and not rule.keeps) or (q in self._read) is not rule.shares:
            return
        fates = self._fates(rule, q, t)
        if not fates or not self._fitting.fits(rule.need, q, t, fates[0][0]):
            return
        unsure = places.get("mid", -1) >= 0 and not _UNSURE.isdisjoint(match["mid"])
        for name, scope in (("by", Scope.INCREMENT), ("sub", Scope.SUBSET)):
            if places.get(name, -1) >= 0:
                self._add(_Told(places[name], t, fates, scope=scope))
        status = Status.FEARED if unsure else Status.ASSERTED  # "the toll could pass 100"
        self._add(_Told(q, t, fates, rule, rule.scope, status))
        second = places.get("t2", -1)
        if second >= 0:
            whole = places.get("all", q)
            self._add(_Told(whole, second, self._fates(None, whole, second)))
        if t >= 0:
            self._taken.add(t)
        if self._symbols[q] == "n":
            self._read.add(q + 1)  # those of whom some were meant

    def let_the_dead_be_dead(self) -> None:
        """Who is read as injured and as killed has died of it: "was shot and died", "the death of one who was shot"."""
        for finding in self.found:
            if finding.pronoun and finding.metric is Metric.KILLED:
                self._let_one_be_dead(finding)
        dead = {
            id(finding.counted): finding.trigger
            for finding in self.found
            if finding.metric is Metric.KILLED and finding.trigger >= 0
        }
        for finding in self.found:
            verb = dead.get(id(finding.counted), -1)
            injured = finding.metric is Metric.INJURED and finding.number.high != 0
            if injured and verb >= 0 and (self._symbols[verb] in "WVK" or finding.verb in self._lexicon.hits):
                finding.status = Status.SUPERSEDED

    def let_the_hurt_die(self) -> None:
        """'Ten were hurt, two of whom later died': the two come on top of those whom the sentence calls dead."""
        dead = [finding for finding in self.found if finding.metric is Metric.KILLED]
        for finding in dead:
            finding.drawn = self._is_drawn(finding)
            if finding.drawn and any(other.chunk < finding.chunk for other in dead):
                finding.scope = Scope.INCREMENT

    def _is_drawn(self, death: Finding) -> bool:
        """Whether the dead are of people told of as hurt: "two of the wounded died", "ten hurt, one of whom died"."""
        q, symbol = death.chunk, death.counted.symbol
        if symbol == "O" and self._symbols[q + 1 : q + 2] != "K":
            earlier = [finding for finding in self.found if finding.chunk < q]
            nearest = max(earlier, key=_place).metric if earlier else self._inherited
            return nearest is Metric.INJURED
        of = {"R": q, "O": q + 1, "n": q + 2 if self._symbols[q + 2 : q + 3] == "K" else q + 1}.get(symbol)
        return of is not None and any(word.metric is Metric.INJURED for word in self._at(of).triggers)

    def _let_one_be_dead(self, death: Finding) -> None:
        """'The girl was taken to hospital, where she died': the girl is dead."""
        hurt = [
            finding
            for finding in self.found
            if finding.metric is Metric.INJURED
            and finding.suffered
            and finding.chunk < death.chunk
            and finding.number.low == finding.number.high == 1
        ]
        if hurt:
            meant = max(hurt, key=lambda finding: finding.chunk)
            meant.status = Status.SUPERSEDED
            death.counted, death.group = meant.counted, meant.group

    def _apply_change(self, old: int, new: int, t: int) -> None:
        """A toll's earlier value and its present one."""
        if old in self._read or new in self._read:
            return
        fates = self._fates(None, new, t)
        if fates:
            self._add(_Told(new, t, fates))
            self._add(_Told(old, t, fates, status=Status.SUPERSEDED))
            self._taken.add(t)

    def _moves(self, match: re.Match[str]) -> bool:
        """Whether a toll noun and a number are tied by a verb, a colon or a preposition of place on a scale."""
        t = match.start("t")
        before = self._symbols[max(0, t - 3) : t]
        tie = before.rstrip("tha") + match.group()[1:]
        if any(symbol in "^:>bv(" for symbol in tie):
            return True
        chunk = self._at(t)
        return chunk.end - chunk.start > 1 and self._tokens.lower[chunk.end - 1] in self._lexicon.scale_ends

    def _fates(self, rule: Rule | None, q: int, t: int) -> Fates:
        """What befell the people of chunk `q`, by the words or as its rule says."""
        if rule is not None and rule.same:
            return self._same(q)
        own = self._at(q).triggers if self._symbols[q] in "SR" else ()
        since = self._at(t).triggers if t >= 0 else ()
        triggers = own or since
        if own and since and (self._symbols[q] == "R" or any(word.metric in _LAST_OF_ALL for word in since)):
            triggers = since
        if rule is not None and rule.metric is not None and not own:
            return [(rule.metric, triggers[0].text if triggers else "")]
        if not triggers and t >= 0 and self._symbols[t] == "T":
            return self._same(q)
        number = self._at(q).number
        nobody = number is not None and number.high == 0
        return _combined(triggers, self._lexicon.hits, nobody=nobody)

    def _same(self, q: int) -> Fates:
        """The metric of the nearest earlier figure of the sentence, else of the nearest later one."""
        earlier = [found for found in self.found if found.chunk < q]
        later = [found for found in self.found if found.chunk > q]
        if earlier:
            nearest = max(earlier, key=lambda found: found.chunk)
        elif later and not (q > 1 and self._symbols[q - 1] == "I"):  # "including" speaks of who stands before
            nearest = min(later, key=lambda found: found.chunk)
        else:
            return [(self._inherited, "")] if self._inherited else []
        return [(nearest.metric, nearest.verb)]

    def _add(self, told: _Told) -> None:
        """The figures of a chunk: one, or one for each member of a list."""
        chunk = self._at(told.q)
        if chunk.members:
            for place, member in enumerate(chunk.members):
                self._add_told(member, replace(told, scope=told.scope or Scope.PART, linked=place > 0))
        else:
            self._add_told(chunk, told)
        self._read.add(told.q)

    def _add_told(self, chunk: Chunk, told: _Told) -> None:
        """A figure with the parts that its sentence tells it in."""
        self._add_one(chunk, told)
        for place, part in enumerate(chunk.parts):
            self._add_one(part, replace(told, scope=Scope.PART, linked=place > 0))

    def _add_one(self, chunk: Chunk, told: _Told) -> None:
        number = self._number(chunk, told.rule)
        if number is None:
            return
        q, t, rule = told.q, told.t, told.rule
        trigger = self._at(t) if t >= 0 else chunk
        status, scope = _status(told.status, trigger), self._scope(chunk, number, trigger, told)
        known = {finding.metric for finding in self.found if finding.counted is chunk}
        for metric, verb in told.fates:
            if metric in known:
                continue  # "the killing of two men who were murdered": said twice, counted once
            self.found.append(
                Finding(
                    metric=self._fitting.of_noun(chunk, metric),
                    number=number,
                    start=min(chunk.start, trigger.start),
                    end=max(chunk.end, trigger.end),
                    chunk=q,
                    counted=chunk,
                    status=status,
                    scope=scope,
                    basis=Basis.SUMMED if chunk.summed else Basis.STATED,
                    group=chunk.group,
                    increment=chunk.increment,
                    pronoun=rule is not None and rule.need == "pronoun",
                    trigger=t,
                    verb=verb,
                    own_hand=by_own_hand(trigger),
                    suffered=t >= 0 and self._symbols[t] in "WV",
                    died=t >= 0 and (self._symbols[t] in "VF" or self._symbols[q + 1 : q + 2] == "F"),
                    linked=self._is_linked(q) if told.linked is None else told.linked,
                    in_passing=self._is_in_passing(q, t),
                    toll=(rule is not None and rule.toll) or (t >= 0 and self._symbols[t] == "T"),
                )
            )

    def _number(self, chunk: Chunk, rule: Rule | None) -> Number | None:
        """How many a chunk counts, as its rule takes it."""
        number = chunk.number
        if number is None or rule is None:
            return number
        if rule.need == "ordinal" and "O" in chunk.letters:
            place = self._ordinal(chunk)
            return Number(place, place, Quantifier.EXACT)
        return Number(number.low, None, Quantifier.AT_LEAST) if rule.passed else number

    def _scope(self, chunk: Chunk, number: Number, trigger: Chunk, told: _Told) -> Scope:
        """What share of those told of a figure covers, as far as the match tells."""
        none = told.scope is Scope.SUBSET and number.high == 0  # "none of the 12"
        if told.scope not in (None, Scope.TOTAL) and not none:
            return told.scope
        metric = told.fates[0][0]
        if chunk.symbol == "O" and (chunk.partitive or self._has_told(metric, told.q)):
            return Scope.SUBSET  # "two of them are in critical condition"
        if chunk.symbol == "R" and _tells_no_more(chunk, told.fates):
            return Scope.SUBSET
        breakdown = trigger.letters[-1:] == "D" and self._is_breakdown(chunk, metric, told.q)
        return Scope.SUBSET if breakdown else Scope.TOTAL

    def _has_told(self, metric: Metric, q: int) -> bool:
        """Whether the sentence gives a figure for the metric before chunk `q`."""
        return any(finding.metric is metric and finding.chunk < q for finding in self.found)

    def _is_in_passing(self, q: int, t: int) -> bool:
        """Whether a noun that opens an aside tells of the people: "announced … after the deaths of three"."""
        if not 0 < t < q or self._symbols[t] != "k":
            return False
        opening = t - 2 if self._symbols[t - 1] == "t" else t - 1
        return (
            opening >= 0
            and self._tokens.lower[self._at(opening).start] in self._lexicon.claimants.subordinators
        )

    def _is_breakdown(self, chunk: Chunk, metric: Metric, q: int) -> bool:
        """'Nine were hurt, one in critical condition and eight in good condition', if one and the same says so."""
        if chunk.group is not None:
            return False
        before = [f for f in self.found if f.metric is metric and f.end <= chunk.start and f.trigger >= 0]
        return any(not _VOICE.search(self._symbols, f.chunk, q) for f in before)

    def _is_linked(self, q: int) -> bool:
        """Whether a further group stands beside the one before: "three in Kyiv and two in Odesa"."""
        before = self._symbols[q - 1] if q else ""
        return before in ("&", ";") or (before == "," and self._at(q).group is not None)

    def _ordinal(self, chunk: Chunk) -> int:
        for word in self._tokens.lower[chunk.start : chunk.end]:
            place = self._lexicon.numbers.ordinal(word)
            if place is not None:
                return place
        return 1


def _goes_on(before: Finding, finding: Finding) -> bool:
    """Whether a number goes on with a list of some: "26 died, including 14 in Kesh, nine in Orrin and two in Vale"."""
    listed = (
        before.trigger < 0 and finding.trigger < 0 and finding.counted.symbol == "Q" and not finding.group
    )
    return listed and before.scope is Scope.SUBSET and before.metric is finding.metric


def _place(finding: Finding) -> int:
    return finding.chunk


def _status(status: Status, trigger: Chunk) -> Status:
    """How sure a figure is by the words for what befell them."""
    if status is not Status.ASSERTED:
        return status
    implied = bool(trigger.triggers) and all(word.implied for word in trigger.triggers)
    if trigger.hearsay or implied:
        return Status.UNCONFIRMED
    return Status.FEARED if trigger.feared or trigger.modal else status


def _tells_no_more(chunk: Chunk, fates: Fates) -> bool:
    """'Two of the dead were killed …': of those they are taken from the verb says what is known."""
    known = {word.metric for word in chunk.triggers}
    return all(metric in known for metric, _ in fates)


def _combined(triggers: tuple[Word, ...], hits: frozenset[str], *, nobody: bool) -> Fates:
    """The metrics of verbs that stand together: "shot and killed" is killed, "killed or wounded" casualties."""
    fates: dict[Metric, str] = {}
    for word in triggers:
        if word.metric is not None:
            fates.setdefault(word.metric, word.text)
    if Metric.KILLED in fates and Metric.INJURED in fates:
        if all(word.text in hits for word in triggers if word.metric is Metric.INJURED):
            del fates[Metric.INJURED]
        elif not nobody:
            both = f"{fates.pop(Metric.KILLED)} {fates.pop(Metric.INJURED)}"
            fates[Metric.CASUALTIES] = both
    return list(fates.items())
