"""The actors of a story: a founding cast, and those who come in later and matter.

An actor matters once the evidence shows it taking part, and a title names it or a second independent text does; an
operation that has a name matters at once.  Who publishes the news is no actor of it, and a body that vouches for a
figure is told with the figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from tallywire.ledger.claimants import Nations, akin, identify
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Ledger, Member
from tallywire.ledger.words import fold
from tallywire.records import Actor, Record, StoryReading

NEWSWORTHY = frozenset({"person", "organisation", "operation"})


class Actors(Protocol):
    """What the ledger has to be told of names: when two are one, and who takes part."""

    def keys(self, actor: Actor, /) -> tuple[str, ...]:
        """Keys such that two records of one actor share at least one."""
        ...

    def match(self, actor: Actor, candidates: Iterable[Actor], /) -> Actor | None:
        """The one candidate that the actor is, if any."""
        ...

    def merge(self, known: Actor, later: Actor, /) -> Actor:
        """The earlier record with what the later one adds."""
        ...

    def salient(self, actor: Actor, /) -> bool:
        """Whether the evidence shows the actor taking part, rather than being named in passing."""
        ...


class Voices(Record, frozen=True):
    """Who speaks in an article rather than acting in it."""

    publishers: frozenset[str]  #: outlets and agencies, folded
    claimants: frozenset[str]  #: keys of those who vouch for its figures
    nation: Nations

    def include(self, actor: Actor) -> bool:
        """Whether a body is one of them."""
        if actor.kind != "organisation":
            return False
        names = {_plain(name) for name in (actor.name, *actor.aliases)}
        if not names.isdisjoint(self.publishers):
            return True
        keys = identify(actor.name, self.nation)
        return any(akin(key, voice) for key in keys for voice in self.claimants)


def voices(ledger: Ledger, item: StoryReading, claimants: Iterable[str], nation: Nations) -> Voices:
    """Who speaks in an article: its publisher and those heard before it, and the `claimants` of its figures, by key."""
    outlets = {entry.outlet for track in ledger.tracks.values() for entry in track.entries}
    publishers = {*outlets, item.reading.article.outlet or "", item.reading.extract.agency or ""}
    return Voices(
        publishers=frozenset(_plain(name) for name in publishers if name),
        claimants=frozenset(claimants),
        nation=nation,
    )


def _plain(name: str) -> str:
    return fold(name).removeprefix("the ")


def meet(
    ledger: Ledger, item: StoryReading, heard: datetime, policy: Policy, actors: Actors, speaking: Voices
) -> tuple[dict[str, Member], list[Actor]]:
    """The cast after an article, and who is new in it."""
    founding = heard - ledger.opened <= policy.founding
    title = fold(item.reading.article.title)
    cast = dict(ledger.cast)
    new: list[Actor] = []
    for actor in item.reading.extract.actors:
        if actor.kind not in NEWSWORTHY or not (keys := actors.keys(actor)):
            continue
        name, member = _known(cast, actor, keys, actors) or (
            keys[0],
            Member(actor=actor, keys=keys, since=heard),
        )
        origins = tuple(sorted({*member.origins, item.origin}))[:2]
        shown = actor.kind == "operation" or fold(actor.name.split()[-1]) in title or len(origins) > 1
        known = member.news or founding or speaking.include(actor)
        salient = shown and not known and actors.salient(actor)
        if salient:
            new.append(actor)
        earlier, later = (actor, member.actor) if heard < member.since else (member.actor, actor)
        cast[name] = Member(
            actor=actors.merge(earlier, later),
            keys=tuple(sorted({*member.keys, *keys})),
            since=min(heard, member.since),
            origins=origins,
            news=known or salient,
        )
    return dict(list(cast.items())[-LIMITS.actors :]), new


def _known(
    cast: dict[str, Member], actor: Actor, keys: tuple[str, ...], actors: Actors
) -> tuple[str, Member] | None:
    """The member that this actor is."""
    near = {name: member for name, member in cast.items() if not set(keys).isdisjoint(member.keys)}
    found = actors.match(actor, [member.actor for member in near.values()])
    return next(((name, member) for name, member in near.items() if member.actor == found), None)
