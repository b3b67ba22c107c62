"""The sample story as data: who publishes, and what each step of the story adds.

`sample_story/articles.jsonl` is in the order of its steps and is itself an input of `tallywire replay`.  A
line that repeats an address is an edit of the article published there before.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

OUTLETS = Path(__file__).with_name("sample_outlets.json")
ARTICLES = Path(__file__).with_name("sample_story") / "articles.jsonl"
MOST_ENTRIES = 15  # in one feed, as with most outlets: old articles drop out at the end


class Outlet(msgspec.Struct, frozen=True):
    """One outlet and the form of its feed."""

    name: str
    host: str
    format: str  #: "rss", "atom" or "json"
    path: str
    encoding: str = "utf-8"


class Item(msgspec.Struct, frozen=True):
    """One article as published at a step; `step` counts from 1."""

    step: int
    outlet: str
    url: str
    title: str
    published: datetime
    body: str
    byline: str | None = None


class _Outlets(msgspec.Struct):
    outlets: tuple[Outlet, ...]


class Story(msgspec.Struct, frozen=True):
    """Outlets, and items in the order of their steps."""

    outlets: tuple[Outlet, ...]
    items: tuple[Item, ...]

    @property
    def steps(self) -> int:
        """The number of the last step."""
        return max((item.step for item in self.items), default=0)

    def entries(self, outlet: Outlet, step: int) -> tuple[Item, ...]:
        """What the outlet's feed holds once `step` is out: newest first, each article as last edited."""
        latest = {item.url: item for item in self.items if item.step <= step and item.outlet == outlet.name}
        return tuple(sorted(latest.values(), key=lambda item: item.published, reverse=True)[:MOST_ENTRIES])


def load() -> Story:
    """Read the story.  Raises `OSError` or `msgspec.ValidationError` where its files are not right."""
    outlets = msgspec.json.decode(OUTLETS.read_bytes(), type=_Outlets).outlets
    lines = ARTICLES.read_bytes().splitlines()
    return Story(outlets=outlets, items=tuple(msgspec.json.decode(line, type=Item) for line in lines))
