"""Saved feeds and articles, for `replay`, `extract` and `feeds parse`: what a file is, its content says.

Saved feeds are played back as the poller would have met them: file by file in the order of their times, each
new item once, each edit as the same article with its new text, the rest not at all.  A broken file changes
nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from connectors.sources.articles import UNDATED, read_articles, read_text, site
from connectors.sources.news import changed, latest
from connectors.sources.parse import LARGEST
from connectors.sources.parsed import Job, ParsedFeed
from connectors.sources.pool import ParserPool
from tallywire.ports import Problem
from tallywire.records import Article, Record

_STAMP = re.compile(r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)[T_ -]?(\d\d)[:_-]?(\d\d)[:_-]?(\d\d)(?!\d)")
_LINES = {".jsonl", ".ndjson"}
_TEXT = {".txt", ".text"}


class FeedHead(Record, frozen=True):
    """What a feed says of itself."""

    title: str
    link: str | None
    format: str


class FileReport(Record, frozen=True):
    """A saved feed as it was read, whole."""

    path: str
    feed: FeedHead
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]


class FileFault(Record, frozen=True):
    """A file that is no feed, and why."""

    path: str
    error: str


def load(paths: Iterable[Path]) -> Iterator[Article | Problem]:
    """The articles of files and folders, on their own clock.

    Article JSON Lines and plain texts come as they stand, then saved feeds (RSS, Atom, JSON Feed) in order
    of their times.  A snapshot's items arrive at the time in its file's name (20310504T120000Z.xml); without
    one, a new item arrives when it was published, an edit with the newest item of its file.
    """
    feeds: list[Path] = []
    for path, sought in _files(paths):
        kind = _kind(path)
        if isinstance(kind, Problem):
            yield kind
        elif kind == "feed":
            feeds.append(path)
        elif kind == "lines":
            yield from _lines(path)
        elif kind == "text" and (sought or path.suffix.lower() in _TEXT):
            yield read_text(path.read_bytes(), str(path))
        else:
            yield Problem(cause="not_articles", says=f"{path}: neither articles nor a feed; left out")
    yield from _played(feeds)


def read_stream(stream: BinaryIO, origin: str) -> Iterator[Article | Problem]:
    """Articles from standard input: JSON Lines as they come or, if it starts otherwise, one plain text."""
    for start in stream:
        if not start.removeprefix(b"\xef\xbb\xbf").strip():
            continue
        if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
            yield from read_articles(_rejoined(start, stream), origin)
        else:
            yield read_text(start + stream.read(), origin)
        return


def parse_files(paths: Iterable[Path]) -> Iterator[FileReport | FileFault]:
    """Every file, and every file of every folder, read as a feed: one answer each, in order."""
    files = [path for path, _ in _files(paths)]
    with ParserPool() as pool:
        documents = (_read(path) for path in files)
        jobs = (Job(data=data, arrived=UNDATED) for data in documents)
        for path, parsed in zip(files, pool.parse_all(jobs), strict=True):
            yield _report(path, parsed)


def parse_file(path: Path) -> FileReport | FileFault:
    """One file read as a feed."""
    return next(parse_files([path]))


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Files to read, and whether each was named; of folders all that is not hidden, by name."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and not any(part.startswith(".") for part in inner.relative_to(path).parts):
                yield inner, False


def _kind(path: Path) -> Literal["feed", "lines", "text", "other"] | Problem:
    """What a file holds, by its first line."""
    try:
        with path.open("rb") as file:
            first = next((line for line in iter(lambda: file.readline(LARGEST), b"") if _bare(line)), b"")
    except OSError as error:
        return Problem(cause="unreadable", says=f"{path}: {error.strerror}")
    start = _bare(first)
    if not start:
        return Problem(cause="empty", says=f"{path}: the file is empty")
    if start[:1] == b"<":
        return "feed"
    if start[:1] in {b"{", b"["}:
        return _kind_of_json(path, start)
    return "text" if b"\0" not in start else "other"


def _bare(line: bytes) -> bytes:
    return line.removeprefix(b"\xef\xbb\xbf").strip()


def _kind_of_json(path: Path, line: bytes) -> Literal["feed", "lines", "other"]:
    """JSON Lines of articles, a JSON Feed (on one line or many), or something else."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "lines" if path.suffix.lower() in _LINES else "feed"
    if not isinstance(value, dict) or value.keys() & {"body", "title"} == set():
        return "other"
    return "feed" if "items" in value else "lines"


def _lines(path: Path) -> Iterator[Article | Problem]:
    with path.open("rb") as file:
        yield from read_articles(file, str(path))


def _rejoined(start: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield start
    yield from stream


def _read(path: Path) -> bytes:
    """The file, or as much as shows that it is too large; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError:
        return b""


class _Snapshot(Record, frozen=True):
    """A saved feed and when it was fetched."""

    path: Path
    parsed: ParsedFeed
    at: datetime
    stamped: bool  #: whether its name says so

    @property
    def feed(self) -> str:
        """Which feed it is of."""
        return self.parsed.link or self.parsed.title


def _played(paths: Sequence[Path]) -> Iterator[Article | Problem]:
    """Saved feeds in the order of their times, each compared with what its feed has shown before.

    A snapshot that breaks off waits for its feed's next, as the poller asks again; if none comes, it is read.
    """
    seen: dict[str, dict[str, str]] = {}
    waiting: dict[str, _Snapshot] = {}
    for snapshot in _in_time(paths):
        if isinstance(snapshot, Problem):
            yield snapshot
            continue
        if (broken := waiting.pop(snapshot.feed, None)) is not None:
            yield Problem(cause="cut_off", says=f"{broken.path}: breaks off; left out for the one after it")
        if snapshot.parsed.cut:
            waiting[snapshot.feed] = snapshot
        else:
            yield from _compared(snapshot, seen)
    for snapshot in waiting.values():
        yield from _compared(snapshot, seen)


def _compared(snapshot: _Snapshot, seen: dict[str, dict[str, str]]) -> Iterator[Article | Problem]:
    """What a snapshot brings; `seen` (feed → article id → text) is brought up to date."""
    known = seen.get(snapshot.feed, {})
    fresh, seen[snapshot.feed] = changed(latest(snapshot.parsed), known)
    for article in fresh:
        if article.title or article.body:
            yield _arrived(article, snapshot, edited=article.id in known)
    for problem in snapshot.parsed.problems:
        if problem.cause != "malformed":
            yield Problem(cause=problem.cause, says=f"{snapshot.path}: {problem.says}")


def _in_time(paths: Sequence[Path]) -> Iterator[_Snapshot | Problem]:
    """Snapshots by time; where every name tells it, without holding them all."""
    stamps = {path: _stamp(path) for path in paths}
    ordered = sorted(paths, key=lambda path: (stamps[path] or UNDATED, str(path)))
    with ParserPool() as pool:
        jobs = (Job(data=_read(path), arrived=stamps[path] or UNDATED, now=stamps[path]) for path in ordered)
        pairs = zip(ordered, pool.parse_all(jobs), strict=True)
        snapshots = (_snapshot(path, parsed, stamps[path]) for path, parsed in pairs)
        if all(stamps.values()):
            yield from snapshots
            return
        faults_last = datetime.max.replace(tzinfo=UTC)
        yield from sorted(
            snapshots,
            key=lambda item: (
                (item.at, str(item.path)) if isinstance(item, _Snapshot) else (faults_last, item.says)
            ),
        )


def _snapshot(path: Path, parsed: ParsedFeed, stamp: datetime | None) -> _Snapshot | Problem:
    if parsed.fault is not None:
        return Problem(cause=parsed.fault.cause, says=f"{path}: {parsed.fault.says}; left out")
    newest = max((article.published for article in parsed.articles if article.published), default=UNDATED)
    return _Snapshot(path=path, parsed=parsed, at=stamp or newest, stamped=stamp is not None)


def _arrived(article: Article, snapshot: _Snapshot, *, edited: bool) -> Article:
    """The article with the time it arrived, and an outlet."""
    own = article.published if not snapshot.stamped and not edited else None
    return msgspec.structs.replace(
        article,
        arrived=own or snapshot.at,
        outlet=article.outlet or site(article.url) or site(snapshot.parsed.link),
    )


def _stamp(path: Path) -> datetime | None:
    """The time in a file's name, UTC."""
    found = _STAMP.search(path.stem)
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC) if found else None  # type: ignore[misc, arg-type]
    except ValueError:  # digits that are no date
        return None


def _report(path: Path, parsed: ParsedFeed) -> FileReport | FileFault:
    if parsed.fault is not None:
        return FileFault(path=str(path), error=f"{parsed.fault.cause}: {parsed.fault.says}")
    head = FeedHead(title=parsed.title, link=parsed.link, format=parsed.format)
    return FileReport(path=str(path), feed=head, articles=parsed.articles, problems=parsed.problems)
