"""Taking an article or another story into a story's ledger, and letting time pass over it.

All give the ledger after it and the updates that came of it.  Nothing here knows a clock, a store or a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tallywire.identity import digest
from tallywire.ledger import cast, closing, cues, tracks
from tallywire.ledger.claimants import Nations
from tallywire.ledger.company import Actors
from tallywire.ledger.earlier import Earlier
from tallywire.ledger.edits import revised
from tallywire.ledger.entries import entries, spoken
from tallywire.ledger.groups import contains, demographic
from tallywire.ledger.joining import joined
from tallywire.ledger.kin import touched, united
from tallywire.ledger.meaning import bottom_line
from tallywire.ledger.news import Draft, News, Turn, drafts, settled, turn
from tallywire.ledger.odds import FEW, LARGE, MANY
from tallywire.ledger.placing import Placed
from tallywire.ledger.policy import LIMITS, Policy
from tallywire.ledger.positions import cite
from tallywire.ledger.state import Entry, Ledger, Tally, Track
from tallywire.ledger.sums import named, speakers, sums
from tallywire.ledger.support import support
from tallywire.ledger.values import Value
from tallywire.ledger.voices import voices
from tallywire.records import (
    Bounds,
    Citation,
    Merge,
    Record,
    Scope,
    StoryReading,
    Support,
    Update,
    UpdateKind,
)


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
    found: list[Draft] = [_opened(item)] if opened else []
    silent_since = book.heard if book.closed is not None else None
    book = closing.spoken_of(_counted(book, item), now, policy)
    kin = frozenset(item.unites)
    book, shared = united(book, item.origin, kin), touched(book, kin)
    placed = entries(item, lore.nation, book.tracks.values())
    if article.revision_of is not None:
        found += revised(book, item, placed)
        book = _withdrawn(book, article.revision_of, policy)
    book = _entered(book, placed, policy)
    gone = _given(ledger, article.revision_of)
    keys = {one.key for one in placed} | set(gone) | shared
    book, moved, turns = _told(book, keys, now, News(article.id, gone), policy)
    found += moved
    if placed or gone:
        book, unsound = _summed(book, policy)
        found += unsound
    named = {voice for one in placed for voice in one.entry.voices if one.entry.named}
    speaking = voices(book, item, named, lore.nation)
    members, scene, entered = cast.meet(book, item, spoken(article), policy, lore.actors, speaking)
    book = msgspec.structs.replace(book, cast=members, scene=scene)
    found += [_enters(entrance) for entrance in entered]
    outcome = _outcome(book, found, turns, article.id, spoken(article))
    return outcome if silent_since is None else _reopened(outcome, silent_since)


def wait(ledger: Ledger, now: datetime, policy: Policy) -> Outcome:
    """The ledger once time has passed: what outlived its settling time is told, and what was silent for long closes."""
    ripe = sorted(key for key, track in ledger.tracks.items() if track.due is not None and track.due <= now)
    book, found, turns = _told(ledger, ripe, now, News(), policy)
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
    book = msgspec.structs.replace(book, seen=_latest(book.seen), tracks=_bounded(book.tracks))
    book, moved, turns = _told(book, other.tracks, now, News(), policy)
    book, unsound = _summed(book, policy)
    found = [_met(other, merge), *moved, *unsound]
    return _outcome(book, found, turns, f"merged:{other.story}", merge.at)


def _outcome(book: Ledger, found: list[Draft], turns: Iterable[Turn], cause: str, at: datetime) -> Outcome:
    """What became of a ledger, whose figures are told."""
    return Outcome(
        ledger=book,
        updates=_numbered(book, found, cause, at),
        support=support(book.story, turns, found, cause, at),
        due=_due(book),
    )


# -- articles ----------------------------------------------------------------------------------------------------------


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


def _entered(book: Ledger, placed: tuple[Placed, ...], policy: Policy) -> Ledger:
    if not placed:
        return book
    earlier = Earlier(book.tracks.values(), placed[0].entry.heard)
    new: dict[str, list[Placed]] = {}
    for one in placed:
        new.setdefault(one.key, []).append(_partial(one, book, earlier))
    found = dict(book.tracks)
    for key, ones in new.items():
        track = found.get(key) or _track(ones[0])
        found[key] = tracks.take(
            tracks.scoped(track, ones), tuple(one.entry for one in ones), book.tracks.values(), policy
        )
    return msgspec.structs.replace(book, tracks=_bounded(found))


def _partial(one: Placed, book: Ledger, earlier: Earlier) -> Placed:
    """A claim of everyone marked where it is fewer than a part that was given before anybody counted everyone.

    "32 people were killed", once 55 Cubans and Venezuelans are known to be dead, speaks of some of them.
    """
    most = one.entry.high if one.entry.high is not None else one.entry.low
    if one.facets.key or most is None or any(entry.speaks for entry in earlier.said(one.metric, one.facets)):
        return one
    known = [
        entry.low or 0
        for track in book.tracks.values()
        if track.metric is one.metric and track.facets.nations
        for entry in earlier.said(track.metric, track.facets)
        if entry.speaks and entry.scope is not Scope.SUBSET
    ]
    if most >= max(known, default=0):
        return one
    return msgspec.structs.replace(one, entry=msgspec.structs.replace(one.entry, apart=True))


def _track(one: Placed) -> Track:
    return Track(metric=one.metric, facets=one.facets, group=one.group, scope=one.scope)


def _bounded(found: dict[str, Track]) -> dict[str, Track]:
    """The figures heard of last, and those of everyone."""
    if len(found) <= LIMITS.figures:
        return found
    ranked = sorted(found, key=lambda key: (key.endswith("|"), _heard(found[key]), key), reverse=True)
    kept = set(ranked[: LIMITS.figures])
    return {key: track for key, track in found.items() if key in kept}


def _heard(track: Track) -> str:
    return max((entry.heard.isoformat() for entry in track.entries), default="")


def _withdrawn(book: Ledger, article: str, policy: Policy) -> Ledger:
    others = book.tracks.values()
    found = {key: tracks.withdraw(track, article, others, policy) for key, track in book.tracks.items()}
    return msgspec.structs.replace(book, tracks=found)


def _given(ledger: Ledger | None, article: str | None) -> dict[str, tuple[Entry, ...]]:
    """The claims of an article, by figure."""
    if ledger is None or article is None:
        return {}
    found = {key: tracks.given(track, article) for key, track in ledger.tracks.items()}
    return {key: entries for key, entries in found.items() if entries}


# -- updates -----------------------------------------------------------------------------------------------------------


def _told(
    book: Ledger, keys: Iterable[str], now: datetime, news: News, policy: Policy
) -> tuple[Ledger, list[Draft], list[Turn]]:
    """The ledger once what is new of the figures named by `keys` has been told, that, and how each figure stands."""
    known = dict(book.tracks)
    turns: dict[str, Turn] = {}
    for key in _inwards(book, keys):
        turns[key] = turn(known[key], known.values(), now, policy)
        known[key] = settled(turns[key])
    others = [track for key, track in book.tracks.items() if key not in turns]
    found: list[Draft] = []
    said: list[Turn] = []
    for _, one in sorted(turns.items()):
        quiet = one.track.scope is Scope.SUBSET and not demographic(one.track.facets)
        if not quiet and not _echoes(one, others, said, turns.values()):
            found += drafts(one, news, policy)
        said.append(one)
    return msgspec.structs.replace(book, tracks=known), found, said


def _inwards(book: Ledger, keys: Iterable[str]) -> list[str]:
    """The named figures and those that contain them, parts before what they are parts of."""
    named = {key: book.tracks[key] for key in keys if key in book.tracks}
    chosen = {
        key: track
        for key, track in book.tracks.items()
        if key in named
        or any(one.metric is track.metric and contains(track.facets, one.facets) for one in named.values())
    }
    depth = {
        key: sum(contains(track.facets, one.facets) for one in chosen.values())
        for key, track in chosen.items()
    }
    return sorted(chosen, key=lambda key: (depth[key], key))


def _echoes(one: Turn, others: list[Track], said: list[Turn], turns: Iterable[Turn]) -> bool:
    """Whether a figure's news says, in wider or narrower words, what the story says already or says beside it.

    "Five students were killed" after "five people were killed" is the same five.
    """
    value = one.standing.value
    if value is None or one.sides:
        return False
    first = one.track.told.value is None
    if first and (_tells_late(one, value, turns) or _is_a_few(one, value, turns)):
        return True
    known = [(other, other.told.value) for other in (*others, *(turn.track for turn in turns))]
    known += [(turn.track, turn.standing.value) for turn in said]
    numbers = [
        (other.facets, held.number or 0) for other, held in known if held and other.metric is one.track.metric
    ]
    for facets, number in numbers:
        wider = contains(facets, one.track.facets)
        if number == value.number and (wider or (first and contains(one.track.facets, facets))):
            return True
        small = value.number == 1 or (demographic(one.track.facets) and FEW * (value.number or 0) <= number)
        if wider and small and number >= MANY:
            return True  # the fate of one among many, or of a few told apart by age or sex
    return False


def _is_a_few(one: Turn, value: Value, turns: Iterable[Turn]) -> bool:
    """Whether a figure's first number is less than that of some of its people told beside it: who is fewer is some."""
    return any(
        part.standing.value is not None
        and (part.standing.value.number or 0) > (value.high or value.number or 0)
        for part in turns
        if part.track.metric is one.track.metric and contains(one.track.facets, part.track.facets)
    )


def _tells_late(one: Turn, value: Value, turns: Iterable[Turn]) -> bool:
    """Whether the first number of some people is one that a wider figure has left: large, it is hardly chance."""
    return (value.number or 0) >= LARGE and any(
        left.number == value.number
        for wider in turns
        if wider.track.metric is one.track.metric and contains(wider.track.facets, one.track.facets)
        for left in wider.standing.left
    )


def _summed(book: Ledger, policy: Policy) -> tuple[Ledger, list[Draft]]:
    """The sums that do not add up, each told once."""
    wrong: dict[str, Draft] = {}
    for one in sums(book):
        check = one.check(policy.tolerance)
        if check is None or check.holds or not one.together:
            continue
        wrong[named(one)] = Draft(
            kind=UpdateKind.SUM_MISMATCH,
            because=f"The parts do not add up: {check.says}.",
            evidence=tuple(dict.fromkeys(cite(entry) for entry in speakers(one))),
            metric=one.total.metric,
            group=one.total.group,
            from_=one.value.bounds,
            to=_added(one.values),
        )
    new = [draft for name, draft in wrong.items() if name not in book.mismatches]
    return msgspec.structs.replace(book, mismatches=tuple(sorted(wrong))), new


def _added(values: tuple[Value, ...]) -> Bounds:
    """The ends of a sum of values; open where one of them is."""
    lows, highs = [value.low for value in values], [value.high for value in values]
    return Bounds(
        sum(low for low in lows if low is not None),
        None if None in highs else sum(high for high in highs if high is not None),
    )


def _opened(item: StoryReading) -> Draft:
    article = item.reading.article
    quote = article.title or article.body[:160]
    return Draft(
        kind=UpdateKind.STORY_NEW,
        because=f"A new story opens with {article.outlet or 'an article'}: {quote}",
        evidence=(Citation(article=article.id, outlet=article.outlet, quote=quote, url=article.url),),
    )


def _met(other: Ledger, merge: Merge) -> Draft:
    return Draft(
        kind=UpdateKind.MERGED,
        because=f"“{other.label}” is this story, too: {merge.shown.outlet or 'an article'} tells of both as one event.",
        evidence=(merge.shown,),
        merged=other.story,
    )


def _enters(entrance: cast.Entrance) -> Draft:
    actor, shows = entrance.actor, entrance.shows
    role = f", {actor.role}," if actor.role else ""
    before = f", {entrance.before} before" if entrance.before else ""
    deed = cues.deed(actor)
    told = f": “{deed}”" if deed else "."
    return Draft(
        kind=UpdateKind.ACTOR_NEW,
        because=f"{actor.name}{role} comes into the story{before}, named by {shows.outlet or 'an article'}{told}",
        evidence=(shows,),
        actor=actor,
    )


def _numbered(book: Ledger, found: list[Draft], cause: str, at: datetime) -> tuple[Update, ...]:
    """The updates of one cause, with ids that depend on nothing but what they say."""
    return tuple(
        Update(
            id=_name(book.story, draft, cause),
            kind=draft.kind,
            story=book.story,
            label=book.label,
            at=at,
            because=draft.because,
            evidence=draft.evidence,
            cause=cause,
            part=part,
            parts=len(found),
            metric=draft.metric,
            group=draft.group,
            from_=draft.from_,
            to=draft.to,
            positions=draft.positions,
            actor=draft.actor,
            merged=draft.merged,
        )
        for part, draft in enumerate(found, 1)
    )


def _name(story: str, draft: Draft, cause: str) -> str:
    stands = [(one.low, one.high, one.claimants) for one in draft.positions]
    actor = draft.actor.name if draft.actor else ""
    return digest(draft.kind, story, draft.metric, draft.group, draft.from_, draft.to, stands, actor, cause)


def _reopened(outcome: Outcome, since: datetime) -> Outcome:
    """The same, its updates saying since when the story had been silent."""
    updates = (msgspec.structs.replace(update, silent_since=since) for update in outcome.updates)
    return msgspec.structs.replace(outcome, updates=tuple(updates))


def _due(book: Ledger) -> datetime | None:
    dues = (book.wakes, *(track.due for track in book.tracks.values()))
    return min((due for due in dues if due is not None), default=None)
