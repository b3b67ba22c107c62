"""Who is counted: the words, the nations and the roles of a group."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tallywire.reading.chunks import Chunk, Sequence
from tallywire.reading.document import Sentence
from tallywire.reading.vocabulary import Lexicon
from tallywire.records import Group, Metric

# Between some people and what they are: "five of them children", "nine of those killed in Port Alder were children".
_ARE = re.compile(r"(?:w?[KDV][^;.,:WVKQPb]{0,6}?(?=e*b))?[be]*(?=L)")
_OF = frozenset("o4")  # letters of "of", and of "of the" in one word
_MOVED = frozenset({Metric.RESCUED, Metric.EVACUATED, Metric.DISPLACED, Metric.KIDNAPPED})


def group_of(
    sentence: Sentence, span: tuple[int, int] | None, lexicon: Lexicon, metric: Metric | None = None
) -> Group:
    """The group that the tokens of `span` name, its text as written.

    "From Libya" tells of what nation the dead are, but where people are moved (`metric`) only the place they left.
    """
    if span is None:
        return Group()
    tokens = sentence.tokens
    begin, end = span
    text = sentence.field.text[tokens.starts[begin] : tokens.ends[end - 1]]
    roles: set[str] = set()
    nations: set[str] = set()
    for word in lexicon.entries(tokens, begin, end):
        roles.update(word.roles)
        if word.nation is not None:
            nations.add(word.nation)
    nations.update(_joined(tokens.lower[begin:end], lexicon))
    if metric not in _MOVED:
        nations.update(_origins(tokens.lower[end:], lexicon))
    return Group(text=" ".join(text.split()), nations=tuple(sorted(nations)), roles=tuple(sorted(roles)))


def nations_in(sentence: Sentence, begin: int, end: int, lexicon: Lexicon) -> tuple[str, ...]:
    """The nations that the tokens `begin` up to `end` name."""
    found = {word.nation for word in lexicon.entries(sentence.tokens, begin, end)}
    return tuple(sorted(nation for nation in found if nation is not None))


def described(sequence: Sequence, index: int, counted: Chunk) -> tuple[int, int] | None:
    """Which tokens say who some of those counted are: "five of them children", "two of the 12 guards".

    `counted` is what is counted at `index`; what stands in brackets is not of the sequence and told by nothing in it.
    """
    symbols = sequence.symbols
    if counted.symbol == "n" and symbols[index + 1 : index + 2] in ("Q", "S"):
        return sequence.at(index + 1).group
    without = counted.symbol in "OR" or (counted.symbol == "Q" and counted.group is None)
    if not without or index >= len(sequence) or sequence.at(index) is not counted:
        return None
    predicate = _ARE.match(symbols, index + 1)
    if predicate is None or sequence.letters(predicate.end()) == "l":
        return None
    people = predicate.end()
    return sequence.at(people).group or (sequence.start(people), sequence.end(people))


def with_whole(sequence: Sequence, span: tuple[int, int]) -> tuple[int, int]:
    """The tokens of a group with what its people belong to: "members" of "members of a rescue team that …"."""
    begin, end = span
    lexicon, lower = sequence.lexicon, sequence.tokens.lower
    last = sequence.matched(lexicon.complement, begin)
    for token in range(end, last - 1):
        following = lower[token + 1]
        if lower[token] in lexicon.wholes and not (
            following in lexicon.wholes or _letter(following, lexicon) in _OF
        ):
            return begin, token + 1
    return begin, max(end, last)


def _joined(words: list[str], lexicon: Lexicon) -> Iterator[str]:
    """The nations of a word that joins several: "British-Israeli", never "Iran-backed"."""
    for word in words:
        if "-" in word and word not in lexicon.words:
            parts = [lexicon.words.get(part) for part in word.split("-")]
            nations = [part.nation for part in parts if part is not None and part.nation is not None]
            if len(nations) == len(parts):
                yield from nations


def _origins(words: list[str], lexicon: Lexicon) -> Iterator[str]:
    """The nations that people come from, told right behind them: "from France and Spain"."""
    if not words or _letter(words[0], lexicon) != "f":
        return
    for word in words[1:6]:
        known = lexicon.words.get(word)
        if known is not None and known.nation is not None and known.letter == "C":
            yield known.nation
        elif word not in (lexicon.joiner, ","):
            return


def _letter(word: str, lexicon: Lexicon) -> str:
    known = lexicon.words.get(word)
    return known.letter if known is not None else ""
