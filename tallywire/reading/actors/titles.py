"""Titles within a run of capitals: where what a person is ends and the name begins."""

from __future__ import annotations

from msgspec import Struct

from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import place

OFFICES = frozenset(("state", "military", "police", "justice", "faith", "business", "learning"))
_ACRONYM = 3  # letters of a body's acronym at least; two may be initials
_FULL = 2  # words of a full name


class Split(Struct, frozen=True):
    """A run cut in two: the first `role` words say what the person is, the rest is the name."""

    role: int
    walk: str  #: the walk of life of the head, "" for an honorific or a kinship


def split(tokens: tuple[str, ...], low: tuple[str, ...], opens: bool, words: Words) -> Split | None:
    """Where the title at the head of a run ends, or None where the run has none.

    `tokens` are the words of the run as written, folded, `low` the same in lower case; `opens` says that they
    open a sentence.  A run that is nothing but a title ("Prime Minister") has a split after its last word.
    """
    if (
        low[-1] not in words.names
        and len(low) > 1
        and not words.titles.isdisjoint(low)
        and is_role(tokens, low, words)
    ):
        return Split(len(low), "")
    for at in range(len(low) - 1, -1, -1):
        word = low[at]
        titled = word in words.titles or _compound(word, words) or _is_shared(low, at, words)
        if not titled or not tokens[at][0].isupper():
            continue
        if not _may_be_title(low, tokens, at, opens, words):
            continue
        end = _past_portfolio(low, tokens, at + 1, words)
        if words.suffixes.issuperset(low[end:]) and not (end == len(low) and is_role(tokens, low, words)):
            continue  # no name is left: "Dr. King Jr."
        named = low[end - 1] in words.grammar.of or (
            low[end - 1] in words.grammar.the and low[-1] in words.organisations
        )
        if named:
            end = len(low)  # "Minister of Innovation", "Head of the Relief Fund": what it is of is not known
        return Split(end, words.walk_of(word))
    return None


def _is_shared(low: tuple[str, ...], at: int, words: Words) -> bool:
    """Whether a plural is the title of several, "Presidents ⟨Ada Reyes⟩ and …", not a name as in "Texas Rangers"."""
    single, rest = low[at].removesuffix(words.grammar.plural_ending), low[at + 1 :]
    if single == low[at] or len(rest) != _FULL or low[at] in words.things:
        return False
    return (
        words.heads.get(single) in OFFICES and words.soft.isdisjoint(rest) and words.doings.isdisjoint(rest)
    )


def single(role: str, words: Words) -> str:
    """A title before a name as one person has it: "HPD Officer" for "HPD Officers", but "Chief of Detectives"."""
    rest, _, last = role.rpartition(" ")
    alone = last.removesuffix(words.grammar.plural_ending)
    shared = last.lower() not in words.people and alone.lower() in words.people
    return f"{rest} {alone}".strip() if shared and rest.rpartition(" ")[2] not in words.grammar.of else role


def _compound(word: str, words: Words) -> bool:
    return "-" in word and (word.rpartition("-")[2] in words.heads or word.partition("-")[0] in words.heads)


def _may_be_title(low: tuple[str, ...], tokens: tuple[str, ...], at: int, opens: bool, words: Words) -> bool:
    """Whether the title word at `at` is used as one: names may hold it too ("Martin Luther King", "Crown Point")."""
    word = low[at]
    if at == 0:
        return word not in words.never_inside or opens
    if word in words.never_inside or (word in words.kin and word not in words.heads):
        return False
    if word in words.given and word in words.also_names:
        return False
    if word in words.also_names:
        before = tokens[at - 1]
        acronym = len(before) >= _ACRONYM and before.isupper()  # "Acting HPD Chief ⟨X⟩"
        return acronym or _role_word(low[at - 1], before, words) or is_role(tokens[:at], low[:at], words)
    return not (low[at - 1] in words.given and at + 1 == len(low))


def _past_portfolio(low: tuple[str, ...], tokens: tuple[str, ...], at: int, words: Words) -> int:
    """The place after "of State", "of Mexico", "of Health and Human Services", where such words stand at `at`."""
    if at >= len(low) or low[at] not in words.grammar.of:
        return at
    while at < len(low):
        if low[at] in words.grammar.between or _role_word(low[at], tokens[at], words):
            at += 1
        elif place(" ".join(tokens[at : at + 2])) is not None:
            at += 2
        else:
            break
    return min(at, len(low))


def is_role(tokens: tuple[str, ...], low: tuple[str, ...], words: Words) -> bool:
    """Whether a run is a title from end to end: "Prime Minister", "Mayor of San Francisco"."""
    return all(
        low[i] in words.grammar.between
        or _role_word(low[i], tokens[i], words)
        or place(" ".join(tokens[max(0, i - 1) : i + 1])) is not None
        or place(" ".join(tokens[i : i + 2])) is not None
        for i in range(len(low))
    )


def _role_word(low: str, token: str, words: Words) -> bool:
    """Whether a word may stand within a role: an adjective, an office, a body, a nation."""
    return (
        low in words.modifiers
        or low in words.portfolios
        or low in words.heads
        or low in words.organisations
        or low in words.places
        or place(token) is not None
    )
