"""An article as a person would mark it: figures underlined, each with its reading and who says so."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from tallywire.records import Actor, Article, Bounds, Claim, Extract, Quantifier, Scope, Status

_SIGNS = {Quantifier.ABOUT: "about ", Quantifier.VAGUE: "vaguely ", Quantifier.UP_TO: "up to "}


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


def reading(claim: Claim) -> str:
    """What one claim says, in one line."""
    sign = _SIGNS.get(claim.quantifier, "") if claim.low is not None and claim.low == claim.high else ""
    text = f"{claim.metric.value} {sign}{number(claim.low, claim.high)}"
    if claim.group.text:
        text += f" · {claim.group.text}"
    if claim.scope is not Scope.TOTAL:
        text += f" · {claim.scope.value}"
    if claim.status is not Status.ASSERTED:
        text += f" · {claim.status.value}"
    if claim.claimants:
        text += f" · says {', '.join(claim.claimants)}"
    if claim.via:
        text += f" (via {', '.join(claim.via)})"
    return text


def render(article: Article, extract: Extract) -> RenderableType:
    """The whole article: each sentence with a claim, its readings below it; then actors and tally."""
    blocks: list[RenderableType] = [Text(article.title or article.id, style="bold")]
    for quote, claims in _by_sentence(extract.claims).items():
        blocks.append(Text(f"\n  “{quote}”"))
        blocks += [Text(f"    → {reading(claim)}", style="cyan") for claim in claims]
    if extract.actors:
        blocks.append(Text("\n  actors  " + "; ".join(_actor(actor) for actor in extract.actors)))
    tally = " · ".join(f"{metric.value} {bounds(value)}" for metric, value in sorted(extract.tally.items()))
    blocks.append(Text(f"  tally   {tally or 'nothing'}\n", style="bold"))
    return Group(*blocks)


def _by_sentence(claims: tuple[Claim, ...]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(" ".join(claim.evidence.quote.split()), []).append(claim)
    return found


def _actor(actor: Actor) -> str:
    return f"{actor.name} ({actor.role or actor.kind})"
