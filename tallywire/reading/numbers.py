"""Numbers as news writes them, in digits or words, as intervals of people.

`NumberReader.read` takes the tokens from one place on and answers with the longest number that stands
there and where it ends. What bounds a number from outside ("at least", "between … and …") is no part of
it; the grammar of quantities adds that. All words are data (`numbers.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from tallywire.reading.memo import Memo
from tallywire.records import Quantifier

_LIMIT = 10**11  # no count of people is larger; longer digit strings are identifiers
_LONGEST = 10  # tokens in the longest spelled number
_FRACTIONS = {"¼": "25", "½": "5", "¾": "75"}  # and their decimal places


class Number(msgspec.Struct, frozen=True, gc=False):
    """An inclusive interval; an open end is None."""

    low: int | None
    high: int | None
    quantifier: Quantifier
    digits: bool = False  #: written in digits
    factor: int = 1  #: of the word that multiplies it last: 12 in "three dozen"


@dataclass(frozen=True)
class NumberWords:
    """A language's number words, all in lower case."""

    thousands: str  #: every mark that groups digits
    decimal: str  #: every mark that stands before a fraction
    small: Mapping[str, int]  #: units and tens
    multipliers: Mapping[str, int]
    round_multipliers: Mapping[str, int]
    vague: Mapping[str, int]
    of: str  #: joins two vague ones: "tens of thousands"
    suffixes: Mapping[str, int]
    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], int, Quantifier]]]  #: by first word, longest first
    one: frozenset[str]
    none: frozenset[str]
    both: frozenset[str]
    connector: str  #: "and"
    connects_tens: bool  #: it joins tens and units: "treinta y uno"
    half: tuple[str, ...]  #: adds half of the multiplier behind it, else before it: "and a half"
    bare: frozenset[str]  #: multipliers that need no "one" before them: "mil"
    ordinals: Mapping[str, int]
    ordinal_endings: Sequence[str]
    starts: frozenset[str] = field(default_factory=frozenset)  #: every word that can open a number


def _exact(value: int, *, digits: bool = False) -> Number:
    return Number(value, value, Quantifier.EXACT, digits)


def _vague(least: int) -> Number:
    return Number(least, None, Quantifier.VAGUE)


class NumberReader:
    """Reads the numbers of one language."""

    def __init__(self, words: NumberWords) -> None:
        self._words = words
        self._parts = Memo(self._parts_of)
        groups = "|".join(rf"(?:{re.escape(mark)}\d{{3}})+" for mark in words.thousands)
        point = f"[{re.escape(words.decimal)}]"
        self._grouping = str.maketrans("", "", words.thousands)
        endings = "|".join(map(re.escape, sorted(words.suffixes, key=len, reverse=True)))
        integer = rf"\d{{1,3}}(?:{groups})|\d+"
        self._digits = re.compile(rf"({integer})({point}\d+|[{''.join(_FRACTIONS)}])?({endings}|\+)?")
        self._range = re.compile(rf"({integer})-({integer})")
        self._ordinal = re.compile(rf"(\d+)(?:{'|'.join(words.ordinal_endings)})")

    def opens(self, word: str) -> bool:
        """Whether a number can begin with a word."""
        if "0" <= word[0] <= "9":
            return bool(self._digits.fullmatch(word) or self._range.fullmatch(word))
        return word in self._words.starts or ("-" in word and bool(self._parts[word]))

    def needs_after(self, word: str) -> frozenset[str]:
        """The words of which one must follow a word that is no number by itself: "a" is none, "a hundred" is."""
        words = self._words
        if word not in words.one:
            return frozenset()
        phrases = (phrase[1:2] for phrase, _, _ in words.phrases.get(word, ()))
        return frozenset().union(words.multipliers, words.round_multipliers, *phrases)

    def read(self, lower: Sequence[str], i: int) -> tuple[Number, int] | None:
        """The number at token `i` and the index after it, or None where no count stands there."""
        found, half = self._read_whole(lower, i), self._words.half
        if found is None or not half or tuple(lower[found[1] : found[1] + len(half)]) != half:
            return found
        return self._and_half(*found, lower)

    def _and_half(self, number: Number, end: int, lower: Sequence[str]) -> tuple[Number, int]:
        """'Two and a half million', "a million and a half": the number that ends at `end`, with its half."""
        words = self._words
        after = end + len(words.half)
        behind = words.multipliers.get(lower[after], 0) if after < len(lower) else 0
        factor = behind or number.factor
        if number.low is None or number.low != number.high or factor == 1:
            return number, end
        value = number.low * (behind or 1) + factor // 2
        return Number(value, value, Quantifier.ABOUT, number.digits, factor), after + bool(behind)

    def _read_whole(self, lower: Sequence[str], i: int) -> tuple[Number, int] | None:
        """The same without a half behind it."""
        word = lower[i]
        if "0" <= word[0] <= "9":
            return self._read_digits(lower, i)
        words = self._words
        if word not in words.starts and "-" not in word:
            return None
        for phrase, value, quantifier in words.phrases.get(word, ()):
            if tuple(lower[i : i + len(phrase)]) == phrase:
                if quantifier is Quantifier.VAGUE:
                    return self._times(value, lower, i + len(phrase))
                return Number(value, value, quantifier), i + len(phrase)
        if word in words.none:
            return _exact(0), i + 1
        if word in words.both:
            return Number(2, 2, Quantifier.EXACT), i + 1
        if word in words.vague:
            return self._read_vague(lower, i)
        if word in words.one:
            if i + 1 < len(lower) and (
                lower[i + 1] in words.multipliers or lower[i + 1] in words.round_multipliers
            ):
                return self._spell(lower, i + 1, start=1)
            return None
        return self._spell(lower, i)

    def ordinal(self, word: str) -> int | None:
        """The place an ordinal names ("sixth", "21st"), or None."""
        match = self._ordinal.fullmatch(word)
        if match and len(match.group(1)) < 6:
            return int(match.group(1))
        return self._words.ordinals.get(word)

    def _read_digits(self, lower: Sequence[str], i: int) -> tuple[Number, int] | None:
        words = self._words
        match = self._digits.fullmatch(lower[i])
        if match is None:
            return self._read_range(lower[i], i)
        whole, fraction, suffix = match.groups()
        if len(whole) > 15:
            return None
        end = i + 1
        value = int(whole.translate(self._grouping))
        spaced = fraction is None and suffix is None and len(whole) <= 3
        while spaced and end < len(lower) and len(lower[end]) == 3 and lower[end].isdecimal():  # 14 000
            value, end = value * 1000 + int(lower[end]), end + 1
        factor, added = words.suffixes.get(suffix or "", 1), 0
        rounded = False
        if factor == 1 and end < len(lower):
            following = lower[end]
            factor = words.multipliers.get(following) or words.round_multipliers.get(following, 1)
            rounded = following in words.round_multipliers
            end += factor > 1
            if following in words.bare and fraction is None and end < len(lower):  # 3 mil 500
                rest = lower[end] if lower[end].isdecimal() and len(lower[end]) <= 3 else ""
                added, end = int(rest or 0), end + bool(rest)
        if fraction is not None:
            if factor < 1000:
                return None  # a bare decimal counts no people
            places = _FRACTIONS.get(fraction, fraction[1:][:9])
            value = value * factor + int(places) * factor // 10 ** len(places)
        else:
            value = value * factor + added
        if value > _LIMIT:
            return None
        if suffix == "+":
            return Number(value, None, Quantifier.AT_LEAST, digits=True), end
        quantifier = Quantifier.ABOUT if rounded else Quantifier.EXACT
        return Number(value, value, quantifier, digits=True, factor=factor), end

    def _read_range(self, word: str, i: int) -> tuple[Number, int] | None:
        match = self._range.fullmatch(word)
        if match is None or len(word) > 24:
            return None
        low, high = (int(end.translate(self._grouping)) for end in match.groups())
        if not low < high <= _LIMIT:
            return None
        return Number(low, high, Quantifier.RANGE, digits=True), i + 1

    def _read_vague(self, lower: Sequence[str], i: int) -> tuple[Number, int]:
        """'Dozens', 'tens of thousands', 'several hundred', 'several dozen'."""
        words = self._words
        least, end = words.vague[lower[i]], i + 1
        if end + 1 < len(lower) and lower[end] == words.of and lower[end + 1] in words.vague:
            inner = words.vague[lower[end + 1]]
            return _vague(least * (inner // 2)), end + 2
        return self._times(least, lower, end)

    def _times(self, least: int, lower: Sequence[str], end: int) -> tuple[Number, int]:
        """At least so many, or so many times what follows: "a few", "a few dozen"."""
        following = lower[end] if end < len(lower) else ""
        factor = self._words.multipliers.get(following) or self._words.round_multipliers.get(following)
        return (_vague(least * factor), end + 1) if factor else (_vague(least), end)

    def _spell(self, lower: Sequence[str], i: int, *, start: int = 0) -> tuple[Number, int] | None:
        """A spelled cardinal; `start` is 1 after "a" ("a hundred")."""
        words = self._words
        total, current, end = 0, start, i
        rounded, seen_unit, seen_multiplier = False, False, False
        last = 1
        for at in range(i, min(i + _LONGEST, len(lower))):
            word = lower[at]
            parts = self._parts[word]
            if parts:
                if seen_unit:
                    break
                current += sum(parts)
                seen_unit = len(parts) > 1 or parts[-1] < 20
            elif (current or word in words.bare) and (
                factor := words.multipliers.get(word) or words.round_multipliers.get(word)
            ):
                current = (current or 1) * factor
                rounded = rounded or word in words.round_multipliers
                seen_unit, seen_multiplier, last = False, True, factor
                if factor >= 1000:
                    total, current = total + current, 0
            elif word == words.connector and self._continues(lower, at + 1):
                if not (seen_multiplier or (words.connects_tens and end > i and not seen_unit)):
                    break
                continue
            else:
                break
            end = at + 1
        if end == i or total + current > _LIMIT:
            return None
        value = total + current
        quantifier = Quantifier.ABOUT if rounded else Quantifier.EXACT
        return Number(value, value, quantifier, factor=last if value % last == 0 else 1), end

    def _continues(self, lower: Sequence[str], at: int) -> bool:
        return at < len(lower) and bool(self._parts[lower[at]])

    def _parts_of(self, word: str) -> list[int]:
        """The numbers that a word joins with hyphens, none where it joins anything else.

        "Twenty-three" is 20 and 3, "quatre-vingt-dix" 80 and 10: of words that are known as one the longest.
        """
        words = self._words
        found: list[int] = []
        rest = word.split("-")
        while rest:
            length = next((k for k in range(len(rest), 0, -1) if "-".join(rest[:k]) in words.small), 0)
            if length:
                found.append(words.small["-".join(rest[:length])])
            elif not found or rest[0] != words.connector:
                return []
            rest = rest[length or 1 :]
        return found
