"""Answers about words, remembered: a language has few words and a text repeats them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")

_MOST = 65_536  # words; forgotten together once there are more, so that no input makes a table grow for ever
FEWER = 16_384  # of what takes room: a news room's words of a week, which no table should go on filling for months
_LONGEST = 40  # characters; what is longer seldom comes back


class Memo(dict[str, Answer]):
    """A pure function of a word as a dictionary: `memo[word]` is `answer(word)`, worked out once.

    Looking a word up costs half of what `functools.lru_cache` asks for, and it is done for every word read.
    """

    __slots__ = ("_answer", "_most")

    def __init__(self, answer: Callable[[str], Answer], most: int = _MOST) -> None:
        """`most` is how many words are remembered at a time."""
        super().__init__()
        self._answer = answer
        self._most = most

    def __missing__(self, word: str) -> Answer:
        answer = self._answer(word)
        if len(word) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[word] = answer
        return answer


class once(Generic[Answer]):  # noqa: N801  a decorator, like `property`
    """A property worked out when it is first asked for, like `functools.cached_property`.

    That one takes a lock until Python 3.12, which costs as much as most of these answers.
    """

    def __init__(self, work: Callable[[Any], Answer]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __get__(self, owner: Any, kind: type) -> Answer:
        answer: Answer = self._work(owner)
        owner.__dict__[self._work.__name__] = answer
        return answer
