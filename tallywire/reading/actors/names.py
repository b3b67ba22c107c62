"""Names of people compared: spelling, initials, short forms, bare and double surnames.

A name is a tuple of lower-case words.  Nothing here knows of articles or roles; two names that are alike may still
be two people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tallywire.reading.actors.spelling import is_foreign, romanised, spelling
from tallywire.reading.actors.words import Words
from tallywire.reading.folding import fold

Name = tuple[str, ...]

_NICKNAME = re.compile(r" [\"'(][^\"()]*[\"')](?= )")

_QUOTES = frozenset("\"'(")


@lru_cache(maxsize=20_000)
def name_of(text: str, words: Words) -> Name:
    """The words of a person's name: folded, lower case, without full stops, honorifics and particles."""
    plain = fold(text).lower()
    if not _QUOTES.isdisjoint(plain):
        plain = _NICKNAME.sub(" ", plain)
    found = [word for part in plain.split() if (word := part.strip(".,'"))] or [plain.strip() or text]
    while len(found) > 1 and found[0] in words.honorifics:
        found.pop(0)
    return essence(found, words)


def essence(low: Sequence[str], words: Words) -> Name:
    """The words of a name in lower case, without particles; the last word is none: "Trung Le"."""
    if words.particles.isdisjoint(low):
        return tuple(low)
    return (*(word for word in low[:-1] if word and word not in words.particles), low[-1])


def alike(one: Name, other: Name, words: Words) -> bool:
    """Whether two names can be of one person.

    >>> alike(("vladimir", "padrino"), ("vladimir", "padrino", "lopez"), words)
    True

    Names of another script may differ in their vowels, and in letters for sounds that Latin has not.
    """
    if one[0] != other[0] and words.family_first.issuperset((one[0], other[0])):
        return False  # "Zhang Wei", "Zheng Wei": one system writes them all
    if _alike(one, other, words):
        return True
    if not any(map(is_foreign, (*one, *other))):
        return False
    both = sorted({*one, *other})
    plain = {word: next(first for first in both if first == word or romanised(first, word)) for word in both}
    return _alike(tuple(plain[word] for word in one), tuple(plain[word] for word in other), words)


def _alike(one: Name, other: Name, words: Words) -> bool:
    one, tail = _without_suffix(one, words)
    other, other_tail = _without_suffix(other, words)
    if not one or not other:
        return False
    if len(one) > len(other):
        one, other = other, one
    if len(one) == 1:
        return _is_surname(one[0], other, words)
    return tail == other_tail and (
        _whole_alike(one, other, words) or _whole_alike(_opened(one, words), _opened(other, words), words)
    )


def overlap(one: Name, other: Name, words: Words) -> bool:
    """Whether two names that are not `alike` leave it open: one person may bear both, and two people often do.

    A suffix is left off ("Joseph Hale Jr.", "Joe Hale"), each leaves off what the other has ("Vladimir Padrino",
    "Padrino López"), or the surname is a given name, too ("Alonso Rafael Duarte", "Alonso Rafael", "Rafael").
    """
    one, tail = _without_suffix(one, words)
    other, other_tail = _without_suffix(other, words)
    if bool(tail) != bool(other_tail):
        return alike(one, other, words)
    if len(one) > len(other):
        one, other = other, one
    begins = other[1:-1] if len(one) == 1 else other[: len(one)]
    within = one[0] in begins if len(one) == 1 else one == begins
    return tail == other_tail and (within or _goes_on(one, other, words) or _goes_on(other, one, words))


def surnames(name: Name, words: Words) -> Name:
    """The words of a name that it may be cited by alone: the last, and what stands between it and the first.

    Where the family's name comes first ("Xi Jinping"), that one, too; of a last name with a hyphen each half.
    """
    bare = name if name[-1] not in words.suffixes else _without_suffix(name, words)[0]
    last = bare[-1]
    middle = (word for word in bare[1:-1] if len(word) > 1 and word not in words.given)
    if len(bare) > 1 and bare[0] in words.family_first:
        return (bare[0], *middle, last)
    return (*middle, *(_opened((last,), words) if "-" in last else ()), last)


def _opened(name: Name, words: Words) -> Name:
    """A name with the halves of its double names as words: "Jean-Luc" is "Jean Luc"."""
    return essence([part for word in name for part in word.split("-") if part], words) or name


def _without_suffix(name: Name, words: Words) -> tuple[Name, Name]:
    cut = len(name)
    while cut > 1 and name[cut - 1] in words.suffixes:
        cut -= 1
    return name[:cut], name[cut:]


def _is_surname(word: str, name: Name, words: Words) -> bool:
    return any(_same_word(word, part) for part in surnames(name, words))


def _whole_alike(one: Name, other: Name, words: Words) -> bool:
    if len(one) > len(other):
        one, other = other, one
    return _ends_alike(one, other) or _opens_alike(one, other, words)


def _goes_on(one: Name, other: Name, words: Words) -> bool:
    """Whether `other` begins with the surname that `one` ends with, and goes on."""
    if len(one) < 2 or len(other) < 2 or other[0] in words.given:
        return False
    return _same_word(one[-1], other[0])


def _ends_alike(one: Name, other: Name) -> bool:
    """Whether `one` is the end of the longer `other`: "Padrino López" of "Vladimir Padrino López"."""
    return len(one) < len(other) and all(
        _same_word(a, b) for a, b in zip(one, other[-len(one) :], strict=True)
    )


def _opens_alike(one: Name, other: Name, words: Words) -> bool:
    """Whether given names agree, the last word of the shorter is a surname of the longer, and so does the middle."""
    if not _same_given(one[0], other[0], words):
        return False
    if len(one) == len(other):
        middles = zip(one[1:-1], other[1:-1], strict=True)
        return _same_word(one[-1], other[-1]) and all(_agree(a, b) for a, b in middles)
    if not any(_same_word(one[-1], surname) for surname in surnames(other, words)):
        return False
    return all(any(_agree(middle, part) for part in other[1:-1]) for middle in one[1:-1])


def _agree(one: str, other: str) -> bool:
    return _same_word(one, other) or (one[0] == other[0] and 1 in (len(one), len(other)))


def _same_given(one: str, other: str, words: Words) -> bool:
    if _agree(one, other) or (one[0] == other[0] and ("." in one or "." in other)):
        return True
    nothing: frozenset[str] = frozenset()
    return bool((words.short.get(one, nothing) | {one}) & (words.short.get(other, nothing) | {other}))


def _same_word(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) > 2 and spelling(one) == spelling(other))
