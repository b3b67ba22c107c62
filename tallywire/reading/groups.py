"""Who is counted: the words, the nations and the roles of a group."""

from __future__ import annotations

from tallywire.reading.document import Sentence
from tallywire.reading.vocabulary import Lexicon
from tallywire.records import Group


def group_of(sentence: Sentence, span: tuple[int, int] | None, lexicon: Lexicon) -> Group:
    """The group that the tokens of `span` name, its text as written."""
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
    return Group(text=" ".join(text.split()), nations=tuple(sorted(nations)), roles=tuple(sorted(roles)))


def nations_in(sentence: Sentence, begin: int, end: int, lexicon: Lexicon) -> tuple[str, ...]:
    """The nations that the tokens `begin` up to `end` name."""
    found = {word.nation for word in lexicon.entries(sentence.tokens, begin, end)}
    return tuple(sorted(nation for nation in found if nation is not None))
