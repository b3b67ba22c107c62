"""Which body is meant that is called by its kind: "the ministry", "their union"."""

from __future__ import annotations

from collections.abc import Iterator

from tallywire.ledger.claimants import Nations, aliases, identify, kind
from tallywire.ledger.earlier import Earlier
from tallywire.records import Claim, Metric


class Bodies:
    """Which one is meant: the only one that the article names, else the only one heard on this figure before."""

    def __init__(self, claims: tuple[Claim, ...], nation: Nations, earlier: Earlier) -> None:
        self._nation = nation
        self._here = [named for one in claims for named in self._named(one)]
        self._earlier = earlier

    def speakers(self, claim: Claim) -> dict[str, str]:
        """The claim's claimants, by key, as written."""
        names: dict[str, str] = {}
        for key, name in self._named(claim):
            names.setdefault(key, name)
        if names:
            return names
        called = next(filter(None, map(kind, claim.claimants)), "")
        return (_only(called, self._here) or _only(called, self._before(claim.metric))) if called else {}

    def _named(self, claim: Claim) -> Iterator[tuple[str, str]]:
        for name in claim.claimants:
            for key in identify(name, self._nation):
                yield key, name

    def _before(self, metric: Metric) -> list[tuple[str, str]]:
        return [
            (key, name)
            for entry in self._earlier.said(metric)
            if entry.named
            for key, name in zip(entry.voices, entry.names, strict=True)
        ]


def _only(called: str, named: list[tuple[str, str]]) -> dict[str, str]:
    """The one body of a kind that all these are, under the name written last; nothing where they are several."""
    bodies = {key: name for key, name in named if kind(name) == called}
    known = aliases(bodies)
    found = {known.get(key, key): name for key, name in bodies.items()}
    return found if len(found) == 1 else {}
