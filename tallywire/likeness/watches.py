"""Watches: stories that a person names beforehand, by words rather than by likeness."""

from __future__ import annotations

import msgspec

from tallywire.identity import digest
from tallywire.likeness.text import words


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A named story and what an article must say to belong to it."""

    name: str
    all: tuple[str, ...] = ()  #: every one of these words or phrases must occur
    any: tuple[str, ...] = ()  #: at least one of these must occur
    none: tuple[str, ...] = ()  #: none of these may occur
    places: tuple[str, ...] = ()  #: at least one of these places must occur

    @property
    def story(self) -> str:
        """The id of the story it names."""
        return digest("watch", self.name)


class _Phrases(msgspec.Struct, frozen=True):
    """A watch's words as they are looked for."""

    watch: Watch
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    places: tuple[str, ...]

    def match(self, text: str) -> bool:
        """Whether a text says what the watch asks."""
        asked = (_some(self.any, text), _some(self.places, text))
        return (
            bool(self.all or self.any or self.places)
            and all(phrase in text for phrase in self.all)
            and all(asked)
            and not any(phrase in text for phrase in self.none)
        )


class Matcher:
    """Finds the first watch, in the order given, that an article matches."""

    def __init__(self, watches: tuple[Watch, ...]) -> None:
        self._watches = tuple(
            _Phrases(
                watch=watch,
                all=tuple(map(_phrase, watch.all)),
                any=tuple(map(_phrase, watch.any)),
                none=tuple(map(_phrase, watch.none)),
                places=tuple(map(_phrase, watch.places)),
            )
            for watch in watches
        )

    def find(self, title: str, body: str) -> Watch | None:
        """The watch of an article, or None.  Words count whole, without case or accents."""
        if not self._watches:
            return None
        text = _phrase(title) + _phrase(body)
        return next((phrases.watch for phrases in self._watches if phrases.match(text)), None)


def _some(phrases: tuple[str, ...], text: str) -> bool:
    """Whether one of the phrases occurs, or none is asked for."""
    return not phrases or any(phrase in text for phrase in phrases)


def _phrase(text: str) -> str:
    """Words between spaces, so that a phrase is found as a substring and only whole."""
    return f" {' '.join(words(text))} "
