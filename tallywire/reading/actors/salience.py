"""Salience: whether an actor takes part in the story or is only named in passing."""

from __future__ import annotations

from tallywire.reading.actors import roles, signs
from tallywire.reading.actors.words import words
from tallywire.reading.folding import fold, lower
from tallywire.records import Actor

_PUBLIC = frozenset(("state", "military", "police", "justice", "faith"))
_KINDS = frozenset(("person", "organisation", "operation"))


def salient(actor: Actor) -> bool:
    """Whether the evidence shows `actor` speaking, acting or acted on, or holding a public office.

    Names without evidence, places and countries never are; an operation that is named always is.
    """
    if actor.kind not in _KINDS:
        return False
    if actor.kind == "operation":
        return True
    known = words("en")
    if known is None:
        return False
    if roles.office(actor.role, known).walks & _PUBLIC:
        return True
    folded = fold(actor.evidence.quote)
    lowered = lower(folded)
    for name in (actor.name, *actor.aliases):
        start = folded.find(fold(name))
        if start < 0:
            continue
        end = start + len(name)
        left = signs.before(lowered, 0, start, known)
        right = signs.after(lowered, end, len(lowered), known)
        found = signs.around(left, right, folded, known)
        if found & signs.ACTIVE:
            return True
    return False
