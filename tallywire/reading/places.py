"""The names of places that a sentence gives for what it tells: "in Qassara", "near the village of Ourem".

A place is a name in capitals behind a word that says where.  Headlines that capitalise every word name a place only
where the gazetteer knows it, for there any word looks like a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tallywire.reading import gazetteer

_SHORT = 3  # letters of a word that headlines may leave in small letters
_HEADLINE = 0.6  # share of the longer words that are capitalised in a headline that capitalises every word

# "VORN, Tessaly (WNA) -": a run of capitals that opens a text.
_DATELINE = re.compile(r"\W*([A-Z][A-Z'. -]*[A-Z])(?=,| ?\(| ?-| ?\u2014)")
_WORD = re.compile(r"[A-Za-z][\w'-]*")


@dataclass(frozen=True)
class PlaceWords:
    """A language's words around the names of places, in lower case; phrases have spaces."""

    before: Collection[str]
    between: Collection[str]
    inside: Collection[str]
    calendar: Collection[str]  #: names of days and months, which stand behind the same words


class Places:
    """Finds the names of places in the sentences of a language."""

    def __init__(self, words: PlaceWords) -> None:
        self._calendar = frozenset(words.calendar)
        before, between, inside = map(_either, (words.before, words.between, words.inside))
        further = rf" (?!(?i:{before}) )(?:(?:{inside}) )?[A-Z][\w'-]*"
        name = rf"[A-Z][\w'-]*(?:\.(?= [A-Z]))?(?:{further}){{0,3}}"
        self._where = re.compile(rf"\b(?i:{before}) (?:(?:{between}) ){{0,6}}(?P<name>{name})")

    def of(self, folded: str) -> Iterator[tuple[int, int, int]]:
        """Where the words before each name begin, the name begins and it ends, in a sentence folded one to one."""
        anywhere = not _capitalised(folded)
        for match in self._where.finditer(folded):
            name = match["name"]
            if name.split()[0].lower() not in self._calendar and (anywhere or gazetteer.place(name)):
                yield match.start(), *match.span("name")

    def dateline(self, folded: str) -> tuple[int, int] | None:
        """Where the name stands with which a text in capitals says where it was written; None where none does."""
        match = _DATELINE.match(folded)
        return match.span(1) if match else None


def _capitalised(sentence: str) -> bool:
    """Whether a sentence capitalises every word of some length."""
    longer = [word for word in _WORD.findall(sentence) if len(word) > _SHORT]
    return bool(longer) and sum(word[0].isupper() for word in longer) > _HEADLINE * len(longer)


def _either(words: Collection[str]) -> str:
    """Any of the words, longer ones first."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))
