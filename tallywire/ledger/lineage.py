"""Whose a copy's claims are: those of the text that it comes from, or its own.

Who reprints or reworks a text often adds to it: the paper has asked the local hospital.  What the texts of a family
(an origin and all that come from it) tell is the origin's, whoever words it.  What none of them told before, or what
somebody vouches for whom none of them names, is the copy's own reporting, and a source of its own.  Where the ledger
no longer has at hand what a family told, its claims are the origin's, so that nothing counts twice.

Like the standing of a figure, this is seen afresh with every claim, so that it does not matter which came first.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tallywire.ledger.claimants import akin
from tallywire.ledger.state import ORIGIN, Entry, Held


def traced(entries: Sequence[Entry], folded: Sequence[Held]) -> tuple[Entry, ...]:
    """The claims of one figure, each with the text that it comes from; `folded` are those no longer kept one by one."""
    families = {entry.family for entry in entries if entry.family}
    if not families:
        return tuple(entries)
    found = {id(entry): entry for entry in entries}
    for family in sorted(families):
        earlier = [held.entry for held in folded if _family(held.entry) == family]
        unknown = bool(folded) and not earlier
        for entry in sorted((one for one in entries if _family(one) == family), key=_first):
            known = _traced(entry, earlier, unknown=unknown)
            found[id(entry)] = known
            earlier.append(known)
    return tuple(found[id(entry)] for entry in entries)


def _family(entry: Entry) -> str:
    return entry.family or entry.origin


def _first(entry: Entry) -> tuple[object, ...]:
    """The order in which a family's texts tell a figure; the origin before its copies of the same instant."""
    return entry.heard, entry.family, entry.article, not entry.named, entry.n


def _traced(entry: Entry, earlier: Sequence[Entry], *, unknown: bool) -> Entry:
    """One claim, after those that its family told earlier."""
    if not entry.family:
        return entry
    if unknown:
        return _from(entry, entry.family)
    same = [one for one in earlier if one.value.number == entry.value.number]
    if same:
        return _from(entry, same[0].origin)
    if not earlier or (entry.speaks and _is_new(entry, earlier)):
        return _from(entry, entry.article)
    return _from(entry, earlier[0].origin)


def _is_new(entry: Entry, earlier: Sequence[Entry]) -> bool:
    """Whether a claim names who says so, and nobody whom its family names: not the origin's word, mistyped."""
    heard = {voice for one in earlier if one.named for voice in one.voices}
    return entry.named and not any(akin(voice, other) for voice in entry.voices for other in heard)


def _from(entry: Entry, origin: str) -> Entry:
    voices = entry.voices if entry.named else (ORIGIN + origin,)
    return msgspec.structs.replace(entry, origin=origin, copied=origin != entry.article, voices=voices)
