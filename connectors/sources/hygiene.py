"""Making foreign text, dates and names fit to be kept: nothing that a source sends is trusted to be sane."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tallywire.records import utc

LONGEST_BODY = 10_000_000  # characters: as much as the largest document that is let in
LONGEST_TITLE = 1_000
LONGEST_NAME = 200
OLDEST = timedelta(days=3_650)  # ten years: what a live feed calls older has a broken clock …
AHEAD = timedelta(days=1)  # … and so has what it dates further ahead; a time zone's slip is allowed for

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Marks that show nothing but reorder or hide what stands around them: bidirectional controls (Unicode TR 9),
# zero-width and invisible characters, the byte order mark, soft hyphens.  Joiners stay: scripts need them.
_INVISIBLE = re.compile(
    r"[\x80-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n ?")
_MANY_BREAKS = re.compile(r"\n{3,}")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]+);")
_TWICE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip);")
_SILENT = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "iframe",
        "object",
        "button",
        "select",
        "textarea",
    }
)
_PARAGRAPH, _LINE, _BREAK = (
    "\x02",
    "\x01",
    "\x03",
)  # marks that cannot stand in a text: control characters are out
_MARKS = {
    **dict.fromkeys(
        ("p", "blockquote", "table", "ul", "ol", "dl", "pre", "figure", "hr", "h1", "h2"), _PARAGRAPH
    ),
    **dict.fromkeys(("h3", "h4", "h5", "h6", "section", "article", "header", "footer", "aside"), _PARAGRAPH),
    **dict.fromkeys(("div", "li", "dt", "dd", "tr", "figcaption", "address", "main"), _LINE),
    **dict.fromkeys(("td", "th", "option"), " "),
}
_GAP = re.compile(r"[\s\x01-\x03]+")


def verbatim(text: str) -> str:
    """The text with what cannot be stored or shown replaced one for one, so that offsets keep their place."""
    return _UNPRINTABLE.sub("\ufffd", text)


def prose(text: str) -> str:
    """Text in paragraphs: no control characters, no invisible marks, single spaces, no two empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _INVISIBLE.sub("", _UNPRINTABLE.sub("", text))
    text = _BREAKS.sub("\n", _SPACES.sub(" ", text))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def one_line(text: str, longest: int = LONGEST_NAME) -> str:
    """A title or a name: plain text on one line, cut with an ellipsis at `longest` characters."""
    line = " ".join(prose(text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def plain(markup: str) -> str:
    """HTML as text: words verbatim, entities resolved, paragraphs kept, scripts left out.

    What shows neither a tag nor an entity is text already: `5 < 6` stays what it is.  Signs that were escaped twice,
    a common slip, are resolved, too; brackets are not, since a text may speak of markup.
    """
    if not _MARKUP.search(markup):
        return prose(markup)
    body = LexborHTMLParser(_UNPRINTABLE.sub("", markup)).body
    text = "".join(_pieces(body)) if body is not None else ""
    if _PARAGRAPH in text or _LINE in text or _BREAK in text:  # else its line breaks are all it has
        text = _GAP.sub(_gap, text)
    return prose(_TWICE.sub(lambda sign: html.unescape(sign[0]), text))


def _pieces(root: LexborNode) -> Iterator[str]:
    """The texts below `root` and the marks of their blocks; no recursion, since feeds nest without end."""
    node = root
    while True:
        if node.is_text_node:
            yield node.text_content or ""
        elif node.tag == "br":
            yield _BREAK
        else:
            yield _MARKS.get(node.tag or "", "")
        below = None if node.tag in _SILENT else node.child
        if below is not None:
            node = below
            continue
        while node.mem_id != root.mem_id and node.next is None and node.parent is not None:
            node = node.parent
            yield _MARKS.get(node.tag or "", "")
        if node.mem_id == root.mem_id or node.next is None:
            return
        node = node.next


def _gap(between: re.Match[str]) -> str:
    """What a run of spaces and marks between two words comes to."""
    marks = between[0]
    if _PARAGRAPH in marks or marks.count(_BREAK) > 1:
        return "\n\n"
    return "\n" if _LINE in marks or _BREAK in marks else " "


def read_date(value: object) -> datetime | None:
    """A date as JSON may hold it: RFC 3339 or ISO 8601, RFC 5322, or seconds since 1970.

    The answer is in UTC, and a date without a time zone is taken as UTC; None for what is no date.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            return utc(_parse_date(value.strip()))
    except (
        ValueError,
        OverflowError,
        OSError,
    ):  # year 0 or 10000, an offset that leaves the calendar, no date at all
        return None
    return None


def clamp(published: datetime | None, now: datetime) -> datetime | None:
    """A live item's date, held within what can be true at `now`."""
    return None if published is None else min(max(published, now - OLDEST), now + AHEAD)


def held(published: datetime | None, now: datetime | None) -> tuple[datetime | None, datetime | None]:
    """A date as `clamp` holds it at `now` (None: as it is), and the original where that is another."""
    kept = clamp(published, now) if now else published
    return kept, published if kept != published else None


def _parse_date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
