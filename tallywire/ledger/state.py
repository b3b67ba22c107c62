"""What is remembered of a story: a value of plain immutable records, encoded as JSON as it is, bounded in size."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tallywire.ledger.groups import Facets
from tallywire.ledger.values import Value
from tallywire.records import Actor, Bounds, Citation, Group, Metric, Quantifier, Scope, Status


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what a ledger keeps: immutable, small when written."""


class Entry(Kept, frozen=True, cache_hash=True):
    """One claim as the ledger holds it: what is said, by whom, through which text."""

    article: str
    outlet: str
    origin: str  #: the text that it comes from, which for a copy's own reporting is the copy
    n: int  #: the claim's place in its article
    heard: datetime  #: when it was published (an edit: when it came)
    as_of: datetime  #: the time it speaks for
    low: int | None
    high: int | None
    quantifier: Quantifier
    status: Status = Status.ASSERTED
    scope: Scope = Scope.TOTAL
    voices: tuple[str, ...] = ()  #: keys of the claimants who vouch; of the origin where nobody is named
    names: tuple[str, ...] = ()  #: of each voice, the claimant as written, or the agency or outlet
    quote: str = ""
    url: str | None = None
    family: str = ""  #: the text that its article comes from, where that is another outlet's
    copied: bool = False  #: it comes from another outlet's text
    slips: bool = (
        False  #: it differs from the text that it copies in this number alone: kept once that text is folded
    )
    titled: bool = False  #: said in the title
    corrects: bool = False  #: its words say that an earlier figure was wrong
    moves: bool = False  #: its words say that the figure has changed
    eases: bool = False  #: its article tells what lowers the figure: the missing found, the injured dead
    reported: bool = False  #: somebody says it, named or not
    joins: bool = False  #: it counts people known otherwise before: "three of the missing were found dead"
    found: bool = False  #: it counts bodies: a batch of the dead, never more than all of them
    apart: bool = (
        False  #: it counts not this figure's people, whatever it says: a part, or the dead among the shot
    )
    summed: bool = False  #: the number is the sum of what its text says
    text: str = ""  #: the group as written
    district: str = ""  #: the part of a country that it counts, where it names one
    lands: tuple[str, ...] = ()  #: countries that its sentence names as the place

    @property
    def value(self) -> Value:
        """What it says."""
        return Value(low=self.low, high=self.high, quantifier=self.quantifier)

    @property
    def speaks(self) -> bool:
        """Whether it takes a stand: rumours, fears, vague words and figures not given yet do not."""
        stated = self.low is not None or self.high is not None
        sure = self.status is Status.ASSERTED and self.quantifier is not Quantifier.VAGUE
        return sure and stated and not self.apart

    @property
    def disputes(self) -> bool:
        """Whether it says that counts conflict, and gives none."""
        return self.status is Status.UNKNOWN and self.quantifier is Quantifier.VAGUE

    @property
    def named(self) -> bool:
        """Whether somebody is named who vouches for it."""
        return not self.voices[0].startswith(ORIGIN)


ORIGIN = "~"  # marks the voice of a text that names nobody


class Held(Kept, frozen=True, cache_hash=True):
    """What one voice last said of a figure."""

    voice: str
    entry: Entry
    value: Value  #: as understood: an increment added up
    since: datetime  #: when the voice first took this stand
    at_once: bool = False  #: its article gives the opposing figure, too

    @property
    def claim(self) -> Entry:
        """The same as a claim: an increment added up."""
        return msgspec.structs.replace(
            self.entry,
            low=self.value.low,
            high=self.value.high,
            quantifier=self.value.quantifier,
            scope=Scope.TOTAL,
        )


class Standing(Kept, frozen=True, cache_hash=True):
    """What the claims of a figure come to."""

    value: Value | None = None
    since: datetime | None = None  #: the time that it was first given for
    as_of: datetime | None = None  #: the latest time it was given for
    held: tuple[Held, ...] = ()  #: by voice
    left: tuple[Value, ...] = ()  #: values it has left behind, oldest first
    added: tuple[int, ...] = ()  #: increments counted since a total was last stated
    aside: tuple[Entry, ...] = ()  #: claims too far off to be taken for this figure on one word


class Side(Kept, frozen=True):
    """A stand against the figure that people were told of."""

    value: Value
    denies: bool = False  #: the figure, or that counts agree, without giving another


class Told(Kept, frozen=True):
    """What was last made known of a figure."""

    value: Value | None = None
    sides: tuple[Side, ...] = ()
    claimants: int = 0  #: independent voices that spoke then, for it or against
    origins: int = 0  #: independent texts that they spoke through


class Folded(Kept, frozen=True):
    """A claim that is no longer kept: enough to know it again when its article is edited."""

    article: str
    low: int | None
    high: int | None
    quantifier: Quantifier
    status: Status = Status.ASSERTED


class Track(Kept, frozen=True):
    """One figure: its group, its claims, what was told of it."""

    metric: Metric
    facets: Facets
    group: Group | None
    scope: Scope
    base: Standing = Standing()  #: what the claims come to that are no longer kept one by one
    folded: tuple[Folded, ...] = ()  #: the latest of these, by article
    entries: tuple[Entry, ...] = ()  #: in the order of the time they speak for
    told: Told = Told()
    due: datetime | None = None  #: when a settling time runs out next

    @property
    def key(self) -> str:
        """The figure's name within the story."""
        return f"{self.metric}|{self.facets.key}"


class Tally(Kept, frozen=True):
    """An article's own bottom line."""

    article: str
    origin: str
    at: datetime
    counts: dict[Metric, Bounds]


class Office(Kept, frozen=True):
    """A role that an actor was given, as stated, and when."""

    role: str
    since: datetime
    last: datetime


class Member(Kept, frozen=True):
    """An actor of the story."""

    actor: Actor  #: under its fullest name, with the role given last and the sentence that shows it best
    keys: tuple[str, ...]  #: under which it may be looked for
    since: datetime  #: when it was first named …
    last: datetime  #: … and last
    shown_at: datetime  #: when the sentence was published
    shows: Citation  #: the sentence
    acts: bool = False  #: the sentence has it take part
    stands_out: bool = False  #: a title names it, or it leads
    roles: tuple[Office, ...] = ()  #: different ones, in the order of time
    origins: tuple[str, ...] = ()
    news: bool = False  #: was told, or belongs to the founding cast


class Scene(Kept, frozen=True):
    """The instant a story has come to: whom its articles name, and who of them was told."""

    at: datetime
    named: tuple[Member, ...] = ()  #: as each article tells of them, full names first
    revised: tuple[Member, ...] = ()  #: the same of revisions, which bring in nobody
    told: tuple[Actor, ...] = ()  #: as they were when they were told


class Ledger(Kept, frozen=True):
    """A story: its figures, its cast, what was told."""

    story: str
    label: str
    opened: datetime
    seen: dict[str, datetime] = msgspec.field(default_factory=dict)  #: the latest articles, by id
    articles: int = 0
    origins: int = 0
    tracks: dict[str, Track] = msgspec.field(default_factory=dict)
    tallies: tuple[Tally, ...] = ()
    cast: tuple[Member, ...] = ()  #: before the scene; `cast.members` has all
    scene: Scene | None = None  #: so that articles of one instant make one cast in any order
    mismatches: tuple[str, ...] = ()  #: sums that do not add up, as told
    heard: datetime | None = None  #: when the latest article was taken in
    wakes: datetime | None = None  #: when it is to be seen whether the story has fallen silent
    closed: datetime | None = None  #: when it closed, having been silent
    adopted: tuple[str, ...] = ()  #: stories that went into this one, by id
    into: str | None = None  #: the story that this one went into; all else is as it was then
