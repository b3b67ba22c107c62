"""Updates that are of no figure: a story opens, meets another, has somebody new; and the ids of all updates."""

from __future__ import annotations

from datetime import datetime

from tallywire.identity import digest
from tallywire.ledger import cast, cues
from tallywire.ledger.news import Draft
from tallywire.ledger.state import Ledger
from tallywire.records import Citation, Merge, StoryReading, Update, UpdateKind


def opened(item: StoryReading) -> Draft:
    """A story opens with an article."""
    article = item.reading.article
    quote = article.title or article.body[:160]
    return Draft(
        kind=UpdateKind.STORY_NEW,
        because=f"A new story opens with {article.outlet or 'an article'}: {quote}",
        evidence=(Citation(article=article.id, outlet=article.outlet, quote=quote, url=article.url),),
    )


def met(other: Ledger, merge: Merge) -> Draft:
    """Another story has turned out to be this one."""
    return Draft(
        kind=UpdateKind.MERGED,
        because=f"“{other.label}” is this story, too: {merge.shown.outlet or 'an article'} tells of both as one event.",
        evidence=(merge.shown,),
        merged=other.story,
    )


def enters(entrance: cast.Entrance) -> Draft:
    """Somebody comes into the story."""
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


def numbered(book: Ledger, found: list[Draft], cause: str, at: datetime) -> tuple[Update, ...]:
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
