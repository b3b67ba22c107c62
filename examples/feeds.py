"""Feeds as outlets write them: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from examples.story import Item, Outlet

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"

for _prefix, _uri in (("", _ATOM), ("content", _CONTENT), ("dc", _DC)):
    ET.register_namespace(_prefix, _uri)

TYPES: Mapping[str, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}


def render(outlet: Outlet, entries: Sequence[Item]) -> bytes:
    """The feed of an outlet with these entries, in its format and encoding."""
    return _WRITERS[outlet.format](outlet, entries)


def _rss(outlet: Outlet, entries: Sequence[Item]) -> bytes:
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", outlet.name)
    _add(channel, "link", f"https://{outlet.host}/")
    _add(channel, "description", f"News from {outlet.name}")
    _add(channel, "language", "en")
    for item in entries:
        node = ET.SubElement(channel, "item")
        _add(node, "title", item.title)
        _add(node, "link", item.url)
        _add(node, "guid", item.url, isPermaLink="true")
        _add(node, "pubDate", format_datetime(item.published, usegmt=True))
        if item.byline:
            _add(node, f"{{{_DC}}}creator", item.byline)
        _add(node, "description", item.body.partition("\n")[0])
        _add(node, f"{{{_CONTENT}}}encoded", _paragraphs(item.body))
    return _document(root, outlet)


def _atom(outlet: Outlet, entries: Sequence[Item]) -> bytes:
    root = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": "en"})
    _add(root, f"{{{_ATOM}}}id", f"https://{outlet.host}/")
    _add(root, f"{{{_ATOM}}}title", outlet.name)
    ET.SubElement(root, f"{{{_ATOM}}}link", rel="alternate", href=f"https://{outlet.host}/")
    newest = max((item.published for item in entries), default=None)
    _add(root, f"{{{_ATOM}}}updated", newest.isoformat() if newest else "2024-04-09T00:00:00Z")
    _author(root, outlet.name)
    for item in entries:
        node = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _add(node, f"{{{_ATOM}}}id", item.url)
        _add(node, f"{{{_ATOM}}}title", item.title)
        ET.SubElement(node, f"{{{_ATOM}}}link", rel="alternate", href=item.url)
        _add(node, f"{{{_ATOM}}}published", item.published.isoformat())
        _add(node, f"{{{_ATOM}}}updated", item.published.isoformat())
        if item.byline:
            _author(node, item.byline)
        _add(node, f"{{{_ATOM}}}content", _paragraphs(item.body), type="html")
    return _document(root, outlet)


def _author(parent: ET.Element, name: str) -> None:
    _add(ET.SubElement(parent, f"{{{_ATOM}}}author"), f"{{{_ATOM}}}name", name)


def _json(outlet: Outlet, entries: Sequence[Item]) -> bytes:
    items = [
        {
            "id": item.url,
            "url": item.url,
            "title": item.title,
            "content_html": _paragraphs(item.body),
            "date_published": item.published.isoformat(),
            **({"authors": [{"name": item.byline}]} if item.byline else {}),
        }
        for item in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"https://{outlet.host}/",
        "language": "en",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode(outlet.encoding)


_WRITERS: Mapping[str, Callable[[Outlet, Sequence[Item]], bytes]] = {
    "rss": _rss,
    "atom": _atom,
    "json": _json,
}


def _document(root: ET.Element, outlet: Outlet) -> bytes:
    document: bytes = ET.tostring(root, encoding=outlet.encoding, xml_declaration=True)
    return document


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text


def _paragraphs(body: str) -> str:
    return "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in body.split("\n\n"))
