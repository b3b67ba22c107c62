"""Tokens with their offsets.

A token is a word (with inner hyphens and apostrophes: "well-known", "didn't", "M-16"), a clitic that the language
writes with an apostrophe (the ending "'s", the French article "l'": a token of its own so that a name stands
free), a number with what is glued to it ("1,200", "20-30",
"23-year-old", "5.9-magnitude", "100+", "7:45"), an amount of money ("$55"), a dotted abbreviation ("U.S.",
"a.m."), or one mark of punctuation. The expression uses possessive quantifiers throughout, so it cannot
backtrack: cost is linear.  It is asked once for every piece between white space that is new: most come back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain

from tallywire.reading.memo import Memo, once

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
    glued = rf"(?:(?!{ending})['&-]?[{_LETTER}0-9])*(?:(?<=[0-9])[.,][0-9]++)*"  # lost its space: "about1.6"
    return re.compile(
        rf"{opening}"
        rf"[{_LETTER}]{{2,}}+{glued}"  # words
        rf"|[0-9]++(?:[.,:/][0-9]++)*(?:-[0-9]++(?:[.,][0-9]++)*)*(?:[¼½¾]|-?+[{_LETTER}][{_LETTER}0-9]*+(?:-[{_LETTER}]++)*)?[%+]?+"
        rf"|{ending}"
        rf"|(?:[{_LETTER}]\.){{2,}}"  # U.S.
        rf"|[{_LETTER}]{glued}"  # a; M-16
        r"|[$€£¥₹]\s?+[0-9]++(?:[.,][0-9]++)*[A-Za-z]*+"
        r"|[^\w\s]|\d++"
    )


def _either(clitics: Sequence[str]) -> str:
    """Any of the words, in small letters or capitals."""
    return "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in clitics)


_SPACED = re.compile(r"[$€£¥₹]\s[0-9]")  # the one token with white space in it


class Tokens:
    """The tokens of a stretch of text, as parallel lists; never changed after they are made.

    `words` are folded as written, `lower` the same in lower case; `starts` and `ends` are offsets into
    the field.
    """

    def __init__(self, words: list[str], folded: str, start: int) -> None:
        self.words = words
        self.lower = list(map(str.lower, words))
        self._folded = folded
        self._start = start

    def __len__(self) -> int:
        return len(self.words)

    @once
    def starts(self) -> list[int]:
        """Where each token begins; most sentences are read without.

        A token stands where its characters are next found: what is skipped between two tokens can open none.
        """
        starts: list[int] = []
        find, at = self._folded.find, self._start
        for word in self.words:
            at = find(word, at)
            starts.append(at)
            at += len(word)
        return starts

    @once
    def ends(self) -> list[int]:
        """Where each token ends."""
        return [start + len(word) for start, word in zip(self.starts, self.words, strict=True)]


class Tokeniser:
    """Cuts the texts of one language into tokens."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        """`pattern` is an answer of `token_pattern`."""
        self._words: Callable[[str], list[str]] = pattern.findall
        self._pieces = Memo(lambda piece: tuple(pattern.findall(piece)))

    def tokens(self, folded: str, start: int, end: int) -> Tokens:
        """The tokens of `folded[start:end]`."""
        text, pieces = folded[start:end], self._pieces
        if _SPACED.search(text):
            words = self._words(text)
        else:
            words = list(chain.from_iterable(map(pieces.__getitem__, text.split())))
        return Tokens(words, folded, start)
