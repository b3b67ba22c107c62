"""Salience: whether an actor takes part in the story or is only named in passing.

All of it is read from the evidence of an actor, the sentence that shows best what it does.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from tallywire.reading.actors import beside, roles, sides
from tallywire.reading.actors.context import around
from tallywire.reading.actors.signs import ACTIVE, SUBJECT, UNDERGOES, Sign
from tallywire.reading.actors.words import COMPARED, Words, comparing
from tallywire.reading.folding import fold
from tallywire.reading.lexicon import load
from tallywire.reading.tokens import Tokens
from tallywire.records import Actor

_REPORTS = "press"  # the walk of life of those who tell the news
_OWNER = re.compile(r"(\w+)'s? $")


def salient(actor: Actor) -> bool:
    """Whether the evidence shows `actor` speaking, acting or acted on.

    An operation that has a name always is.  Places, countries, names without evidence, news agencies, parties and
    bodies that are quoted as a matter of routine (a police department, a hospital, a nation's army in small letters)
    never are, nor are reporters who do but their work, nor kin of whom only a first name is told.  A body has to do
    something itself; people matter, too, where something is done to them.
    """
    known = comparing()
    if actor.kind == "operation":
        return True
    if actor.kind == "organisation":
        last = fold(actor.name).rpartition(" ")[2]
        routine = actor.role or last.islower() or last.lower() in known.routine
        return not routine and bool(_part(actor, known) & SUBJECT)
    if actor.kind != "person" or (" " not in actor.name and roles.is_family(actor.role, known)):
        return False
    return bool(_part(actor, known) & (UNDERGOES if _reports(actor, known) else ACTIVE))


def prominent(actor: Actor) -> bool:
    """Whether the evidence shows the holder of a leading office (a president, a minister) speaking or acting."""
    known = comparing()
    if actor.kind != "person":
        return False
    return roles.leads(actor.role, known) and bool(_part(actor, known) & (SUBJECT | Sign.SAID))


def takes_office(actor: Actor) -> bool:
    """Whether the evidence says that the actor newly takes the office of its role."""
    known = comparing()
    if actor.kind != "person" or not actor.role:
        return False
    tokens, folded = _tokens(actor)
    for _, end in _places(actor, folded):
        taken = beside.taken(sides.after(tokens, _number(tokens, end), known), folded, known)
        if taken is not None and roles.same_role(taken[0], actor.role, known):
            return True
    return False


def same_role(one: str, other: str) -> bool:
    """Whether two roles as stated say the same: "Mexico's President" and "Mexican president"."""
    return roles.same_role(one, other, comparing())


def _part(actor: Actor, known: Words) -> int:
    """The part that the evidence has the actor take in its main clause: signs of `ACTIVE`, or none.

    Who stands first in a headline is its subject, verb or no verb: "Commander X in talks".
    """
    tokens, folded = _tokens(actor)
    for start, end in _places(actor, folded):
        begin = _role_start(folded, start, actor.role)
        left = sides.before(tokens, _number(tokens, begin))
        right = sides.after(tokens, _number(tokens, end), known)
        found = around(left, right, known) & ACTIVE
        if left.words and left.words[0] in known.clauses:
            found &= ~SUBJECT
        if sides.nearest(left, known) in known.governing:
            found &= ~Sign.TARGET
        if not begin and actor.evidence.field == "title" and actor.role and folded[end : end + 1] == " ":
            found |= Sign.ACTS
        if found:
            return found
    return Sign.NONE


def _reports(actor: Actor, known: Words) -> bool:
    """Whether somebody tells the news: a reporter, or an outlet's own, as in "Channel Nine News' X"."""
    if roles.office(actor.role, known).walks == {_REPORTS}:
        return True
    folded = fold(actor.evidence.quote)
    for start, _ in _places(actor, folded):
        owner = _OWNER.search(folded, 0, start)
        if owner and (owner[1].lower() in known.routine or known.known.get(owner[1])):
            return True
    return False


def _tokens(actor: Actor) -> tuple[Tokens, str]:
    """The tokens of the evidence, and its folded text."""
    folded = fold(actor.evidence.quote)
    return load(COMPARED).tokeniser.tokens(folded, 0, len(folded)), folded


def _number(tokens: Tokens, offset: int) -> int:
    """The number of the token that stands at an offset, or after it."""
    return bisect_left(tokens.starts, offset)


def _places(actor: Actor, folded: str) -> list[tuple[int, int]]:
    """Where in the evidence each name of the actor begins and ends."""
    starts = ((folded.find(fold(name)), len(name)) for name in (actor.name, *actor.aliases))
    return [(start, start + length) for start, length in starts if start >= 0]


def _role_start(folded: str, start: int, role: str) -> int:
    """Where the name begins with the role before it: "⟨Mexican President⟩ Claudia Sheinbaum"."""
    before = folded[:start].rstrip(" ,")
    plain = fold(role)
    return len(before) - len(plain) if plain and before.endswith(plain) else start
