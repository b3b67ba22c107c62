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
from tallywire.ledger.state import Ledger, Member, Office, Scene
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
) -> tuple[tuple[Member, ...], Scene, list[Entrance]]:
    """The cast after an article, the scene to go on from, and who comes in with the article."""
    founding = heard - ledger.opened <= policy.founding
    told = [(one, actors.keys(one)) for one in item.reading.extract.actors if one.kind in NEWSWORTHY]
    named = [_named(actor, keys, item, heard, actors) for actor, keys in told if keys]
    named = [msgspec.structs.replace(one, news=founding or speaking.include(one.actor)) for one in named]
    company = _Company(ledger.cast, named, actors)
    entered = [_entrance(joined, one, actors) for one in named if (joined := company.join(one)) is not None]
    scene = _scene(ledger, heard, named)
    return _gathered(scene, actors), scene, [entrance for entrance in entered if entrance is not None]


def _scene(ledger: Ledger, heard: datetime, named: list[Member]) -> Scene:
    """The scene with whom one more article names: the same within an instant, unless it grows too long."""
    scene = ledger.scene
    if scene is None or scene.at != heard or len(scene.named) + len(named) > LIMITS.actors:
        scene = Scene(at=heard, cast=ledger.cast)
    return msgspec.structs.replace(scene, named=tuple(sorted((*scene.named, *named), key=_fullest)))


def _gathered(scene: Scene, actors: Actors) -> tuple[Member, ...]:
    """The cast after a scene, whatever the order of its articles."""
    company = _Company(scene.cast, scene.named, actors)
    for one in scene.named:
        company.join(one)
    return company.members()


def _fullest(member: Member) -> tuple[int, str, str, str, int]:
    """Full names come first: whose a bare surname is can be told once all who bear it are known."""
    actor = member.actor
    return -len(actor.name.split()), actor.name, actor.role, member.shows.article, actor.evidence.start


def join(one: tuple[Member, ...], other: tuple[Member, ...], actors: Actors) -> tuple[Member, ...]:
    """The casts of two stories that are one; a bare surname of two people stays apart."""
    company = _Company(one, other, actors)
    for member in other:
        if company.join(member, telling=False) is None:
            company.add(member)
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


def _entrance(joined: Joined, named: Member, actors: Actors) -> Entrance | None:
    """How an actor comes in with an article that has `named` it, if it does."""
    if named.news:
        return None
    if joined.known is not None and joined.known.news:
        return _promotion(joined.known, named, actors)
    return Entrance(actor=joined.member.actor, shows=joined.member.shows) if joined.member.news else None


def _heeded(member: Member) -> Member:
    """A member as news, once it takes part, and leads, is in a title or in a second text."""
    matters = member.stands_out or len(member.origins) >= _ORIGINS
    return msgspec.structs.replace(member, news=True) if member.acts and matters else member


def _promotion(known: Member, named: Member, actors: Actors) -> Entrance | None:
    """How somebody known comes in again: in a leading office, newly taken, that nobody has given them before."""
    role = named.actor.role
    if not known.roles or any(actors.same_role(office.role, role) for office in known.roles):
        return None
    if not (actors.prominent(named.actor) and actors.takes_office(named.actor)):
        return None
    return Entrance(actor=named.actor, shows=named.shows, before=known.actor.role)


class Joined(Record, frozen=True):
    """A member as known before, if it was, and with what is newly told."""

    known: Member | None
    member: Member


class _Company:
    """The members of a cast by those of their keys that are asked for."""

    def __init__(self, cast: tuple[Member, ...], asked: Iterable[Member], actors: Actors) -> None:
        self._actors = actors
        self._members = list(cast)
        self._places: dict[str, list[int]] = {key: [] for one in asked for key in one.keys}
        for place, member in enumerate(cast):
            for key in member.keys:
                if key in self._places:
                    self._places[key].append(place)

    def join(self, named: Member, *, telling: bool = True) -> Joined | None:
        """Who is `named` joins the member that it is, or comes in; where that is news, `telling` says that it is told.

        None for a bare surname of two: nobody can say whose it is.
        """
        places = sorted({place for key in named.keys for place in self._places.get(key, ())})
        near = [self._members[place].actor for place in places]
        one = self._actors.match(named.actor, near)
        if one is None and any(self._actors.same(named.actor, actor) for actor in near):
            return None
        place = places[near.index(one)] if one is not None else len(self._members)
        known = self._members[place] if one is not None else None
        member = named if known is None else _joined(known, named, self._actors)
        member = _heeded(member) if telling else member
        self._put(place, member)
        return Joined(known=known, member=member)

    def add(self, member: Member) -> None:
        """One more member, whoever bears the same name."""
        self._put(len(self._members), member)

    def _put(self, place: int, member: Member) -> None:
        self._members[place : place + 1] = [member]
        for key in member.keys:
            if place not in (filed := self._places.setdefault(key, [])):
                filed.append(place)

    def members(self) -> tuple[Member, ...]:
        """All of them in the order of time; where they are too many those who matter, then those named last."""
        found = self._members
        if len(found) > LIMITS.actors:
            ranked = sorted(found, key=lambda one: (one.news, one.last, one.actor.name), reverse=True)
            found = ranked[: LIMITS.actors]
        return tuple(sorted(found, key=_appearance))


def _appearance(member: Member) -> tuple[datetime, str, str]:
    return member.since, member.actor.kind, member.actor.name
