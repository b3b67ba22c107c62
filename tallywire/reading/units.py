"""Step one of the cascade: every word of a sentence becomes one letter, its class.

`units_of` merges the words of a number, a phrase or a dotted abbreviation into one unit, so that the grammar
of chunks is a regular expression over a short string.  What the letters mean stands in `grammar.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tallywire.reading.numbers import Number
from tallywire.reading.tokens import Tokens
from tallywire.reading.vocabulary import Lexicon, Word

_PLAIN_PUNCTUATION = {
    "—": "-",
    "–": "-",
    "!": ".",
    "?": ".",
    "…": ".",
    "[": "(",
    "]": ")",
    "'": '"',
    "|": ",",
}
_ASIDE = re.compile(r"\([^()]*\)")
_DIGITS = frozenset("0123456789")
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Units:
    """The words of a sentence by class; parallel lists.

    `letters[k]` is the class of the tokens `starts[k]` up to `ends[k]`; `data[k]` what is known of them: a
    `Number`, a `Word`, or None.
    """

    letters: str
    starts: list[int]
    ends: list[int]
    data: list[Number | Word | None]


def units_of(tokens: Tokens, lexicon: Lexicon) -> Units:
    """The units of a sentence."""
    lower, words = tokens.lower, tokens.words
    known, phrases, read_number = lexicon.words, lexicon.phrases, lexicon.numbers.read
    opening = lexicon.numbers.opening
    letters: list[str] = []
    starts: list[int] = []
    data: list[Number | Word | None] = []
    i, n = 0, len(lower)
    caseless = _caseless(words)
    while i < n:
        word = lower[i]
        starts.append(i)
        following = phrases.get(word)
        if following is not None and i + 1 < n and lower[i + 1] in following:
            for rest, phrase in following[lower[i + 1]]:
                end = i + 2 + len(rest)
                if not rest or tuple(lower[i + 2 : end]) == rest:
                    letters.append(phrase.letter)
                    data.append(phrase)
                    i = end
                    break
            if i != starts[-1]:
                continue
        entry = known.get(word)
        if entry is None or entry.shadowed:
            entry = known.get(words[i], entry)  # "US" is a nation, "us" is not
        if word == "." and letters and i + 1 < n and lower[i - 1] in lexicon.abbreviations:
            starts.pop()  # the stop of an abbreviation belongs to it
            i += 1
            continue
        if (entry is None or entry.letter in "a5") and (word in opening or "-" in word or word[0] in _DIGITS):
            number = read_number(lower, i)
            if number is not None and number[1] < n and lower[number[1]] in lexicon.old:  # "9 year-old"
                letters.append("Y")
                data.append(None)
                i = number[1] + 1
                continue
            if number is not None:
                letter = _number_letter(number[0], lower, words, i, number[1], lexicon)
                letters.append(letter)
                data.append(number[0])
                i = number[1]
                continue
        if entry is not None:
            letters.append(entry.letter)
            data.append(entry)
        else:
            letters.append(_unknown(word, caseless or words[i][0].isupper(), lexicon))
            data.append(None)
        i += 1
    _settle(letters, data, lexicon)
    return Units("".join(letters), starts, [*starts[1:], n], data)


def without_asides(units: Units) -> tuple[Units, list[Units]]:
    """The sentence without what stands in brackets, and what stands in each pair of brackets.

    "Two aid workers (one Kenyan) were killed": the aside neither parts the people from their verb nor is
    lost.
    """
    if "(" not in units.letters:
        return units, []
    outside: list[int] = []
    asides: list[Units] = []
    done = 0
    for match in _ASIDE.finditer(units.letters):
        begin, end = match.span()
        outside += range(done, begin)
        asides.append(_select(units, range(begin + 1, end - 1)))
        done = end
    outside += range(done, len(units.letters))
    return _select(units, outside), asides


def _select(units: Units, chosen: Iterable[int]) -> Units:
    kept = list(chosen)
    return Units(
        "".join(units.letters[k] for k in kept),
        [units.starts[k] for k in kept],
        [units.ends[k] for k in kept],
        [units.data[k] for k in kept],
    )


def _settle(letters: list[str], data: list[Number | Word | None], lexicon: Lexicon) -> None:
    """What the next word decides.

    The grammar's `turns` ("over" and "around" bound a number or are prepositions), and that "male", "national",
    "civilian" before another noun say what kind of person, not that one is counted.
    """
    written = "".join(letters)
    for turn, into in lexicon.turns:
        for match in turn.finditer(written):
            letters[match.start()] = into
    for k in range(len(letters) - 1):
        entry = data[k]
        if letters[k] not in "sS" or letters[k + 1] not in "xCEsSYe":
            continue
        if isinstance(entry, Word) and entry.text in lexicon.modifiers:
            letters[k] = "E"


def _number_letter(
    number: Number, lower: list[str], words: list[str], i: int, j: int, lexicon: Lexicon
) -> str:
    """N or 1 for a number that can count people, Z for one that its neighbours show to count no people."""
    following = lower[j] if j < len(lower) else ""
    before = lower[i - 1] if i else ""
    if following in lexicon.measures or before in lexicon.labels:
        return "Z"
    if number.digits and before in lexicon.both:  # "both 17"
        return "Z"
    if (following and _is_month(following, words[j], lexicon)) or (
        before and _is_month(before, words[i - 1], lexicon)
    ):
        return "Z"  # 6 January, January 6
    if number.digits and number.low in _YEARS and j == i + 1 and len(words[i]) == 4:
        return "Z" if not _counts(following, lexicon) else "N"
    return "1" if number.low == number.high == 1 else "N"


def _is_month(word: str, written: str, lexicon: Lexicon) -> bool:
    entry = lexicon.words.get(word)
    return (
        entry is not None and entry.letter == "d" and (written[0].isupper() or not lexicon.months_capitalised)
    )


def _counts(following: str, lexicon: Lexicon) -> bool:
    """Whether the word after a number that looks like a year shows that people are counted."""
    entry = lexicon.words.get(following)
    return (entry is not None and entry.letter in "SsEMU") or following.endswith(lexicon.endings_plural)


def _caseless(words: list[str]) -> bool:
    """Whether the sentence is written in capitals throughout, so that a capital tells no name."""
    return len(words) > 4 and words[-2].isupper() and all(word == word.upper() for word in words)


@lru_cache(maxsize=65_536)  # words come back; this is the costliest question about one
def _unknown(word: str, capital: bool, lexicon: Lexicon) -> str:
    """The class of a word that the lexicon does not know; in a text of capitals any may be a name."""
    first = word[0]
    if first.isdigit() or first in "$€£¥₹":
        if lexicon.age.search(word):
            return "Y"
        if lexicon.ages.search(word):
            return "S"
        return "O" if lexicon.numbers.ordinal(word) else "Z"
    if not first.isalpha():
        return _PLAIN_PUNCTUATION.get(first, first if len(word) == 1 else '"')
    if lexicon.numbers.ordinal(word):
        return "O"
    if lexicon.age.search(word):
        return "Y"
    if lexicon.ages.search(word):
        return "S"
    if word.endswith(lexicon.adverb) and len(word) > (7 if capital else 4):
        return "e"
    if capital and not word.endswith(lexicon.endings_plural):
        return "C"
    if len(word) > 4 and word not in lexicon.not_people:
        if word.endswith(lexicon.endings_plural):
            return "S"
        if word.endswith(lexicon.endings_singular):
            return "s"
    return "C" if capital else "x"
