"""Taking an article or another story into a story's ledger, and letting time pass over it.

All give the ledger after it and the updates that came of it.  Nothing here knows a clock, a store or a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tallywire.ledger import bulletin, cast, closing, drafting, intake
from tallywire.ledger.claimants import Nations
from tallywire.ledger.company import Actors
from tallywire.ledger.edits import revised
from tallywire.ledger.entries import entries, spoken
from tallywire.ledger.joining import joined
from tallywire.ledger.kin import touched, united
from tallywire.ledger.meaning import bottom_line
from tallywire.ledger.news import Draft, News, Turn
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.state import Ledger, Tally
from tallywire.ledger.support import support
from tallywire.ledger.voices import voices
from tallywire.records import Merge, Record, StoryReading, Support, Update


class Outcome(Record, frozen=True):
    """What became of a ledger."""

    ledger: Ledger
    updates: tuple[Update, ...]
    support: tuple[
        Support, ...
    ] = ()  #: figures that more voices speak of than before, and no update tells of
    due: datetime | None = None  #: when a settling time runs out next
    repeated: bool = False  #: the article, or the other story, was known: nothing changed


class Lore(Record, frozen=True):
    """What the ledger has to be told of names."""

    nation: Nations  #: the ISO 3166 alpha-2 code of the country that a word belongs to, or None
    actors: Actors


def take(ledger: Ledger | None, item: StoryReading, now: datetime, policy: Policy, lore: Lore) -> Outcome:
    """The ledger with one more article."""
    article = item.reading.article
    opened = ledger is None
    book = ledger or Ledger(story=item.story, label=item.label, opened=article.at)
    if article.id in book.seen:
        return Outcome(ledger=book, updates=(), due=_due(book), repeated=True)
    found: list[Draft] = [drafting.opened(item)] if opened else []
    silent_since = book.heard if book.closed is not None else None
    book = closing.spoken_of(_counted(book, item), now, policy)
    kin = frozenset(item.unites)
    book, shared = united(book, item.origin, kin), touched(book, kin)
    placed = entries(item, lore.nation, book.tracks.values())
    if article.revision_of is not None:
        found += revised(book, item, placed)
        book = intake.withdrawn(book, article.revision_of, policy)
    book = intake.entered(book, placed, policy)
    gone = intake.given(ledger, article.revision_of)
    keys = {one.key for one in placed} | set(gone) | shared
    book, moved, turns = bulletin.told(book, keys, now, News(article.id, gone), policy)
    found += moved
    if placed or gone:
        book, unsound = bulletin.summed(book, policy)
        found += unsound
    named = {voice for one in placed for voice in one.entry.voices if one.entry.named}
    speaking = voices(book, item, named, lore.nation)
    members, scene, entered = cast.meet(book, item, spoken(article), policy, lore.actors, speaking)
    book = msgspec.structs.replace(book, cast=members, scene=scene)
    found += [drafting.enters(entrance) for entrance in entered]
    outcome = _outcome(book, found, turns, article.id, spoken(article))
    return outcome if silent_since is None else _reopened(outcome, silent_since)


def wait(ledger: Ledger, now: datetime, policy: Policy) -> Outcome:
    """The ledger once time has passed: what outlived its settling time is told, and what was silent for long closes."""
    ripe = sorted(key for key, track in ledger.tracks.items() if track.due is not None and track.due <= now)
    book, found, turns = bulletin.told(ledger, ripe, now, News(), policy)
    book = closing.woken(book, now, policy)
    return _outcome(book, found, turns, f"due:{now.isoformat()}", now)


def adopt(
    ledger: Ledger | None, other: Ledger, merge: Merge, now: datetime, policy: Policy, lore: Lore
) -> Outcome:
    """The ledger with all that was known of another story, which has turned out to be this one."""
    book = ledger or Ledger(story=merge.into, label=merge.label, opened=other.opened)
    if other.story in book.adopted:
        return Outcome(ledger=book, updates=(), due=_due(book), repeated=True)
    book = closing.met(joined(book, other, policy, lore.actors), other, now, policy)
    book = msgspec.structs.replace(book, seen=_latest(book.seen), tracks=intake.bounded(book.tracks))
    book, moved, turns = bulletin.told(book, other.tracks, now, News(), policy)
    book, unsound = bulletin.summed(book, policy)
    found = [drafting.met(other, merge), *moved, *unsound]
    return _outcome(book, found, turns, f"merged:{other.story}", merge.at)


def _outcome(book: Ledger, found: list[Draft], turns: Iterable[Turn], cause: str, at: datetime) -> Outcome:
    """What became of a ledger, whose figures are told."""
    return Outcome(
        ledger=book,
        updates=drafting.numbered(book, found, cause, at),
        support=support(book.story, turns, found, cause, at),
        due=_due(book),
    )


def _counted(book: Ledger, item: StoryReading) -> Ledger:
    article = item.reading.article
    revision = article.revision_of is not None
    tallies = [one for one in book.tallies if one.article != article.revision_of]
    counts = bottom_line(item.reading.extract)
    if counts:
        tallies.append(Tally(article=article.id, origin=item.origin, at=spoken(article), counts=counts))
    tallies.sort(key=lambda one: (one.at, one.article))
    return msgspec.structs.replace(
        book,
        opened=min(book.opened, article.at),
        seen=_latest({**book.seen, article.id: article.arrived}),
        articles=book.articles + (not revision),
        origins=book.origins + (not revision and item.origin == article.id),
        tallies=tuple(tallies[-LIMITS.tallies :]),
    )


def _latest(seen: dict[str, datetime]) -> dict[str, datetime]:
    """The articles that arrived last; the older half is forgotten at once, so that it costs little on average."""
    if len(seen) <= LIMITS.articles:
        return seen
    ranked = sorted(seen, key=lambda name: (seen[name], name), reverse=True)
    return {name: seen[name] for name in ranked[: LIMITS.articles // 2]}


def _reopened(outcome: Outcome, since: datetime) -> Outcome:
    """The same, its updates saying since when the story had been silent."""
    updates = (msgspec.structs.replace(update, silent_since=since) for update in outcome.updates)
    return msgspec.structs.replace(outcome, updates=tuple(updates))


def _due(book: Ledger) -> datetime | None:
    dues = (book.wakes, *(track.due for track in book.tracks.values()))
    return min((due for due in dues if due is not None), default=None)
