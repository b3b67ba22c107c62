"""The actors of a story: a founding cast, and those who come in later and matter.

An actor matters once a title names it, or a second independent text does.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from tallywire.ledger.claimants import fold
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Ledger, Member
from tallywire.records import Actor, StoryReading

NEWSWORTHY = frozenset({"person", "organisation", "operation"})

_WORD = re.compile(r"[^\W_]+")


def key(actor: Actor) -> str:
    """An actor's name for comparison: a person by the last two words, so that titles and first names may vary."""
    words = [fold(word) for word in _WORD.findall(actor.name)]
    return " ".join(words[-2:] if actor.kind == "person" else words)


def meet(
    ledger: Ledger, item: StoryReading, heard: datetime, policy: Policy
) -> tuple[dict[str, Member], list[Actor]]:
    """The cast after an article, and who is new in it."""
    founding = heard <= ledger.opened + policy.founding
    cast = dict(ledger.cast)
    new: list[Actor] = []
    for actor in item.reading.extract.actors:
        name = _known(cast, actor) or key(actor)
        if actor.kind not in NEWSWORTHY or not name:
            continue
        member = cast.get(name) or Member(actor=actor)
        origins = tuple(sorted({*member.origins, item.origin}))[:2]
        salient = actor.evidence.field == "title" or len(origins) > 1
        if salient and not founding and not member.news:
            new.append(actor)
        news = member.news or founding or salient
        cast[name] = Member(actor=_fuller(member.actor, actor), origins=origins, news=news)
    return dict(list(cast.items())[-LIMITS.actors :]), new


def _fuller(one: Actor, other: Actor) -> Actor:
    """The one with the longer name; of equals the same one, whichever came first."""
    return min((one, other), key=lambda actor: (-len(actor.name), actor.name, actor.kind, actor.role))


def _known(cast: dict[str, Member], actor: Actor) -> str | None:
    """The member that this actor is: by its name, an alias, or a bare surname that only one member bears."""
    for name in (actor.name, *actor.aliases):
        known = key(msgspec.structs.replace(actor, name=name))
        if known in cast:
            return known
    own = key(actor)
    if actor.kind == "person" and " " not in own:
        bearers = [name for name in cast if name.split()[-1:] == [own]]
        return bearers[0] if len(bearers) == 1 else None
    return None
