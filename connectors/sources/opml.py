"""Lists of feeds as feed readers exchange them: OPML 1.0 and 2.0 (opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.sources.hygiene import one_line
from tallywire.errors import InputError
from tallywire.records import Record
from tallywire.urls import link

LARGEST = 10 * 1024 * 1024  # bytes: some fifty thousand feeds


class Outline(Record, frozen=True):
    """One feed of a list."""

    url: str
    title: str = ""


def read(path: Path) -> list[Outline]:
    """The feeds of an OPML file, folders flattened, each address once, in order.

    Outlines without an http(s) address are headings and left aside.  Raises InputError for what is no OPML.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give an OPML file") from error
    if len(data) > LARGEST:
        raise InputError(f"{path}: larger than {LARGEST:,} bytes, which no list of feeds is")
    try:
        root: Any = fromstring(data)
    except ParseError as error:
        raise InputError(f"{path}: not XML ({error}); export it from the feed reader again") from error
    except DefusedXmlException as error:
        raise InputError(f"{path}: declares entities of its own, which no OPML needs") from error
    except (LookupError, ValueError) as error:  # an encoding of more bytes than one, or none at all
        raise InputError(f"{path}: in an encoding that cannot be read; save it as UTF-8") from error
    if root.tag.lower() != "opml":
        raise InputError(
            f"{path}: not OPML: its outermost element is <{one_line(root.tag)}>, expected <opml>"
        )
    return _feeds(root)


def write(feeds: Iterable[Outline]) -> str:
    """An OPML 2.0 document of these feeds."""
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = "Feeds followed by Tallywire"
    body = SubElement(root, "body")
    for feed in feeds:
        SubElement(body, "outline", type="rss", text=one_line(feed.title) or feed.url, xmlUrl=feed.url)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _feeds(root: Any) -> list[Outline]:
    found: dict[str, Outline] = {}
    for element in root.iter():
        given = {name.lower(): value for name, value in element.attrib.items()}
        url = link(given.get("xmlurl", ""))
        if url is not None and url not in found:
            title = one_line(given.get("text") or given.get("title") or "")
            found[url] = Outline(url=url, title="" if title == url else title)
    return list(found.values())
