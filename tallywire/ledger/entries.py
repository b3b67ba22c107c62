"""A placed article's claims as the ledger's entries: who vouches, as of when, for which figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from tallywire.ledger import cues, lands
from tallywire.ledger.claimants import Nations, aliases, identify, is_ministry, nation_of
from tallywire.ledger.groups import BODY, Facets, contains, demographic, facets
from tallywire.ledger.metrics import GROWING
from tallywire.ledger.odds import LARGE
from tallywire.ledger.state import ORIGIN, Entry, Track
from tallywire.records import (
    Article,
    Bounds,
    Claim,
    Extract,
    Group,
    Metric,
    Record,
    Scope,
    Status,
    StoryReading,
)

QUOTE = 320  # characters of a sentence that are kept at hand; the archive has all of it


_ZONES = timedelta(hours=8)  # from Greenwich to the Pacific coast of America
_UNSURE = (Status.FEARED, Status.UNCONFIRMED)


class Placed(Record, frozen=True):
    """An entry and the figure it belongs to."""

    metric: Metric
    facets: Facets
    group: Group | None
    scope: Scope
    entry: Entry

    @property
    def key(self) -> str:
        """The figure's key in the ledger."""
        return f"{self.metric}|{self.facets.key}"


def entries(item: StoryReading, nation: Nations, heard: Iterable[Track] = ()) -> tuple[Placed, ...]:
    """The claims of an article that concern the story's event.

    Left out: background, and the older value that a sentence itself replaces.  `nation` as in `claimants.identify`;
    `heard` are the story's figures before the article: "the ministry" is the one that is known from there.
    """
    earlier = Earlier(heard, spoken(item.reading.article))
    placed = tuple(_placed(item, nation, earlier))
    return _vouched(_narrowed(tuple(_widened(one, placed, earlier) for one in placed)))


class Earlier:
    """What a story heard before a time: articles of that very instant tell each other nothing, in whatever order."""

    def __init__(self, tracks: Iterable[Track], when: datetime) -> None:
        """`tracks` are the story's figures."""
        self._tracks = tuple(tracks)
        self._when = when

    def said(self, metric: Metric, facets: Facets | None = None) -> Iterator[Entry]:
        """The claims of a metric, or of one figure, as far as they are kept one by one, or the last of their voice."""
        for track in self._tracks:
            if track.metric is metric and facets in (None, track.facets):
                kept = (*track.entries, *(held.entry for held in track.base.held))
                yield from (entry for entry in kept if entry.heard < self._when)

    def lands(self) -> Iterator[tuple[str, ...]]:
        """The countries that everyone whom the story counts, or some of them, were said to be in."""
        parts = {
            code for one in self._tracks if lands.THERE in one.facets.words for code in one.facets.nations
        }
        yield tuple(sorted(parts))
        for track in self._tracks:
            if not track.facets.key:
                yield from (entry.lands for entry in self.said(track.metric, track.facets))

    def last(self, metric: Metric, facets: Facets) -> set[int | None]:
        """The numbers that were last given for a figure."""
        speaking = [entry for entry in self.said(metric, facets) if entry.speaks]
        latest = max((entry.heard for entry in speaking), default=None)
        return {entry.value.number for entry in speaking if entry.heard == latest}


def _widened(one: Placed, beside: tuple[Placed, ...], earlier: Earlier) -> Placed:
    """The same, some of a figure's people put to all who are of their nations and roles, where the number is theirs.

    "14 sailors among the dead", beside 14 military personnel killed, are these 14.
    """
    wide = msgspec.structs.replace(one.facets, words=())
    if one.scope is not Scope.SUBSET or not wide.key or not one.facets.words:
        return one
    here = {
        other.entry.value.number for other in beside if other.metric is one.metric and other.facets == wide
    }
    if one.entry.value.number in here | earlier.last(one.metric, wide):
        return msgspec.structs.replace(one, facets=wide, scope=Scope.PART)
    return one


def _narrowed(placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """The same, a number told of everyone put to the part that has it, where the article gives a larger one, too.

    "Cuba lists 32 dead" beside "55 Cubans and Venezuelans" and "32 Cubans" speaks of the Cubans.
    """
    found = []
    for one in placed:
        number = one.entry.value.number
        same = [
            other for other in placed if other.metric is one.metric and other.entry.value.number == number
        ]
        narrower = [
            other for other in same if contains(one.facets, other.facets) and other.scope is not Scope.SUBSET
        ]
        larger = any(
            other.metric is one.metric
            and other.entry.speaks
            and (other.entry.value.number or 0) > (number or 0)
            for other in placed
        )
        if narrower and larger:
            part = min(narrower, key=lambda other: (other.entry.n, other.key))
            one = msgspec.structs.replace(one, facets=part.facets, group=part.group, scope=part.scope)
        found.append(one)
    return tuple(found)


def _as_meant(claims: tuple[Claim, ...]) -> list[Claim]:
    """An article's claims, each in the light of the others.

    What a toll could reach is feared, and so is a number that the article calls feared or unconfirmed more often than
    not: titles drop such words.  "And another 10,000 are missing" adds to the dead, not to the missing: states have
    no increments.
    """
    meant = [_alone(claim) for claim in claims]
    sure = Counter((one.metric, _number(one)) for one in meant if one.status is Status.ASSERTED)
    unsure = Counter((one.metric, _number(one)) for one in meant if one.status in _UNSURE)
    titled = Counter(
        (one.metric, _number(one))
        for one in meant
        if one.status is Status.ASSERTED and one.evidence.field == "title"
    )

    denied = {(one.metric, _number(one)) for one in meant if one.status is Status.DENIED}

    def doubted(claim: Claim) -> bool:
        number = (claim.metric, _number(claim))
        if number in denied and not claim.claimants:
            return True  # what an article tells to be denied, it does not vouch for
        return unsure[number] > sure[number] - titled[number]

    return [
        msgspec.structs.replace(one, status=Status.FEARED)
        if one.status is Status.ASSERTED and doubted(one)
        else one
        for one in meant
    ]


def _alone(claim: Claim) -> Claim:
    if claim.scope is Scope.SUBSET and cues.joins(claim):
        claim = msgspec.structs.replace(claim, scope=Scope.INCREMENT)
    if claim.scope is Scope.INCREMENT and claim.metric not in GROWING:
        claim = msgspec.structs.replace(claim, scope=Scope.TOTAL)
    if claim.status is Status.ASSERTED and cues.projected(claim):
        claim = msgspec.structs.replace(claim, status=Status.FEARED)
    return claim


def _own_people(claim: Claim, nation: Nations) -> Group:
    """A claim's group, with the nation that it leaves out: Cuba's "members of its armed forces" are Cubans."""
    group = claim.group
    if group.nations or not set(group.roles) & {"military", "police", "security"}:
        return group
    nations = {code for name in claim.claimants for key in identify(name, nation) for code in nation_of(key)}
    return group if len(nations) != 1 else msgspec.structs.replace(group, nations=tuple(nations))


def _are_found(claim: Claim) -> bool:
    """Whether a claim counts bodies as they are found, rather than as a place's burial office does by the hundred."""
    return BODY in claim.group.roles and (_number(claim) or 0) < LARGE


def _among_the_dead(claim: Claim, group: Group) -> Group:
    """The group, "bodies" being no people of their own: they are the dead themselves."""
    if not _are_found(claim):
        return group
    return msgspec.structs.replace(group, roles=tuple(role for role in group.roles if role != BODY))


def _number(claim: Claim) -> int | None:
    return claim.low if claim.low is not None else claim.high


def _vouched(placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """The same, a number without a claimant (a title, say) put to those who give it elsewhere in the article."""
    named = {
        (one.key, one.entry.value.number): one.entry
        for one in reversed(placed)
        if one.entry.named and one.entry.status is Status.ASSERTED and not one.entry.found
    }
    found = []
    for one in placed:
        by = named.get((one.key, one.entry.value.number))
        if by is not None and not one.entry.named:
            entry = msgspec.structs.replace(one.entry, voices=by.voices, names=by.names)
            one = msgspec.structs.replace(one, entry=entry)
        found.append(one)
    return tuple(found)


def _placed(item: StoryReading, nation: Nations, earlier: Earlier) -> Iterator[Placed]:
    claims = item.reading.extract.claims
    ministries = _Ministries(claims, nation, earlier)
    totals = {claim.metric for claim in claims if claim.scope is Scope.TOTAL and _stated(claim)}
    places = lands.placed(claims, nation)
    scene = lands.scene(earlier.lands(), places)
    for n, (claim, land) in enumerate(zip(_as_meant(claims), places, strict=True)):
        if claim.scope is Scope.BACKGROUND or claim.status is Status.SUPERSEDED:
            continue
        if cues.no_longer(claim) or cues.inhabitants(claim):
            continue
        if BODY in claim.group.roles and claim.metric is not Metric.KILLED:
            continue  # bodies that are said to be hurt or missing are misread
        if claim.scope is Scope.INCREMENT and claim.metric in totals:
            continue  # "12 more, bringing the toll to 55": the toll says it all
        group = _among_the_dead(claim, _own_people(claim, nation))
        known = facets(group, claim.scope)
        if claim.scope is Scope.SUBSET and not known.words and not demographic(known):
            continue  # "of whom 19": some of a figure, but nobody knows which
        names, scope = ministries.speakers(claim), claim.scope
        if not known.key:
            if scene.is_elsewhere(land):
                continue  # what another country's event took is background
            there = land if land.nations else lands.of_office(names, scene)
            if scene.has_part(there):
                (known, group), scope = lands.part(there), Scope.PART
        yield Placed(
            metric=claim.metric,
            facets=known,
            group=group if known.key else None,
            scope=scope,
            entry=_entry(item, n, claim, names, land),
        )


class _Ministries:
    """Which ministry "the ministry" is: the one that the article names, else the one heard on this figure before."""

    def __init__(self, claims: tuple[Claim, ...], nation: Nations, earlier: Earlier) -> None:
        self._nation = nation
        self._here = _only(
            {key: name for one in claims for key, name in self._named(one) if is_ministry(name)}
        )
        self._earlier = earlier

    def speakers(self, claim: Claim) -> dict[str, str]:
        """The claim's claimants, by key, as written."""
        names: dict[str, str] = {}
        for key, name in self._named(claim):
            names.setdefault(key, name)
        if not names and any(is_ministry(name) for name in claim.claimants):
            return self._here or self._before(claim.metric)
        return names

    def _named(self, claim: Claim) -> Iterator[tuple[str, str]]:
        for name in claim.claimants:
            for key in identify(name, self._nation):
                yield key, name

    def _before(self, metric: Metric) -> dict[str, str]:
        return _only(
            {
                key: name
                for entry in self._earlier.said(metric)
                for key, name in zip(entry.voices, entry.names, strict=True)
                if entry.named and is_ministry(name)
            }
        )


def _only(ministries: dict[str, str]) -> dict[str, str]:
    """The one ministry that all these are, under the name written last; nothing where they are several."""
    known = aliases(ministries)
    found = {known.get(key, key): name for key, name in ministries.items()}
    return found if len(found) == 1 else {}


def _entry(item: StoryReading, n: int, claim: Claim, names: dict[str, str], land: lands.Land) -> Entry:
    article, extract = item.reading.article, item.reading.extract
    heard = spoken(article)
    if not names:
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
        apart=_counts_the_dead(claim, extract.tally) or _goes_beyond(claim, extract),
        found=_are_found(claim),
        text=claim.group.text,
        lands=land.nations,
    )


def _unnamed(claim: Claim, publisher: str) -> str:
    """Who is shown for a claim that names nobody who could be found again."""
    return f"{claim.claimants[0]} ({publisher})" if claim.claimants else publisher


def spoken(article: Article) -> datetime:
    """When an article speaks: at its publication; an edit when it came."""
    return article.arrived if article.revision_of else article.at


def _as_of(as_of: datetime | None, heard: datetime) -> datetime:
    """The time a claim speaks for; midnight names a day, and stands for its end.  Never after it was heard.

    The hours of a text are those of a place, and are read as UTC where it names no zone.  West of Greenwich they are
    later than that: what seems no more than `_ZONES` old when it is heard is as fresh as what tells it.
    """
    if as_of is None or timedelta(0) <= heard - as_of <= _ZONES:
        return heard
    day = (as_of.hour, as_of.minute, as_of.second) == (0, 0, 0)
    return min(heard, as_of + timedelta(days=1) if day else as_of)


def _counts_the_dead(claim: Claim, tally: dict[Metric, Bounds]) -> bool:
    """Whether those whom a claim calls injured are dead by what its article comes to, all or some.

    "Four shot, one of them killed" has three injured; who shot himself and died is none.
    """
    number, dead = _number(claim), _size(tally.get(Metric.KILLED))
    if claim.metric is not Metric.INJURED or not number or not dead:
        return False
    injured = _size(tally.get(Metric.INJURED))
    if cues.hit(claim):
        return injured < number <= injured + dead
    return number == injured + dead or (not injured and number <= dead)


def _goes_beyond(claim: Claim, extract: Extract) -> bool:
    """Whether nobody is said to give a number that goes beyond what its article counts in its first sentences.

    "22 people were shot over the weekend", further down beside five in this shooting, are other people.
    """
    line = _size(extract.tally.get(claim.metric))
    if not line or cues.reported(claim) or (_number(claim) or 0) <= line:
        return False
    return any(
        other.metric is claim.metric and other.scope is Scope.TOTAL and _number(other) == line
        for other in extract.claims
    )


def _size(line: Bounds | None) -> int:
    if line is None:
        return 0
    return line.low if line.low is not None else line.high or 0


def _stated(claim: Claim) -> bool:
    return claim.status is Status.ASSERTED and (claim.low is not None or claim.high is not None)


def shorten(quote: str) -> str:
    """A sentence cut at a word, where it is very long."""
    if len(quote) <= QUOTE:
        return quote
    return quote[:QUOTE].rsplit(" ", 1)[0] + " …"
