"""Who vouches for a figure: the subject of a verb of saying, "according to X", "X said", "citing X".

Verbs of saying are found among the chunks of the sentence; the noun phrase beside one is the source, and
each figure takes the source whose clause it stands in: first the verb that introduces it, then "according
to", then the verb that follows it. A news agency or a medium that relays somebody else is no claimant, it
stands in `via`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tallywire.reading.chunks import Sequence
from tallywire.reading.document import Sentence
from tallywire.reading.lexicon import ClaimantRules

_NOUN_PHRASE = "CLPsyjxEthoGO-"
_STOPS = ',;:."(wQWVKkDr'
_FAR = 12  # chunks from a verb of saying to the head of its subject


@dataclass(frozen=True, slots=True)
class Source:
    """A source that a sentence names."""

    text: str  #: as written; "" for a pronoun, whose source stands in the sentence before
    kind: str  #: "before" (X said that …), "after" (…, X said), "according" or "citing"
    place: int  #: index of the chunk of the verb
    denies: bool = False


def sources_of(sentence: Sentence, sequence: Sequence, rules: ClaimantRules) -> list[Source]:
    """The sources that a sentence names, in the order of their verbs."""
    found: list[Source] = []
    for place, symbol in enumerate(sequence.symbols):
        if symbol not in "rR":
            continue
        chunk = sequence.chunks[place]
        verb = sequence.tokens.lower[chunk.start]
        if verb in rules.according or verb in rules.citing:
            text = _phrase_after(sentence, sequence, place + 1, rules)
            if text:
                found.append(Source(text, "according" if verb in rules.according else "citing", place))
            continue
        text, pronoun = _subject_before(sentence, sequence, place, rules)
        if text is None and not pronoun:
            text = _subject_after(sentence, sequence, place, rules)
            if text is None:
                continue
            found.append(Source(text, "after", place, verb in rules.denials))
            continue
        kind = "after" if _closes(sequence, place) else "before"
        found.append(Source(text or "", kind, place, verb in rules.denials))
    return found


def _closes(sequence: Sequence, place: int) -> bool:
    """Whether nothing is said after the verb: "…, the union said." or "… said on Friday, a day after"."""
    rest = sequence.symbols[place + 1 :].lstrip("eCx")
    return not rest or rest[0] in ".," or rest[0] in '"p'


def _subject_before(
    sentence: Sentence, sequence: Sequence, place: int, rules: ClaimantRules
) -> tuple[str | None, bool]:
    """The noun phrase before a verb of saying; True beside None for a pronoun."""
    symbols, chunks = sequence.symbols, sequence.chunks
    end = place
    while (
        end > 0
        and symbols[end - 1] in "eHbv!R^x"
        and not (symbols[end - 1] == "x" and _is_noun_end(symbols, end))
    ):
        end -= 1
    if (end > 0 and symbols[end - 1] == "u") or (end > 0 and _lower(sequence, end - 1) in rules.pronouns):
        return None, True
    if end > 0 and symbols[end - 1] == "w" and end > 1:  # Cuba, which had announced
        end -= 1
        end -= symbols[end - 1] == ","
    elif end > 0 and symbols[end - 1] == ",":  # the minister, Jane Doe, said
        opening = symbols.rfind(",", max(0, end - _FAR), end - 1)
        start_of_clause = max(0, end - _FAR) if opening < 0 else opening
        if opening > 0 and not set(symbols[opening + 1 : end - 1]) & set("QWVKkrD;"):
            end = opening
        elif opening < 0 and start_of_clause == 0:
            return None, False
        else:
            return None, False
    start = end
    while start > 0 and end - start < _FAR and symbols[start - 1] in _NOUN_PHRASE + "&pf/I":
        start -= 1
    while start < end and symbols[start] in "&pf/I-oex":
        if symbols[start] in "pf":  # In Kyiv officials said: the place is no source
            start += 2
            continue
        start += 1
    return _text(sentence, sequence, start, end, rules), False


def _is_noun_end(symbols: str, end: int) -> bool:
    """'X union said': an unknown word right after a possessive or name belongs to the source."""
    return end >= 2 and symbols[end - 2] in 'CEhtP"&xLs'


def _lower(sequence: Sequence, index: int) -> str:
    chunk = sequence.chunks[index]
    return " ".join(sequence.tokens.lower[chunk.start : chunk.end])


def _subject_after(sentence: Sentence, sequence: Sequence, place: int, rules: ClaimantRules) -> str | None:
    """'…," said the army.'"""
    symbols = sequence.symbols
    if place == 0 or symbols[place - 1] not in ',"e':
        return None
    return _phrase_after(sentence, sequence, place + 1, rules)


def _phrase_after(sentence: Sentence, sequence: Sequence, start: int, rules: ClaimantRules) -> str | None:
    """The noun phrase that begins at a chunk, to the end of its clause."""
    symbols = sequence.symbols
    while start < len(symbols) and symbols[start] in '>"':
        start += 1
    end = start
    while (
        end < len(symbols) and symbols[end] not in ',;:."wWVr' and not (symbols[end] == "e" and end > start)
    ):
        end += 1
    return _text(sentence, sequence, start, end, rules)


def _text(sentence: Sentence, sequence: Sequence, start: int, end: int, rules: ClaimantRules) -> str | None:
    """The words of the chunks `start` up to `end` as a source, or None where they are none."""
    if start >= end:
        return None
    tokens = sequence.tokens
    first, last = sequence.chunks[start].start, sequence.chunks[end - 1].end
    words = tokens.lower[first:last]
    if any(word in rules.counts for word in words):
        giver = max((k for k, word in enumerate(words) if word in rules.given_by), default=None)
        if giver is not None and giver + 1 < len(words):
            first += giver + 1
            words = words[giver + 1 :]
    while words and words[0] in ("and", "but", "also"):
        first, words = first + 1, words[1:]
    if not words or len(words) > 14 or (len(words) == 1 and words[0] in rules.no_source):
        return None
    text = " ".join(sentence.field.text[tokens.starts[first] : tokens.ends[last - 1]].split())
    return text.strip("'\"“”‘’ ") or None


def agency_in(text: str, rules: ClaimantRules) -> str | None:
    """The agency that a source is, by its own name."""
    return rules.agencies.get(_bare(text))


def is_relay(text: str, rules: ClaimantRules) -> bool:
    """Whether a source only passes on what others say."""
    bare = _bare(text)
    return bare in rules.agencies or bare in rules.media


def _bare(text: str) -> str:
    return re.sub(r"^(?:the|a) (?=\w)", "", text.lower()).strip()


def assign(sources: list[Source], index: int) -> tuple[list[Source], list[Source]]:
    """The sources that speak for the figure in chunk `index`: strongest first, and those that deny it."""
    scored: list[tuple[int, int, Source]] = []
    denying: list[Source] = []
    for source in sources:
        strength = _strength(source, index)
        if strength is None:
            continue
        if source.denies:
            denying.append(source)
        else:
            scored.append((strength, -abs(source.place - index), source))
    scored.sort(key=lambda entry: entry[:2], reverse=True)
    return [entry[2] for entry in scored], denying


def _strength(source: Source, index: int) -> int | None:
    if source.kind == "before":
        return 4 if source.place < index else None
    if source.kind == "according":
        return 3
    if source.kind == "after":
        return 2 if source.place > index else None
    return 1
