"""A placed article's claims as the ledger's entries: who vouches, as of when, for which figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from tallywire.ledger import cues, lands
from tallywire.ledger.bodies import Bodies
from tallywire.ledger.claimants import Nations
from tallywire.ledger.earlier import Earlier
from tallywire.ledger.groups import BODY, Facets, demographic, facets
from tallywire.ledger.lands import Land, Scene
from tallywire.ledger.meaning import (
    among_the_dead,
    are_found,
    as_meant,
    counts_the_dead,
    district,
    goes_beyond,
    is_of_one_place,
    own_people,
)
from tallywire.ledger.placing import Placed, seen_together
from tallywire.ledger.reckoning import reckoned
from tallywire.ledger.state import ORIGIN, Entry, Track
from tallywire.records import Article, Basis, Claim, Group, Metric, Scope, Status, StoryReading

QUOTE = 320  # characters of a sentence that are kept at hand; the archive has all of it
_ZONES = timedelta(hours=8)  # from Greenwich to the Pacific coast of America


def entries(item: StoryReading, nation: Nations, heard: Iterable[Track] = ()) -> tuple[Placed, ...]:
    """The claims of an article that concern the story's event.

    Left out: background, and the older value that a sentence itself replaces.  `nation` as in `claimants.identify`;
    `heard` are the story's figures before the article: "the ministry", "their union" are the ones known from there.
    """
    earlier = Earlier(heard, spoken(item.reading.article))
    placed = tuple(_placed(item, nation, earlier))
    return seen_together(placed, earlier)


def _placed(item: StoryReading, nation: Nations, earlier: Earlier) -> Iterator[Placed]:
    extract = item.reading.extract
    places = lands.placed(extract.claims, nation)
    claims = reckoned(extract, places)
    bodies = Bodies(claims, nation, earlier)
    totals = {claim.metric for claim in claims if claim.scope is Scope.TOTAL and _stated(claim)}
    here = (*places, *lands.counted_together(claims, places))
    scene = lands.scene(earlier.parts(), earlier.lands(), here)
    for n, (claim, land) in enumerate(zip(as_meant(claims), places, strict=True)):
        if not _is_of_the_event(claim, totals):
            continue
        names = bodies.speakers(claim)
        figure = _figure(claim, nation, land if land.nations else lands.of_office(names, scene), scene)
        if figure is not None:
            known, group, scope = figure
            entry = _entry(item, n, claim, names, land)
            yield Placed(metric=claim.metric, facets=known, group=group, scope=scope, entry=entry)


def _is_of_the_event(claim: Claim, totals: Collection[Metric]) -> bool:
    """Whether a claim says something of the story's event, and not what the article's `totals` say already."""
    if claim.scope is Scope.BACKGROUND or claim.status is Status.SUPERSEDED:
        return False
    if cues.no_longer(claim) or cues.inhabitants(claim):
        return False
    if BODY in claim.group.roles and claim.metric is not Metric.KILLED:
        return False  # bodies that are said to be hurt or missing are misread
    return (
        claim.scope is not Scope.INCREMENT or claim.metric not in totals
    )  # "12 more, bringing the toll to 55"


def _figure(
    claim: Claim, nation: Nations, land: Land, scene: Scene
) -> tuple[Facets, Group | None, Scope] | None:
    """Whom a claim counts, and whether they are all; None where nobody could tell them from others."""
    group = among_the_dead(claim, own_people(claim, nation))
    known = facets(group, claim.scope)
    if known.key:
        unknown = claim.scope is Scope.SUBSET and not known.words and not demographic(known)
        return None if unknown else (known, group, claim.scope)  # "of whom 19": some, but nobody knows which
    if claim.scope is not Scope.SUBSET and scene.has_part(land):
        return (*lands.part(land), Scope.PART)
    if claim.scope is Scope.SUBSET or scene.is_elsewhere(land):
        return None  # what another country's event took is background
    return known, None, claim.scope


def _entry(item: StoryReading, n: int, claim: Claim, names: dict[str, str], land: Land) -> Entry:
    article, extract = item.reading.article, item.reading.extract
    heard = spoken(article)
    if not names or claim.status is Status.UNKNOWN:  # that counts conflict, or are not there, the text says
        names = {ORIGIN + item.origin: _unnamed(claim, extract.agency or article.outlet or article.id)}
    return Entry(
        article=article.id,
        outlet=article.outlet,
        origin=item.origin,
        n=n,
        heard=heard,
        as_of=_as_of(claim.as_of, heard),
        low=claim.low,
        high=claim.high,
        quantifier=claim.quantifier,
        status=claim.status,
        scope=claim.scope,
        voices=tuple(names),
        names=tuple(names.values()),
        quote=shorten(claim.evidence.quote),
        url=article.url,
        family=item.origin if item.copy_of is not None else "",
        copied=item.copy_of is not None,
        titled=claim.evidence.field == "title",
        corrects=cues.corrects(claim, extract.claims),
        moves=cues.moves(claim),
        eases=cues.eases(claim, extract.claims),
        reported=cues.reported(claim),
        joins=cues.joins(claim),
        apart=counts_the_dead(claim, extract.tally)
        or goes_beyond(claim, extract)
        or is_of_one_place(claim, extract.claims),
        found=are_found(claim),
        summed=claim.basis is Basis.SUMMED,
        text=claim.group.text,
        district=district(claim, extract.claims),
        lands=land.nations,
    )


def _unnamed(claim: Claim, publisher: str) -> str:
    """Who is shown for a claim that names nobody who could be found again."""
    return f"{claim.claimants[0]} ({publisher})" if claim.claimants else publisher


def spoken(article: Article) -> datetime:
    """When an article speaks: at its publication, which is never later than it came; an edit when it came."""
    return article.arrived if article.revision_of else min(article.at, article.arrived)


def _as_of(as_of: datetime | None, heard: datetime) -> datetime:
    """The time a claim speaks for; midnight names a day, and stands for its end.  Never after it was heard.

    The hours of a text are those of a place, and are read as UTC where it names no zone.  West of Greenwich they are
    later than that: what seems no more than `_ZONES` old when it is heard is as fresh as what tells it.
    """
    if as_of is None or timedelta(0) <= heard - as_of <= _ZONES:
        return heard
    day = (as_of.hour, as_of.minute, as_of.second) == (0, 0, 0)
    return min(heard, as_of + timedelta(days=1) if day else as_of)


def _stated(claim: Claim) -> bool:
    return claim.status is Status.ASSERTED and (claim.low is not None or claim.high is not None)


def shorten(quote: str) -> str:
    """A sentence cut at a word, where it is very long."""
    if len(quote) <= QUOTE:
        return quote
    return quote[:QUOTE].rsplit(" ", 1)[0] + " …"
