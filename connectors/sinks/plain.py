"""Outside text made harmless before a sink shows it: titles, quotes and names come from anybody.

A terminal obeys control characters, every display obeys bidirectional overrides.  What is left here is one
line of text that can only be read.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them; they move nothing
_SPACES = {"Zs", "Zl", "Zp"}
# Marks that chat and mail programs obey (links, mentions, markup, entities), and the same letters in full width,
# which they only show.
_INERT = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "<>&@*_`~|[]"})
_IN_PLACE = re.compile(
    r"(?<=[a-z]):(?=//)|(?<=\bwww)\.|=(?=\?)|^[#-]", re.IGNORECASE | re.MULTILINE
)  # addresses; RFC 2047's words; headings and lists
_OBEYED = {"Cc", "Cf", "Cs"}  # controls, formats (bidirectional marks, tags, zero widths), lone surrogates


def defuse(text: str) -> str:
    """`text` on one line, without characters that a display obeys instead of showing."""
    return " ".join("".join(map(shown, text)).split())


def shown(character: str) -> str:
    """What a display may be given for one character of outside text: itself, a space, or nothing."""
    if character in _JOINERS or (character.isascii() and character.isprintable()):
        return character
    category = unicodedata.category(character)
    if category in _SPACES or character in "\t\n\r\v\f\x85":
        return " "
    return "" if category in _OBEYED else character


def inert(text: str) -> str:
    """`text`, defused, for programs whose markup we do not know: what they might obey is in full-width letters."""
    return _IN_PLACE.sub(lambda mark: chr(ord(mark[0]) + 0xFEE0), text.translate(_INERT))


def clip(text: str, most: int) -> str:
    """`text` cut to at most `most` characters, the cut shown by an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
