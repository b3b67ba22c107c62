"""Step three of the cascade: rules over the symbols of a sentence find its figures.

The rules are data (`rules.toml`). A `Finding` is a figure as the sentence's grammar gives it; whose word
it is, how sure, and what share of the event it covers is worked out later, from the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tallywire.reading.chunks import Chunk, Sequence
from tallywire.reading.numbers import Number
from tallywire.reading.vocabulary import Lexicon, Pattern, Word
from tallywire.records import Basis, Metric, Quantifier, Scope, Status


@dataclass(slots=True)
class Finding:
    """One figure of a sentence; `start` and `end` are tokens."""

    metric: Metric
    number: Number
    start: int
    end: int
    chunk: int  #: index of the counted chunk
    counted: Chunk  #: … and the chunk itself, or the member of a list
    status: Status = Status.ASSERTED
    scope: Scope = Scope.TOTAL
    basis: Basis = Basis.STATED
    group: tuple[int, int] | None = None  #: tokens that name the people
    increment: bool = False
    pronoun: bool = False
    trigger: int = -1  #: index of the chunk that says what befell them
    verb: str = ""  #: the word that says so
    own_hand: bool = False  #: "killed himself"
    suffered: bool = False  #: said of its subject: "were killed", "died"
    linked: bool = False  #: "and" stands before it: a further group beside the one before
    in_passing: bool = False  #: told beside what is said: "announced … after the deaths of three"
    apart: bool = False  #: over events that have nothing to do with each other
    toll: bool = False  #: read off a toll: the sum of all so far
    reader: str | None = None  #: the second reader that saw it
    claimant: str = ""  #: … and who says so, by its word, where our own reading finds nobody


class RuleIndex:
    """Rules by the symbols they need: which of them a sentence can match is a few operations on the bits of a number.

    The number has a row of bits for each need of a rule (its first, its second …) and in a row one for each rule.
    """

    def __init__(self, rules: Iterable[Pattern]) -> None:
        self._rules = tuple(rules)
        self._rows = max(len(rule.needs) for rule in self._rules)
        self._meets: dict[str, int] = {}  # symbol → the needs that it meets
        self._unasked = 0  # where a rule has fewer needs than there are rows
        for column, rule in enumerate(self._rules):
            for row in range(self._rows):
                bit = 1 << (row * len(self._rules) + column)
                if row >= len(rule.needs):
                    self._unasked |= bit
                    continue
                for symbol in rule.needs[row]:
                    self._meets[symbol] = self._meets.get(symbol, 0) | bit

    def possible(self, symbols: str) -> Iterator[Pattern]:
        """The rules that have what they need among `symbols`, in order."""
        met = self._unasked
        for symbol in set(symbols):
            met |= self._meets.get(symbol, 0)
        rules = self._rules
        left = (1 << len(rules)) - 1
        for row in range(self._rows):
            left &= met >> (row * len(rules))
        while left:
            first = left & -left
            yield rules[first.bit_length() - 1]
            left ^= first


class Rules:
    """Applies the rules of one language to one sentence after another."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._index = RuleIndex(lexicon.rules)

    def findings(self, sequence: Sequence, inherited: Metric | None = None) -> list[Finding]:
        """The figures of a sentence, in the order of their numbers.

        `inherited` is the metric of the sentence before, where this one goes on about the same people.
        """
        reading = _Reading(sequence, self._lexicon, inherited)
        for rule in self._index.possible(sequence.symbols):
            for match in rule.regex.finditer(sequence.symbols):
                reading.apply(rule, match)
        reading.let_the_dead_be_dead()
        found = sorted(reading.found, key=lambda finding: (finding.chunk, finding.metric))
        for before, finding in pairwise(found):
            finding.linked = finding.linked and before.metric is finding.metric
        return found


class _Reading:
    """One sentence being read."""

    def __init__(self, sequence: Sequence, lexicon: Lexicon, inherited: Metric | None) -> None:
        self.found: list[Finding] = []
        self._inherited = inherited
        self._at = sequence.at
        self._symbols = sequence.symbols
        self._tokens = sequence.tokens
        self._subordinators = lexicon.claimants.subordinators
        self._lexicon = lexicon
        self._read: set[int] = set()  # counted chunks
        self._taken: set[int] = set()  # verbs that have found their people

    def apply(self, rule: Pattern, match: re.Match[str]) -> None:
        """Make what a rule has matched a finding, if its words allow it."""
        settings = rule.settings
        if settings.get("wants") == "move" and not self._moves(match):
            return
        places = {group: match.start(group) for group in rule.regex.groupindex}
        t = max(places.get("t", -1), places.get("k", -1))
        if "old" in places:
            self._apply_change(match, t)
            return
        q = places["q"]
        if t in self._taken and not settings.get("keeps"):
            return
        if (q in self._read) != bool(settings.get("shares")):
            return
        fates = self._fates(settings, q, t)
        if not fates or not self._fits(settings.get("needs"), q, t, fates):
            return
        if places.get("mid", -1) >= 0 and not _UNSURE.isdisjoint(match["mid"]):
            settings = {"status": Status.FEARED, **settings}  # "the toll could pass 100"
        by = places.get("by", -1)
        if by >= 0:
            self._add(by, t, fates, {"scope": "increment"})
        sub = places.get("sub", -1)
        if sub >= 0:
            self._add(sub, t, fates, {"scope": "subset"})
        self._add(q, t, fates, settings)
        second = places.get("t2", -1)
        if second >= 0:
            whole = places.get("all", q)
            self._add(whole, second, self._fates({}, whole, second), {})
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

    def _apply_change(self, match: re.Match[str], t: int) -> None:
        """A toll's earlier value and its present one."""
        old, new = match.start("old"), match.start("new")
        if old in self._read or new in self._read:
            return
        fates = self._fates({}, new, t)
        if fates:
            self._add(new, t, fates, {})
            self._add(old, t, fates, {"status": "superseded"})
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

    def _fates(self, settings: Mapping[str, Any], q: int, t: int) -> list[tuple[Metric, str]]:
        """What befell the people of chunk `q`: metrics, each with the word that says so."""
        metric = settings.get("metric")
        if metric == "same":
            return self._same(q)
        own = self._at(q).triggers if self._symbols[q] in "SR" else ()
        since = self._at(t).triggers if t >= 0 else ()
        triggers = own or since
        if own and since and (self._symbols[q] == "R" or any(word.metric in _LAST_OF_ALL for word in since)):
            triggers = since
        if metric is not None and not own:
            return [(Metric(metric), triggers[0].text if triggers else "")]
        if not triggers and t >= 0 and self._symbols[t] == "T":
            return self._same(q)
        number = self._at(q).number
        nobody = number is not None and number.high == 0
        return _combined(triggers, self._lexicon.hits, nobody=nobody)

    def _same(self, q: int) -> list[tuple[Metric, str]]:
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

    def _fits(self, needs: str | None, q: int, t: int, fates: list[tuple[Metric, str]]) -> bool:
        chunk = self._at(q)
        if chunk.number is None or chunk.animal or self._is_another_animal(q):
            return False
        if _is_loss(self._at(t) if t >= 0 else None, self._lexicon) and not (
            chunk.symbol == "Q" and chunk.people
        ):
            return False
        if (
            chunk.number.high == 0 and chunk.partitive and chunk.symbol != "n"
        ):  # "none of the victims was …" counts nobody
            return False
        trigger = self._at(t) if t >= 0 else None
        if q > 0 and trigger is not None and trigger.singular and _is_bare_plural(chunk, chunk.number):
            return False  # "he shot 12 and was arrested"
        if trigger is not None and not self._may_befall(chunk, trigger, chunk.number, behind=q > t):
            return False
        if needs == "own_hand":
            return trigger is not None and _by_own_hand(trigger)
        if trigger is not None and _by_own_hand(trigger) and chunk.number.high != 1 and t - q > 1:
            return False  # "shot three people and killed himself"
        if needs == "bodies":
            return self._is_bodies(chunk)
        if needs == "owner" and self._tokens.lower[chunk.end] not in self._lexicon.claimants.possessive:
            return False
        if needs in ("name_or_people", "owner") and not chunk.people:
            return chunk.symbol != "Q" and self._is_one(chunk, trigger, fates[0][0])
        if needs in ("name", "pronoun") and not self._is_one(chunk, trigger, fates[0][0]):
            return False
        if needs == "captives":
            return self._are(chunk, self._lexicon.captives)
        if needs == "ordinal":
            return "O" in chunk.letters
        if needs == "bare":
            return chunk.group is None
        if trigger is not None and chunk.symbol != "Q" and self._is_of_group(chunk, trigger):
            return False
        metric = fates[0][0]
        if needs == "person_verb":
            dies = trigger is not None and trigger.symbol == "V" and metric is not Metric.MISSING
            people_alone = metric in _BEFALLS_PEOPLE or dies  # pubs and jets disappear, too
            one_and_many = chunk.symbol == "j" and trigger is not None and trigger.plural
            return people_alone and not one_and_many and not self._is_thing(chunk)
        if metric is Metric.CAPTURED and (
            chunk.symbol == "s" or chunk.group is None or chunk.named or chunk.definite
        ):
            return trigger is not None and trigger.symbol == "W" and chunk.symbol == "Q"
        return True

    def _is_another_animal(self, q: int) -> bool:
        """'A horse was killed and two others injured': of those who are told of before, some are animals."""
        return "m" in self._at(q).letters and any(self._at(place).animal for place in range(q))

    def _is_one(self, chunk: Chunk, trigger: Chunk | None, metric: Metric) -> bool:
        """Whether a name or pronoun stands for one person: a singular verb that befalls people, no place's name."""
        if metric not in _BEFALLS_PEOPLE or trigger is None or trigger.plural or trigger.modal:
            return False  # what may befall one person is no figure
        words = self._tokens.lower[chunk.start : chunk.end]
        if len(words) == 1 and trigger.letters == "k" and trigger.end - trigger.start == 1:
            return chunk.symbol == "u"  # "shooting suspects", "killing Monday": the name may be no object
        return not any(self._names_no_person(word) for word in words)

    def _runs_away(self, chunk: Chunk, trigger: Chunk, number: Number) -> bool:
        """'The man fled', 'three gunmen fled': from the scene, not from their homes."""
        if trigger.symbol != "V" or all(word.metric is not Metric.DISPLACED for word in trigger.triggers):
            return False
        words = self._tokens.lower[chunk.start : chunk.end]
        known = (self._lexicon.words.get(word) for word in words)
        return number.high == 1 or any(entry is not None and "perpetrator" in entry.roles for entry in known)

    def _names_no_person(self, word: str) -> bool:
        entry = self._lexicon.words.get(word)
        return word in self._lexicon.not_people or (entry is not None and entry.nation is not None)

    def _is_of_group(self, chunk: Chunk, trigger: Chunk) -> bool:
        """'The guard was largely killed': a group, however singular its noun."""
        between = self._tokens.lower[min(chunk.end, trigger.start) : trigger.end]
        return not self._lexicon.of_groups.isdisjoint(between)

    def _may_befall(self, chunk: Chunk, trigger: Chunk, number: Number, *, behind: bool) -> bool:
        """Whether what a verb says can have befallen the people of a chunk, which may stand behind it."""
        if trigger.negated and number.high != 0:
            return False
        if behind and any(word.implied and " " in word.text for word in trigger.triggers):
            return False  # "charged with 45 offences"
        return self._may_be_freed(chunk, trigger) and not self._runs_away(chunk, trigger, number)

    def _may_be_freed(self, chunk: Chunk, trigger: Chunk) -> bool:
        """Prisoners are freed and not rescued, hostages are rescued when they are freed."""
        if not any(word.text in self._lexicon.frees for word in trigger.triggers):
            return True
        return any(word.metric is Metric.KIDNAPPED for word in chunk.triggers)

    def _is_bodies(self, chunk: Chunk) -> bool:
        return self._are(chunk, self._lexicon.bodies)

    def _are(self, chunk: Chunk, nouns: frozenset[str]) -> bool:
        return chunk.group is not None and self._tokens.lower[chunk.group[1] - 1] in nouns

    def _is_thing(self, chunk: Chunk) -> bool:
        group = chunk.group
        return group is not None and any(
            word in self._lexicon.not_people for word in self._tokens.lower[group[0] : group[1]]
        )

    def _add(self, q: int, t: int, fates: list[tuple[Metric, str]], settings: Mapping[str, Any]) -> None:
        chunk = self._at(q)
        for place, member in enumerate(chunk.members):
            self._add_told(member, q, t, fates, {"scope": "part", "linked": place > 0, **settings})
        if not chunk.members:
            self._add_told(chunk, q, t, fates, settings)
        self._read.add(q)

    def _add_told(
        self, chunk: Chunk, q: int, t: int, fates: list[tuple[Metric, str]], settings: Mapping[str, Any]
    ) -> None:
        """A figure with the parts that its sentence tells it in."""
        self._add_one(chunk, q, t, fates, settings)
        for place, part in enumerate(chunk.parts):
            self._add_one(part, q, t, fates, {**settings, "scope": "part", "linked": place > 0})

    def _add_one(
        self, chunk: Chunk, q: int, t: int, fates: list[tuple[Metric, str]], settings: Mapping[str, Any]
    ) -> None:
        number = chunk.number
        if number is None:
            return
        if "O" in chunk.letters and settings.get("needs") == "ordinal":
            place = self._ordinal(chunk)
            number = Number(place, place, Quantifier.EXACT)
        if settings.get("bound") == "at_least":
            number = Number(number.low, None, Quantifier.AT_LEAST)
        trigger = self._at(t) if t >= 0 else chunk
        status = Status(settings.get("status", Status.ASSERTED))
        implied = bool(trigger.triggers) and all(word.implied for word in trigger.triggers)
        if status is Status.ASSERTED and (trigger.hearsay or implied):
            status = Status.UNCONFIRMED
        if status is Status.ASSERTED and (trigger.feared or trigger.modal):
            status = Status.FEARED
        scope = Scope(settings.get("scope", Scope.TOTAL))
        if scope is Scope.SUBSET and number.high == 0:
            scope = Scope.TOTAL  # "none of the 12"
        told = any(finding.metric is fates[0][0] and finding.chunk < q for finding in self.found)
        if scope is Scope.TOTAL and chunk.symbol == "O" and (chunk.partitive or told):
            scope = Scope.SUBSET  # "two of them are in critical condition"
        if scope is Scope.TOTAL and chunk.symbol == "R" and self._tells_no_more(chunk, fates):
            scope = Scope.SUBSET
        if scope is Scope.TOTAL and trigger.letters[-1:] == "D" and self._is_breakdown(chunk, fates[0][0]):
            scope = Scope.SUBSET
        bodies = self._is_bodies(chunk)
        known = {finding.metric for finding in self.found if finding.counted is chunk}
        for metric, verb in fates:
            if metric in known:
                continue  # "the killing of two men who were murdered": said twice, counted once
            self.found.append(
                Finding(
                    metric=Metric.KILLED if bodies and metric in _DONE_TO_BODIES else metric,
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
                    pronoun=settings.get("needs") == "pronoun",
                    trigger=t,
                    verb=verb,
                    own_hand=_by_own_hand(trigger),
                    suffered=t >= 0 and self._symbols[t] in "WV",
                    linked=settings.get("linked", self._is_linked(q)),
                    in_passing=self._is_in_passing(q, t),
                    toll=settings.get("toll", t >= 0 and self._symbols[t] == "T"),
                )
            )

    def _is_in_passing(self, q: int, t: int) -> bool:
        """Whether a noun that opens an aside tells of the people: "announced … after the deaths of three"."""
        if not 0 < t < q or self._symbols[t] != "k":
            return False
        opening = t - 2 if self._symbols[t - 1] == "t" else t - 1
        return opening >= 0 and self._tokens.lower[self._at(opening).start] in self._subordinators

    def _tells_no_more(self, chunk: Chunk, fates: list[tuple[Metric, str]]) -> bool:
        """'Two of the dead were killed …': of those they are taken from the verb says what is known."""
        known = {word.metric for word in chunk.triggers}
        return all(metric in known for metric, _ in fates)

    def _is_breakdown(self, chunk: Chunk, metric: Metric) -> bool:
        """'Nine were hurt, one in critical condition and eight in good condition'."""
        if chunk.group is not None:
            return False
        return any(f.metric is metric and f.end <= chunk.start and f.trigger >= 0 for f in self.found)

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


_BEFALLS_PEOPLE = frozenset({Metric.KILLED, Metric.INJURED, Metric.KIDNAPPED, Metric.DETAINED})
_LAST_OF_ALL = frozenset(
    {Metric.KILLED, Metric.RESCUED}
)  # "two of the missing died", "four hostages were freed"
_UNSURE = frozenset("vg")  # symbols between a toll and its figure: could, feared, expected
_DONE_TO_BODIES = frozenset({Metric.RESCUED, Metric.MISSING, Metric.INJURED})  # "taken to a clinic"


def _by_own_hand(trigger: Chunk) -> bool:
    """Whether the verb is of one who takes his own life."""
    return any(word.own_hand for word in trigger.triggers)


def _is_bare_plural(chunk: Chunk, number: Number) -> bool:
    """Whether a chunk is a number above one, with no noun that could take a singular verb."""
    return chunk.symbol == "Q" and chunk.group is None and number.low is not None and number.low > 1


def _is_loss(trigger: Chunk | None, lexicon: Lexicon) -> bool:
    """Whether what befell them is said by a verb like "lost"."""
    return trigger is not None and any(word.text in lexicon.losses for word in trigger.triggers)


def _combined(triggers: tuple[Word, ...], hits: frozenset[str], *, nobody: bool) -> list[tuple[Metric, str]]:
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
