"""Signs in the words before a name; the titles there are read by `titles`."""

from __future__ import annotations

from tallywire.reading.actors.sides import Side
from tallywire.reading.actors.signs import Sign
from tallywire.reading.actors.words import Words

_OWNS = ("'s", "'")
_QUOTED = frozenset((",", '"', "'", ".", "!", "?"))
_REACH = 9  # words within which the verb of a naming stands, and what is named


def signs_before(side: Side, words: Words) -> int:
    """The signs in the words before a name; titles are read by `titles`."""
    near = side.words
    if not near:
        return Sign.NONE
    grammar = words.grammar
    last = near[0]
    second = near[1] if len(near) > 1 else ""
    if last in words.articles or (last in _OWNS and words.is_head(second) and not side.is_capital(1)):
        return Sign.THE  # "the suspect's ⟨Porsche Boxster⟩"
    if (second if last == "," else last).endswith(grammar.aged_ending) or (
        last in grammar.old and second.rpartition("-")[2] in grammar.years
    ):
        return Sign.AGE
    if last in grammar.named or (last in grammar.as_ and _is_naming(near, words)):
        return Sign.IDENTIFIED
    if last in grammar.with_ and (second in words.heads or second[:-1] in words.heads):
        return Sign.NONE  # "investigators with ⟨X⟩" work for it
    if last in grammar.belongs and last not in grammar.with_:
        return Sign.IDENTIFIED if second in words.fates else Sign.OWNS if second in words.kin else Sign.NONE
    if last in words.before:
        return Sign.THING
    if last in words.codenamed or (last == '"' and second in words.codenamed):
        return Sign.CODE
    found = Sign.NONE
    noun = second if last == "," else last
    if noun.endswith(grammar.plural_ending) and noun[:-1] in words.people:
        found |= Sign.AMONG
    if last in words.prepositions:
        found |= Sign.PLACE
    if last in words.inverted and (last in grammar.said or second in _QUOTED):
        found |= Sign.SAID
    if last in words.objects:
        found |= Sign.TARGET
    return found


def _is_naming(near: list[str], words: Words) -> bool:
    """Whether a verb before "as" says that a person's name follows; things, too, are known as something."""
    verb = next((at for at, word in enumerate(near[1:_REACH], 1) if word in words.grammar.naming), None)
    if verb is None:
        return False
    return near[verb] not in words.grammar.known or any(
        words.is_head(word) for word in near[verb : verb + _REACH]
    )
