"""Who is at odds with a figure, and what tells an update from a contradiction: every rule is one function."""

from __future__ import annotations

from datetime import datetime

from tallywire.ledger.policy import Policy
from tallywire.ledger.state import Entry, Held, Standing
from tallywire.ledger.values import Value, fits
from tallywire.records import Record, Status

LARGE = 100  # from here on, tolls are counted by offices, and a bound is a count
LEAP = 5  # times itself: more than tolls grow once they have settled
SEVERAL = 3  # independent voices that outvote one
MANY = 5  # people, beside whom the fate of one is no count
FEW = 20  # to one: so few beside a figure are some of its people, or others


class Rival(Record, frozen=True):
    """A voice at odds with the figure."""

    held: Held
    since: datetime  #: when it came to be at odds
    at_once: bool

    @property
    def denies(self) -> bool:
        """Whether it denies the figure, or says that counts conflict, without giving another."""
        return self.held.entry.status is not Status.ASSERTED


class Speaking(Record, frozen=True):
    """The voices that spoke since the figure was published; who has not is stale, and takes no side."""

    holders: tuple[Held, ...] = ()  #: they carry the figure: what they say fits it
    rivals: tuple[Rival, ...] = ()  #: they are at odds with it

    @property
    def held(self) -> tuple[Held, ...]:
        """What all of them say."""
        return (*self.holders, *(rival.held for rival in self.rivals))


def speaking(standing: Standing, policy: Policy) -> Speaking:
    """Who speaks now, for the figure or against it.

    A number that nobody is said to give, beside a claimant's in one article, is of other people.
    """
    value, since = standing.value, standing.since
    if value is None or since is None:
        return Speaking()
    carrying: list[Held] = []
    odd: list[Held] = []
    for held in standing.held:
        if held.entry.as_of < since:
            continue
        if is_at_odds(held, value, policy):
            odd.append(held)
        elif held.entry.status is Status.ASSERTED:
            carrying.append(held)
    beside = {held.entry.article for held in carrying if held.entry.named} if odd else set()
    return Speaking(
        holders=tuple(carrying),
        rivals=tuple(
            Rival(held=held, since=max(held.since, since), at_once=held.at_once)
            for held in odd
            if held.entry.reported or held.entry.article not in beside
        ),
    )


def rivals(standing: Standing, policy: Policy) -> tuple[Rival, ...]:
    """The voices at odds with the figure."""
    return speaking(standing, policy).rivals


def holders(standing: Standing, policy: Policy) -> tuple[Held, ...]:
    """The voices that carry the figure."""
    return speaking(standing, policy).holders


def is_at_odds(held: Held, value: Value, policy: Policy) -> bool:
    if held.entry.status is not Status.ASSERTED:
        return denies(held.entry, value, policy)
    said = held.value
    return not fits(said, value, policy.tolerance) or (said.high is None and another_count(said, value))


def another_count(said: Value, value: Value) -> bool:
    """Whether a lower bound lies so far below a large figure that it is another count, not a weaker word for it.

    "At least 50" fits 55.  Beside 5,200, a new "at least 2,300" is the toll of somebody who counts otherwise.
    """
    open_above = said.low is not None and said.high is None
    return open_above and (value.low or 0) >= LARGE and 2 * (said.low or 0) < (value.low or 0)


def denies(entry: Entry, value: Value, policy: Policy) -> bool:
    """Whether a denial is of the figure: of any at all, or of one that holds its number.

    Who denies "up to 60" denies 60, not every number below.
    """
    if entry.low is None and entry.high is None:
        return True
    if entry.low is None:
        return _near(entry.value, value, policy)
    number = Value(low=value.number, high=value.number)
    return fits(entry.value, number, policy.tolerance)


def is_own(standing: Standing, entry: Entry, policy: Policy) -> bool:
    """Whether the claimant who vouches for the figure says this itself: its own correction.

    Of claims that name nobody, the outlet that gave the figure corrects it, in its own words or by putting somebody
    else's number into a title, though not by reprinting another's text.  What
    the same article says in other words ("at least 51" in the text, 51 in the title) makes nobody a supporter.
    """
    supporters = [held for held in holders(standing, policy) if not _first_said(held, entry)]
    if any(held.voice in entry.voices for held in supporters):
        return True
    own_word = not entry.named or entry.titled
    unnamed = own_word and not entry.copied and all(not held.entry.named for held in supporters)
    return unnamed and {held.entry.outlet for held in supporters} == {entry.outlet}


def _first_said(held: Held, entry: Entry) -> bool:
    """Whether a voice took its stand in the very article that a claim comes from."""
    return held.entry.article == entry.article and held.since == entry.heard


def is_of_one_district(standing: Standing, entry: Entry) -> bool:
    """Whether it counts one part of a country in a story that has counted another: one of several, and not everyone."""
    heard = {one.district for one in (*(held.entry for held in standing.held), *standing.aside)}
    return bool(entry.district) and bool(heard - {"", entry.district})


def is_outlived(standing: Standing, entry: Entry, policy: Policy) -> bool:
    """Whether a voice that was at odds with the figure says so again, long after anybody last gave the figure."""
    disputed = any(rival.held.voice in entry.voices for rival in rivals(standing, policy))
    last = max((held.entry.as_of for held in holders(standing, policy)), default=None)
    return disputed and last is not None and last + policy.stale <= entry.as_of


def is_leap(standing: Standing, entry: Entry, said: Value, policy: Policy) -> bool:
    """Whether a large figure that has long stood would leap on the word of one text: that of another event, often.

    It is none once a second text gives about the same.
    """
    value, since = standing.value, standing.since
    if (
        value is None
        or since is None
        or (value.number or 0) < LARGE
        or (said.number or 0) < LEAP * (value.number or 0)
    ):
        return False
    second = any(_seconds(entry, other, said, policy) for other in standing.aside)
    return since + policy.steady <= entry.as_of and not second


def is_collapse(standing: Standing, entry: Entry, said: Value, policy: Policy) -> bool:
    """Whether a figure would fall to less than half, unexplained, by the word of who gave it: another count, mostly.

    Offices do not lose half of their dead without a word about it; they add two to them, give one town's, or speak of
    another event.  Since all outlets tell the same words at once, the number must be given again after the settling
    time, the figure not having been given since: then it is a correction.
    """
    most = said.high if said.high is not None else said.low or 0
    if standing.value is None or 2 * most >= (standing.value.number or 0):
        return False
    return not any(
        _seconds(entry, other, said, policy)
        and other.heard + policy.settle <= entry.heard
        and other.as_of >= (standing.as_of or other.as_of)
        for other in standing.aside
    )


def _seconds(entry: Entry, other: Entry, said: Value, policy: Policy) -> bool:
    """Whether a claim says of its own what another text's claim, which was put aside, said before."""
    return other.origin != entry.origin and _near(other.value, said, policy)


def is_outvoted(standing: Standing, said: Value, policy: Policy) -> bool:
    """Whether the figure rests on one unnamed voice, far above several that agree: a misreading, most likely."""
    if standing.value is None or 2 * (said.number or 0) > (standing.value.number or 0):
        return False
    agreeing = [rival for rival in rivals(standing, policy) if _near(rival.held.value, said, policy)]
    carrying = holders(standing, policy)
    alone = len(carrying) <= 1 and not any(held.entry.named for held in carrying)
    return alone and len(agreeing) >= SEVERAL


def _near(one: Value, other: Value, policy: Policy) -> bool:
    if one.number is None or other.number is None:
        return False
    return abs(one.number - other.number) <= policy.tolerance * max(one.number, other.number)


def was_left(standing: Standing, said: Value) -> bool:
    """Whether this is a figure that was current once and has been left."""
    return any(left.number == said.number for left in standing.left)


def is_upheld(standing: Standing, said: Value, policy: Policy) -> bool:
    """Whether somebody who is at odds with the figure gives this number now: it is no old one."""
    return any(rival.held.value.number == said.number for rival in rivals(standing, policy))


def rounds(said: Value, value: Value, policy: Policy) -> bool:
    """Whether a number is but the rounding of a large figure: 10,000 beside 10,100."""
    if (
        said.low is None
        or said.low != said.high
        or value.low is None
        or value.low != value.high
        or said.low < 1000
    ):
        return False
    near = abs(said.low - value.low) <= policy.tolerance * value.low
    return near and _zeros(said.low) > _zeros(value.low)


def _zeros(number: int) -> int:
    return len(str(number)) - len(str(number).rstrip("0"))


def is_few(said: Value, value: Value) -> bool:
    """Whether this tells of one person among many, or of few among hundreds: no count of everyone.

    That nobody was hurt, or no more than so many, speaks of everyone.
    """
    few, number = said.low or 0, value.number or 0
    return few > 0 and number >= (MANY if few == 1 else FEW * few)


def slipped(entry: Entry, entries: tuple[Entry, ...], policy: Policy) -> bool:
    """Whether a copy differs from its origin in this number alone.

    It is none where the words speak of a change, where the copy says it twice, where a second copy says the same,
    or where it fits what the origin says.
    """
    if entry.slips:
        return True
    if not entry.copied or entry.moves or entry.corrects or not entry.speaks:
        return False
    family = [
        other
        for other in entries
        if other.origin == entry.origin and other.speaks and other.high != 0 and other is not entry
    ]
    others = [other for other in family if other.article != entry.article]
    twice = any(other.article == entry.article and other.value == entry.value for other in family)
    return (
        not twice
        and any(other.heard <= entry.heard for other in others)
        and not any(fits(other.value, entry.value, policy.tolerance) for other in others)
    )


def slips(entries: tuple[Entry, ...], policy: Policy) -> tuple[Entry, ...]:
    """The claims that are but a slip of the pen in a copy."""
    return tuple(entry for entry in entries if slipped(entry, entries, policy))
