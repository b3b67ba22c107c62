"""What must stand in a text for an expression to match it: `(?:rose|climbed) to` needs "rose" or "climbed", and " to".

An expression is tried only on texts that have what it needs, and what that is, is read off the expression: nobody keeps
a second list.  The answer is a conjunction of choices: of each set one string has to be there.  It is sound, not
complete: of what it cannot tell it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick

Needs = tuple[frozenset[str], ...]

_MOST = 2  # needs kept of an expression over text: the rarest
_CHOICES = 12  # characters of a class at most; more say nothing
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
        run = ""
        while self.at < len(self._text) and self._text[self.at] not in "|)":
            literal, inside = self._atom()
            least, exactly_once = self._times()
            if literal and least:
                run += literal
            if literal == "" and exactly_once and not inside:
                continue  # a place: what stands before and after it touches
            if literal and exactly_once:
                continue
            if run:
                found.append(frozenset((run,)))
                run = ""
            if least:
                found += inside
        return [*found, frozenset((run,))] if run else found

    def _atom(self) -> tuple[str | None, list[frozenset[str]]]:
        """One item: its character, "" for a place, None for what may be many; and what stands within it."""
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return None, self._class()
        if char in "^$":
            return "", []
        if char == ".":
            return None, []
        if char != "\\":
            return char, []
        char = self._next()
        if char in _ZERO_WIDTH:
            return "", []
        if char in _CLASSES:
            return None, []
        if char == "x":
            return chr(int(self._next() + self._next(), 16)), []
        if char.isalnum():
            raise ValueError(f"the escape \\{char} of {self._text!r}")
        return char, []

    def _group(self) -> tuple[str | None, list[frozenset[str]]]:
        kind = next((kind for kind in ("?:", "?=", "?<=", "?!", "?<!", "?P<") if self._take(kind)), "")
        if kind == "?P<":
            self.at = self._text.index(">", self.at) + 1
        elif not kind and self._text[self.at : self.at + 1] == "?":
            raise ValueError(f"the group at {self.at} of {self._text!r}")
        inside = self.choice()
        self._next()
        if kind in ("?!", "?<!"):
            return "", []
        return None, inside

    def _class(self) -> list[frozenset[str]]:
        """The characters of a class, if they are few."""
        none = self._take("^")
        chars: set[str] = set()
        first = True
        while first or self._text[self.at] != "]":
            first = False
            char = self._next()
            if char == "\\":
                char = self._next()
                if char.isalnum():
                    none = True  # a class within the class
            if self._text[self.at] == "-" and self._text[self.at + 1] != "]":
                self.at += 1
                chars.update(map(chr, range(ord(char), ord(self._next()) + 1)))
            else:
                chars.add(char)
        self.at += 1
        return [] if none or len(chars) > _CHOICES else [frozenset(chars)]

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
    """How often, roughly, one of the strings stands in a text."""
    return sum(20.0 ** -len(string) for string in choice)


class Hints:
    """Tells for many expressions at once, in one scan of a text, which of them can stand there.

    Aho and Corasick 1975, over the strings that the expressions need.
    """

    def __init__(self, expressions: Mapping[str, Sequence[str]]) -> None:
        """`expressions` are told by name; of those under one name any may match."""
        self._bits: dict[str, int] = {}  # string → one bit for each need that it meets
        self._asked: list[tuple[str, list[int]]] = []
        always: set[str] = set()
        count = 0
        for name, group in expressions.items():
            for expression in group:
                kept = [need for need in needs(expression) if all(_tells(string) for string in need)]
                kept = sorted(kept, key=lambda need: (_frequency(need), sorted(need)))[:_MOST]
                masks: list[int] = []
                for need in kept:
                    masks.append(1 << count)
                    for string in need:
                        self._bits[string] = self._bits.get(string, 0) | 1 << count
                    count += 1
                if masks:
                    self._asked.append((name, masks))
                else:
                    always.add(name)
        self._always = frozenset(always)
        strings = sorted(self._bits)
        self._of = [self._bits[string] for string in strings]
        self._scan = AhoCorasick(strings).find_matches_as_indexes

    def among(self, lowered: str) -> frozenset[str]:
        """The names of the expressions that may match `lowered` (a text without surrogates)."""
        bits, there = self._of, 0
        for string, _, _ in self._scan(lowered, overlapping=True):
            there |= bits[string]
        if not there:
            return self._always
        return self._always.union(name for name, masks in self._asked if all(mask & there for mask in masks))


def _tells(string: str) -> bool:
    return len(string) > 1 or not string.isalpha()
