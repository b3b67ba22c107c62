"""Tokens with their offsets.

A token is a word (with inner hyphens and apostrophes: "well-known", "didn't", "M-16"), a possessive ending
("'s", a token of its own so that a name stands free), a number with what is glued to it ("1,200", "20-30",
"23-year-old", "5.9-magnitude", "100+", "7:45"), an amount of money ("$55"), a dotted abbreviation ("U.S.",
"a.m."), or one mark of punctuation. The expression uses possessive quantifiers throughout, so it cannot
backtrack: cost is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}+"
    r"|[$€£¥₹]\s?+\d++(?:[.,]\d++)*+[A-Za-z]*+"
    r"|\d++(?:[.,:/]\d++)*+(?:-\d++(?:[.,]\d++)*+)*+(?:-?+[^\W\d_]++(?:-[^\W\d_]++)*+)?+[%+]?+"
    r"|'s\b"
    r"|[^\W\d_]++(?:(?!'s\b)['&-]?[^\W_]++)*+"
    r"|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a stretch of text, as parallel lists; never changed after they are made.

    `words` are folded as written, `lower` the same in lower case; `starts` and `ends` are offsets into the
    field.
    """

    words: list[str]
    lower: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.words)


def tokenise(folded: str, lowered: str, start: int, end: int) -> Tokens:
    """The tokens of `folded[start:end]`; `lowered` is the same text in lower case."""
    spans = [match.span() for match in TOKEN.finditer(folded, start, end)]
    return Tokens(
        words=[folded[i:j] for i, j in spans],
        lower=[lowered[i:j] for i, j in spans],
        starts=[i for i, _ in spans],
        ends=[j for _, j in spans],
    )
