"""What the words of a name say by themselves, wherever they stand: a place, a body, a title and what follows it.

Names come back, within an article and from one to the next; what they say is worked out once for each.
"""

from __future__ import annotations

import re
from functools import cache

from tallywire.reading import gazetteer
from tallywire.reading.actors import titles
from tallywire.reading.actors.names import Name, essence
from tallywire.reading.actors.titles import Split
from tallywire.reading.actors.words import Words
from tallywire.reading.gazetteer import Form, Place
from tallywire.reading.memo import FEWER, Memo, once

_ACRONYM = re.compile(r"[A-Z][A-Z&.-]{1,6}")
_PART = r"(?:(?:[^\W\d_]\.)+|(?!(?![IVX]+\b)[A-Z]{3}|[A-Z]{2,}s\b)[^\W\d_]++(?:['-][^\W\d_]++)*\.?+)"
_SHAPE = re.compile(rf"{_PART}(?: {_PART}){{0,5}}")
_NATIONS = frozenset((Form.COUNTRY, Form.ADJECTIVE, Form.PEOPLE))
_FULL = 2  # words of a full name at least


class Sense:
    """The words of a name, and what is known of them without their sentence."""

    def __init__(self, text: str, words: Words) -> None:
        self.text = text
        self.tokens = tuple(text.split(" "))  #: as written, folded
        self.low = tuple(text.lower().replace(".", "").split(" "))  #: in lower case, without full stops
        self._words = words

    @once
    def place(self) -> Place | None:
        """The place, nation or people that all the words together name."""
        return gazetteer.place(self.text)

    @once
    def nation(self) -> Place | None:
        """The country, nationality or people that all the words together name, whatever stands around them."""
        place = self.place
        return place if self.is_whole and place is not None and place.form in _NATIONS else None

    @once
    def role(self) -> str | None:
        """The role of a body known by this name, "" for most; None for names that are no known body's."""
        return self._words.known.get(self.text)

    @once
    def is_whole(self) -> bool:
        """Whether the first word belongs to the name, and does not merely open a sentence or tell an age."""
        first = self.low[0]
        return first not in self._words.openers and not first.endswith(self._words.grammar.aged_ending)

    @once
    def is_acronym(self) -> bool:
        """Whether it is one word of capitals."""
        return len(self.tokens) == 1 and _ACRONYM.fullmatch(self.text) is not None

    @once
    def inner_title(self) -> Split | None:
        """Where a title at the head of the words ends, within a sentence."""
        return titles.split(self.tokens, self.low, False, self._words)

    @once
    def opening_title(self) -> Split | None:
        """The same where the words open a sentence."""
        return titles.split(self.tokens, self.low, True, self._words)

    @once
    def adjectives(self) -> int:
        """How many words before a name tell a nation: "Venezuelan", "South Korean".

        A place of two words that runs into a name, as behind "attorney for", ends where a given name begins.
        """
        low, tokens = self.low, self.tokens
        more = len(tokens) > _FULL + 1
        for count in (2, 1) if low[0] in self._words.never or more else (1,):
            if len(tokens) > count:
                found = gazetteer.place(" ".join(tokens[:count]))
                if found and found.form is Form.ADJECTIVE:
                    return count
                if found and count == _FULL and more and low[count] in self._words.given:
                    return count
        return 0

    @once
    def name(self) -> Name:
        """The words of a person's name, to compare; none where they have not the shape of one.

        Letters and initials, not capitals throughout, no verb, no place.
        """
        low, words = self.low, self._words
        if not _SHAPE.fullmatch(self.text):
            return ()
        if not words.doings.isdisjoint(low) and words.names.isdisjoint(low):
            return ()
        if len(low) == 1 and (
            (low[0] in words.people and low[0] not in words.names) or self.place is not None
        ):
            return ()
        if len(low) > 1 and self.tokens[-1].isupper() and len(low[-1]) > 1 and low[-1] not in words.suffixes:
            return ()  # "Dale HS"
        return essence(low, words)


@cache
def senses(words: Words) -> Memo[Sense]:
    """What names say in a language, by their folded text."""
    return Memo(lambda text: Sense(text, words), FEWER)
