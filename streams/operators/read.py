"""read: an article's text into claims, actors, language and a sketch for likeness.  Needs no state."""

from __future__ import annotations

from datetime import datetime

from streams.step import Reason, Step
from tallywire import likeness, reading
from tallywire.records import Article, Reading


def step(item: Article, state: None, now: datetime) -> Step[None, Reading]:
    """One reading for every article, also where it says nothing of interest: stories are made of those, too."""
    result = Reading(
        article=item,
        extract=reading.read(item),
        sketch=likeness.sketch(item.title, item.body),
    )
    return Step(state=None, outputs=(result,), reason=Reason.READ)
