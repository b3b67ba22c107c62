"""The figures of watched stories, kept as series for whoever charts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from streams.store import Store
from tallywire import ledger
from tallywire.ledger import Ledger, Policy
from tallywire.metrics import FigureSeries
from tallywire.records import Figure

STAGE = "reconcile"  # the stage that keeps the ledgers

#: The ledger of a story, as it was last written down; None where this process has none.
Books = Callable[[str], Ledger | None]


def stored(store: Store) -> Books:
    """The ledgers of a state file; to be asked on the engine's thread."""

    def book(story: str) -> Ledger | None:
        found: Ledger | None = store.state(STAGE, story, Ledger)
        return found

    return book


class Panels:
    """Shows the ledgers of watched stories, after the transactions that change them."""

    def __init__(self, books: Books, series: FigureSeries, names: Mapping[str, str], policy: Policy) -> None:
        """`names`: the watched stories' ids, each with the name a person gave it."""
        self._books = books
        self._series = series
        self._names = dict(names)
        self._policy = policy

    def load(self) -> None:
        """Show what every watched story has come to: at the start, and when ledgers have come or gone."""
        self.refresh(self._names)

    def refresh(self, stories: Iterable[str]) -> None:
        """Show what those of the `stories` that are watched have come to."""
        for story in sorted(self._names.keys() & set(stories)):
            book = self._books(story)
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
