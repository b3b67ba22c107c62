"""Reading a feed of any format, or an article's page.

Call it in a child process (`pool.ParserPool`): both are hostile input.
"""

from __future__ import annotations

from connectors.sources.extraction import read_page
from connectors.sources.jsonfeed import read_json
from connectors.sources.parsed import Job, ParsedFeed, refused
from connectors.sources.rss import read_xml

LARGEST = 10 * 1024 * 1024  # bytes of one document


def read_feed(job: Job) -> ParsedFeed:
    """The feed in a document, or the fault that kept it from being read; no document makes it raise."""
    if len(job.data) > LARGEST:
        return refused("too_large", f"{len(job.data):,} bytes; the limit is {LARGEST:,}")
    start = job.data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return refused("empty", "the document is empty")
    try:
        if job.page:
            return read_page(job)
        if start[:1] in {b"{", b"["}:
            return read_json(job.data, url=job.url, now=job.now, arrived=job.arrived)
        return read_xml(
            job.data, url=job.url, content_type=job.content_type, now=job.now, arrived=job.arrived
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - feedparser raises anything on hostile input; the cause is told
        return refused("unreadable", f"the parser gave up on it: {type(error).__name__}: {str(error)[:200]}")
