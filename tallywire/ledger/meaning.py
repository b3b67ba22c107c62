"""What a claim means beside the others of its article: feared after all, of its speaker's people, no count of these.

The reader takes each claim as its sentence words it; what the rest of the article says of it is seen here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from tallywire.ledger import cues
from tallywire.ledger.claimants import Nations, identify, nation_of
from tallywire.ledger.groups import BODY
from tallywire.ledger.metrics import GROWING
from tallywire.ledger.odds import LARGE, LEAP
from tallywire.records import Bounds, Claim, Extract, Group, Metric, Quantifier, Scope, Status

_UNSURE = (Status.FEARED, Status.UNCONFIRMED)


def as_meant(claims: tuple[Claim, ...]) -> list[Claim]:
    """An article's claims, each in the light of the others.

    What a toll could reach is feared, and so is a number that the article calls feared or unconfirmed more often than
    not: titles drop such words.  "And another 10,000 are missing" adds to the dead, not to the missing: states have
    no increments.  Where all the missing have been found, nobody is missing.
    """
    meant = [_alone(claim, claims) for claim in _of_the_event(claims)]
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


def _of_the_event(claims: tuple[Claim, ...]) -> Iterator[Claim]:
    """The claims; what a war or a year took is background where a far smaller toll stands before it."""
    for n, claim in enumerate(claims):
        smaller = (
            LEAP * (_number(other) or 0)
            for other in claims[:n]
            if other.metric is claim.metric and other.scope is Scope.TOTAL
        )
        larger = any(0 < number <= (_number(claim) or 0) for number in smaller)
        if larger and claim.scope is Scope.TOTAL and cues.over_time(claim):
            yield msgspec.structs.replace(claim, scope=Scope.BACKGROUND)
        else:
            yield claim


def _alone(claim: Claim, beside: tuple[Claim, ...]) -> Claim:
    if claim.scope is Scope.SUBSET and cues.joins(claim):
        claim = msgspec.structs.replace(claim, scope=Scope.INCREMENT)
    if claim.group.roles and cues.is_the_nth(claim):
        claim = msgspec.structs.replace(claim, group=msgspec.structs.replace(claim.group, text=""))
    if claim.scope is Scope.TOTAL and cues.still_in_care(claim) and not cues.eases(claim, beside):
        claim = msgspec.structs.replace(claim, scope=Scope.SUBSET)
    if claim.low and cues.households(claim):
        claim = msgspec.structs.replace(claim, high=None, quantifier=Quantifier.AT_LEAST)
    if claim.scope is Scope.INCREMENT and claim.metric not in GROWING:
        claim = msgspec.structs.replace(claim, scope=Scope.TOTAL)
    if claim.scope is Scope.TOTAL and cues.all_have_left(claim):
        claim = msgspec.structs.replace(claim, low=0, high=0, quantifier=Quantifier.EXACT)
    if claim.status is Status.ASSERTED and cues.projected(claim):
        claim = msgspec.structs.replace(claim, status=Status.FEARED)
    return claim


def bottom_line(extract: Extract) -> dict[Metric, Bounds]:
    """What an article comes to: nobody in a state that all have left, and nothing that a war or a year came to."""
    lines = dict(extract.tally)
    for claim, meant in zip(extract.claims, _of_the_event(extract.claims), strict=True):
        if claim.scope is Scope.TOTAL and cues.all_have_left(claim):
            lines[claim.metric] = Bounds(0, 0)
        elif claim != meant and lines.get(claim.metric) == Bounds(claim.low, claim.high):
            del lines[claim.metric]
    return lines


def own_people(claim: Claim, nation: Nations) -> Group:
    """A claim's group, with the nation that it leaves out: Cuba's "members of its armed forces" are Cubans."""
    group = claim.group
    if group.nations or not set(group.roles) & {"military", "police", "security"}:
        return group
    nations = {code for name in claim.claimants for key in identify(name, nation) for code in nation_of(key)}
    return group if len(nations) != 1 else msgspec.structs.replace(group, nations=tuple(nations))


def are_found(claim: Claim) -> bool:
    """Whether a claim counts bodies as they are found, rather than as a place's burial office does by the hundred."""
    return BODY in claim.group.roles and (_number(claim) or 0) < LARGE


def among_the_dead(claim: Claim, group: Group) -> Group:
    """The group, "bodies" being no people of their own: they are the dead themselves."""
    if not are_found(claim):
        return group
    return msgspec.structs.replace(group, roles=tuple(role for role in group.roles if role != BODY))


def counts_the_dead(claim: Claim, tally: dict[Metric, Bounds]) -> bool:
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


def is_of_one_place(claim: Claim, claims: tuple[Claim, ...]) -> bool:
    """Whether its number is, wherever the article gives it, that of one place or day alone, and not of everyone."""
    same = (one for one in claims if (one.metric, _number(one)) == (claim.metric, _number(claim)))
    return any(cues.alone(one) for one in same)


def district(claim: Claim, claims: tuple[Claim, ...]) -> str:
    """The part of a country whose people its number counts, wherever the article says so; empty for none."""
    same = (one for one in claims if (one.metric, _number(one)) == (claim.metric, _number(claim)))
    return next(filter(None, map(cues.district, same)), "")


def goes_beyond(claim: Claim, extract: Extract) -> bool:
    """Whether a number goes beyond what its article counts, be it in its title or told by nobody further down.

    "22 people were shot over the weekend", further down beside five in this shooting, are other people.  So are the
    five of a title whose article tells of two: it sums up several events.
    """
    line, number = _size(extract.tally.get(claim.metric)), _number(claim) or 0
    if not line or number <= line:
        return False
    same = (one for one in extract.claims if (one.metric, _number(one)) == (claim.metric, number))
    if cues.reported(claim) and all(one.evidence.field != "title" for one in same):
        return False
    return any(
        other.metric is claim.metric and other.scope is Scope.TOTAL and _number(other) == line
        for other in extract.claims
    )


def _number(claim: Claim) -> int | None:
    return claim.low if claim.low is not None else claim.high


def _size(line: Bounds | None) -> int:
    if line is None:
        return 0
    return line.low if line.low is not None else line.high or 0
