"""What an edit of an article changed in what it claims: the words of `article.revised`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tallywire.ledger.news import Draft
from tallywire.ledger.placing import Placed
from tallywire.ledger.state import Entry, Folded, Ledger
from tallywire.ledger.values import Value, shown
from tallywire.ledger.wording import counted
from tallywire.records import Citation, Metric, Record, StoryReading, UpdateKind


class _Said(Record, frozen=True):
    """A claim as far as it tells one version from the next."""

    figure: str  #: its key
    claim: tuple[object, ...]
    voices: tuple[str, ...] | None  #: None where they are no longer known
    words: str

    def same(self, other: _Said) -> bool:
        """Whether two versions claim the same here."""
        voices = self.voices == other.voices or None in (self.voices, other.voices)
        return (self.figure, self.claim) == (other.figure, other.claim) and voices


def revised(book: Ledger, item: StoryReading, placed: Iterable[Placed]) -> list[Draft]:
    """The update for an edit that changed the claims of an article; none where its words alone changed.

    Of a version from so long ago that its claims are no longer at hand, nothing is said: the figures speak.
    """
    article, placed = item.reading.article, tuple(placed)
    before = article.revision_of or ""
    old = list(_before(book, before))
    if not old and before not in book.seen:
        return []
    new = [_said(one.key, one.entry) for one in placed]
    gone = [one for one in old if not any(one.same(other) for other in new)]
    come = [one for one in new if not any(one.same(other) for other in old)]
    changes = [f"no longer gives {one.words}" for one in gone] + [f"now gives {one.words}" for one in come]
    if not changes:
        return []
    quotes = [one.entry.quote for one in placed] or [article.title or article.body[:160]]
    return [
        Draft(
            kind=UpdateKind.REVISED,
            because=f"{article.outlet or 'The outlet'} edited its article: it {'; it '.join(dict.fromkeys(changes))}.",
            evidence=tuple(
                Citation(article=article.id, outlet=article.outlet, quote=quote, url=article.url)
                for quote in dict.fromkeys(quotes)
            ),
        )
    ]


def _before(book: Ledger, article: str) -> Iterator[_Said]:
    """What an article's earlier version claimed, as far as it is known."""
    for key, track in sorted(book.tracks.items()):
        yield from (_said(key, entry) for entry in track.entries if entry.article == article)
        text = track.group.text if track.group else ""
        yield from (_known(key, one, text) for one in track.folded if one.article == article)


def _said(key: str, entry: Entry) -> _Said:
    return _Said(
        figure=key,
        claim=_claim(entry),
        voices=entry.voices if entry.named else (),
        words=_words(key, entry.value, entry.text),
    )


def _known(key: str, one: Folded, text: str) -> _Said:
    value = Value(low=one.low, high=one.high, quantifier=one.quantifier)
    return _Said(figure=key, claim=_claim(one), voices=None, words=_words(key, value, text))


def _claim(one: Entry | Folded) -> tuple[object, ...]:
    return one.low, one.high, one.quantifier, one.status


def _words(key: str, value: Value, text: str) -> str:
    metric, _, group = key.partition("|")
    if value.number is None:
        return f"no figure for {counted(Metric(metric), None)}"
    return f"{shown(value)} {metric}" + (f" ({text})" if text and group else "")
