"""Origins: of the texts an article shares passages with, the one it was copied from.

Three kinds of evidence make a copy.  Word for word the same; most of the text the same; or, where an agency
is credited, a share that independent reports of one event do not reach: a small one where both credit it, a larger
one where only one of them does, for then the other may have asked the same police.  An outlet never copies itself:
what it prints again with changes is an update, also where others have copied it in between.

An article that copies texts of two origins shows that these are one: two rewrites of an agency's text may share less
with each other than each does with a third.
"""

from __future__ import annotations

import re

import msgspec
import numpy as np
import numpy.typing as npt

from tallywire.likeness.copies import CopyIndex, Matches
from tallywire.records import Kinship

MOSTLY = 0.6  # share of rare passages from which on the text alone shows a copy
CREDITED = 0.11  # … and where both credit one agency; separate reports that quote alike reach .10
HALF_CREDITED = 0.15  # … and where one of them credits one: papers that rework one statement come near it
PASSAGES = 10.0  # shingles in common at least, so that one shared quotation is not enough

_UPDATE = re.compile(r"\W*(?:update[ds]?|latest|correct(?:ion|ed))\b", re.IGNORECASE)


class Candidate(msgspec.Struct, frozen=True):
    """What is known of a new article beside its text."""

    outlet: int  #: hash of its outlet
    agency: int  #: hash of the agency it credits, 0 where none
    update: bool  #: its title says that it updates an earlier text


class Parent(msgspec.Struct, frozen=True):
    """The text an article was copied from."""

    text: int  #: its number in the copy index
    shared: float  #: share of the shorter of the two found in the other
    kinship: Kinship
    unites: tuple[int, ...]  #: of every other origin that it shows to be its own, one text's number


def says_update(title: str) -> bool:
    """Whether a title announces a newer version of an earlier text."""
    return _UPDATE.match(title) is not None


def twin(matches: Matches) -> int | None:
    """The text that is so much like an article that both tell one story, whoever printed it."""
    alike = (matches.containment >= MOSTLY) & (matches.exact | (matches.shared >= PASSAGES))
    return _best(matches, alike)


def parent(matches: Matches, index: CopyIndex, story: int, article: Candidate) -> Parent | None:
    """The best copy's source among the texts of one story, or None where the article is its own origin."""
    matches = matches.among(
        matches.exact | ((matches.containment >= CREDITED) & (matches.shared >= PASSAGES))
    )
    if not matches.texts.size:
        return None
    ours = np.uint64(article.outlet)
    outlet, source = index.column("outlet", matches.texts), index.column("source", matches.texts)
    agency = index.column("agency", matches.texts)
    mostly = matches.containment >= MOSTLY
    enough = _needed(agency, np.uint64(article.agency))
    credited = (matches.containment >= enough) & (not article.update)
    origin = index.column("origin", matches.texts)
    own = (
        (outlet == ours)
        | (source == ours)
        | np.isin(origin, np.array(index.founded(article.outlet), np.uint64))
    )
    copied = ~own & (mostly | credited)
    allowed = (index.column("story", matches.texts) == story) & (matches.exact | copied)
    best = _best(matches, allowed)
    if best is None:
        return None
    kinship = Kinship.CREDITED
    if matches.exact[best]:
        kinship = Kinship.IDENTICAL
    elif mostly[best]:
        kinship = Kinship.MOSTLY
    shared = round(float(matches.containment[best]), 3)
    return Parent(
        text=int(matches.texts[best]),
        shared=shared,
        kinship=kinship,
        unites=_united(matches.among(allowed), index, int(origin[best]), article.outlet),
    )


def _united(matches: Matches, index: CopyIndex, origin: int, outlet: int) -> tuple[int, ...]:
    """Of the texts that an outlet's article copies, one of each other origin that may be the same as `origin`."""
    found, one = [], [origin]
    others = index.column("origin", matches.texts).tolist()
    for text, other in zip(matches.texts.tolist(), others, strict=True):
        if other not in one and index.kindred(one, outlet, other):
            found.append(text)
            one.append(other)
    return tuple(found)


def _needed(theirs: npt.NDArray[np.generic], ours: np.uint64) -> npt.NDArray[np.float64]:
    """The share that shows a rewrite, by who credits an agency; none does where nobody or two credit different ones."""
    both = (theirs == ours) & (ours != 0)
    one = (theirs == 0) != (ours == 0)
    return np.where(both, CREDITED, np.where(one, HALF_CREDITED, np.inf))


def _best(matches: Matches, allowed: npt.NDArray[np.bool_]) -> int | None:
    """The place of the likest among the allowed: by share, then passages, then age."""
    places = np.flatnonzero(allowed)
    if not places.size:
        return None
    order = np.lexsort((matches.texts[places], -matches.shared[places], -matches.containment[places]))
    return int(places[order[0]])
