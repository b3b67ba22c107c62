"""Which rules a sentence can match at all, by the symbols that each of them needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tallywire.reading.vocabulary import Rule


class RuleIndex:
    """Rules by the symbols they need: which of them a sentence can match is a few operations on the bits of a number.

    The number has a row of bits for each need of a rule (its first, its second …) and in a row one for each rule.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._rows = max(len(rule.symbols) for rule in self._rules)
        self._meets: dict[str, int] = {}  # symbol → the needs that it meets
        self._unasked = 0  # where a rule has fewer needs than there are rows
        for column, rule in enumerate(self._rules):
            for row in range(self._rows):
                bit = 1 << (row * len(self._rules) + column)
                if row >= len(rule.symbols):
                    self._unasked |= bit
                    continue
                for symbol in rule.symbols[row]:
                    self._meets[symbol] = self._meets.get(symbol, 0) | bit

    def possible(self, symbols: str) -> Iterator[Rule]:
        """The rules that have what they need among `symbols`, in order."""
        met = self._unasked
        for symbol in set(symbols):
            met |= self._meets.get(symbol, 0)
        rules = self._rules
        left = (1 << len(rules)) - 1
        for row in range(self._rows):
            left &= met >> (row * len(rules))
        while left:
            first = left & -left
            yield rules[first.bit_length() - 1]
            left ^= first
