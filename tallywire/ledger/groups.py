"""Which groups of people are the same, which contain another, which have nobody in common.

A group is known by its facets: the nations and roles of its people.  Wording decides only where there are none:
"people", "victims", "residents" are everyone, and so is any unmarked noun of a figure that claims to be the total.
"""

from __future__ import annotations

import re

import msgspec

from tallywire.records import Group, Record, Scope

EVERYONE = ""

# "Military and security personnel" of one nation are its military, written longer.
_ABSORBED = (("military", "security"), ("police", "security"), ("military", "officer"), ("police", "officer"))

# Roles of one kind exclude each other; roles of different kinds (a child, a civilian) may be the same person.
_KINDS = (
    frozenset({"child", "adult"}),
    frozenset({"man", "woman"}),
    frozenset({"child", "woman"}),
    frozenset({"child", "man"}),
    frozenset(
        {
            "military",
            "police",
            "security",
            "civilian",
            "militant",
            "perpetrator",
            "journalist",
            "aid_worker",
            "medic",
        }
    ),
)

# Who was shot at is a kind of people; who they are otherwise is a part of them.
_DEMOGRAPHIC = frozenset({"child", "woman", "man", "adult", "elderly", "girl", "boy"})

_WORD = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"\b(?:its|his|her|their|our|whose|of them)\b", re.IGNORECASE)
_NAME = re.compile(r"(?:^|\s)[A-Z]\w")
_OTHERS = re.compile(r"\b(?:other|others|another|further|additional)\b", re.IGNORECASE)
_PLAIN = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "or",
        "in",
        "at",
        "on",
        "from",
        "its",
        "their",
        "his",
        "her",
        "our",
        "more",
        "other",
        "others",
        "all",
        "some",
        "many",
        "several",
        "another",
        "dead",
        "deaths",
        "death",
        "bodies",
        "body",
        "corpses",
        "lives",
        "life",
        "fatalities",
        "victims",
        "victim",
        "casualties",
        "killed",
        "wounded",
        "injured",
        "people",
        "persons",
        "person",
        "individuals",
        "individual",
        "souls",
        "humans",
        "personnel",
        "members",
        "member",
        "residents",
        "resident",
        "survivors",
        "inhabitants",
        "locals",
        "figure",
        "figures",
        "toll",
        "number",
        "total",
        "missing",
    ]
)


class Facets(Record, frozen=True):
    """What tells a group from others."""

    nations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    words: tuple[
        str, ...
    ] = ()  #: telling words: of a subset ("admirals"), of a part without nations and roles

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
    return all(any({a, b} <= kind for kind in _KINDS) for a in one.roles for b in other.roles)


def demographic(group: Facets) -> bool:
    """Whether the group is told apart by age or sex alone: among the dead, such a group is a subset."""
    return bool(group.roles) and set(group.roles) <= _DEMOGRAPHIC and not group.nations
