"""Answers about words, remembered: a language has few words and a text repeats them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_MOST = 65_536  # words; forgotten together once there are more, so that no input makes a table grow for ever
_LONGEST = 40  # characters; what is longer seldom comes back


class Memo(dict[str, Answer]):
    """A pure function of a word as a dictionary: `memo[word]` is `answer(word)`, worked out once.

    Looking a word up costs half of what `functools.lru_cache` asks for, and it is done for every word read.
    """

    __slots__ = ("_answer",)

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, word: str) -> Answer:
        answer = self._answer(word)
        if len(word) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[word] = answer
        return answer
