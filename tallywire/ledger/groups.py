"""Which groups of people are the same, which contain another, which have nobody in common.

A group is known by its facets: the nations and roles of its people.  Wording decides only where there are none:
"people", "victims", "residents" are everyone, and so is any unmarked noun of a figure that claims to be the total.
"""

from __future__ import annotations

import re
from itertools import combinations

import msgspec

from tallywire.ledger.words import lexicon
from tallywire.records import Group, Record, Scope

EVERYONE = ""
PERPETRATOR = "perpetrator"
THERE = "there"  # the word of people known by the country they were in
BODY = "body"  # the role of "bodies": no group of people, but the dead themselves

# "Military and security personnel" of one nation are its military, written longer.
_ABSORBED = (("military", "security"), ("police", "security"), ("military", "officer"), ("police", "officer"))

# Nobody is of two of these at once.  Roles that are not named together (a child, a civilian) may be one person's.
_EXCLUSIVE = (
    ("military", "police", "militant", "perpetrator", "civilian"),
    *(
        (armed, civil)
        for armed in ("military", "police", "militant", "perpetrator")
        for civil in ("journalist", "aid_worker", "medic", "responder", "migrant")
    ),
    ("child", "adult"),
    ("child", "woman"),
    ("child", "man"),
    ("man", "woman"),
)
_APART = frozenset(frozenset(pair) for roles in _EXCLUSIVE for pair in combinations(roles, 2))

# Age and sex: among the dead, such a group is a subset.
_DEMOGRAPHIC = frozenset({"child", "woman", "man", "adult", "elderly", "girl", "boy"})

_WORD = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"\b(?:its|his|her|their|our|whose|of them)\b", re.IGNORECASE)
_NAME = re.compile(r"(?:^|\s)[A-Z]\w")
_OTHERS = re.compile(r"\b(?:other|others|another|further|additional)\b", re.IGNORECASE)
_PLAIN = frozenset(lexicon()["groups"]["plain"].split())


class Facets(Record, frozen=True):
    """What tells a group from others."""

    nations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  #: of a subset ("admirals") or a part that has neither

    @property
    def key(self) -> str:
        """The group's name within a story and metric; empty for everyone."""
        if not (self.nations or self.roles or self.words):
            return EVERYONE
        return "/".join(("+".join(self.nations), "+".join(self.roles), "+".join(self.words))).rstrip("/")


def facets(group: Group, scope: Scope) -> Facets:
    """The facets of a claim's group; "other journalists" are apart from those counted before."""
    roles = set(group.roles)
    if _OTHERS.search(group.text):
        scope = Scope.SUBSET
    for strong, weak in _ABSORBED:
        if strong in roles:
            roles.discard(weak)
    plain = Facets(nations=tuple(sorted(set(group.nations))), roles=tuple(sorted(roles)))
    if (scope is not Scope.SUBSET and (plain.key or scope is not Scope.PART)) or demographic(plain):
        return plain
    words = {word.removesuffix("s") for word in _WORD.findall(group.text.casefold()) if word not in _PLAIN}
    return msgspec.structs.replace(plain, words=tuple(sorted(words)))


def clarity(group: Group) -> tuple[object, ...]:
    """What to sort wordings of one group by, so that the clearest comes first.

    "Its armed forces" tells nothing away from its sentence; "Cuban soldiers" names its people.
    """
    named = bool(_NAME.search(group.text)) if group.nations else True
    return (
        bool(_POSSESSIVE.search(group.text)),
        not named,
        -len(group.text),
        group.text,
        group.nations,
        group.roles,
    )


def contains(whole: Facets, part: Facets) -> bool:
    """Whether everyone of `part` is of `whole`, and not the other way round."""
    if whole == part or whole.words:
        return False
    nations = not whole.nations or (bool(part.nations) and set(part.nations) <= set(whole.nations))
    roles = not whole.roles or (bool(part.roles) and set(part.roles) <= set(whole.roles))
    return nations and roles


def disjoint(one: Facets, other: Facets) -> bool:
    """Whether nobody can be of both."""
    if one.nations and other.nations and not set(one.nations) & set(other.nations):
        return True
    if not (one.roles and other.roles) or set(one.roles) & set(other.roles):
        return False
    return all(frozenset((a, b)) in _APART for a in one.roles for b in other.roles)


def demographic(group: Facets) -> bool:
    """Whether the group is told apart by age or sex alone: among the dead, such a group is a subset."""
    return bool(group.roles) and set(group.roles) <= _DEMOGRAPHIC and not group.nations
