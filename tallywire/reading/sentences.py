"""Sentences as spans of a text.

A sentence ends at a full stop, question or exclamation mark (with closing quotes and brackets) before white
space and something that can open a sentence, unless the stop belongs to an abbreviation or an initial; at
an empty line; between a word and a capital that paragraphs run together have left without a space
("Jersey.Officers"); and at a single line break before a bullet, a quote, a digit or a capital, since headlines,
bylines and list items stand on lines of their own without a stop. What ends an English sentence is data
(`lexicons/en/sentences.toml`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(  # the first character stands before the look-behind, so that the search can skip to stops
    r"[.!?…\n](?:"
    r"(?<!\n)(?<![.!?…][.!?…])[.!?…]*+[\"')\]]*+(?=\s)\s++(?=[\"'(\[•*$-]*+[^\W_a-z])"  # a stop, no small letter
    r"|(?<=[a-z][a-z][.!?])[.!?]*+[\"')\]]*+(?=[\"'(]?(?:[A-Z][a-z ]|\d++[- ]))"  # the same, its space lost
    r"|(?<=\n)(?:[^\S\n]*+\n\s*+"  # an empty line
    r"|\s*+(?=[\"'(\[•*$-]*+[^\W_a-z]|[•*-]\s)))"  # a line that opens like a sentence or a list item
)
_LAST_WORD = re.compile(r"[^\s\"(\[,;]*+\Z")
_NEXT_WORD = re.compile(r"[\"'(\[]*+(\w*+)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_LONGEST = 1_500  # characters; what is longer is cut, so that no text can make a sentence costly
_LOOK_BACK = 16  # no abbreviation is longer


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """A language's abbreviations, as written and in capitals, and its sentence openers, in lower case."""

    abbreviations: frozenset[str]
    final_abbreviations: frozenset[str]
    starters: frozenset[str]


def sentence_spans(folded: str, rules: SentenceRules) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of `folded`, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for boundary in _END.finditer(folded):
        stop = boundary.start()
        if folded[stop] == "." and _is_abbreviation(folded, start, boundary, rules):
            continue
        _add(spans, folded, start, boundary.end())
        start = boundary.end()
    _add(spans, folded, start, len(folded))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _LONGEST:  # no sentence of news: tables, lists, text without a stop
        cut = text.rfind(" ", start, start + _LONGEST) + 1
        cut = cut if cut > start else start + _LONGEST
        spans.append((start, cut - 1 if text[cut - 1] == " " else cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))


def _is_abbreviation(folded: str, start: int, boundary: re.Match[str], rules: SentenceRules) -> bool:
    """Whether the stop at `boundary` belongs to the word before it rather than to the sentence."""
    if "\n" in boundary.group():
        return False
    before = _LAST_WORD.search(folded, max(start, boundary.start() - _LOOK_BACK), boundary.start())
    word = before.group().lstrip("'") if before else ""
    following = _NEXT_WORD.match(folded, boundary.end())
    opens = following is not None and following.group(1).lower() in rules.starters
    if word in rules.abbreviations:
        return not (opens and word in rules.final_abbreviations)
    return bool(_INITIALS.fullmatch(word)) and not ("." in word and opens)
