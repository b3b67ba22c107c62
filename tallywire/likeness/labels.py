"""Labels: the words by which a person recognises a story."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tallywire.likeness.sketching import terms_of
from tallywire.likeness.stories import StoryIndex
from tallywire.likeness.text import STOP_WORDS, words

WORDS = 6
LENGTH = 80  # characters; a label is a name, not a text

_BODY = 200  # characters of a body that stand in for a title

# Between its parts a headline can be cut.  A stop behind fewer than six letters may abbreviate: "St. Brede".
_PARTS = re.compile(r"\s+[|\-\u2010-\u2015\u2022]+\s+|(?<=[:;!?\u2026])\s+|(?<=\w{6}\.)\s+")
_EDGE = " ,;:|-\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2026"
_STOPS = re.compile(r"\.{2,}$|(?<!\.\w)\.$")


def label(title: str, body: str, index: StoryIndex) -> str:
    """The part of a title that holds its most telling words, as written; of the body's start where there is none.

    It begins where a part of the title does, and ends where one ends; a part that is too long breaks off after a word,
    and an ellipsis says so.
    """
    text = " ".join((title if words(title) else body[:_BODY]).split())
    runs = [_cut(run) for run in _runs(text)]
    if len(runs) == 1:
        return runs[0]
    told = [word for word in dict.fromkeys(words(text)) if len(word) > 1 and word not in STOP_WORDS]
    ranked = (-index.rarity(terms_of(told))).argsort(kind="stable")[:WORDS] if told else ()
    telling = {told[place] for place in ranked}

    def held(run: str) -> tuple[int, int]:
        return -len(telling.intersection(words(run))), len(run)

    return min(runs, key=held)


def _runs(text: str) -> Iterator[str]:
    """The runs of parts that a label can hold, and each part that is longer."""
    breaks = list(_PARTS.finditer(text))
    begins, ends = [0, *(match.end() for match in breaks)], [*(match.start() for match in breaks), len(text)]
    for place, begin in enumerate(begins):
        yield _trimmed(text[begin : ends[place]])
        for end in ends[place + 1 :]:
            if end - begin > LENGTH:
                break
            yield _trimmed(text[begin:end])


def _trimmed(run: str) -> str:
    """A run without what only joined it to its neighbours."""
    return _STOPS.sub("", run.strip(_EDGE)).strip(_EDGE)


def _cut(run: str) -> str:
    """A run, broken off after a telling word where it is too long."""
    if len(run) <= LENGTH:
        return run
    kept = run[: LENGTH - 1]
    if not run[len(kept)].isspace():
        kept = kept.rpartition(" ")[0] or kept
    while " " in kept and "".join(words(kept.rpartition(" ")[2])) in {"", *STOP_WORDS}:
        kept = kept.rpartition(" ")[0]
    return kept.rstrip(_EDGE) + "\u2026"
