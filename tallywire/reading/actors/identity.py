"""One actor under several names, across articles and outlets: may two records be one, and what is their union."""

from __future__ import annotations

from collections.abc import Iterable

from tallywire.reading.actors import names, roles
from tallywire.reading.actors.spelling import skeleton
from tallywire.reading.actors.words import Words, comparing
from tallywire.reading.folding import fold
from tallywire.records import Actor

_MOST = 12  # aliases kept


def keys(actor: Actor) -> tuple[str, ...]:
    """Where an index files an actor: two actors that are `same` share at least one key.

    A person is filed under each word that may be a surname ("Vladimir Padrino López" under padrino and lopez); anything
    else under its words in alphabetical order, so that "Ministry of Defense" meets "Defence Ministry".
    """
    if actor.kind == "person":
        known = comparing()
        name = names.name_of(actor.name, known)
        first = () if name[0] in known.given else name[:1]
        filed = (*first, *(word for word in name[1:-1] if len(word) > 1), *names.surnames(name, known))
        return tuple(dict.fromkeys(f"person:{skeleton(word)}" for word in filed))
    return tuple(dict.fromkeys(f"{actor.kind}:{_plain(name)}" for name in (actor.name, *actor.aliases)))


def same(one: Actor, other: Actor) -> bool:
    """Whether two records may be of one actor.

    People: their names agree (accents, romanisations, initials, short forms, bare and double surnames) and their
    roles do not contradict each other; names that leave it open are one person's in one office.  Everything else: one
    of the names is equal.
    """
    if one.kind != other.kind:
        return False
    if one.kind != "person":
        return bool({*keys(one)} & {*keys(other)})
    known = comparing()
    name, another = names.name_of(one.name, known), names.name_of(other.name, known)
    if names.alike(name, another, known):
        related = name != another and _are_kin(one.role, other.role, known)
        return not related and not roles.contradict(one.role, other.role, known)
    return roles.same_office(one.role, other.role, known) and names.overlap(name, another, known)


def _are_kin(one: str, other: str, known: Words) -> bool:
    """Whether one role is a leading office and the other that of kin, as of a leader and a son of a longer name."""
    return any(
        roles.leads(first, known) and roles.is_family(second, known)
        for first, second in ((one, other), (other, one))
    )


def match(actor: Actor, candidates: Iterable[Actor]) -> Actor | None:
    """The one candidate that `actor` is, or None where there is none or more than one.

    A candidate of the very same name wins over those whose names merely agree, and then one of the same role.
    """
    found = [candidate for candidate in candidates if same(actor, candidate)]
    if len(found) > 1:
        plain = _plain(actor.name)
        found = [one for one in found if _plain(one.name) == plain] or found
    if len(found) > 1 and actor.role:
        found = [one for one in found if roles.same_role(one.role, actor.role, comparing())] or found
    return found[0] if len(found) == 1 else None


def merge(known: Actor, later: Actor) -> Actor:
    """`known` with what `later` adds: the fuller name leads, the newer role holds, all names are kept, fuller first.

    The evidence stays that of `known`, since it shows how the actor came in.
    """
    name = max(known.name, later.name, key=_fullness)
    others = {known.name, *known.aliases, later.name, *later.aliases} - {name}
    aliases = sorted(others, key=_fullness, reverse=True)
    return Actor(
        name=name,
        kind=known.kind,
        evidence=known.evidence,
        role=later.role or known.role,
        aliases=tuple(aliases)[:_MOST],
    )


def _fullness(name: str) -> tuple[int, bool, int, str]:
    """Which of two names says more: words, then accents, then letters; never which came first."""
    return len(name.split()), not name.isascii(), len(name), name


def _plain(name: str) -> str:
    known = comparing()
    parts = [
        roles.nation(part) or part.lower().replace(".", "")
        for part in fold(name).replace("'s ", " ").replace("' ", " ").split()
    ]
    return " ".join(sorted(known.same.get(part, part) for part in parts if part not in known.links))
