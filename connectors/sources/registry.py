"""Every kind of source; `tests/contract` walks this table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource
from connectors.sources.fulltext import FullText
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from connectors.sources.subscribed import SubscribedFeed
from connectors.sources.websub import Subscriber
from tallywire.ports import Source


@dataclass(frozen=True, slots=True)
class Place:
    """One feed as configured."""

    url: str
    outlet: str = ""
    full_text: bool = False


@dataclass(frozen=True, slots=True)
class Tools:
    """What sources share."""

    http: HttpClient
    parser: ParserPool
    bounds: Bounds
    pages: FullText
    subscriber: Subscriber | None = None


def _polled(place: Place, tools: Tools) -> Source:
    return FeedSource(
        place.url,
        http=tools.http,
        parser=tools.parser,
        outlet=place.outlet,
        bounds=tools.bounds,
        pages=tools.pages if place.full_text else None,
    )


def _subscribed(place: Place, tools: Tools) -> Source:
    if tools.subscriber is None:
        return _polled(place, tools)
    return SubscribedFeed(
        place.url,
        http=tools.http,
        parser=tools.parser,
        outlet=place.outlet,
        bounds=tools.bounds,
        pages=tools.pages if place.full_text else None,
        subscriber=tools.subscriber,
    )


KINDS: Mapping[str, Callable[[Place, Tools], Source]] = {"polled": _polled, "subscribed": _subscribed}


def build(place: Place, tools: Tools) -> Source:
    """The source for a configured feed: one that hubs can send to where they have somewhere to."""
    return KINDS["subscribed" if tools.subscriber is not None else "polled"](place, tools)
