"""The actors of a story: a founding cast, and those who come in later and matter.

An actor comes in once a sentence shows it taking part, and it leads, a title names it or a second independent text
does; an operation that has a name comes in at once.  Who is known and takes a leading office comes in again, in it.
Who publishes the news is no actor of it, and a body that vouches for a figure is told with the figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Ledger, Member, Office
from tallywire.ledger.voices import Voices
from tallywire.ledger.words import fold
from tallywire.records import Actor, Article, Citation, Record, StoryReading

NEWSWORTHY = frozenset({"person", "organisation", "operation"})
_ORIGINS = 2  # independent texts after which a name is more than one author's


class Actors(Protocol):
    """What the ledger has to be told of names: when two are one, and who takes part."""

    def keys(self, actor: Actor, /) -> tuple[str, ...]:
        """Keys such that two records of one actor share at least one."""
        ...

    def same(self, one: Actor, other: Actor, /) -> bool:
        """Whether two records may be of one actor."""
        ...

    def match(self, actor: Actor, candidates: Iterable[Actor], /) -> Actor | None:
        """The one candidate that the actor is, if any."""
        ...

    def merge(self, known: Actor, later: Actor, /) -> Actor:
        """The earlier record with what the later one adds."""
        ...

    def same_role(self, one: str, other: str, /) -> bool:
        """Whether two roles as stated say the same."""
        ...

    def salient(self, actor: Actor, /) -> bool:
        """Whether the evidence shows the actor taking part, rather than being named in passing."""
        ...

    def prominent(self, actor: Actor, /) -> bool:
        """Whether the evidence shows the holder of a leading office speaking or acting."""
        ...

    def takes_office(self, actor: Actor, /) -> bool:
        """Whether the evidence says that the actor newly takes the office of its role."""
        ...


class Entrance(Record, frozen=True):
    """An actor who comes into the story."""

    actor: Actor
    shows: Citation  #: the sentence that shows what it does
    before: str = ""  #: the role of somebody known who takes another


def meet(
    ledger: Ledger, item: StoryReading, heard: datetime, policy: Policy, actors: Actors, speaking: Voices
) -> tuple[tuple[Member, ...], list[Entrance]]:
    """The cast after an article, and who comes in with it."""
    founding = heard - ledger.opened <= policy.founding
    told = [(one, actors.keys(one)) for one in item.reading.extract.actors if one.kind in NEWSWORTHY]
    company = _Company(ledger.cast, {key for _, keys in told for key in keys})
    entered: list[Entrance] = []
    for actor, keys in told:
        near = company.near(keys)
        one = actors.match(actor, [member.actor for member in near])
        if not keys or (one is None and any(actors.same(actor, member.actor) for member in near)):
            continue  # a bare surname of two people: nobody can say whose
        known = next((member for member in near if member.actor == one), None)
        named = _named(actor, keys, item, heard, actors)
        member = named if known is None else _joined(known, named, actors)
        settled = founding or speaking.include(actor)
        entrance = None if settled else _entrance(known, member, named, actors)
        if entrance is not None:
            entered.append(entrance)
        news = member.news or settled or entrance is not None
        company.put(known, msgspec.structs.replace(member, news=news))
    return company.members(), entered


def join(one: tuple[Member, ...], other: tuple[Member, ...], actors: Actors) -> tuple[Member, ...]:
    """The casts of two stories that are one; a bare surname of two people stays apart."""
    company = _Company(one, {key for member in other for key in member.keys})
    for member in other:
        near = company.near(member.keys)
        same = actors.match(member.actor, [known.actor for known in near])
        known = next((candidate for candidate in near if candidate.actor == same), None)
        company.put(known, member if known is None else _joined(known, member, actors))
    return company.members()


def _named(
    actor: Actor, keys: tuple[str, ...], item: StoryReading, heard: datetime, actors: Actors
) -> Member:
    """What one article tells of an actor."""
    article = item.reading.article
    stands_out = actor.kind == "operation" or actors.prominent(actor) or _titled(actor, article)
    return Member(
        actor=actor,
        keys=tuple(sorted(keys)),
        since=heard,
        last=heard,
        shown_at=heard,
        shows=Citation(
            article=article.id, outlet=article.outlet, quote=actor.evidence.quote, url=article.url
        ),
        acts=actors.salient(actor),
        stands_out=stands_out,
        roles=(Office(role=actor.role, since=heard, last=heard),) if actor.role else (),
        origins=(item.origin,),
    )


def _titled(actor: Actor, article: Article) -> bool:
    last = re.escape(fold(actor.name.split()[-1]))
    return re.search(rf"(?<!\w){last}(?!\w)", fold(article.title)) is not None


def _joined(known: Member, later: Member, actors: Actors) -> Member:
    """Two members who are one; the same whichever was known first."""
    first, second = sorted((known, later), key=_shown)
    roles = _roles(known.roles, later.roles, actors)
    latest = max(roles, key=lambda office: (office.last, office.since, office.role), default=None)
    merged = actors.merge(first.actor, second.actor)
    return Member(
        actor=msgspec.structs.replace(merged, role=latest.role if latest else ""),
        keys=tuple(sorted({*known.keys, *later.keys})),
        since=min(known.since, later.since),
        last=max(known.last, later.last),
        shown_at=first.shown_at,
        shows=first.shows,
        acts=first.acts,
        stands_out=known.stands_out or later.stands_out,
        roles=roles,
        origins=tuple(sorted({*known.origins, *later.origins}))[:_ORIGINS],
        news=known.news or later.news,
    )


def _shown(member: Member) -> tuple[bool, datetime, str, int]:
    """The sentence that shows an actor best comes first: one in which it takes part, then the earliest."""
    return not member.acts, member.shown_at, member.shows.article, member.actor.evidence.start


def _roles(known: tuple[Office, ...], later: tuple[Office, ...], actors: Actors) -> tuple[Office, ...]:
    """Different roles in the order of time, each under its fullest words."""
    found = list(known)
    for office in later:
        at = next((i for i, one in enumerate(found) if actors.same_role(one.role, office.role)), None)
        if at is None:
            found.append(office)
            continue
        one = found[at]
        found[at] = Office(
            role=max(one.role, office.role, key=lambda role: (len(role), role)),
            since=min(one.since, office.since),
            last=max(one.last, office.last),
        )
    recent = sorted(found, key=lambda office: (office.last, office.role))[-LIMITS.roles :]
    return tuple(sorted(recent, key=lambda office: (office.since, office.role)))


def _entrance(known: Member | None, member: Member, named: Member, actors: Actors) -> Entrance | None:
    """How an actor comes in with an article that has `named` it, if it does."""
    if known is not None and known.news:
        return _promotion(known, named, actors)
    matters = member.stands_out or len(member.origins) >= _ORIGINS
    return Entrance(actor=member.actor, shows=member.shows) if member.acts and matters else None


def _promotion(known: Member, named: Member, actors: Actors) -> Entrance | None:
    """How somebody known comes in again: in a leading office, newly taken, that nobody has given them before."""
    role = named.actor.role
    if not known.roles or any(actors.same_role(office.role, role) for office in known.roles):
        return None
    if not (actors.prominent(named.actor) and actors.takes_office(named.actor)):
        return None
    return Entrance(actor=named.actor, shows=named.shows, before=known.actor.role)


class _Company:
    """The members of a cast by those of their keys that an article asks for."""

    def __init__(self, cast: tuple[Member, ...], wanted: set[str]) -> None:
        self._members = list(cast)
        self._places: dict[str, list[int]] = {key: [] for key in wanted}
        for place, member in enumerate(cast):
            for key in member.keys:
                if key in wanted:
                    self._places[key].append(place)

    def near(self, keys: Iterable[str]) -> list[Member]:
        """The members that share a key, in the order they came."""
        places = {place for key in keys for place in self._places.get(key, ())}
        return [self._members[place] for place in sorted(places)]

    def put(self, known: Member | None, member: Member) -> None:
        """A member, in the place of the one `known` before."""
        if known is None:
            place = len(self._members)
            self._members.append(member)
        else:
            place = next(place for place, one in enumerate(self._members) if one is known)
            self._members[place] = member
        for key in member.keys:
            self._places.setdefault(key, []).append(place)

    def members(self) -> tuple[Member, ...]:
        """All of them in the order of time; where they are too many those who matter, then those named last."""
        found = self._members
        if len(found) > LIMITS.actors:
            ranked = sorted(found, key=lambda one: (one.news, one.last, one.actor.name), reverse=True)
            found = ranked[: LIMITS.actors]
        return tuple(sorted(found, key=_appearance))


def _appearance(member: Member) -> tuple[datetime, str, str]:
    return member.since, member.actor.kind, member.actor.name
