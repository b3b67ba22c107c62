"""Salience: whether an actor takes part in the story or is only named in passing."""

from __future__ import annotations

from tallywire.reading.actors import roles, signs
from tallywire.reading.actors.words import Words, words
from tallywire.reading.folding import fold, lower
from tallywire.records import Actor

_LANGUAGE = "en"
_PUBLIC = frozenset(("state", "military", "police", "justice", "faith"))


def salient(actor: Actor) -> bool:
    """Whether the evidence shows `actor` speaking, acting or acted on, or a person of public office.

    An operation that has a name always is; places, countries, names without evidence, news agencies and bodies that
    are quoted as a matter of routine (a police department, a hospital) never are.
    """
    known = words(_LANGUAGE)
    if known is None or actor.kind == "operation":
        return actor.kind == "operation"
    if actor.kind == "organisation":
        routine = actor.role or fold(actor.name).lower().rpartition(" ")[2] in known.routine
        return not routine and _takes_part(actor, known)
    if actor.kind != "person":
        return False
    return bool(roles.office(actor.role, known).walks & _PUBLIC) or _takes_part(actor, known)


def prominent(actor: Actor) -> bool:
    """Whether the evidence shows the holder of a leading office (a president, a minister) speaking or acting."""
    known = words(_LANGUAGE)
    if known is None or actor.kind != "person":
        return False
    office = roles.office(actor.role, known)
    leads = not office.words.isdisjoint(known.leaders) and not office.words & {
        "spokesman",
        "spokeswoman",
        "spokesperson",
    }
    return leads and _takes_part(actor, known)


def _takes_part(actor: Actor, known: Words) -> bool:
    """Whether the evidence has the actor as subject or object of a verb of speaking, doing or suffering."""
    folded = fold(actor.evidence.quote)
    lowered = lower(folded)
    for name in (actor.name, *actor.aliases):
        start = folded.find(fold(name))
        if start >= 0:
            end = start + len(name)
            left = signs.before(lowered, 0, start, known)
            right = signs.after(lowered, end, len(lowered), known)
            if signs.around(left, right, folded, known) & signs.ACTIVE:
                return True
    return False
