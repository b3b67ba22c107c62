"""The cast of one article: mentions brought together, each actor once, with the sentence that shows it best."""

from __future__ import annotations

from dataclasses import dataclass, field

from tallywire.reading.actors import names, signs
from tallywire.reading.actors.mentions import Mention
from tallywire.reading.actors.names import Name
from tallywire.reading.actors.signs import ACTIVE, STRONG, Sign
from tallywire.reading.actors.words import Words
from tallywire.records import Actor, Evidence

_DECIDES = 2  # weight of signs that makes a person
_QUOTE = 400  # characters of evidence at most: a sentence that never ends must not fill a table
_MOST = 300  # actors of one article at most; the rest of a telephone book is no news


@dataclass(slots=True)
class _Entry:
    """One actor in the making."""

    kind: str
    name: Name = ()
    mentions: list[Mention] = field(default_factory=list)
    signs: Sign = Sign.NONE

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
        elif len(name) > len(entry.name):
            entry.name = name
        for surname in names.surnames(name, words):
            owners = surnames.setdefault(names.spelling(surname), [])
            if entry not in owners:
                owners.append(entry)
        entry.add(mention)
    for name, mention in bare:
        entry = _one(name, surnames, words)
        if entry is not None:
            if mention.start > entry.mentions[0].end or mention.run.field is not entry.mentions[0].run.field:
                mention.signs |= Sign.AGAIN
            entry.add(mention)
        else:
            entry = _Entry("person", name)
            entries.append(entry)
            entry.add(mention)
            surnames.setdefault(names.spelling(name[0]), []).append(entry)
    for mention in found:
        if mention.kind == "place" and not mention.signs & Sign.PLACE:
            _take_surname(mention, surnames, words)
    return [_judged(entry, words) for entry in entries]


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


def _one(name: Name, surnames: dict[str, list[_Entry]], words: Words) -> _Entry | None:
    """The one entry that `name` can be of, or None."""
    seen: list[_Entry] = []
    for surname in names.surnames(name, words):
        for entry in surnames.get(names.spelling(surname), ()):
            if entry not in seen and names.alike(name, entry.name, words):
                seen.append(entry)
    exact = [entry for entry in seen if entry.name == name]
    return exact[0] if exact else seen[0] if len(seen) == 1 else None


def _judged(entry: _Entry, words: Words) -> _Entry:
    """`entry` as a person where the signs say so, else as a name, or as nothing."""
    weight = signs.weight(entry.signs)
    soft = bool(
        {*entry.name}
        & (words.also_surnames | words.organisations | words.places | words.things | words.openers)
    )
    if len(entry.name) == 1:
        certain = entry.signs & (Sign.TITLE | Sign.PRONOUN | Sign.OWNS | Sign.AGE | Sign.WHO)
        weight = weight if certain and not soft else 0
    if soft and not entry.signs & STRONG:
        weight = 0
    if weight >= _DECIDES:
        return entry
    shown = [mention for mention in entry.mentions if not mention.run.opens]
    entry.kind = "name" if shown and not {*entry.name} & words.openers else ""
    return entry


def _others(found: list[Mention]) -> list[_Entry]:
    """Everything but people: one entry for each name of each kind."""
    entries: dict[tuple[str, str], _Entry] = {}
    for mention in found:
        if mention.kind and mention.kind != "person":
            name = mention.canonical or mention.text
            entries.setdefault((mention.kind, name), _Entry(mention.kind)).add(mention)
    return list(entries.values())


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
