"""The cast of one article: mentions brought together, each actor once, with the sentence that shows it best."""

from __future__ import annotations

from tallywire.reading.actors.mentions import Mention
from tallywire.reading.actors.register import Entry, Register
from tallywire.reading.actors.signs import ACTIVE, STRONG
from tallywire.reading.actors.words import Words
from tallywire.reading.effort import Effort
from tallywire.records import Actor, Evidence

_REPEATED = 2  # times that a single word must stand there to be worth a record
_QUOTE = 400  # characters of evidence at most: a sentence that never ends must not fill a table
_MOST = 300  # actors of one article at most; the rest of a telephone book is no news
_PARTS = frozenset(("", "private", "crime", "victim"))  # walks of life that are parts played, not offices


def cast(found: list[Mention], words: Words, effort: Effort) -> tuple[Actor, ...]:
    """The actors among the mentions of one article, in order of appearance.  Raises `OverrunError`."""
    entries = [entry for entry in [*_people(found, words, effort), *_others(found)] if entry.kind]
    entries.sort(key=_appearance)
    return tuple(_actor(entry) for entry in entries[:_MOST])


def _appearance(entry: Entry) -> tuple[bool, int]:
    first = entry.mentions[0]
    return first.run.field.name != "title", first.start


def _people(found: list[Mention], words: Words, effort: Effort) -> list[Entry]:
    """Full names first, then the single words that belong to exactly one of them."""
    register = Register(words, effort)
    bare: list[Mention] = []
    for mention in found:
        if mention.kind == "person":
            if len(mention.name) > 1:
                register.full(mention.name, mention)
            else:
                bare.append(mention)
    for mention in bare:
        register.bare(mention.name[0], mention)
    register.share_company(found)
    for mention in found:
        if mention.kind == "place" and " " not in mention.text:
            register.city(mention.text.lower(), mention)
    return register.judged()


def _others(found: list[Mention]) -> list[Entry]:
    """Everything but people: one entry for each name of each kind."""
    entries: dict[tuple[str, str], Entry] = {}
    full: dict[str, Mention] = {}  # an acronym → the mention that explains it
    places = {
        mention.text for mention in found if mention.kind == "place"
    }  # "Smiley Court" is a street throughout
    for mention in found:
        if mention.kind and mention.kind != "person":
            text = mention.text
            if mention.canonical and text.isupper():
                full.setdefault(text, mention)
            elif text in full:
                mention.kind, mention.canonical = full[text].kind, full[text].canonical
            elif mention.kind == "organisation" and text in places:
                mention.kind = "place"
            key = mention.kind, mention.canonical or text
            if key not in entries:
                entries[key] = Entry(mention.kind)
            entries[key].add(mention)
    return [entry for entry in entries.values() if entry.kind != "name" or _is_worth(entry)]


def _is_worth(entry: Entry) -> bool:
    return " " in entry.mentions[0].text or len(entry.mentions) >= _REPEATED


def _actor(entry: Entry) -> Actor:
    mentions = entry.mentions
    first = mentions[0]
    if len(mentions) == 1:
        form = first.run.field.text[first.start : first.end]
        forms, telling = {form: None}, first
    else:
        forms = dict.fromkeys([mention.run.field.text[mention.start : mention.end] for mention in mentions])
        telling = max(mentions, key=_telling)
    name = first.canonical or next(iter(forms))
    if entry.name and len(forms) > 1:
        name = max(forms, key=lambda form: (len(form.split()), len(form)))
    forms.pop(name, None)
    return Actor(
        name=name,
        kind=entry.kind,
        evidence=_evidence(telling),
        role=_role(mentions),
        aliases=tuple(forms),
    )


def _role(mentions: list[Mention]) -> str:
    """The role the article leaves an actor with: one newly taken, else the first office, else the first part."""
    roles = [mention for mention in mentions if mention.role]
    if not roles:
        return ""
    taken = [mention for mention in roles if mention.takes_office]
    if taken:
        return taken[-1].role
    offices = [mention for mention in roles if mention.walk not in _PARTS]
    return (offices or roles)[0].role


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
