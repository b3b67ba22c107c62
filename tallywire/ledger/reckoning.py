"""What an article comes to and nowhere gives: a sum over places, a toll and those who died since, the injured left.

"Killed 12 in Alder and nine in Brome" is 21, "three were killed; two more died in hospital" is five, and of "seven
wounded, two of whom later died" five are left.  The reader's bottom line has the number; it is taken only where a rule
here comes to the same, and the claim that carries it is marked as summed: the number is ours, the words are theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tallywire.ledger import cues
from tallywire.ledger.lands import Land
from tallywire.records import Basis, Claim, Extract, Metric, Quantifier, Scope, Status

_NEXT = 3  # characters between two sentences


def reckoned(extract: Extract, places: Sequence[Land]) -> tuple[Claim, ...]:
    """An article's claims; one that is but a part of what the article comes to stands as that.

    `places` are the countries of the claims, in their order: what two countries count is never added up.
    """
    claims = list(extract.claims)
    for metric, line in extract.tally.items():
        totals = [n for n, one in enumerate(claims) if one.metric is metric and _counts_everyone(one)]
        sums = line.low is not None and line.low == line.high
        if not sums or any(claims[n].low == line.low for n in totals):
            continue
        parts = next(_explained(claims, totals, line.low or 0, places), ())
        for n in parts[1:]:
            claims[n] = msgspec.structs.replace(claims[n], status=Status.SUPERSEDED)
        for n in parts[:1]:
            claims[n] = msgspec.structs.replace(claims[n], low=line.low, high=line.low, basis=Basis.SUMMED)
    return tuple(claims)


def _counts_everyone(claim: Claim) -> bool:
    """Whether a claim counts exactly so many people, told apart from no others."""
    plain = not (claim.group.nations or claim.group.roles)
    exact = claim.quantifier is Quantifier.EXACT and bool(claim.low)
    return plain and exact and claim.scope is Scope.TOTAL and claim.status is Status.ASSERTED


def _explained(
    claims: Sequence[Claim], totals: Sequence[int], line: int, places: Sequence[Land]
) -> Iterator[list[int]]:
    """The claims that a bottom line is made of, by their places in the article: the one to carry it first."""
    for n in totals:
        beside = [
            m for m in totals if claims[m].evidence == claims[n].evidence and cues.in_a_place(claims[m])
        ]
        if (
            len(beside) > 1
            and sum(claims[m].low or 0 for m in beside) == line
            and _in_one_country(beside, places)
        ):
            yield beside
    for n in totals:
        number, titled = claims[n].low or 0, any(claims[m].evidence.field == "title" for m in totals)
        if not titled and number + sum(_since(claims[n], claims[n + 1 :])) == line:
            yield [n]  # a title has in it what the text adds
        if claims[n].metric is Metric.INJURED and number - line in _died_of(claims):
            yield [n]


def _in_one_country(beside: Sequence[int], places: Sequence[Land]) -> bool:
    return len({places[m].nations for m in beside}) == 1


def _since(toll: Claim, later: Sequence[Claim]) -> Iterator[int]:
    """How many more an article adds to a toll, in the same sentence or the next."""
    for claim in later:
        more = claim.metric is toll.metric and claim.scope is Scope.INCREMENT
        if more and claim.status is Status.ASSERTED and claim.evidence.start - toll.evidence.end <= _NEXT:
            yield claim.low or 0


def _died_of(claims: Sequence[Claim]) -> set[int]:
    """How many of the injured have died, as the article says."""
    return {claim.low or 0 for claim in claims if claim.metric is Metric.KILLED and cues.of_the_hurt(claim)}
