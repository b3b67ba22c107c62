"""Tokens with their offsets.

A token is a word (with inner hyphens and apostrophes: "well-known", "didn't", "M-16"), a clitic that the language
writes with an apostrophe (the ending "'s", the French article "l'": a token of its own so that a name stands
free), a number with what is glued to it ("1,200", "20-30",
"23-year-old", "5.9-magnitude", "100+", "7:45"), an amount of money ("$55"), a dotted abbreviation ("U.S.",
"a.m."), or one mark of punctuation. The expression uses possessive quantifiers throughout, so it cannot
backtrack: cost is linear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

_LETTER = (  # ranges, not classes: they are matched faster
    "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u1fff\u2c00-\u2dff\u3040-\ud7ff"
    "\uf900-\ufdff\ufe70-\ufefc\U00010000-\U0001f000"
)


@cache
def token_pattern(before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> re.Pattern[str]:
    """The expression of one token in a language with these clitics.

    `before` are the letters of words that lose a vowel before the next ("l", "qu"), `after` those of endings
    that stand off their word ("s").
    """
    opening = rf"(?:{_either(before)})'(?=[{_LETTER}])|" if before else ""
    ending = rf"'(?:{_either(after)})\b" if after else r"(?!)"
    glued = rf"(?:(?!{ending})['&-]?[{_LETTER}0-9])*"
    return re.compile(
        rf"{opening}"
        rf"[{_LETTER}]{{2,}}+{glued}"  # words
        rf"|[0-9]++(?:[.,:/][0-9]++)*(?:-[0-9]++(?:[.,][0-9]++)*)*(?:-?+[{_LETTER}]++(?:-[{_LETTER}]++)*)?[%+]?+"
        rf"|{ending}"
        rf"|(?:[{_LETTER}]\.){{2,}}"  # U.S.
        rf"|[{_LETTER}]{glued}"  # a; M-16
        r"|[$€£¥₹]\s?+[0-9]++(?:[.,][0-9]++)*[A-Za-z]*+"
        r"|[^\w\s]|\d++"
    )


def _either(clitics: Sequence[str]) -> str:
    """Any of the words, in small letters or capitals."""
    return "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in clitics)


class Tokens:
    """The tokens of a stretch of text, as parallel lists; never changed after they are made.

    `words` are folded as written, `lower` the same in lower case; `starts` and `ends` are offsets into
    the field.
    """

    __slots__ = ("_folded", "_pattern", "_span", "_spans", "lower", "words")

    def __init__(self, folded: str, lowered: str, start: int, end: int, pattern: re.Pattern[str]) -> None:
        self.words: list[str] = pattern.findall(folded, start, end)
        self.lower: list[str] = pattern.findall(lowered, start, end)
        self._pattern = pattern
        self._folded = folded
        self._span = (start, end)
        self._spans: tuple[list[int], list[int]] | None = None

    def __len__(self) -> int:
        return len(self.words)

    @property
    def starts(self) -> list[int]:
        """Where each token begins."""
        return self._offsets()[0]

    @property
    def ends(self) -> list[int]:
        """Where each token ends."""
        return self._offsets()[1]

    def _offsets(self) -> tuple[list[int], list[int]]:
        """Worked out when first asked for: most sentences are read without them."""
        if self._spans is None:
            spans = [match.span() for match in self._pattern.finditer(self._folded, *self._span)]
            self._spans = [start for start, _ in spans], [end for _, end in spans]
        return self._spans


def tokenise(folded: str, lowered: str, start: int, end: int, pattern: re.Pattern[str]) -> Tokens:
    """The tokens of `folded[start:end]`; `lowered` is the same text in lower case.

    `pattern` is the language's, an answer of `token_pattern`.
    """
    return Tokens(folded, lowered, start, end, pattern)
