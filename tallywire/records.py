"""The records that travel the pipeline: what an article, a claim, a figure, an update and an alert are.

Every record is frozen and slotted; every time is an aware `datetime` in UTC; every collection is a tuple.  The
field names are those of the public JSON (two exceptions, both words of Python: `from_` is written `from`).

Words: an *article* is one item of one outlet at one version of its text; its *origin* is the independent text
behind it (ten outlets reprinting one agency are one origin); a *claimant* vouches for a figure; a *claim* is one
figure as one sentence states it; a *figure* is a tracked quantity of a story, (story, metric, group).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec


class Metric(StrEnum):
    """What is counted."""

    KILLED = "killed"
    INJURED = "injured"
    CASUALTIES = "casualties"  # killed and injured together, where the text does not part them
    MISSING = "missing"
    KIDNAPPED = "kidnapped"  # hostages and abducted too
    DETAINED = "detained"
    CAPTURED = "captured"
    DISPLACED = "displaced"
    EVACUATED = "evacuated"
    RESCUED = "rescued"


class Quantifier(StrEnum):
    """How a number is bounded by its words."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    UP_TO = "up_to"
    RANGE = "range"
    VAGUE = "vague"
    NONE = "none"


class Status(StrEnum):
    """How far the source stands behind a figure."""

    ASSERTED = "asserted"
    FEARED = "feared"
    UNCONFIRMED = "unconfirmed"
    DENIED = "denied"
    UNKNOWN = "unknown"  # the source says that there is no figure yet
    SUPERSEDED = "superseded"  # an older value that the sentence itself replaces


class Scope(StrEnum):
    """Which share of the event's people a figure covers."""

    TOTAL = "total"
    PART = "part"  # one of the groups that make up a total
    SUBSET = "subset"  # among a figure's own people: three of the dead were officers
    INCREMENT = "increment"  # adds to an earlier figure
    BACKGROUND = "background"  # another event, or history


class Basis(StrEnum):
    """Where the number of a claim comes from."""

    STATED = "stated"
    SUMMED = "summed"
    INHERITED = "inherited"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all records: immutable, slotted, compared by value."""


class Bounds(msgspec.Struct, frozen=True):
    """An inclusive interval of people; None is an open end, two None ends are 'no figure'."""

    low: int | None = None
    high: int | None = None


class Evidence(Record, frozen=True):
    """The words a reading rests on: `quote` is exactly `field[start:end]`, in characters."""

    field: str  #: "title" or "body"
    start: int
    end: int
    quote: str


class Span(Record, frozen=True):
    """A stretch of a field, in characters."""

    start: int
    end: int


class Group(Record, frozen=True):
    """The people a figure counts."""

    text: str = ""
    nations: tuple[str, ...] = ()  #: ISO 3166 alpha-2, upper case, sorted
    roles: tuple[str, ...] = ()  #: military, police, civilian, child …, sorted


class Claim(Record, frozen=True):
    """One figure as one sentence states it."""

    metric: Metric
    low: int | None
    high: int | None
    quantifier: Quantifier
    evidence: Evidence
    status: Status = Status.ASSERTED
    scope: Scope = Scope.TOTAL
    group: Group = Group()
    claimants: tuple[str, ...] = ()  #: who says so, as written, strongest first
    via: tuple[str, ...] = ()  #: who relays it (AFP relaying Havana)
    as_of: datetime | None = None  #: the time the figure speaks for, where the text gives one
    basis: Basis = Basis.STATED
    counted: Span | None = None  #: the words that count, in the evidence's field: "at least 26 soldiers"
    reader: str | None = (
        None  #: the second reader that saw it, checked by our own grammar; None is our own reading
    )


class Actor(Record, frozen=True):
    """A person, organisation, country, place or operation that a text names."""

    name: str
    kind: str  #: person, organisation, country, place, operation, or name where nothing shows which
    evidence: Evidence
    role: str = ""
    aliases: tuple[str, ...] = ()


class Scene(Record, frozen=True):
    """Where and when a text says that its event happened."""

    places: tuple[str, ...] = ()  #: names as written, those first that come first
    days: tuple[date, ...] = ()  #: ascending


class Extract(Record, frozen=True):
    """What one text says: the answer of `tallywire extract`."""

    id: str
    language: str  #: ISO 639-1
    agency: str | None = None
    claims: tuple[Claim, ...] = ()
    actors: tuple[Actor, ...] = ()
    tally: dict[Metric, Bounds] = msgspec.field(default_factory=dict)
    scene: Scene = Scene()  #: empty where nothing is said of what befell people


class Question(Record, frozen=True):
    """Sentences of one article that our own reading found no claim in."""

    language: str  #: ISO 639-1
    sentences: tuple[str, ...]


#: What outside programs may suggest: bounded where it is decoded, so that no record can grow without end.
Count = Annotated[int, msgspec.Meta(ge=0, le=10**11)]
Words = Annotated[str, msgspec.Meta(max_length=2_000)]


class Suggestion(Record, frozen=True):
    """A claim that a second reader offers; it holds as far as the guard of `tallywire.reading` lets it."""

    quote: Words  #: words of one sentence, with the number in them
    metric: Metric
    low: Count | None
    high: Count | None
    status: Status = Status.ASSERTED
    scope: Scope = Scope.TOTAL
    group: Words = ""  #: words of that sentence that name the people
    claimant: Words = ""  #: words of that sentence that name who says so


class SecondReading(Record, frozen=True):
    """What a second reader offers for the sentences of an article that our own reading left without a claim."""

    reader: str
    suggestions: tuple[Suggestion, ...] = ()


class Article(Record, frozen=True):
    """One item of one outlet, at one version of its text."""

    id: str
    body: str
    arrived: datetime  #: when it was taken in; on a replay, the articles' own clock
    title: str = ""
    url: str | None = None
    outlet: str = ""
    published: datetime | None = None
    language: str | None = None
    byline: str | None = None
    story: str | None = None  #: pins the article to a story; None lets the monitor decide
    version: int = 1
    revision_of: str | None = None  #: id of the version before this one
    second: SecondReading | None = None  #: what a second reader offers, asked before the article is read
    dated: datetime | None = None  #: the date its source gave, where `published` was held to what can be true

    @property
    def at(self) -> datetime:
        """The time the article speaks for: its publication, or its arrival where it is undated."""
        return self.published or self.arrived


class Sketch(Record, frozen=True):
    """What likeness needs of a text, some 2 KB: made once where the text is read, compared many times."""

    v: int  #: version of the method; sketches of different versions are never compared
    exact: int  #: hash of the whole normalised text
    shingles: bytes  #: sampled hashes of word 4-shingles, sorted little-endian uint64
    terms: bytes  #: hashed words of title and lead with their weights, for the story index


class Reading(Record, frozen=True):
    """An article with what was read out of it."""

    article: Article
    extract: Extract
    sketch: Sketch


class Placing(StrEnum):
    """How an article came to its story."""

    PINNED = "pinned"  #: it came with the story's name
    WATCHED = "watched"  #: a watch's words are in it
    REVISED = "revised"  #: it is a later version of one of the story's articles
    COPIED = "copied"  #: most of its text is that of one of the story's articles
    ALIKE = "alike"  #: its telling words are the story's
    FIRST = "first"  #: it is like no running story, and opens one
    PARTED = "parted"  #: it has a running story's words but another event's facts, and opens one


class Kinship(StrEnum):
    """How a text is known to come from another."""

    IDENTICAL = "identical"  #: word for word the same
    MOSTLY = "mostly"  #: most of its rare passages stand in the other
    CREDITED = "credited"  #: many do, and one of the two credits an agency
    REVISED = "revised"  #: it is a later version, and the earlier one came from there


class StoryReading(Record, frozen=True):
    """A reading put in its place: which story, and which text it comes from."""

    reading: Reading
    story: str
    label: str  #: the story's most telling words, from its first title
    origin: str  #: id of the text this one comes from; its own id where it is independent
    copy_of: str | None = None  #: the article it copies, where it copies one
    shared: float = 0.0  #: share of the text found in `copy_of`, 0 to 1
    opens_story: bool = False
    placed: Placing = Placing.FIRST
    kinship: Kinship | None = None  #: what makes it a copy, where it is one
    met: str | None = (
        None  #: id of another story that the article shows to be this one; it goes on in this one
    )
    unites: tuple[
        str, ...
    ] = ()  #: ids of other origins that the article shows to be its own; they go on in it


class Citation(Record, frozen=True):
    """A verbatim sentence and where it stands."""

    article: str
    outlet: str
    quote: str
    url: str | None = None


class Merge(Record, frozen=True):
    """Two stories have met: the younger goes on in the older."""

    story: str  #: id of the younger
    into: str  #: id of the older
    label: str  #: of the older
    at: datetime
    shown: Citation  #: the article that shows it


class Position(Record, frozen=True):
    """What one claimant (or several who say the same) currently holds of a figure."""

    low: int | None
    high: int | None
    claimants: tuple[str, ...]
    origins: int
    outlets: tuple[str, ...]
    as_of: datetime
    evidence: tuple[Citation, ...]
    status: Status = Status.ASSERTED


class Check(Record, frozen=True):
    """A test that the ledger put a figure to."""

    kind: str  #: "sum", "slip" …
    holds: bool
    says: str


class Figure(Record, frozen=True):
    """A tracked quantity of a story as it stands."""

    story: str
    metric: Metric
    group: Group | None  #: None is everyone
    low: int | None
    high: int | None
    positions: tuple[Position, ...] = ()
    origins: int = 0
    claimants: int = 0
    best: int | None = None
    method: str = "desk"  #: how low, best and high were drawn from the positions
    disagreement: bool = False
    checks: tuple[Check, ...] = ()


class Story(Record, frozen=True):
    """A story's bottom line."""

    story: str
    label: str
    articles: int
    origins: int
    tally: dict[Metric, Bounds] = msgspec.field(default_factory=dict)
    closed: datetime | None = None  #: since when it is closed, having been silent


class UpdateKind(StrEnum):
    """What a claim did to the ledger."""

    STORY_NEW = "story.new"
    FIRST = "figure.first"
    CHANGED = "figure.changed"
    CORRECTED = "figure.corrected"
    DISAGREEMENT = "figure.disagreement"
    RESOLVED = "figure.resolved"
    SUM_MISMATCH = "figure.sum_mismatch"
    ACTOR_NEW = "actor.new"
    REVISED = "article.revised"
    MERGED = "story.merged"


class Update(Record, frozen=True, rename={"from_": "from"}):
    """What changed, why, and the sentences that show it."""

    id: str  #: deterministic: the same input gives the same id on every engine
    kind: UpdateKind
    story: str
    label: str
    at: datetime
    because: str  #: one sentence a person understands
    evidence: tuple[Citation, ...]
    cause: str  #: what was being reconciled: an article's id, "due:<time>" or "merged:<story>"
    part: int = 1  #: this update's place among those of one cause …
    parts: int = 1  #: … and their number, so that one alert can hold them all
    metric: Metric | None = None
    group: Group | None = None
    from_: Bounds | None = None
    to: Bounds | None = None
    positions: tuple[Position, ...] = ()
    actor: Actor | None = None
    merged: str | None = None  #: id of the story that went into this one
    silent_since: datetime | None = None  #: since when the story, which was closed, had been silent


class Support(Record, frozen=True):
    """More voices speak of a figure than were last made known, and what it comes to is as it was.

    It changes nothing, and so is no update; but a rule may wait for it.
    """

    brought: str  #: by what: a cause, as of an update
    story: str
    at: datetime
    metric: Metric
    group: Group | None
    to: Bounds
    positions: tuple[Position, ...]
    last: bool = True  #: no update of the same cause comes after it


class Severity(StrEnum):
    """How loudly a person is told."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


class Page(Record, frozen=True):
    """What an alert that tells of several stories says of one."""

    story: str
    title: str
    updates: tuple[str, ...]  #: by id


class Alert(Record, frozen=True):
    """An update, or several of one cause, that a rule chose to tell a person about."""

    id: str
    kind: UpdateKind
    severity: Severity
    story: str
    at: datetime
    title: str
    text: str
    update: str  #: id of the update that leads it
    updates: tuple[Update, ...] = ()
    routes: tuple[str, ...] = ()  #: names of the destinations that are told
    pages: tuple[Page, ...] = ()  #: one for each story, where there are several


class Mute(Record, frozen=True):
    """A person's wish to hear nothing of a story, or of all of them, for a while."""

    scope: str  #: a story's id, or "all"; a later mute of the same scope replaces an earlier one
    since: datetime  #: when silence began: with the first of those that replaced each other
    until: datetime
    kinds: tuple[UpdateKind, ...] = ()  #: updates that are held; empty is every kind
    name: str = ""  #: the scope as the person named it


class Silence(Record, frozen=True):
    """A story has closed, having been silent for long: what follows it may rest, too."""

    story: str
    silent_since: datetime


class Due(Record, frozen=True):
    """A wish of a stage to be called again for a key: a timer, as a record."""

    stage: str
    key: str
    at: datetime


class DeadLetter(Record, frozen=True):
    """What could not be processed, why, and enough of it to try again."""

    id: str
    stage: str  #: where it failed: a stage's name, "feed", "deliver"
    key: str
    cause: str
    at: datetime
    payload: str  #: the item as JSON or text, for `tallywire dead-letters replay`


def utc(value: datetime) -> datetime:
    """The same instant in UTC; a naive time is taken as UTC already."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
