"""Characters folded one to one, so that every offset into the folded text is an offset into the original.

News comes with typographic quotes, non-breaking spaces, full-width digits and accents; lexicons do not.
`fold` maps each character to one character: accented Latin letters to their base letter (canonical
decomposition, Unicode Standard Annex #15), quotes, spaces and hyphens to their ASCII kin. Everything else,
lone surrogates included, stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

_LATIN = chain(range(0x80, 0x250), range(0x1E00, 0x1F00))
_KIN = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u02bb\u00b4\u0060\uff07",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2212\u00ad\ufe63\uff0d",
    " ": "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\u200b\ufeff",
    ",": "\uff0c",
    ".": "\uff0e",
    ":": "\uff1a",
    "%": "\uff05",
    "o": "\u00f8",
    "O": "\u00d8",
    "l": "\u0142",
    "L": "\u0141",
    "d": "\u0111",
    "D": "\u0110",
    "i": "\u0131",
}


def _table() -> dict[int, str]:
    table = {ord(char): plain for plain, chars in _KIN.items() for char in chars}
    for code in _LATIN:
        decomposed = unicodedata.normalize("NFD", chr(code))
        base = decomposed[0]
        if len(decomposed) > 1 and base.isascii():
            table.setdefault(code, base)
    table.update({0xFF10 + digit: str(digit) for digit in range(10)})
    return table


_FOLD = _table()
_FOREIGN = re.compile(
    "[^\\x00-\\x08\\x0a-\\x5f\\x61-\\x7f]+"
)  # runs the table may change: all but plain ASCII


def fold(text: str) -> str:
    """`text` with each character replaced by its plain kin; the length never changes."""
    return _FOREIGN.sub(lambda run: run.group().translate(_FOLD), text)


def without_surrogates(text: str) -> str:
    """`text` as UTF-8 can hold it, for scans that ask for it; the length never changes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def lower(folded: str) -> str:
    """`folded` (an answer of `fold`) in lower case; the length never changes.

    U+0130 is the one character whose lower case is longer than itself, and `fold` has already made it an I.
    """
    return folded.lower()
