"""Organisations and places by what they are called: "Ministry of Health", "Sinaloa Cartel", "Lake Chad"."""

from __future__ import annotations

import re

from tallywire.reading import gazetteer
from tallywire.reading.actors import titles
from tallywire.reading.actors.phrases import Phrase
from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import Form

_AGE = re.compile(r", \d{1,3}\b")
_NEAR = 12  # characters before a name in which an age or a comma is seen
_PAIR = 2
_SHORT = 3  # words of a name whose surname is a common word, at most


def body(of: Phrase, words: Words) -> str | None:
    """The kind of what the phrase names by its head word, "" for a thing that is no actor, None for none of these.

    The head is the last word, or the one before "of": in "Bank of America" the bank.
    """
    low = of.low
    if len(low) == 1:
        return "" if of.sense.is_acronym and low[0].replace(".", "") in words.letters else None
    last = low[-1]
    if not words.doings.isdisjoint(low):
        return "" if last in words.soft else None
    if (
        (last in words.things and last not in words.given)
        or low[0] in words.before
        or (low[0] in words.letters and low[0] not in words.heads and of.tokens[0].isupper())
        or not words.prepositions.isdisjoint(
            low[1:]
        )  # capitals throughout: "Suspect In Custody In Dale County"
    ):
        return ""
    link = next((i for i, word in enumerate(low) if word in words.grammar.of), 0)
    head = low[link - 1] if link else last
    kind = _kind(low, head, bool(link), words)
    if kind is None or (head in words.also_surnames and not link and _may_be_surname(of, words)):
        return None
    if not link and last in words.titles and titles.is_role(of.tokens, low, words):
        return None
    abridged = len("".join(low[:-1])) == 1  # "N. Center": a piece of an address
    doubtful = last in words.abridged and len(low) <= _PAIR  # "Dale Co.": a county, or nobody can tell
    if of.run.headline or abridged or doubtful:
        return ""
    if kind == "organisation" and head in words.places and _is_street(of, link or len(low), words):
        return "place"
    return kind


def _kind(low: tuple[str, ...], head: str, linked: bool, words: Words) -> str | None:
    if head in words.organisations and (not linked or head in words.takes_of):
        return "organisation"
    opens = low[0] in words.opens_place and words.heads.keys().isdisjoint(
        low
    )  # not "Fort Dale Sheriff Jo Marsh"
    return "place" if head in words.places or opens else None


def _is_street(of: Phrase, end: int, words: Words) -> bool:
    """Whether a name that ends with "court" at the word number `end` is a street's, not that of a court of law.

    Nothing before the head makes it one of law ("Superior Court", "Ohio Court"), or a number or "block of" stands
    before the name.
    """
    at = of.first
    near = of.run.sentence.tokens.lower[max(0, at - 2) : at]
    if near and (near[-1].isdigit() or (near[-1] in words.grammar.of and near[0] in words.streets)):
        return True
    if of.low[end - 2] in words.benches:
        return False
    found = gazetteer.place(of.tokens[end - 2])
    return found is None or found.form is Form.CITY


def _may_be_surname(of: Phrase, words: Words) -> bool:
    """Whether a head that is a surname as well is used as one: "Mayor John Park", "Ricky Hill", not "Queen Anne Park".

    After a title it is, where no other word of a body stands between; without one a given name has to open, an age to
    follow, or a comma to go before ("a boy, Rory Pike,").
    """
    cut = of.title
    if cut is None:
        folded = of.run.field.folded
        before = folded[max(0, of.start - _NEAR) : of.start]
        aged = before.endswith(f"{words.grammar.aged_ending} ")  # "an 18-year-old ⟨Jo Woods⟩"
        beside = aged or before.endswith(", ") or _AGE.match(folded, of.end) is not None
        return beside or (len(of.low) <= _SHORT and (of.low[0] in words.given or len(of.low[0]) == 1))
    rest = of.low[cut.role : -1]
    return 0 < len(rest) < _SHORT and words.soft.isdisjoint(rest) and words.modifiers.isdisjoint(rest)
