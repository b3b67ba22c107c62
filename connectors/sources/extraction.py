"""An article's text out of its page, by trafilatura.  Call it in a child process: pages are hostile input."""

from __future__ import annotations

from importlib.util import find_spec

from connectors.sources.hygiene import prose
from connectors.sources.parsed import Job, ParsedFeed, refused
from tallywire.records import Article


def available() -> bool:
    """Whether the extra that reads pages is installed."""
    return find_spec("trafilatura") is not None


def read_page(job: Job) -> ParsedFeed:
    """One article with the text of the page, or a fault where it shows none."""
    import trafilatura  # an extra, and large: loaded where a page is read, and nowhere else

    text = trafilatura.extract(
        job.data, url=job.url, include_comments=False, include_tables=False, favor_precision=True
    )
    body = prose(text or "")
    if not body:
        return refused("no_text", "the page shows no text of an article")
    return ParsedFeed(format="page", articles=(Article(id="", body=body, arrived=job.arrived),))
