"""What must stand in a text for an expression to match it: `(?:rose|climbed) to` needs "rose" or "climbed", and " to".

An expression is tried only on texts that have what it needs, and what that is, is read off the expression: nobody keeps
a second list.  The answer is a conjunction of choices: of each set one string has to be there.  It is sound, not
complete: of what it cannot tell it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from math import prod

from ahocorasick_rs import AhoCorasick

from tallywire.reading.folding import without_surrogates

Needs = tuple[frozenset[str], ...]
Cues = Mapping[str, Sequence[re.Pattern[str]]]

_MOST = 2  # needs kept of an expression over text: the rarest
_MET = 4_096  # combinations of needs remembered: sentences of news meet few, and the same
_CHOICES = 12  # characters of a class, or strings of a run, at most; more say nothing
_LETTER, _SPACE, _PLAIN, _RARE = 1 / 20, 1 / 6, 1 / 60, 1 / 600  # how often a character stands at a place:
_PLAIN_MARKS = frozenset(".,'\"-0123456789")  # these marks and digits seldom, others hardly ever
_COMMON = 1 / 250  # what stands at more places than these says nothing
_PLACE = frozenset(("",))
_ZERO_WIDTH = frozenset("bBAZ")  # escapes that stand for a place
_CLASSES = frozenset("dDwWsS")  # … for any of many characters


@cache
def needs(expression: str) -> Needs:
    """What each text that `expression` (a regular expression) is found in must hold.

    Raises `ValueError` for syntax it does not know: flags, conditions, references.
    """
    reader = _Reader(expression)
    found = reader.choice()
    if reader.at < len(expression):
        raise ValueError(f"a bracket too many at {reader.at} of {expression!r}")
    return tuple(dict.fromkeys(found))


@cache
def _telling(expression: str) -> Needs:
    """The rarest of what an expression needs, without what stands in nearly every text."""
    rare = [need for need in needs(expression) if _frequency(need) < _COMMON]
    return tuple(sorted(rare, key=lambda need: (_frequency(need), sorted(need)))[:_MOST])


class _Reader:
    """Walks an expression from left to right."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self.at = 0

    def choice(self) -> list[frozenset[str]]:
        """The needs of alternatives: all of a single one's, else what the rarest of each are together."""
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        if not all(branches):
            return []
        return [frozenset().union(*(min(branch, key=_frequency) for branch in branches))]

    def _sequence(self) -> list[frozenset[str]]:
        found: list[frozenset[str]] = []
        run = frozenset(("",))  # what the characters just walked over can be
        while self.at < len(self._text) and self._text[self.at] not in "|)":
            chars, inside = self._atom()
            least, once = self._times()
            if chars is not None and once and len(run) * len(chars) <= _CHOICES:
                run = frozenset(before + char for before in run for char in chars)
                continue
            if "" not in run:
                found.append(run)
            run = frozenset(("",))
            if least:
                found += [chars] if chars is not None else inside
        return [*found, run] if "" not in run else found

    def _atom(self) -> tuple[frozenset[str] | None, list[frozenset[str]]]:
        """One item: the few characters it can be, "" for a place, None for many; and what stands within it."""
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._class(), []
        if char in "^$":
            return _PLACE, []
        if char == ".":
            return None, []
        if char == "\\":
            return self._escape(), []
        return frozenset(char), []

    def _escape(self) -> frozenset[str] | None:
        char = self._next()
        if char in _ZERO_WIDTH:
            return _PLACE
        if char in _CLASSES:
            return None
        if char == "x":
            return frozenset(chr(int(self._next() + self._next(), 16)))
        if char.isalnum():
            raise ValueError(f"the escape \\{char} of {self._text!r}")
        return frozenset(char)

    def _group(self) -> tuple[frozenset[str] | None, list[frozenset[str]]]:
        kind = next((kind for kind in ("?:", "?m:", "?=", "?<=", "?!", "?<!", "?P<") if self._take(kind)), "")
        if kind == "?P<":
            self.at = self._text.index(">", self.at) + 1
        elif not kind and self._text[self.at : self.at + 1] == "?":
            raise ValueError(f"the group at {self.at} of {self._text!r}")
        inside = self.choice()
        self._next()
        return (_PLACE, []) if kind in ("?!", "?<!") else (None, inside)

    def _class(self) -> frozenset[str] | None:
        """The characters of a class, if they are few."""
        many = self._take("^")
        chars: set[str] = set()
        first = True
        while first or self._text[self.at] != "]":
            first = False
            char = self._next()
            if char == "\\":
                char = self._next()
                if char.isalnum():
                    many = True  # a class within the class
            if self._text[self.at] == "-" and self._text[self.at + 1] != "]":
                self.at += 1
                chars.update(map(chr, range(ord(char), ord(self._next()) + 1)))
            else:
                chars.add(char)
        self.at += 1
        return None if many or len(chars) > _CHOICES else frozenset(chars)

    def _times(self) -> tuple[bool, bool]:
        """Whether the item before has to stand there, and whether it does so exactly once."""
        least, once = True, False
        if self._take("*") or self._take("?"):
            least = False
        elif self._take("{"):
            bounds = self._text[self.at : self._text.index("}", self.at)]
            self.at += len(bounds) + 1
            least = bounds.partition(",")[0] not in ("", "0")
        elif not self._take("+"):
            once = True
        if not once and not self._take("?"):
            self._take("+")
        return least, once

    def _next(self) -> str:
        self.at += 1
        return self._text[self.at - 1]

    def _take(self, text: str) -> bool:
        if not self._text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True


def _frequency(choice: frozenset[str]) -> float:
    """How often, roughly, one of the strings stands at a place of a text."""
    return sum(prod(map(_share, string)) for string in choice)


def _share(char: str) -> float:
    if char.isalpha():
        return _LETTER
    if char == " ":
        return _SPACE
    return _PLAIN if char in _PLAIN_MARKS else _RARE


class Hints:
    """Tells for many expressions at once, in one scan of a text, which of them can stand there.

    Aho and Corasick 1975, over the strings that the expressions need.
    """

    def __init__(self, expressions: Mapping[str, Sequence[re.Pattern[str]]]) -> None:
        """`expressions` are compiled, in groups with a name each."""
        bits: dict[str, int] = {}  # string → one bit for each need that it meets
        self._asked: list[tuple[str, re.Pattern[str], list[int]]] = []
        for name, expression in ((name, each) for name, group in expressions.items() for each in group):
            masks: list[int] = []
            for need in _telling(expression.pattern):
                mask = 1 << (_MOST * len(self._asked) + len(masks))
                masks.append(mask)
                for string in need:
                    bits[string] = bits.get(string, 0) | mask
            self._asked.append((name, expression, masks))
        strings = sorted(bits)
        self._bits = [bits[string] for string in strings]
        self._scan = AhoCorasick(strings).find_matches_as_indexes
        self._cues = lru_cache(_MET)(self._possible)

    def cues(self, text: str) -> Cues:
        """The expressions that may match `text`, under their names; a name of which none can is left out."""
        bits, there = self._bits, 0
        for string, _, _ in self._scan(without_surrogates(text), overlapping=True):
            there |= bits[string]
        return self._cues(there)

    def _possible(self, there: int) -> Cues:
        found: dict[str, list[re.Pattern[str]]] = {}
        for name, expression, masks in self._asked:
            if all(mask & there for mask in masks):
                found.setdefault(name, []).append(expression)
        return found
