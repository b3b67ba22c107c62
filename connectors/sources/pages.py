"""A page in place of a feed: which feeds it names (RSS autodiscovery, rssboard.org/rss-autodiscovery)."""

from __future__ import annotations

from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from tallywire.urls import link

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_LOOKED_AT = 200_000  # bytes: the head of any page
_MOST = 3  # feeds that are named: a page with more has one for each section


def feeds_of(page: bytes, base: str | None) -> tuple[str, ...]:
    """The addresses of the feeds that an HTML page names, as it lists them; none for what is no page."""
    found: dict[str, None] = {}
    for node in LexborHTMLParser(page[:_LOOKED_AT]).css("link[rel][type][href]"):
        given = {name: (value or "").strip() for name, value in node.attributes.items()}
        if "alternate" in given["rel"].lower().split() and given["type"].lower().startswith(_TYPES):
            try:
                address = link(urljoin(base or "", given["href"]))
            except ValueError:  # brackets that hold no IPv6 address
                continue
            if address is not None:
                found[address] = None
    return tuple(found)[:_MOST]
