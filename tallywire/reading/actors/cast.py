"""The cast of one article: mentions brought together, each actor once, with the sentence that shows it best."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from tallywire.reading.actors import names, signs
from tallywire.reading.actors.mentions import Mention
from tallywire.reading.actors.names import Name
from tallywire.reading.actors.signs import ACTIVE, STRONG, Sign
from tallywire.reading.actors.words import Words
from tallywire.records import Actor, Evidence

_DECIDES = 2  # weight of signs that makes a person
_REPEATED = 2  # times that a single word must stand there to be worth a record
_QUOTE = 400  # characters of evidence at most: a sentence that never ends must not fill a table
_COMPANY = frozenset((" and ", ", ", ", and ", " & ", " or ", " with "))
_MOST = 300  # actors of one article at most; the rest of a telephone book is no news


@dataclass(slots=True)
class _Entry:
    """One actor in the making."""

    kind: str
    name: Name = ()
    mentions: list[Mention] = field(default_factory=list)
    signs: int = Sign.NONE

    def add(self, mention: Mention) -> None:
        self.mentions.append(mention)
        self.signs |= mention.signs


def cast(found: list[Mention], words: Words) -> tuple[Actor, ...]:
    """The actors among the mentions of one article, in order of appearance."""
    entries = [entry for entry in [*_people(found, words), *_others(found)] if entry.kind]
    entries.sort(key=lambda entry: (entry.mentions[0].run.field.name != "title", entry.mentions[0].start))
    return tuple(_actor(entry) for entry in entries[:_MOST])


def _people(found: list[Mention], words: Words) -> list[_Entry]:
    """Full names first, then the bare surnames that belong to exactly one of them."""
    entries: list[_Entry] = []
    surnames: dict[str, list[_Entry]] = {}
    candidates = [mention for mention in found if mention.kind == "person"]
    bare: list[tuple[Name, Mention]] = []
    for mention in candidates:
        name = names.name_of(mention.text, words)
        if len(name) == 1:
            bare.append((name, mention))
            continue
        entry = _one(name, surnames, words)
        if entry is None:
            entry = _Entry("person", name)
            entries.append(entry)
        elif _fuller(name, entry.name, words):
            entry.name = name
        for surname in names.surnames(name, words):
            owners = surnames.setdefault(surname, [])
            if entry not in owners:
                owners.append(entry)
        entry.add(mention)
    firsts = _firsts(entries)
    for name, mention in bare:
        entry = _one(name, surnames, words)
        if entry is None and name[0] in firsts:
            entry = firsts[name[0]]
        elif entry is not None:
            mention.signs |= _again(entry, mention)
        if entry is None:
            if _candidates(name, surnames, words):
                mention.kind = ""  # one of several of that surname: nobody can say which
                continue
            entry = _Entry("person", name)
            entries.append(entry)
            surnames.setdefault(name[0], []).append(entry)
        entry.add(mention)
    _share_company(found, entries)
    for mention in found:
        if mention.kind == "place" and not mention.signs & Sign.PLACE:
            _take_surname(mention, surnames, words)
    return [_judged(entry, words) for entry in entries]


def _firsts(entries: list[_Entry]) -> dict[str, _Entry]:
    """The people of full name by their first name, where it is but one's."""
    found: dict[str, _Entry | None] = {}
    for entry in entries:
        first = entry.name[0]
        found[first] = None if first in found else entry
    return {first: entry for first, entry in found.items() if entry is not None}


def _again(entry: _Entry, mention: Mention) -> int:
    first = entry.mentions[0]
    later = mention.run.field is not first.run.field or mention.start > first.end
    return Sign.AGAIN if later else Sign.NONE


def _share_company(found: list[Mention], entries: list[_Entry]) -> None:
    """A name that "and" or a comma joins to a person's is likelier a person's too."""
    owner = {id(mention): entry for entry in entries for mention in entry.mentions}
    pairs = [
        (owner[id(left)], owner[id(right)])
        for left, right in pairwise(found)
        if left.kind == right.kind == "person"
        and left.run.sentence is right.run.sentence
        and left.run.field.folded[left.end : right.start] in _COMPANY
    ]
    for one, other in [*pairs, *((right, left) for left, right in reversed(pairs))]:
        if signs.weight(one.signs) >= _DECIDES:
            other.signs |= Sign.BESIDE


def _take_surname(mention: Mention, surnames: dict[str, list[_Entry]], words: Words) -> None:
    """A city's name that is a surname in this article is that person: Rodriguez, Houston, Lincoln."""
    name = names.name_of(mention.text, words)
    entry = _one(name, surnames, words) if len(name) == 1 else None
    if (
        entry is not None
        and len(entry.name) > 1
        and signs.weight(entry.signs | mention.signs | Sign.AGAIN) >= _DECIDES
    ):
        mention.kind, mention.canonical = "person", ""
        mention.signs |= Sign.AGAIN
        entry.add(mention)


def _fuller(name: Name, known: Name, words: Words) -> bool:
    """Whether `name` says more than `known`, and no words of the line before have run into it."""
    return len(name) > len(known) and words.soft.isdisjoint(name[: -len(known)])


def _one(name: Name, surnames: dict[str, list[_Entry]], words: Words) -> _Entry | None:
    """The one entry that `name` can be of, or None."""
    seen = _candidates(name, surnames, words)
    exact = [entry for entry in seen if entry.name == name]
    return exact[0] if exact else seen[0] if len(seen) == 1 else None


def _candidates(name: Name, surnames: dict[str, list[_Entry]], words: Words) -> list[_Entry]:
    seen: list[_Entry] = []
    for surname in names.surnames(name, words):
        for entry in surnames.get(surname, ()):
            if entry not in seen and names.alike(name, entry.name, words):
                seen.append(entry)
    return seen


def _judged(entry: _Entry, words: Words) -> _Entry:
    """`entry` as a person where the signs say so, else as a name, or as nothing."""
    weight = signs.weight(_balance(entry))
    strange = words.never.intersection(entry.name)
    if strange and (not entry.signs & (Sign.TITLE | Sign.AGE) or not strange.isdisjoint(words.openers)):
        weight = 0
    soft = not words.soft.isdisjoint(entry.name)
    if len(entry.name) == 1:
        certain = entry.signs & (Sign.TITLE | Sign.PRONOUN | Sign.OWNS | Sign.AGE)
        inside = entry.signs & Sign.WHO and not all(mention.run.opens for mention in entry.mentions)
        weight = weight if (certain or inside) and not soft else 0
    if weight >= (_DECIDES if entry.signs & STRONG or not soft else _DECIDES + 1):
        return entry
    entry.kind = _otherwise(entry, words)
    return entry


def _balance(entry: _Entry) -> int:
    """The signs of an entry; what speaks against a person counts only where it is said of most mentions."""
    against = Sign.THE | Sign.PLACE | Sign.THING | Sign.WHICH
    total = entry.signs & ~against
    for sign in (Sign.THE, Sign.PLACE, Sign.THING, Sign.WHICH):
        if 2 * sum(1 for mention in entry.mentions if mention.signs & sign) > len(entry.mentions):
            total |= sign
    if total & STRONG:
        total &= ~Sign.PLACE
    return total


def _otherwise(entry: _Entry, words: Words) -> str:
    """What a name is that nothing shows to be a person's: what its last word says, else a bare name, else nothing.

    A single word that stands once and a first word whose capital may be its sentence's are nothing.
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


def _others(found: list[Mention]) -> list[_Entry]:
    """Everything but people: one entry for each name of each kind."""
    entries: dict[tuple[str, str], _Entry] = {}
    for mention in found:
        if mention.kind and mention.kind != "person":
            name = mention.canonical or mention.text
            entries.setdefault((mention.kind, name), _Entry(mention.kind)).add(mention)
    return [entry for entry in entries.values() if entry.kind != "name" or _is_worth(entry)]


def _is_worth(entry: _Entry) -> bool:
    return " " in entry.mentions[0].text or len(entry.mentions) >= _REPEATED


def _actor(entry: _Entry) -> Actor:
    forms: dict[str, None] = {}
    for mention in entry.mentions:
        forms.setdefault(_written(mention))
    canonical = entry.mentions[0].canonical
    name = canonical or (
        max(forms, key=lambda form: (len(form.split()), len(form))) if entry.name else next(iter(forms))
    )
    forms.pop(name, None)
    return Actor(
        name=name,
        kind=entry.kind,
        evidence=_evidence(max(entry.mentions, key=_telling)),
        role=_role(entry),
        aliases=tuple(forms),
    )


def _written(mention: Mention) -> str:
    """The name as the article spells it."""
    return mention.run.field.text[mention.start : mention.end]


def _role(entry: _Entry) -> str:
    """The role that the article states first, an office before a part played."""
    roles = [mention for mention in entry.mentions if mention.role]
    offices = [mention for mention in roles if mention.walk not in ("", "private", "crime", "victim")]
    return (offices or roles)[0].role if roles else ""


def _telling(mention: Mention) -> tuple[bool, bool, bool, bool]:
    """How well a mention shows what the actor does: in the text, acting, with a role, under the full name."""
    return (
        mention.run.field.name == "body",
        bool(mention.signs & ACTIVE),
        bool(mention.signs & STRONG),
        " " in mention.text,
    )


def _evidence(mention: Mention) -> Evidence:
    """The sentence, or where it is endless as much of it around the name as is allowed."""
    sentence = mention.run.sentence
    start, end = sentence.start, sentence.end
    if end - start > _QUOTE:
        start = max(start, mention.start - _QUOTE // 2)
        end = min(end, start + _QUOTE)
    return mention.run.field.evidence(start, end)
