"""The figures of watched stories, kept as series for whoever charts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.store import Store
from tallywire import ledger
from tallywire.ledger import Ledger, Policy
from tallywire.metrics import FigureSeries
from tallywire.records import Figure

STAGE = "reconcile"  # the stage that keeps the ledgers


class Panels:
    """Shows the ledgers of watched stories; on the engine's thread, after its transactions."""

    def __init__(self, store: Store, series: FigureSeries, names: Mapping[str, str], policy: Policy) -> None:
        """`names`: the watched stories' ids, each with the name a person gave it."""
        self._store = store
        self._series = series
        self._names = dict(names)
        self._policy = policy

    def load(self) -> None:
        """Show what every watched story has come to; at the start."""
        self.refresh(self._names)

    def refresh(self, stories: Iterable[str]) -> None:
        """Show what those of the `stories` that are watched have come to."""
        for story in sorted(self._names.keys() & set(stories)):
            book = self._store.state(STAGE, story, Ledger)
            figures = ledger.view(book, self._policy)[1] if book is not None else ()
            self._series.show(self._names[story], {_name(figure): _parts(figure) for figure in figures})


def _name(figure: Figure) -> tuple[str, str]:
    return figure.metric.value, figure.group.text if figure.group else "everyone"


def _parts(figure: Figure) -> dict[str, int | None]:
    return {
        "low": figure.low,
        "high": figure.high,
        "best": figure.best,
        "claimants": figure.claimants,
        "origins": figure.origins,
        "disagreement": int(figure.disagreement),
    }
