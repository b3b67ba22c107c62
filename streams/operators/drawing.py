"""Drawing a figure's steps together while they wait: 32 → 40 and 40 → 55 are told as 32 → 55."""

from __future__ import annotations

import msgspec

from tallywire.ledger.rules import positions_behind
from tallywire.ledger.wording import borne_out, drawn
from tallywire.records import Bounds, Support, Update, UpdateKind

STEPS = (UpdateKind.FIRST, UpdateKind.CHANGED, UpdateKind.CORRECTED)
ENDS = (UpdateKind.CHANGED, UpdateKind.CORRECTED, UpdateKind.RESOLVED)  # of a disagreement

NEAR = 0.1  # the share by which a figure may move without an update

_GOING_ON = (*STEPS, UpdateKind.DISAGREEMENT, UpdateKind.RESOLVED)


def figure(update: Update | Support) -> str:
    """A name of the figure that is spoken of; its people by nations and roles, for their wording may change."""
    group = update.group
    people = f"{'+'.join(group.nations)}/{'+'.join(group.roles)}" if group else "everyone"
    return f"{update.metric}|{group.text if group and people == '/' else people}"


def follows(before: Update, update: Update) -> bool:
    """Whether `update` goes on with the figure where `before` left it.

    Its numbers may have become more exact in silence since: "at least 5", then 5; 10,100, then 10,000.
    """
    if before.metric is None or figure(before) != figure(update):
        return False
    old, new = before.to, update.from_
    return old is not None and new is not None and Bounds() not in (old, new) and _near(old, new)


def _near(one: Bounds, other: Bounds) -> bool:
    """Whether two intervals meet, or almost."""
    low = max(one.low or 0, other.low or 0)
    return all(high is None or low * (1 - NEAR) <= high for high in (one.high, other.high))


def join(before: Update, update: Update) -> Update:
    """Two steps of a figure as one: the later, from where the earlier began."""
    kind, because = _kind(before, update), update.because
    if kind is UpdateKind.CHANGED and before.kind in STEPS and before.from_ and update.metric and update.to:
        because = drawn(update.metric, update.group, before.from_, update.to, update.because)
    return msgspec.structs.replace(update, kind=kind, from_=before.from_, because=because)


def is_nothing(joined: Update) -> bool:
    """Whether steps drawn together came to nothing: back to where they began, or a first figure that is withdrawn."""
    if joined.kind is UpdateKind.DISAGREEMENT:
        return False
    return joined.from_ == joined.to or (joined.from_ is None and joined.to == Bounds())


def supported(update: Update, support: Support) -> Update:
    """An update as it is told once more voices stand behind its figure, their sentences with it."""
    ends = update.to or Bounds()
    known = [name for one in positions_behind(update.positions, ends) for name in one.claimants]
    behind = positions_behind(support.positions, ends)
    fresh = [name for one in behind for name in one.claimants if name not in known]
    return msgspec.structs.replace(
        update,
        positions=support.positions,
        because=borne_out(update.because, list(dict.fromkeys(fresh))),
        evidence=tuple(
            dict.fromkeys((*update.evidence, *(quote for one in behind for quote in one.evidence)))
        ),
    )


def _kind(before: Update, update: Update) -> UpdateKind:
    """A first figure stays that; a correction among the steps makes them one where they end lower than they began."""
    kinds = (before.kind, update.kind)
    if before.kind is UpdateKind.FIRST:
        return UpdateKind.FIRST
    if before.kind in STEPS and UpdateKind.CORRECTED in kinds:
        return UpdateKind.CHANGED if _rises(before.from_, update.to) else UpdateKind.CORRECTED
    return update.kind


def _rises(old: Bounds | None, new: Bounds | None) -> bool:
    ends = [(old.low, new.low), (old.high, new.high)] if old and new else []
    moves = [after - before for before, after in ends if before is not None and after is not None]
    return bool(moves) and min(moves) >= 0 < max(moves)


def joins(before: Update, update: Update) -> bool:
    """Whether the two are told as one: steps of a figure, or a disagreement and what became of it."""
    if update.kind is UpdateKind.DISAGREEMENT:
        fit = before.kind is UpdateKind.DISAGREEMENT
    else:
        fit = before.kind in _GOING_ON and update.kind in (*STEPS, *ENDS)
    return fit and (follows(before, update) or _comes_back(before, update))


def _comes_back(before: Update, update: Update) -> bool:
    """Whether a figure that was withdrawn has a number again."""
    withdrawn = before.to == Bounds() and update.kind is UpdateKind.FIRST
    return withdrawn and before.metric is not None and figure(before) == figure(update)
