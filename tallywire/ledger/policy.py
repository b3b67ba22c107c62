"""What a ledger may be told to do differently: times, tolerances, limits."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from tallywire.records import Record


class Consensus(StrEnum):
    """How a figure's low, best and high are drawn from the positions on it: `tallywire/ledger/consensus.py`."""

    DESK = "desk"
    UCDP = "ucdp"
    ACLED = "acled"


class Policy(Record, frozen=True):
    """The settings of a ledger.  The defaults suit a desk that follows breaking news."""

    settle: timedelta = timedelta(hours=6)  #: how long a lower figure may stand before it is a disagreement
    stale: timedelta = timedelta(
        days=3
    )  #: unsaid for so long, a figure in dispute gives way to who says theirs again
    steady: timedelta = timedelta(
        days=2
    )  #: having stood for so long, a large figure does not leap on one word
    tolerance: float = 0.10  #: "about 60" fits every number within this share of 60
    close: timedelta = timedelta(
        days=7
    )  #: a story that is silent for so long closes, to open again as it was
    consensus: Consensus = Consensus.DESK
    founding: timedelta = timedelta(hours=1)  #: actors named this soon after the first article are no news


class Limits(Record, frozen=True):
    """How much of a story is kept at hand; what is older is folded into a summary, its sentences stay archived."""

    claims: int = 16  #: of one figure, before the older half is folded
    folded: int = 32  #: of one figure, folded claims that are known again when their article is edited
    voices: int = 16  #: of one figure, in the folded summary
    values: int = 8  #: of one figure, that it has left behind
    figures: int = 48
    articles: int = 256  #: whose ids are remembered, so that a repeat changes nothing
    tallies: int = 32  #: bottom lines of articles
    actors: int = 256
    roles: int = 8  #: of one actor


LIMITS = Limits()
