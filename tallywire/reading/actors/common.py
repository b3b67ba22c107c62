"""Bodies in small letters: "the health ministry", "Venezuela's military", "the Israeli army".

No capital marks them, so they are known by their nouns: a ministry by what it is for, an army, a court or a government
by whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from tallywire.reading import gazetteer
from tallywire.reading.actors.runs import Run
from tallywire.reading.actors.words import Words
from tallywire.reading.document import Field
from tallywire.reading.effort import Effort
from tallywire.reading.tokens import Tokens

_OWNER = 3  # words of a nation's name at most: "United Arab Emirates"
_OWNS = ("'s", "'")


def bodies(field: Field, words: Words, effort: Effort) -> Iterator[Run]:
    """The bodies that `field` names in small letters, in order, each as a run.  Raises `OverrunError`."""
    heads = words.bodies
    for sentence in field.sentences:
        tokens = sentence.tokens
        effort.on_words(len(tokens))
        if heads.keys().isdisjoint(tokens.words):
            continue
        for at, end in _heads(tokens, words):
            begin = _modified(tokens, at, words)
            owned = _owned(tokens, begin, field.folded, words)
            if owned is not None or (begin < at and tokens.words[at] in words.telling):
                begin = begin if owned is None else owned
                start, stop = tokens.starts[begin], tokens.ends[end - 1]
                yield Run(field, sentence, start, stop, opens=False, headline=False)


def _heads(tokens: Tokens, words: Words) -> Iterator[tuple[int, int]]:
    """Where the nouns for bodies stand: the numbers of their first token and of the one after them."""
    bodies = words.bodies
    for at in [at for at, word in enumerate(tokens.words) if word in bodies]:
        for head in bodies[tokens.words[at]]:
            end = at + len(head)
            if tuple(tokens.words[at:end]) == head:
                yield at, end
                break


def _modified(tokens: Tokens, at: int, words: Words) -> int:
    """With which token the words before a head begin that say what the body is for; `at` where there are none."""
    while at and tokens.lower[at - 1] in words.purposes:
        at -= 1
    return at


def _owned(tokens: Tokens, at: int, folded: str, words: Words) -> int | None:
    """With which token the name of the nation or place begins whose body it is, or None where none stands there."""
    last = at - 1
    if last > 0 and tokens.lower[last] in _OWNS:
        last -= 1
    found = None
    for begin in range(last, max(-1, last - _OWNER), -1):
        word = tokens.words[begin]
        if word == ".":
            continue  # "St. Louis police"
        if not word[0].isupper() or word.lower() in words.articles:
            break
        whole = folded[tokens.starts[begin] : tokens.ends[last]]
        if gazetteer.place(whole) or (
            found is not None and gazetteer.place(word)
        ):  # "Louisville Metro police"
            found = begin
    return found
