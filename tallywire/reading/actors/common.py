"""Bodies in small letters: "the health ministry", "Venezuela's military", "the Israeli army".

No capital marks them, so they are known by their nouns: a ministry by what it is for, an army, a court or a government
by whose it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from ahocorasick_rs import AhoCorasick

from tallywire.reading import gazetteer
from tallywire.reading.actors.runs import Run
from tallywire.reading.actors.words import Words
from tallywire.reading.document import Field
from tallywire.reading.folding import without_surrogates

_LAST = re.compile(r"((?:[^\W\d_]|[.-])+)('s|')? $")
_REACH = 40  # characters of a word at most
_OWNER = 3  # words of a nation's name at most: "United Arab Emirates"


def bodies(field: Field, words: Words) -> Iterator[Run]:
    """The bodies that `field` names in small letters, in order, each as a run."""
    found = sorted(_heads(field, words))
    if not found:
        return
    sentences = field.sentences
    starts = [sentence.start for sentence in sentences]
    for at, head in found:
        sentence = sentences[bisect_right(starts, at) - 1]
        start = _modified(field, sentence.start, at, words)
        owned = _owned(field, sentence.start, start, words)
        if owned is not None or (start < at and head in words.telling):
            begin = start if owned is None else owned
            yield Run(field, sentence, begin, at + len(head), opens=False, headline=False)


def _heads(field: Field, words: Words) -> Iterator[tuple[int, str]]:
    """Where the nouns for bodies stand."""
    folded, (heads, scan) = field.folded, _scan(words)
    for head, at, end in scan.find_matches_as_indexes(without_surrogates(folded), overlapping=True):
        if not (folded[at - 1 : at].isalnum() or folded[end : end + 1].isalnum()):
            yield at, heads[head]


@cache
def _scan(words: Words) -> tuple[list[str], AhoCorasick]:
    """The nouns for bodies, and what finds them all in one pass (Aho and Corasick 1975)."""
    heads = sorted(words.owned | words.telling)
    return heads, AhoCorasick(heads)


def _modified(field: Field, floor: int, start: int, words: Words) -> int:
    """Where the words before a head begin that say what the body is for; `start` where there are none."""
    begin = start
    while True:
        match = _last(field.lowered, floor, begin)
        if match is None or match[2] or match[1] not in words.purposes:
            return begin
        begin = match.start()


def _last(text: str, floor: int, end: int) -> re.Match[str] | None:
    """The word before `end`."""
    low = max(floor, end - _REACH)
    if end <= low or text[end - 1] != " ":
        return None
    return _LAST.search(text, max(low, text.rfind(" ", low, end - 1) + 1), end)


def _owned(field: Field, floor: int, start: int, words: Words) -> int | None:
    """Where the name of the nation or place begins whose body it is, or None where none stands there."""
    nearest = _last(field.folded, floor, start)
    found = None
    begin = start
    for _ in range(_OWNER):
        match = _last(field.folded, floor, begin)
        if nearest is None or match is None or (match[2] and begin != start):
            break
        if not match[1][0].isupper() or match[1].lower() in words.articles:
            break
        begin = match.start()
        if gazetteer.place(field.folded[begin : nearest.end(1)]) is not None:
            found = begin
    return found
