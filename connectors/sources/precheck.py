"""What is looked at in an XML document before feedparser sees it: bombs are refused, broken ends mended."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.parsers.expat import errors
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from tallywire.ports import Problem
from tallywire.records import Record

MOST_ENTRIES = 2_000
MOST_ATTRIBUTES = 256
DEEPEST = 64

_OPENED = re.compile(rb"<(?:[\w-]+:)?(?:item|entry)[\s>/]")
_CLOSED = re.compile(rb"</(?:[\w-]+:)?(?:item|entry)\s*>")
_LONG_TAG = re.compile(rb"<[A-Za-z_][^<>]{2000,}")  # only a long tag holds many attributes
_CONTROLS = bytes(set(range(32)) - {9, 10, 13})  # no character of XML 1.0
_REFERENCE = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_NAMESPACE = re.compile(rb"""xmlns(?::[\w.-]{1,100})?\s{0,9}=\s{0,9}(?:"[^"<]{0,1000}"|'[^'<]{0,1000}')""")
_ENDS = frozenset(
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)  # what expat says at the end of a document that breaks off


class Checked(Record, frozen=True):
    """A document that may be parsed."""

    data: bytes
    problems: tuple[Problem, ...] = ()
    cut: bool = False  #: it broke off, and holds only its whole entries now


class RefusedError(Exception):
    """A document that no parser should see."""

    def __init__(self, cause: str, says: str) -> None:
        super().__init__(says)
        self.cause = cause
        self.says = says


def check(data: bytes) -> Checked:
    """Look through a document in UTF-8.  Raises RefusedError for what is built to hurt.

    Control characters are taken out, whether they stand there or are referred to, and entries beyond
    MOST_ENTRIES.  A document that breaks off is closed after its last whole entry, so that half an article is
    never taken for an edit of it.
    """
    data = _REFERENCE.sub(_possible, data.translate(None, _CONTROLS))
    data = _NAMESPACE.sub(_unbroken, data)
    data, left_out = _first_entries(data)
    problems = [left_out] if left_out else []
    inspector = _Inspector()
    try:
        _inspect(data, inspector)
    except DefusedXmlException:
        raise RefusedError("entities", "it declares entities of its own, which no feed needs") from None
    except _TooMuchError as error:
        raise RefusedError("too_complex", error.getMessage()) from None
    except SAXParseException as error:
        where = f"line {error.getLineNumber()}: {error.getMessage()}"
        if getattr(error.getException(), "code", None) in _ENDS:
            problems.append(Problem(cause="cut_off", says=f"the document breaks off ({where})"))
            return Checked(data=_closed(data, inspector.around), problems=tuple(problems), cut=True)
        says = f"not well-formed XML ({where}); read as far as it goes"
        problems.append(Problem(cause="malformed", says=says))
        # feedparser's parser for the malformed takes `&amp;amp;`, a common slip in links, apart wrongly.
        return Checked(data=data.replace(b"&amp;amp;", b"&amp;"), problems=tuple(problems))
    return Checked(data=data, problems=tuple(problems))


def _possible(reference: re.Match[bytes]) -> bytes:
    """A reference to a character of XML 1.0 (section 2.2), or nothing."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    allowed = code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
    return reference[0] if allowed or 0x10000 <= code <= 0x10FFFF else b""


def _unbroken(declaration: re.Match[bytes]) -> bytes:
    """A namespace without white space in its name, on which the standard library's SAX reader falls over."""
    return "".join(declaration[0].decode("utf-8", "replace").split()).encode()


def _first_entries(data: bytes) -> tuple[bytes, Problem | None]:
    """The document with its first MOST_ENTRIES entries and its end."""
    starts = [match.start() for match in _OPENED.finditer(data)]
    if len(starts) <= MOST_ENTRIES:
        return data, None
    cut, empty = starts[MOST_ENTRIES], data.find(b">", starts[-1]) + 1  # the last may be `<item/>`
    last = max(empty, *(match.end() for match in _CLOSED.finditer(data, cut)), cut)
    says = f"only its first {MOST_ENTRIES:,} entries were read, {len(starts) - MOST_ENTRIES:,} left out"
    return data[:cut] + data[last:], Problem(cause="too_many_entries", says=says)


def _closed(data: bytes, around: tuple[str, ...]) -> bytes:
    """A document up to its last whole entry, what is around that closed; without one, up to its first."""
    if not around:
        first = _OPENED.search(data)
        return data[: first.start()] if first else data
    last = max((match.end() for match in _CLOSED.finditer(data)), default=0)
    return data[:last] + "".join(f"</{name}>" for name in reversed(around)).encode()


class _TooMuchError(SAXException):
    """Beyond what any feed needs."""


class _Inspector(ContentHandler):
    """Counts what feedparser would choke on, and remembers what stood around the last whole entry."""

    def __init__(self) -> None:
        super().__init__()
        self.around: tuple[str, ...] = ()
        self._open: list[str] = []

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name is SAX's
        self._open.append(name)
        if len(self._open) > DEEPEST:
            raise _TooMuchError(f"its elements nest more than {DEEPEST} deep")
        if len(attrs) > MOST_ATTRIBUTES:
            raise _TooMuchError(f"an element of it has more than {MOST_ATTRIBUTES} attributes")

    def endElement(self, name: str) -> None:  # noqa: N802 - the name is SAX's
        self._open.pop()
        if name.rpartition(":")[2] in {"item", "entry"}:
            self.around = tuple(self._open)


def _inspect(data: bytes, inspector: _Inspector) -> None:
    # Tags with too many attributes are looked for by themselves: a malformed document is not read to its end.
    if any(match[0].count(b"=") > MOST_ATTRIBUTES for match in _LONG_TAG.finditer(data)):
        raise _TooMuchError(f"an element of it has more than {MOST_ATTRIBUTES} attributes")
    parser = make_parser()
    parser.forbid_external = False  # an external DTD is never fetched, and RSS 0.91 names one
    parser.setContentHandler(inspector)
    parser.parse(io.BytesIO(data))
