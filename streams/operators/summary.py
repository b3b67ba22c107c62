"""One message for what several stories have to tell at one hour: a digest, or what quiet hours have held."""

from __future__ import annotations

from datetime import timedelta

from tallywire.identity import digest
from tallywire.ledger import telling
from tallywire.ledger.rules import LOUDNESS
from tallywire.records import Alert, Page, Record

#: What the stories of one hour have to tell comes from wherever they are kept, within so long.
TOGETHER = timedelta(seconds=10)
MOST = 32  # stories in one message; more are a second one
#: Pages that were told and may be sent again: a worker that dies sends those of all its stories of an hour once more.
REMEMBERED = 2048

_KEY = "~summary "  # no id of a story begins so


class Contribution(Record, frozen=True):
    """What a story has to tell in a summary, as the alert that it would be alone."""

    alert: Alert

    @property
    def story(self) -> str:
        """Under what it is kept: its destinations, as if they were a story."""
        return _KEY + ", ".join(self.alert.routes)


class Edition(Record, frozen=True):
    """The pages of one message, settled.

    Which have come when the hour is over hangs on who waits for them, and one who dies is followed by another.  What is
    told hangs on this record alone: it is put down before it is told.
    """

    pages: tuple[Alert, ...]

    @property
    def story(self) -> str:
        """As of each of its pages."""
        return Contribution(alert=self.pages[0]).story


def joined(pages: tuple[Alert, ...], alert: Alert) -> tuple[Alert, ...]:
    """The pages of a summary with one more; given twice, it is there once."""
    return pages if alert.id in {page.id for page in pages} else (*pages, alert)


def of(pages: tuple[Alert, ...]) -> Alert:
    """The summary: the loudest story first, then the one with the weightiest news; of one story, its own alert."""
    if len(pages) == 1:
        return pages[0]
    leads = [lead.id for lead in telling.ranked([page.updates[0] for page in pages])]
    pages = tuple(sorted(pages, key=lambda page: (-LOUDNESS.index(page.severity), leads.index(page.update))))
    lead = pages[0]
    return Alert(
        id=digest("summary", *(page.id for page in pages)),
        kind=lead.kind,
        severity=lead.severity,
        story=lead.story,
        at=max(page.at for page in pages),
        title=telling.summary([page.title for page in pages]),
        text="\n\n".join(f"{page.title}\n{page.text}" for page in pages),
        update=lead.update,
        updates=tuple(update for page in pages for update in page.updates),
        routes=lead.routes,
        pages=tuple(
            Page(story=page.story, title=page.title, updates=tuple(one.id for one in page.updates))
            for page in pages
        ),
    )
