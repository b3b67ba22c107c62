"""Figures in words: how the command line says what a claim claims."""

from __future__ import annotations

from connectors.sinks.plain import defuse
from tallywire.records import Basis, Bounds, Claim, Group, Quantifier, Scope, Status

_SCOPES = {
    Scope.PART: "part of a total",
    Scope.SUBSET: "some of those counted",
    Scope.INCREMENT: "on top of earlier ones",
    Scope.BACKGROUND: "background",
}
_STATUSES = {
    Status.FEARED: "feared",
    Status.UNCONFIRMED: "unconfirmed",
    Status.DENIED: "denied",
    Status.SUPERSEDED: "superseded",
}
_BASES = {Basis.SUMMED: "summed", Basis.INHERITED: "carried over"}


def number(low: int | None, high: int | None) -> str:
    """An interval in words: 5 · at least 5 · up to 5 · 3–5 · no figure."""
    if low is None and high is None:
        return "no figure"
    if low is None:
        return f"up to {high:,}"
    if high is None:
        return f"at least {low:,}"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def bounds(value: Bounds | None) -> str:
    """An interval in words; '–' for none."""
    return "–" if value is None else number(value.low, value.high)


def figure(claim: Claim) -> str:
    """What is counted and how many, the quantifier in words: "killed at least 26", "injured about 60"."""
    return f"{claim.metric.value} {_quantified(claim)}"


def _quantified(claim: Claim) -> str:
    if claim.quantifier is Quantifier.VAGUE and claim.low is not None:
        return f"vaguely {claim.low:,} or more"
    said = number(claim.low, claim.high)
    return f"about {said}" if claim.quantifier is Quantifier.ABOUT else said


def standing(claim: Claim) -> list[str]:
    """What is not plain about a claim: its scope, its status; nothing for an asserted total."""
    return [word for word in (_SCOPES.get(claim.scope), _STATUSES.get(claim.status)) if word]


def source(claim: Claim) -> list[str]:
    """Who is counted, who says so and relays it, the time it speaks for, where the number comes from."""
    voice = "denied by" if claim.status is Status.DENIED else "says"
    said = [_people(claim.group)]
    said.append(f"{voice} {_names(claim.claimants)}" if claim.claimants else "nobody named")
    said.append(f"via {_names(claim.via)}" if claim.via else "")
    said.append(f"as of {claim.as_of:%d %b %Y %H:%M}Z" if claim.as_of else "")
    said.append(_BASES.get(claim.basis, ""))
    said.append(f"read by {defuse(claim.reader)}" if claim.reader else "")
    return [part for part in said if part]


def _people(group: Group) -> str:
    facets = ", ".join((*group.nations, *group.roles))
    return defuse(group.text) + (f" ({facets})" if facets else "")


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(defuse, names))
