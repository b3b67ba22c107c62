"""Which ministry "the ministry" is."""

from __future__ import annotations

from collections.abc import Iterator

from tallywire.ledger.claimants import Nations, aliases, identify, is_ministry
from tallywire.ledger.earlier import Earlier
from tallywire.records import Claim, Metric


class Ministries:
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
