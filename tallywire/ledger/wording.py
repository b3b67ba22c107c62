"""The sentences of the ledger: why an update counts, in words a person understands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tallywire.ledger.groups import BODY
from tallywire.ledger.state import Entry
from tallywire.ledger.values import Value, shown
from tallywire.records import Bounds, Group, Metric, Status

_ROLES = {
    "aid_worker": "aid workers",
    "military": "soldiers",
    "police": "police officers",
    "security": "security personnel",
    "child": "children",
    "woman": "women",
    "man": "men",
    "medic": "medics",
    "perpetrator": "attackers",
    BODY: "bodies",
}


CONFLICT = "counts conflict"  # the stand of a text that says so and gives none


_COUNTED = {
    Metric.KILLED: "the dead",
    Metric.CASUALTIES: "casualties",
}


def people(group: Group | None) -> str:
    """A group in words; empty for everyone.  A headline's "Girl" is a girl."""
    if group is None:
        return ""
    if BODY in group.roles and not group.nations:
        return _ROLES[BODY]
    if group.text:
        return group.text.lower() if group.roles and group.text.isalpha() else group.text
    return " and ".join(_ROLES.get(role, f"{role}s") for role in group.roles) or "/".join(group.nations)


def figure(metric: Metric, group: Group | None) -> str:
    """A figure's name in a title: "killed", "killed (Cuban soldiers)", "bodies"."""
    if group is not None and BODY in group.roles:
        return people(group)
    return f"{metric} ({people(group)})" if group is not None else str(metric)


def counted(metric: Metric, group: Group | None) -> str:
    """Whom a figure counts, within a sentence: "the dead", "the missing", "the dead (Cuban soldiers)", "bodies"."""
    if group is not None and BODY in group.roles:
        return people(group)
    everyone = _COUNTED.get(metric, f"the {metric}")
    return f"{everyone} ({people(group)})" if group is not None else everyone


def joined(words: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sayers(entries: Iterable[Entry]) -> str:
    """Who says it: the claimants, the outlet where nobody is named; three at most, and how many more."""
    voices: dict[str, str] = {}
    for entry in entries:
        for voice, name in zip(entry.voices, entry.names, strict=True):
            voices.setdefault(voice, _within(name) if entry.named else name)
    names = list(dict.fromkeys(name for name in voices.values() if name))
    if not names:
        return "an unnamed source"
    rest = len(names) - 3
    return f"{', '.join(names[:3])} and {rest} more" if rest > 0 else joined(names)


def _within(name: str) -> str:
    """A claimant's name as it stands within a sentence: that of an outlet, which may begin so, is left as it is."""
    first, _, rest = name.partition(" ")
    return f"{first.lower()} {rest}" if first in ("A", "An", "The") and rest else name


def first(metric: Metric, group: Group | None, value: Value, by: Sequence[Entry], how: str) -> str:
    """A figure's first number."""
    return f"First count of {counted(metric, group)}: {shown(value)}, according to {sayers(by)}{how}."


def changed(
    metric: Metric, group: Group | None, before: Bounds, value: Value, by: Sequence[Entry], how: str
) -> str:
    """A figure's new number."""
    return f"{_moved(metric, group, before, value.bounds)}, according to {sayers(by)}{how}."


def drawn(metric: Metric, group: Group | None, before: Bounds, after: Bounds, last: str) -> str:
    """Several steps of a figure told as one, with the sentence of the last."""
    return f"{_moved(metric, group, before, after)} in several steps. The last: {last}"


def _moved(metric: Metric, group: Group | None, before: Bounds, after: Bounds) -> str:
    """From where to where, and which way, where that is plain."""
    ends = [(before.low, after.low), (before.high, after.high)]
    moves = [new - old for old, new in ends if old is not None and new is not None]
    verb = "went"
    if moves and min(moves) >= 0 < max(moves):
        verb = "rose"
    elif moves and max(moves) <= 0 > min(moves):
        verb = "fell"
    return f"The count of {counted(metric, group)} {verb} from {shown(before)} to {shown(after)}"


def borne_out(because: str, names: Sequence[str]) -> str:
    """What an update said, and who has said the same since."""
    if not names:
        return because
    rest = len(names) - 3
    who = f"{', '.join(names[:3])} and {rest} more" if rest > 0 else joined(names)
    return f"{because} Borne out since by {who}."


def corrected(
    metric: Metric, group: Group | None, before: Bounds, value: Value, by: Sequence[Entry], *, owned: bool
) -> str:
    """A figure taken back to another number; `owned` where its words own that the earlier one was wrong."""
    done = "corrected" if owned else "taken back"
    way = f"from {shown(before)} to {shown(value)}"
    return f"The count of {counted(metric, group)} was {done} {way} by {sayers(by)}."


def withdrawn(metric: Metric, group: Group | None, before: Bounds, by: Sequence[Entry]) -> str:
    """A figure nobody vouches for any more."""
    gone = f"Nobody vouches any longer for {shown(before)} {figure(metric, group)}"
    if any(entry.status is Status.DENIED for entry in by):
        return f"{gone}: denied by {sayers(by)}."
    outlets = joined(sorted({entry.outlet or "the outlet" for entry in by}) or ["the outlet"])
    return f"{gone}: taken out by {outlets}."


def disagreement(
    metric: Metric,
    group: Group | None,
    value: Value,
    by: Sequence[Entry],
    against: Sequence[tuple[Value, bool, Entry]],
) -> str:
    """Claimants at odds."""
    stands: dict[str, list[Entry]] = {}
    for other, denies, entry in against:
        what = CONFLICT if entry.disputes else "denied" if denies else shown(other)
        stands.setdefault(what, []).append(entry)
    others = [
        f"{what} {'by' if what == 'denied' else 'according to'} {sayers(entries)}"
        for what, entries in stands.items()
    ]
    sides = "; ".join([f"{shown(value)} according to {sayers(by)}", *others])
    return f"Sources disagree on the count of {counted(metric, group)}: {sides}."


def resolved(metric: Metric, group: Group | None, before: Bounds, value: Value, by: Sequence[Entry]) -> str:
    """Claimants who meet again."""
    name, now = counted(metric, group), shown(value)
    return (
        f"Sources now agree on the count of {name}: {now}, after {shown(before)}, according to {sayers(by)}."
    )
