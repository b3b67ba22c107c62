"""The pipeline as data: which stage reads which topic, by which key, with which state, and where its output goes.

Both runners read this list; neither adds a stage of its own.

    articles ─▶ revise ─▶ unique-articles ─▶ read ─▶ readings ─▶ assign ─▶ story-readings
             ─▶ reconcile ─▶ updates ─▶ alert ─▶ alerts        (beside them: dead-letters)

Two stories that turn out to be one are a `Merge`, keyed by the younger, that goes the way of its articles.  Each stage
that keeps something by story hands it over in a record that goes back to its own source, under the older one's key.
So does what a story has to tell together with others, under the key of its destinations.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from streams.operators import read, revise
from streams.operators.alert import Alerting, Handover, Told
from streams.operators.reconcile import Adoption, Reconcile
from streams.operators.summary import Contribution, Edition
from streams.step import Reason, Step
from tallywire.ledger import Ledger
from tallywire.records import Alert, Article, Merge, Reading, Silence, StoryReading, Support, Update

Assign = Callable[[Reading, None, datetime], Step[None, Merge | StoryReading]]

REASONS = {
    "revise": (Reason.NEW, Reason.DUPLICATE, Reason.REVISED),
    "read": (Reason.READ,),
    "assign": (
        Reason.PINNED, Reason.WATCHED, Reason.ALONE, Reason.JOINED, Reason.COPY, Reason.REVISED, Reason.DUPLICATE,
    ),
    "reconcile": (
        Reason.UPDATED, Reason.NO_CHANGE, Reason.DUPLICATE, Reason.DUE, Reason.CLOSED, Reason.MERGED,
    ),
    "alert": (
        Reason.TOLD, Reason.HELD, Reason.SUPPRESSED, Reason.DUPLICATE, Reason.DUE, Reason.CLOSED, Reason.MERGED,
    ),
}  # fmt: skip
"""What may become of an item at each stage; besides, at any of them it may be `Reason.DEAD`."""

NAMES = tuple(REASONS)

DEAD_LETTERS = "dead-letters"


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One operator and its place in the pipeline."""

    name: str
    source: str  #: topic it reads
    sink: str  #: topic it writes
    item: type  #: record on `source`
    aside: tuple[type, ...] = ()  #: rarer records on `source`; no record can be read as one of another type
    output: type  #: record on `sink`
    loops: tuple[type, ...] = ()  #: records put out that go back to `source`, to be taken under their own key
    awaits: Callable[[Any, Any], str | None] = lambda _item, _state: None
    #: the key that hands over to this one before an item is taken; where keys are kept apart, that may come later
    brings: Callable[[Any], str | None] = lambda _item: None  #: the key that hands over in an item
    key: Callable[[Any], str]  #: partition key of an item
    state: type | None = None  #: the value of its table; None where it keeps none
    step: Callable[[Any, Any, datetime], Step[Any, Any]]


def language(reading: Reading) -> str:
    """Likeness compares texts of one language; each has one writer."""
    return reading.extract.language


def story(
    item: StoryReading | Update | Support | Silence | Merge | Adoption | Handover | Contribution | Edition,
) -> str:
    """Ledger and alerts are kept by story; what is told of several, as if its destinations were one."""
    return item.story


def gone(item: Any) -> str | None:
    """The story that goes on in another with this."""
    return item.merge.story if isinstance(item, Adoption | Handover) else None


def stages(assign: Assign, reconcile: Reconcile, alerting: Alerting) -> tuple[Stage, ...]:
    """The pipeline, with the operators that carry settings put in their places."""
    return (
        Stage(
            name="revise",
            source="articles",
            sink="unique-articles",
            item=Article,
            output=Article,
            key=revise.address,
            state=revise.Seen,
            step=revise.step,
        ),
        Stage(
            name="read",
            source="unique-articles",
            sink="readings",
            item=Article,
            output=Reading,
            key=revise.address,
            step=read.step,
        ),
        Stage(
            name="assign",
            source="readings",
            sink="story-readings",
            item=Reading,
            output=StoryReading,
            key=language,
            step=assign,
        ),
        Stage(
            name="reconcile",
            source="story-readings",
            sink="updates",
            item=StoryReading,
            aside=(Merge, Adoption),
            output=Update,
            loops=(Adoption, StoryReading),
            awaits=reconcile.awaits,
            brings=gone,
            key=story,
            state=Ledger,
            step=reconcile.step,
        ),
        Stage(
            name="alert",
            source="updates",
            sink="alerts",
            item=Update,
            aside=(Merge, Handover, Support, Contribution, Edition, Silence),
            output=Alert,
            loops=(Handover, Contribution, Edition),
            awaits=alerting.awaits,
            brings=gone,
            key=story,
            state=Told,
            step=alerting.step,
        ),
    )
