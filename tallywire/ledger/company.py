"""The members of a cast, looked up by their keys, each brought together with what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import msgspec

from tallywire.ledger.policy import LIMITS
from tallywire.ledger.state import Member, Office
from tallywire.records import Actor

ORIGINS = 2  # independent texts after which a name is more than one author's


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


class Seat(msgspec.Struct, eq=False):
    """A member as known before, if it was, and with all that has been told of it since."""

    known: Member | None
    member: Member
    named: list[Member] = msgspec.field(default_factory=list)  #: what each text tells of it


class Company:
    """The members of a cast by those of their keys that are asked for."""

    def __init__(self, cast: tuple[Member, ...], asked: Iterable[str], actors: Actors) -> None:
        self._actors = actors
        self._seats = [Seat(member, member) for member in cast]
        self._places: dict[str, list[int]] = {key: [] for key in asked}
        for place, member in enumerate(cast):
            for key in member.keys:
                if key in self._places:
                    self._places[key].append(place)

    def join(self, named: Member) -> bool:
        """Who is `named` joins the member that it is, or comes in.

        Not where it is a bare surname of two: nobody can say whose it is.
        """
        near = self._near(named.keys)
        one = self._actors.match(named.actor, near.values())
        if one is None:
            if any(self._actors.same(named.actor, actor) for actor in near.values()):
                return False
            self._sit(len(self._seats), Seat(None, named, [named]))
            return True
        place = next(place for place, actor in near.items() if actor is one)
        seat = self._seats[place]
        seat.named.append(named)
        seat.member = _joined(seat.member, named, self._actors)
        self._sit(place, seat)
        return True

    def add(self, member: Member) -> None:
        """One more member, whoever bears the same name."""
        self._sit(len(self._seats), Seat(None, member, [member]))

    def seat_of(self, actor: Actor) -> Seat | None:
        """Where an actor sits, if it is one certain member."""
        near = self._near(self._actors.keys(actor))
        one = self._actors.match(actor, near.values())
        return next((self._seats[place] for place, found in near.items() if found is one), None)

    def addressed(self) -> Iterator[Seat]:
        """Those of whom something has been told."""
        return (seat for seat in self._seats if seat.named)

    def members(self) -> tuple[Member, ...]:
        """All of them in the order of time; where they are too many those who matter, then those named last."""
        found = [seat.member for seat in self._seats]
        if len(found) > LIMITS.actors:
            ranked = sorted(found, key=lambda one: (one.news, one.last, one.actor.name), reverse=True)
            found = ranked[: LIMITS.actors]
        return tuple(sorted(found, key=_appearance))

    def _near(self, keys: Iterable[str]) -> dict[int, Actor]:
        """The members under any of the keys, by their places."""
        places = sorted({place for key in keys for place in self._places.get(key, ())})
        return {place: self._seats[place].member.actor for place in places}

    def _sit(self, place: int, seat: Seat) -> None:
        self._seats[place : place + 1] = [seat]
        for key in seat.member.keys:
            if place not in (filed := self._places.setdefault(key, [])):
                filed.append(place)


def fullest(member: Member) -> tuple[int, str, str, str, int]:
    """Full names come first: whose a bare surname is can be told once all who bear it are known."""
    actor = member.actor
    return -len(actor.name.split()), actor.name, actor.role, member.shows.article, actor.evidence.start


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
        origins=tuple(sorted({*known.origins, *later.origins}))[:ORIGINS],
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


def _appearance(member: Member) -> tuple[datetime, str, str]:
    return member.since, member.actor.kind, member.actor.name
