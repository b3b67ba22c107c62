"""The actors of a story: a founding cast, and those who come in later and matter.

An actor comes in once a sentence shows it taking part, and it leads, a title names it or a second independent text
does; an operation that has a name comes in at once.  Who is known and takes a leading office comes in again, in it.
Who publishes the news is no actor of it, and a body that vouches for a figure is told with the figure.

Whom an instant brings in follows from the cast before it and the set of its articles, never from their order: with
each article, all that they name is brought together anew, full names first, and whoever comes in by that and was not
told yet is told.  So once the last has come, everybody whom they bring in together has been told, and the cast is the
same.  What is told cannot be taken back, so one order may tell of more: a surname told early turns out to be of two
people.  It is nobody's then, and both come in under their full names.  Whom it told, and under which names, is thus the
one thing that a scene remembers by its order, until the instant is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

import msgspec

from tallywire.ledger.company import ORIGINS, Actors, Company, Seat, fullest
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Ledger, Member, Office, Scene
from tallywire.ledger.voices import Voices
from tallywire.ledger.words import fold
from tallywire.records import Actor, Article, Citation, Record, StoryReading

NEWSWORTHY = frozenset({"person", "organisation", "operation"})


class Entrance(Record, frozen=True):
    """An actor who comes into the story."""

    actor: Actor
    shows: Citation  #: the sentence that shows what it does
    before: str = ""  #: the role of somebody known who takes another


def meet(
    ledger: Ledger, item: StoryReading, heard: datetime, policy: Policy, actors: Actors, speaking: Voices
) -> tuple[tuple[Member, ...], Scene, list[Entrance]]:
    """The cast before the article's instant, the scene of that instant so far, and who comes in with the article.

    A revision brings in nobody, nor does it help others to; whom it names is known from the next instant on.
    """
    founding = heard - ledger.opened <= policy.founding
    told = [(one, actors.keys(one)) for one in item.reading.extract.actors if one.kind in NEWSWORTHY]
    named = [_named(actor, keys, item, heard, actors) for actor, keys in told if keys]
    named = [msgspec.structs.replace(one, news=founding or speaking.include(one.actor)) for one in named]
    cast, scene = ledger.cast, ledger.scene
    if scene is None or scene.at != heard or _overflows(scene, named):
        cast, scene = members(ledger, actors), Scene(at=heard)
    if item.reading.article.revision_of is not None:
        return cast, msgspec.structs.replace(scene, revised=_ordered(scene.revised, named)), []
    scene = msgspec.structs.replace(scene, named=_ordered(scene.named, named))
    entered = list(_entrances(_company(cast, scene.named, actors), scene.told, actors))
    newly = (entrance.actor for entrance in entered)
    return cast, msgspec.structs.replace(scene, told=(*scene.told, *newly)), entered


def members(ledger: Ledger, actors: Actors) -> tuple[Member, ...]:
    """The cast with what the articles of the last instant tell, whatever their order."""
    if ledger.scene is None:
        return ledger.cast
    scene = ledger.scene
    company = _company(ledger.cast, _ordered(scene.named, scene.revised), actors)
    for seat in company.addressed():
        if not seat.member.news and _comes_in(seat):
            seat.member = msgspec.structs.replace(seat.member, news=True)
    return company.members()


def join(one: tuple[Member, ...], other: tuple[Member, ...], actors: Actors) -> tuple[Member, ...]:
    """The casts of two stories that are one; a bare surname of two people stays apart."""
    company = Company(one, (key for member in other for key in member.keys), actors)
    for member in other:
        if not company.join(member):
            company.add(member)
    return company.members()


def _company(cast: tuple[Member, ...], named: Iterable[Member], actors: Actors) -> Company:
    """The cast together with those whom a scene names, full names first."""
    company = Company(cast, (key for one in named for key in one.keys), actors)
    for one in named:
        company.join(one)
    return company


def _ordered(*named: Iterable[Member]) -> tuple[Member, ...]:
    """What several articles tell, in one order whichever came first."""
    return tuple(sorted(chain(*named), key=fullest))


def _overflows(scene: Scene, named: list[Member]) -> bool:
    return len(scene.named) + len(scene.revised) + len(named) > LIMITS.actors


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


def _entrances(company: Company, earlier: tuple[Actor, ...], actors: Actors) -> Iterator[Entrance]:
    """Who comes in with a scene and was not told earlier in it."""
    told = [(seat, actor) for actor in earlier if (seat := company.seat_of(actor)) is not None]
    for seat in company.addressed():
        if seat.known is not None and seat.known.news:
            offices = [actor.role for sat, actor in told if sat is seat]
            yield from _promotions(seat, seat.known, offices, actors)
        elif _comes_in(seat) and all(sat is not seat for sat, _ in told):
            yield Entrance(actor=seat.member.actor, shows=seat.member.shows)


def _comes_in(seat: Seat) -> bool:
    """Whether one who was not known before is news: it takes part, and leads, is in a title or in a second text.

    Texts in which it is no news, since it vouches for a figure there, do not count but as a second text.
    """
    loud = [one for one in (seat.known, *seat.named) if one is not None and not one.news]
    matters = any(one.stands_out for one in loud) or len(seat.member.origins) >= ORIGINS
    return matters and any(one.acts for one in loud)


def _promotions(seat: Seat, known: Member, told: list[str], actors: Actors) -> Iterator[Entrance]:
    """How somebody known comes in again: in a leading office, newly taken, that nobody has given them before."""
    given = [office.role for office in known.roles] + told
    for named in seat.named if known.roles else ():
        actor = named.actor
        if named.news or any(actors.same_role(role, actor.role) for role in given):
            continue
        if actors.prominent(actor) and actors.takes_office(actor):
            given.append(actor.role)
            yield Entrance(actor=actor, shows=named.shows, before=known.actor.role)
