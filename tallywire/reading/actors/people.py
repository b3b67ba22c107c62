"""Candidates for people: where the name begins, which role it is given, and what the words around it show."""

from __future__ import annotations

import re

from msgspec import Struct

from tallywire.reading import gazetteer
from tallywire.reading.actors import beside, sides, titles
from tallywire.reading.actors.context import around
from tallywire.reading.actors.following import apposition
from tallywire.reading.actors.names import Name
from tallywire.reading.actors.phrases import Phrase, plain
from tallywire.reading.actors.preceding import signs_before
from tallywire.reading.actors.senses import senses
from tallywire.reading.actors.sides import Side
from tallywire.reading.actors.signs import SUBJECT, Sign
from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import Form

_CLOSED = re.compile(r" ?[^\w\s]| and\b|\s*$")
_MARKS = frozenset("\"'(,")
_INITIALS = 2  # capitals that may be a first name: "EJ"
_LETTERS = 4  # capitals that run into a name, at most: "LAPD"
_NOUN = 4  # words within which a noun stands that a name belongs to
_FULL = 2  # words of a full name at least


class Candidate(Struct):
    """What may be a person: the name begins at `start` and ends with its phrase."""

    start: int
    signs: int
    role: str
    walk: str  #: the walk of life of the role, "" for none or kin
    name: Name  #: the words of the name, to compare; none where they have not the shape of a person's
    takes_office: bool  #: the role is one that the sentence says is newly taken


def candidate(of: Phrase, words: Words) -> Candidate | None:
    """The person that the phrase may name, or None where it is a title and no name follows."""
    field, tokens = of.run.field, of.run.sentence.tokens
    left = sides.before(tokens, of.first, words)
    front = _front(of, left, words)
    if front is None:
        return None
    first, role, walk, titled = front
    first = _trimmed(first, of, words)
    start = of.at(first)
    text = field.folded[start : of.end]
    name = senses(words)[" ".join(plain(text)) if not _MARKS.isdisjoint(text) else text].name
    if not name:
        return Candidate(start, signs_before(left, words), "", "", (), False)
    right = sides.after(tokens, of.past, words)
    found = _found(of, first, left, right, words)
    if titled:
        found = (found & ~(Sign.THE | Sign.PLACE)) | Sign.TITLE
    office = beside.taken(right, field.folded, words) if found & SUBJECT else None
    if office is not None:
        role, walk = office
        found |= Sign.APPOSED if walk in titles.OFFICES else Sign.NONE
    elif found & Sign.APPOSED and not role:
        role, walk = _apposed(right, field.folded, words)
    role = beside.tidy(role, words) if role else ""
    return Candidate(start, found, role, walk, name, office is not None)


def _found(of: Phrase, first: int, left: Side, right: Side, words: Words) -> int:
    """The signs around the phrase and in the name itself, which begins with the word number `first`."""
    field = of.run.field
    found = around(left, right, words) if left.words or right.words else Sign.NONE
    if left.words and left.words[0] in words.governing and len(of.tokens) == 1:
        found &= ~Sign.WHO  # "Jo Marsh, of ⟨Ocala⟩, who"
    if found & Sign.AGE and _modifies(of, words):
        found = (found & ~Sign.AGE) | Sign.THING
    if first:
        found &= ~Sign.THE  # it belongs to the adjective: "the Venezuelan ⟨X⟩"
    if found & Sign.SPEAKS and field.folded[of.start - 2 : of.start] == '" ':
        found |= Sign.SAID  # '"…," ⟨X⟩ said': what ends before it is spoken
    if of.low[first] in words.given:
        found |= Sign.GIVEN
    return found


def _modifies(of: Phrase, words: Words) -> bool:
    """Whether a noun for a person follows that the name belongs to: "a 17-year-old ⟨Dale⟩ high school student"."""
    past = of.past
    for word in of.run.sentence.tokens.lower[past : past + _NOUN]:
        if words.is_head(word):
            return True
        if not word.isalpha() or any(word in ending for ending in (words.doings, words.acts, words.adverbs)):
            return False
        if word in words.governing or word in words.clauses or word in words.grammar.and_:
            return False
    return False


def _front(of: Phrase, left: Side, words: Words) -> tuple[int, str, str, bool] | None:
    """With which word the name begins, the role before it, its walk of life, and whether that is a title.

    None where the phrase is a title and nothing else.
    """
    field = of.run.field
    cut = of.title
    if cut is None or (of.low[0] in words.also_names and signs_before(left, words) & Sign.AGE):
        return _without_title(of, left, words)
    if cut.role == len(of.tokens):
        return None
    whole = left if left.words else sides.before(of.run.sentence.tokens, of.first)
    if _is_rank(of.low[: cut.role], words) and whole.words[:1] == [
        ","
    ]:  # "Venezuela's defence minister, Gen. ⟨X⟩"
        office = beside.role_before(whole, _is_alone(of, cut.role), _is_closed(of), words)
        if office is not None and office.walk in titles.OFFICES:
            return cut.role, field.folded[office.start : office.end], office.walk, True
    role = field.folded[beside.extended(whole, 0, of.start, words) : of.at(cut.role)]
    return cut.role, titles.single(beside.tidy(role, words), words), cut.walk, True


def _without_title(of: Phrase, left: Side, words: Words) -> tuple[int, str, str, bool]:
    """The same where no title stands in the phrase itself."""
    folded = of.run.field.folded
    skipped = _adjectives(of, words)
    adjective = " ".join(of.tokens[:skipped])
    if skipped and (found := gazetteer.place(adjective)) is not None and found.form is not Form.ADJECTIVE:
        adjective = ""  # "the attorney for West Virginia ⟨X⟩": whose the attorney is, not what X is
    given = (
        beside.role_before(left, _is_alone(of, skipped), left.words[0] == "," and _is_closed(of), words)
        if left.words
        else None
    )
    if given is None:
        return skipped, adjective, "", False
    return skipped, f"{folded[given.start : given.end]} {adjective}".rstrip(), given.walk, True


def _is_rank(title: tuple[str, ...], words: Words) -> bool:
    """Whether a title says less than an office beside it would: "Gen.", "Dr"."""
    return all(word in words.honorifics or words.heads.get(word) == "military" for word in title)


def _is_alone(of: Phrase, first: int) -> bool:
    """Whether the name that begins with the word number `first` is a single word."""
    return len(of.tokens) == first + 1


def _is_closed(of: Phrase) -> bool:
    """Whether a mark or "and" follows, as after an apposition."""
    return _CLOSED.match(of.run.field.folded, of.end) is not None


def _adjectives(of: Phrase, words: Words) -> int:
    """How many words stand before a name: "Venezuelan", "South Korean" or, where a sentence opens, "Former"."""
    if len(of.tokens) < _FULL or of.sense.adjectives:
        return of.sense.adjectives
    opening = of.run.opens and of.low[0] in words.modifiers and of.low[0] not in words.given
    return 1 if opening else 0


def _trimmed(first: int, of: Phrase, words: Words) -> int:
    """With which word a name begins that others have run into: "Trade House ⟨Meher Younis⟩", "QB ⟨Aaron Wells⟩"."""
    for cut in range(len(of.tokens) - _FULL, first, -1):
        if _is_foreign(of.tokens[cut - 1], words):
            return cut
    return first


def _is_foreign(token: str, words: Words) -> bool:
    """Whether a word is no part of a person's name: of a body, a place, a headline, or capitals throughout."""
    low = token.lower()
    if low in words.given or low in words.also_surnames:
        return False
    if low in words.soft or low in words.doings:
        return True
    if not (token.isupper() and token.isalpha()):
        return False
    return _INITIALS < len(low) <= _LETTERS or low in words.letters or gazetteer.place(token) is not None


def _apposed(right: Side, folded: str, words: Words) -> tuple[str, str]:
    """The role in the words after a name, and its walk of life."""
    length = apposition(right, words) or len(right.words)
    head = next((word for word in right.words[1:length] if words.is_head(word)), "")
    if _is_abbreviated(right, length) and length > _FULL:
        length -= 1
    return folded[right.start(1) : right.end(length - 1)], words.walk_of(head)


def _is_abbreviated(right: Side, at: int) -> bool:
    """Whether the stop at `at` is that of "Mt." or "Gov.": a word in capitals before it, and more behind."""
    behind = right.words[at : at + 2]
    more = len(behind) > 1 and behind[0] == "." and behind[1].isalpha()
    return more and right.is_capital(at - 1)
