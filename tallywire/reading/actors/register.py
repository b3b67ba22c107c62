"""The register of one article's people: every mention filed under the one person it can be of."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from tallywire.reading.actors import names, signs
from tallywire.reading.actors.mentions import Mention, signs_around
from tallywire.reading.actors.names import Name
from tallywire.reading.actors.signs import STRONG, Sign
from tallywire.reading.actors.words import Words
from tallywire.reading.effort import Effort

_DECIDES = 2  # weight of signs that makes a person
_REPEATED = 2  # times that a single word must stand there to be worth a record
_CROWD = 40  # people of one surname that a name is compared with; beyond, it is taken as new
_OFFICES = frozenset(("state", "military", "police", "justice", "faith"))
_TITLED = Sign.TITLE | Sign.APPOSED
_AGAINST = (Sign.THE, Sign.PLACE, Sign.THING, Sign.WHICH)
_FOR = ~(Sign.THE | Sign.PLACE | Sign.THING | Sign.WHICH)


@dataclass(slots=True, eq=False)
class Entry:
    """One actor in the making."""

    kind: str
    name: Name = ()
    mentions: list[Mention] = field(default_factory=list)
    signs: int = Sign.NONE

    def add(self, mention: Mention) -> None:
        """File one more mention."""
        self.mentions.append(mention)
        self.signs |= mention.signs


class Register:
    """People by name and by surname; the cost of a name does not grow with the number of people."""

    def __init__(self, words: Words, effort: Effort) -> None:
        self._words = words
        self._effort = effort
        self._entries: list[Entry] = []
        self._by_name: dict[Name, Entry] = {}
        self._by_surname: dict[str, list[Entry]] = {}
        self._by_first: dict[str, Entry | None] = {}

    def full(self, name: Name, mention: Mention) -> None:
        """File a name of two words or more.  Raises `OverrunError`."""
        known = self._by_name.get(name)
        if known is not None:
            known.add(mention)
            return
        entry = self._only(name)
        if entry is None:
            entry = self._open(name)
            first = name[0]
            self._by_first[first] = None if first in self._by_first else entry
        elif self._is_fuller(name, entry.name):
            entry.name = name
        self._by_name[name] = entry
        for surname in names.surnames(name, self._words):
            owners = self._by_surname.setdefault(surname, [])
            if len(owners) < _CROWD and entry not in owners:
                owners.append(entry)
        entry.add(mention)

    def bare(self, word: str, mention: Mention) -> None:
        """File a single word: the surname or first name of one person known by then, or a person of one name.

        What can be of several people is of none, since nobody can say which.
        """
        owners = self._by_surname.get(word, ())
        if len(owners) > 1:
            exact = [entry for entry in owners if entry.name[-1] == word]
            if len(exact) != 1:
                mention.kind = ""
                return
            owners = exact
        entry = owners[0] if owners else self._by_first.get(word)
        if entry is not None and mention.walk in _OFFICES and not entry.signs & _TITLED:
            entry = self._by_name.get((word,)) or self._open((word,))
            self._by_name[(word,)] = entry  # "President Marsh" is not the Hunter Marsh who holds no office
        elif entry is None:
            entry = self._open((word,))
            self._by_surname[word] = [entry]
        elif owners and _is_later(mention, entry.mentions[0]):
            mention.signs |= Sign.AGAIN
        entry.add(mention)

    def city(self, word: str, mention: Mention) -> None:
        """A city's name that is a surname in this article is that person's: Rodriguez, Houston, Lincoln."""
        owners = self._by_surname.get(word, ())
        if len(owners) != 1 or len(owners[0].name) == 1:
            return
        mention.signs = signs_around(mention, self._words)
        if mention.signs & Sign.PLACE:
            return
        if signs.weight(owners[0].signs | mention.signs | Sign.AGAIN) >= _DECIDES:
            mention.kind, mention.canonical = "person", ""
            mention.signs |= Sign.AGAIN
            owners[0].add(mention)

    def share_company(self, found: list[Mention]) -> None:
        """A name that "and" or a comma joins to a person's is likelier a person's, too."""
        company = self._words.grammar.company
        joined = [
            (left, right)
            for left, right in pairwise(found)
            if left.kind == right.kind == "person"
            and left.run.sentence is right.run.sentence
            and left.run.field.folded[left.end : right.start] in company
        ]
        if not joined:
            return
        owner = {id(mention): entry for entry in self._entries for mention in entry.mentions}
        pairs = [(owner[id(left)], owner[id(right)]) for left, right in joined]
        for one, other in [*pairs, *((right, left) for left, right in reversed(pairs))]:
            if signs.weight(one.signs) >= _DECIDES:
                other.signs |= Sign.BESIDE

    def judged(self) -> list[Entry]:
        """All entries, each with the kind its signs make it; in the order they were opened."""
        for entry in self._entries:
            if not _is_person(entry, self._words):
                entry.kind = _otherwise(entry, self._words)
        return self._entries

    def _open(self, name: Name) -> Entry:
        entry = Entry("person", name)
        self._entries.append(entry)
        return entry

    def _only(self, name: Name) -> Entry | None:
        """The one person whose name agrees with `name`, or None."""
        found: list[Entry] = []
        for surname in names.surnames(name, self._words):
            owners = self._by_surname.get(surname, ())
            self._effort.on_new_name(len(owners))
            for entry in owners:
                if entry not in found and names.alike(name, entry.name, self._words):
                    found.append(entry)
        return found[0] if len(found) == 1 else None

    def _is_fuller(self, name: Name, known: Name) -> bool:
        """Whether `name` says more than `known`, and no words of the line before have run into it."""
        return len(name) > len(known) and self._words.soft.isdisjoint(name[: -len(known)])


def _is_later(mention: Mention, first: Mention) -> bool:
    return mention.run.field is not first.run.field or mention.start > first.end


def _is_person(entry: Entry, words: Words) -> bool:
    """Whether the signs of an entry, taken together, are those of a person."""
    total = _balance(entry)
    strange = words.never.intersection(entry.name)
    if strange and (not total & (Sign.TITLE | Sign.AGE) or not strange.isdisjoint(words.openers)):
        return False
    soft = not words.soft.isdisjoint(entry.name)
    if len(entry.name) == 1 and (soft or not _is_certain(entry, total)):
        return False
    return signs.weight(total) >= (_DECIDES if total & STRONG or not soft else _DECIDES + 1)


def _is_certain(entry: Entry, total: int) -> bool:
    """Whether a single word is a name beyond doubt."""
    if total & (Sign.TITLE | Sign.OWNS | Sign.AGE):
        return True
    within = not all(
        mention.run.opens for mention in entry.mentions
    )  # "Jogger claims he saw" opens a sentence
    return within and bool(total & (Sign.WHO | Sign.PRONOUN))


def _balance(entry: Entry) -> int:
    """The signs of an entry; what speaks against a person counts only where it is so of most mentions."""
    total = entry.signs & _FOR
    if total != entry.signs:
        for sign in _AGAINST:
            if 2 * sum(1 for mention in entry.mentions if mention.signs & sign) > len(entry.mentions):
                total |= sign
    return total & ~Sign.PLACE if total & STRONG else total


def _otherwise(entry: Entry, words: Words) -> str:
    """What a name is that nothing shows to be a person's: what its last word says, else a bare name, else nothing.

    A single word that stands once, and a word whose capital may be its sentence's, are nothing.
    """
    last = entry.name[-1]
    shown = [mention for mention in entry.mentions if not mention.run.opens]
    if not shown or (len(entry.name) == 1 and (last in words.soft or len(shown) < _REPEATED)):
        return ""
    if last in words.places:
        return "place"
    if last in words.organisations:
        return "organisation"
    return "" if not words.openers.isdisjoint(entry.name) else "name"
