"""Spellings of one name in Latin letters: what romanisations and transcriptions have in common.

`spelling` makes alike what differs by habit alone, and may be compared for any name.  `skeleton` keeps but the
consonants, as the Arabic script writes them: it files names, and decides only with safeguards (`romanised`).
"""

from __future__ import annotations

import re
from functools import lru_cache

_ARTICLE = r"^(?:al|el|as|ad|ar)-(?=\w{3})"
_SPELLINGS = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (_ARTICLE, ""),
        (r"[^a-z]", ""),
        (r"^abd[aeiou]l(?!l)", "abdul"),
        (r"^ye(?=[fgklrv])", "e"),
        (r"^mac", "mc"),
        (r"enk[ao]$", "enk"),
        (r"(?<=[bcdfghjklmnpqrstvwxz])er$", "r"),
        (r"x", "ks"),
        (r"tch", "ch"),
        (r"ph", "f"),
        (r"ck|kh|c(?![eiyh])", "k"),
        (r"c(?=[eiy])", "s"),
        (r"gh|q", "g"),
        (r"dh", "d"),
        (r"z", "s"),
        (r"ou|oo|[ouw]", "u"),
        (r"ee|ie|[ijy]", "i"),
        (r"[ae]", "a"),
        (r"(?<=[aiu])h$", ""),
        (r"(.)\1+", r"\1"),
    )
)
_SKELETON = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"(?:t?sc?h|ch)+", "c"),
        (r"th", "d"),
        (r"g", "k"),
        (r"v$", "f"),
        (r"[aiu]", ""),
        (r"(.)\1+", r"\1"),
    )
)
_SHORT = 3  # consonants of a skeleton that tells anything …
_CERTAIN = 4  # … and of one that tells enough whatever the vowels
_VOWELS = re.compile(r"[aeiouyw]+")
# What one vowel of the other script is written with; Arabic has three of them.
_SOUNDS = {
    "a": "a",
    "e": "ai",
    "i": "i",
    "y": "i",
    "o": "u",
    "u": "u",
    "ai": "ai",
    "ei": "ai",
    "ay": "ai",
    "ey": "ai",
}
_LONG = {"aa": "a", "ee": "i", "ie": "i", "oo": "u", "ou": "u", "ow": "u", "iy": "i", "yy": "i", "uw": "u"}
# Letters that are written for sounds of another script: no name of Latin script has them in such places.
_FOREIGN = re.compile(r"kh|dh|q(?!u)|^(?:al|el)-(?=\w{3})|^abd[aeiou]l(?!l)")


@lru_cache(maxsize=20_000)
def spelling(word: str) -> str:
    """What the spellings of one name in Latin letters have in common: Mohammed, Muhammad and Mohamed are one.

    Romanisations differ in vowels, doubled letters and the letters for sounds that English has not; these are made
    alike, and nothing else.
    """
    plain = word
    for pattern, common in _SPELLINGS:
        plain = pattern.sub(common, plain)
    return plain or word


@lru_cache(maxsize=20_000)
def skeleton(word: str) -> str:
    """The consonants of a name's `spelling`; the spelling where they are too few to tell anything.

    >>> skeleton("qaddafi") == skeleton("kadhafi")
    True
    """
    plain = bare = spelling(word)
    for pattern, common in _SKELETON:
        bare = pattern.sub(common, bare)
    return bare if len(bare) >= _SHORT else plain


def is_foreign(word: str) -> bool:
    """Whether a word in lower case shows that its name is at home in another script: "khalifa", "al-marwani"."""
    return _FOREIGN.search(word) is not None


def romanised(one: str, other: str) -> bool:
    """Whether two words in lower case may be one name of another script, written by two habits.

    The consonants agree; where they are few, so do the vowels as far as habits go: an e may be an a or an i, an o a u,
    but "hassan" and "hussein" are two.
    """
    bare = skeleton(one)
    if bare != skeleton(other) or len(bare) < _SHORT:
        return False
    return len(bare) >= _CERTAIN or _sound_alike(one, other)


def _sound_alike(one: str, other: str) -> bool:
    first, second = (_VOWELS.findall(re.sub(_ARTICLE, "", word)) for word in (one, other))
    return len(first) == len(second) and all(
        _sounds(a) & _sounds(b) for a, b in zip(first, second, strict=True)
    )


def _sounds(vowels: str) -> set[str]:
    return set(_SOUNDS.get(vowels) or _LONG.get(vowels) or vowels[:1])
