"""A polled feed: asked politely, read in a child, and only what is new or edited handed on.

All that is known of a feed is in its position, which the runner stores in the transaction that takes the
articles in.  So a crash between fetch and store repeats the fetch, and nothing is lost or taken in twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from connectors.http import HttpClient, HttpFailure, Response
from connectors.sources import rhythm
from connectors.sources.fulltext import FullText
from connectors.sources.news import changed, continued, latest
from connectors.sources.parsed import Job, ParsedFeed
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from connectors.sources.websub import Subscription, offered
from tallywire.ports import Asking, Batch, Problem
from tallywire.records import Article, Record
from tallywire.urls import shown

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
WHOLE_EVERY = timedelta(
    hours=24
)  # one fetch without conditions: some servers reuse a validator for another text
FOR_EVER = timedelta(days=365)  # how long a feed that is gone (410) is left alone
LONGEST_VALIDATOR = 1_000  # characters
KEPT_PAYLOAD = 100_000  # characters of a document that could not be read, for the dead letters


class Position(Record, frozen=True, omit_defaults=True):
    """Where a feed stands: everything that must survive a restart."""

    url: str  #: the present address, after permanent redirects
    etag: str | None = None  #: opaque, as the server wrote it (quotes, `W/`)
    modified: str | None = None  #: Last-Modified, opaque too
    whole: datetime | None = None  #: when it was last fetched without conditions
    failures: int = 0  #: in a row
    ttl: float | None = None  #: seconds, from the feed
    quiet: tuple[int, ...] = ()  #: hours of the week, from the feed
    document: str = ""  #: digest of the last document, read or not
    seen: dict[str, str] = msgspec.field(
        default_factory=dict
    )  #: article id → digest of its text; those still shown come last
    times: tuple[datetime, ...] = ()  #: when the latest articles came, for the rhythm
    links: dict[str, str] = msgspec.field(
        default_factory=dict
    )  #: what stays of an entry → the address it came under first
    entries: int = 0  #: in the last document
    hub: str | None = None  #: who offers to send what is new …
    topic: str | None = None  #: … and what it calls the feed
    subscription: Subscription | None = None  #: what was agreed with it
    due: datetime | None = None  #: no poll before this time
    unanswered: int = 0  #: polls in a row that ended with the process, before their answer was stored


class FeedSource:
    """One feed as a `Source`.

    `url` is its address and its name; `outlet` replaces the feed's own title as the outlet of its articles; `pages`
    gives articles the whole text of their page.
    """

    def __init__(
        self,
        url: str,
        *,
        http: HttpClient,
        parser: ParserPool,
        outlet: str = "",
        bounds: Bounds | None = None,
        pages: FullText | None = None,
    ) -> None:
        self._url = url
        self._shown = shown(url)
        self._http = http
        self._parser = parser
        self._outlet = outlet
        self._bounds = bounds or Bounds()
        self._pages = pages

    @property
    def name(self) -> str:
        """The configured address: it stays the same when the feed moves."""
        return self._url

    def asking(self, position: bytes | None, now: datetime) -> Asking:
        """Where the feed stands while it is asked: should we crash, as if it had failed.

        So a feed that takes the process with it, time and again, is asked ever more seldom.
        """
        before = restored(position, self._url)
        unanswered = before.unanswered + 1
        due = rhythm.after_failure(self.name, unanswered, None, now, self._bounds)
        asked = msgspec.structs.replace(
            before, unanswered=unanswered, due=due, whole=before.whole if _conditions(before, now) else now
        )
        return Asking(position=msgspec.json.encode(asked), next_due=due)

    async def fetch(self, position: bytes | None, now: datetime) -> Batch:
        """What the feed shows and `position` has not seen: new and changed articles, oldest first."""
        before = msgspec.structs.replace(restored(position, self._url), unanswered=0)
        conditions = _conditions(before, now)
        asked = before if conditions else msgspec.structs.replace(before, whole=now)
        try:
            response = await self._http.get(before.url, {"Accept": ACCEPT, **conditions})
        except HttpFailure as failure:
            return self._failed(
                asked, Problem(cause=failure.cause, says=f"{self._shown}: {failure.says}"), None, now
            )
        return await self._answered(asked, response, now)

    async def _answered(self, before: Position, response: Response, now: datetime) -> Batch:
        match response.status:
            case HTTPStatus.OK:
                return await self._read(before, response, now)
            case HTTPStatus.NOT_MODIFIED:
                return self._went_well(_moved(before, response), response, "not_modified", now)
            case HTTPStatus.GONE:
                return self._gone(before, now)
            case status:
                problem = Problem(cause=f"http_{status}", says=f"{self._shown}: answered {_words(status)}")
                return self._failed(before, problem, response.retry_after(now), now)

    async def _read(self, before: Position, response: Response, now: datetime) -> Batch:
        """A document: parsed, unless it is the one that was parsed last."""
        document = blake2b(response.body, digest_size=8).hexdigest()
        known = msgspec.structs.replace(before, document=document)
        if document == before.document and not before.failures:
            return self._went_well(_validated(known, response), response, "unchanged", now)
        job = Job(
            data=response.body,
            arrived=now,
            url=response.url,
            content_type=response.headers.get("Content-Type"),
            now=now,
        )
        parsed = await self._parser.parse_soon(job)
        fault = parsed.fault or _cut_off(parsed, before)
        if fault is not None:
            payload = _payload(response.body) if document != before.document else None
            problem = Problem(cause=fault.cause, says=f"{self._shown}: {fault.says}", payload=payload)
            return self._failed(known, problem, response.retry_after(now), now)
        known = _offering(_validated(known, response), parsed, response)
        return await self._taken(known, parsed, response, now)

    async def _taken(
        self, before: Position, parsed: ParsedFeed, response: Response | None, now: datetime
    ) -> Batch:
        """The feed's new and edited articles, and the position that has seen them.

        `response` is None for a document that a hub sent.
        """
        shown, links = continued(latest(parsed), parsed.lasting, before.links)
        fresh, seen = changed(shown, before.seen)
        new = [article for article in fresh if article.id not in before.seen]
        first = not before.seen
        came = tuple(min(article.at, now) if first else now for article in new)
        after = msgspec.structs.replace(
            before,
            ttl=parsed.ttl,
            quiet=parsed.quiet,
            seen=seen,
            links=links,
            entries=parsed.entries,
            times=(*before.times, *came)[-rhythm.REMEMBERED :],
        )
        articles = tuple(self._named(article) for article in fresh if article.title or article.body)
        problems = tuple(self._problems(parsed, fresh))
        if self._pages is not None:
            articles, missing = await self._pages.complete(articles, now)
            problems += tuple(
                msgspec.structs.replace(one, says=f"{self._shown}: {one.says}") for one in missing
            )
        return self._went_well(after, response, "new" if articles else "unchanged", now, articles, problems)

    def _named(self, article: Article) -> Article:
        outlet = self._outlet or article.outlet or urlsplit(self._url).hostname or ""
        return msgspec.structs.replace(article, outlet=outlet)

    def _problems(self, parsed: ParsedFeed, fresh: list[Article]) -> Iterator[Problem]:
        """What to tell about a document that was read: only if it brings something, not at every poll."""
        if fresh:
            for problem in parsed.problems:
                if problem.cause != "malformed":  # half the web is; entries that cannot be read are told
                    yield Problem(cause=problem.cause, says=f"{self._shown}: {problem.says}")
        empty = sum(not (article.title or article.body) for article in fresh)
        if empty:
            yield Problem(
                cause="empty_article", says=f"{self._shown}: {empty} entries have neither title nor text"
            )

    def _went_well(
        self,
        position: Position,
        response: Response | None,
        outcome: str,
        now: datetime,
        articles: tuple[Article, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> Batch:
        """What a document brought.  One that a hub sent (None for a response) does not make the next poll earlier."""
        interval = self._interval(position, now)
        wish = rhythm.wished(response.headers if response else {}, position.ttl, now, self._bounds)
        retry = response.retry_after(now) if response else None
        due = rhythm.after_success(self.name, interval, wish, retry, now, self._bounds, position.quiet)
        if response is None and position.due is not None:
            due = max(due, position.due)
        return Batch(
            articles=articles,
            position=msgspec.json.encode(msgspec.structs.replace(position, failures=0, due=due)),
            next_due=due,
            outcome=outcome,
            problems=problems,
        )

    def _interval(self, position: Position, now: datetime) -> timedelta:
        """How long to leave the feed alone; one whose hub sends what is new is looked at only now and then."""
        subscription = position.subscription
        if subscription is not None and subscription.holds(now):
            return self._bounds.longest
        return rhythm.learnt(position.times, now, self._bounds)

    def _failed(self, before: Position, problem: Problem, retry_after: float | None, now: datetime) -> Batch:
        failures = before.failures + 1
        due = rhythm.after_failure(self.name, failures, retry_after, now, self._bounds)
        return Batch(
            articles=(),
            position=msgspec.json.encode(msgspec.structs.replace(before, failures=failures, due=due)),
            next_due=due,
            outcome=problem.cause,
            problems=(problem,),
        )

    def _gone(self, before: Position, now: datetime) -> Batch:
        says = (
            f"{self._shown}: gone for good (410); it is asked no more, so remove it or give its new address"
        )
        return Batch(
            articles=(),
            position=msgspec.json.encode(msgspec.structs.replace(before, due=now + FOR_EVER)),
            next_due=now + FOR_EVER,
            outcome="http_410",
            problems=(Problem(cause="http_410", says=says),),
        )


def restored(position: bytes | None, url: str) -> Position:
    """The stored position, or a fresh one where there is none or another version wrote it."""
    if not position:
        return Position(url=url)
    try:
        return msgspec.json.decode(position, type=Position)
    except msgspec.DecodeError:
        return Position(url=url)


def _conditions(position: Position, now: datetime) -> dict[str, str]:
    """The headers of a conditional request (RFC 9110 section 13); none once a day.

    If-None-Match alone where there is an ETag: a server that keeps to the RFC ignores the other beside it,
    and one that does not may answer 304 to a text that has changed within the second.
    """
    if position.whole is None or now - position.whole >= WHOLE_EVERY:
        return {}
    if position.etag:
        return {"If-None-Match": position.etag}
    return {"If-Modified-Since": position.modified} if position.modified else {}


def _validated(position: Position, response: Response) -> Position:
    """The position with the validators of a document that could be read, and its address."""
    return msgspec.structs.replace(
        _moved(position, response),
        etag=_opaque(response, "ETag"),
        modified=_opaque(response, "Last-Modified"),
    )


def _opaque(response: Response, name: str) -> str | None:
    """A validator as it came; none where it cannot be sent back, since no header may hold such characters."""
    value = response.headers.get(name, "")
    return (
        value
        if value and value.isascii() and value.isprintable() and len(value) < LONGEST_VALIDATOR
        else None
    )


def _moved(position: Position, response: Response) -> Position:
    return msgspec.structs.replace(position, url=response.moved_to) if response.moved_to else position


def _offering(position: Position, parsed: ParsedFeed, response: Response) -> Position:
    """The position with the hub that the answer or the document names (WebSub section 4: the header comes first)."""
    hub, topic = offered(response.headers)
    hub = hub or parsed.hub
    return msgspec.structs.replace(
        position, hub=hub, topic=(topic or parsed.topic or response.url) if hub else None
    )


def _cut_off(parsed: ParsedFeed, before: Position) -> Problem | None:
    """A document that breaks off is asked for again; one that does so twice is all there is."""
    if not parsed.cut or before.failures:
        return None
    return next(problem for problem in parsed.problems if problem.cause == "cut_off")


def _payload(body: bytes) -> str:
    return body[:KEPT_PAYLOAD].decode("utf-8", "replace")


def _words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
