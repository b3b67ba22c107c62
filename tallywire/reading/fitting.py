"""Whether the words of a match allow what its symbols say: that a rule has found people, and what befell them.

Symbols know classes of words; here the words themselves are asked.  What each rule needs beyond its symbols
(`needs` in `rules.toml`) is asked here, too.
"""

from __future__ import annotations

from tallywire.reading.chunks import Chunk, Sequence
from tallywire.reading.numbers import Number
from tallywire.reading.vocabulary import Lexicon
from tallywire.records import Metric, Quantifier

_BEFALLS_PEOPLE = frozenset({Metric.KILLED, Metric.INJURED, Metric.KIDNAPPED, Metric.DETAINED})
_DONE_TO_BODIES = frozenset({Metric.RESCUED, Metric.MISSING, Metric.INJURED})  # "taken to a clinic"
_OF_ONE = frozenset({"name", "pronoun", "name_or_people", "owner"})  # needs of rules that count single people
_OR_PEOPLE = frozenset({"name_or_people", "owner"})
_OF_NOUN = frozenset(
    {"bodies", "captives", "ordinal", "bare", "nobody", "in_all"}
)  # needs that the counted words alone meet


class Fitting:
    """Judges the matches of one sentence."""

    def __init__(self, sequence: Sequence, lexicon: Lexicon) -> None:
        self._at = sequence.at
        self._tokens = sequence.tokens
        self._lexicon = lexicon

    def fits(self, need: str, q: int, t: int, metric: Metric) -> bool:
        """Whether chunk `q` can be people whom `metric` befell, as chunk `t` says (-1 for none).

        `need` is that of the rule which has found them.
        """
        chunk = self._at(q)
        trigger = self._at(t) if t >= 0 else None
        number = chunk.number
        if number is None or self._counts_nobody(chunk, number, q):
            return False
        if trigger is not None and not self._go_together(chunk, number, trigger, q, t):
            return False
        if need == "own_hand":
            return trigger is not None and by_own_hand(trigger)
        if trigger is not None and by_own_hand(trigger) and _is_somebody_else(need, number, t - q):
            return False
        if need == "joined" and not self._is_joined(q):
            return False
        if need in _OF_NOUN:
            return self._noun_meets(need, chunk, number)
        if need in _OF_ONE and not (need in _OR_PEOPLE and chunk.people):
            if trigger is not None and self._is_figure_of_speech(trigger, behind=q > t):
                return False
            return self._is_one(chunk, trigger, metric) and (need != "owner" or self._owns(chunk))
        if need == "owner" and not self._owns(chunk):
            return False
        if trigger is not None and chunk.symbol != "Q" and self._is_of_group(chunk, trigger):
            return False
        if need == "death":
            return metric is Metric.KILLED
        if need == "person_verb":
            return self._befalls_a_person(chunk, trigger, metric)
        return metric is not Metric.CAPTURED or _are_taken(chunk, trigger) or self._goes_on(chunk, t)

    def of_noun(self, chunk: Chunk, metric: Metric) -> Metric:
        """What befell people whose noun says more than the verb: bodies found are dead, hostages held kidnapped."""
        if metric in _DONE_TO_BODIES and self._are(chunk, self._lexicon.bodies):
            return Metric.KILLED
        if metric is Metric.DETAINED and self._are(chunk, self._lexicon.captives):
            return Metric.KIDNAPPED
        return metric

    def _counts_nobody(self, chunk: Chunk, number: Number, q: int) -> bool:
        """Whether animals are counted, or none of those of whom more is said: "none of the victims was …"."""
        nobody = number.high == 0 and chunk.partitive and chunk.symbol != "n"
        return nobody or chunk.animal or self._is_another_animal(q)

    def _go_together(self, chunk: Chunk, number: Number, trigger: Chunk, q: int, t: int) -> bool:
        """Whether a verb or noun for what befalls people can speak of a chunk."""
        counted = chunk.symbol == "Q" and chunk.people and not chunk.summed
        if _is_loss(trigger, self._lexicon) and not counted:
            return False
        if q > 0 and trigger.singular and _is_bare_plural(chunk, number):
            return False  # "he shot 12 and was arrested"
        return self._may_befall(chunk, trigger, number, behind=q > t)

    def _noun_meets(self, need: str, chunk: Chunk, number: Number) -> bool:
        """Whether the counted words are what a rule needs."""
        if need == "nobody":
            return number.high == 0
        if need == "in_all":
            return chunk.letters.endswith("+") and number.quantifier is Quantifier.EXACT
        if need == "bodies":
            return self._are(chunk, self._lexicon.bodies)
        if need == "captives":
            return self._are(chunk, self._lexicon.captives)
        return "O" in chunk.letters if need == "ordinal" else chunk.group is None

    def _goes_on(self, chunk: Chunk, t: int) -> bool:
        """'Killed 11 soldiers and captured six': a number alone goes on about the people before "and"."""
        if chunk.group is not None or t < 2 or self._at(t - 1).symbol != "&":
            return False
        return self._at(t - 2).people

    def _is_joined(self, q: int) -> bool:
        """Whether more than "and" ties people to those before: "along with", "as well as"."""
        joint = self._at(q - 1)
        return joint.end - joint.start > 1

    def _owns(self, chunk: Chunk) -> bool:
        """Whether "'s" stands behind: "Ana Venn's killing"."""
        return self._tokens.lower[chunk.end] in self._lexicon.claimants.possessive

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

    def _is_figure_of_speech(self, trigger: Chunk, *, behind: bool) -> bool:
        """'The ruling hurt Reyes', "… hurt him": a single person behind such a verb bleeds seldom."""
        return (
            behind
            and trigger.symbol in "kK"
            and all(word.text in self._lexicon.figurative for word in trigger.triggers)
        )

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

    def _are(self, chunk: Chunk, nouns: frozenset[str]) -> bool:
        return chunk.group is not None and self._tokens.lower[chunk.group[1] - 1] in nouns

    def _befalls_a_person(self, chunk: Chunk, trigger: Chunk | None, metric: Metric) -> bool:
        """Whether the verb befalls people alone, so that a noun not known may pass for one."""
        dies = trigger is not None and trigger.symbol == "V" and metric is not Metric.MISSING
        people_alone = metric in _BEFALLS_PEOPLE or dies  # pubs and jets disappear, too
        one_and_many = chunk.symbol == "j" and trigger is not None and trigger.plural
        return people_alone and not one_and_many and not self._is_thing(chunk)

    def _is_thing(self, chunk: Chunk) -> bool:
        group = chunk.group
        return group is not None and any(
            word in self._lexicon.not_people for word in self._tokens.lower[group[0] : group[1]]
        )


def _are_taken(chunk: Chunk, trigger: Chunk | None) -> bool:
    """Whether those who are captured are people: a place is captured, too."""
    if chunk.symbol != "s" and chunk.group is not None and not chunk.named and not chunk.definite:
        return True
    return trigger is not None and trigger.symbol == "W" and chunk.symbol == "Q"


def by_own_hand(trigger: Chunk) -> bool:
    """Whether the verb is of one who takes his own life."""
    return any(word.own_hand for word in trigger.triggers)


def _is_somebody_else(need: str, number: Number, distance: int) -> bool:
    """'Shot three people and killed himself': he is none of these; "… He killed himself": nor anybody counted yet."""
    return need == "pronoun" or (number.high != 1 and distance > 1)


def _is_bare_plural(chunk: Chunk, number: Number) -> bool:
    """Whether a chunk is a number above one, with no noun that could take a singular verb."""
    return chunk.symbol == "Q" and chunk.group is None and number.low is not None and number.low > 1


def _is_loss(trigger: Chunk, lexicon: Lexicon) -> bool:
    """Whether what befell them is said by a verb like "lost" or "are being held", which things can be, too."""
    return any(word.text in lexicon.losses for word in trigger.triggers)
