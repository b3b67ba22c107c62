"""The sentences of the ledger: why an update counts, in words a person understands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
}


def people(group: Group | None) -> str:
    """A group in words; empty for everyone."""
    if group is None:
        return ""
    if group.text:
        return group.text
    return " and ".join(_ROLES.get(role, f"{role}s") for role in group.roles) or "/".join(group.nations)


def figure(metric: Metric, group: Group | None) -> str:
    """A figure's name: "killed", "killed (Cuban soldiers)"."""
    return f"{metric} ({people(group)})" if group is not None else str(metric)


def _opening(metric: Metric, group: Group | None) -> str:
    """The figure's name at the head of a sentence."""
    name = figure(metric, group)
    return name[0].upper() + name[1:]


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
    """A claimant's name as it stands within a sentence."""
    return f"the {name[4:]}" if name.startswith("The ") else name


def first(metric: Metric, group: Group | None, value: Value, by: Sequence[Entry]) -> str:
    """A figure's first number."""
    return f"First figure for {figure(metric, group)}: {shown(value)}, according to {sayers(by)}."


def changed(
    metric: Metric, group: Group | None, before: Bounds, value: Value, by: Sequence[Entry], how: str
) -> str:
    """A figure's new number."""
    way = f"from {shown(before)} to {shown(value)}"
    return f"{_opening(metric, group)} went {way}, according to {sayers(by)}{how}."


def drawn(metric: Metric, group: Group | None, before: Bounds, after: Bounds, last: str) -> str:
    """Several steps of a figure told as one, with the sentence of the last."""
    way = f"from {shown(before)} to {shown(after)}"
    return f"{_opening(metric, group)} went {way} in several steps. The last: {last}"


def borne_out(because: str, names: Sequence[str]) -> str:
    """What an update said, and who has said the same since."""
    if not names:
        return because
    rest = len(names) - 3
    who = f"{', '.join(names[:3])} and {rest} more" if rest > 0 else joined(names)
    return f"{because} Borne out since by {who}."


def corrected(
    metric: Metric, group: Group | None, before: Bounds, value: Value, by: Sequence[Entry], how: str
) -> str:
    """A figure taken back to another number."""
    way = f"from {shown(before)} to {shown(value)}"
    return f"{_opening(metric, group)} was corrected {way} by {sayers(by)}{how}."


def withdrawn(metric: Metric, group: Group | None, before: Bounds, by: Sequence[Entry]) -> str:
    """A figure nobody vouches for any more."""
    if any(entry.status is Status.DENIED for entry in by):
        return f"Nobody vouches any longer for {shown(before)} {figure(metric, group)}: {sayers(by)} deny it."
    outlets = joined(sorted({entry.outlet or "the outlet" for entry in by}) or ["the outlet"])
    return f"Nobody vouches any longer for {shown(before)} {figure(metric, group)}: {outlets} took it out."


def disagreement(
    metric: Metric,
    group: Group | None,
    value: Value,
    by: Sequence[Entry],
    against: Sequence[tuple[Value, bool, Entry]],
) -> str:
    """Claimants at odds."""
    others = joined(
        [
            f"{sayers([entry])} {'deny it' if denies else 'give ' + shown(other)}"
            for other, denies, entry in against
        ]
    )
    return f"Claimants differ on {figure(metric, group)}: {sayers(by)} give {shown(value)}, {others}."


def resolved(metric: Metric, group: Group | None, before: Bounds, value: Value, by: Sequence[Entry]) -> str:
    """Claimants who meet again."""
    name, now = figure(metric, group), shown(value)
    return f"Claimants now agree on {name}: {now} (they gave {shown(before)}), according to {sayers(by)}."
