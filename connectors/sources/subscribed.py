"""A feed whose hub sends what is new: polled seldom, and read as soon as something comes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.http import HttpClient
from connectors.sources.feeds import FeedSource, Position, restored
from connectors.sources.fulltext import FullText
from connectors.sources.parsed import Job
from connectors.sources.pool import ParserPool
from connectors.sources.rhythm import Bounds
from connectors.sources.websub import Document, Subscriber
from tallywire.ports import Batch, Problem


class SubscribedFeed(FeedSource):
    """A feed that is also a `ports.Pushed`; without a hub it is polled like any other."""

    def __init__(
        self,
        url: str,
        *,
        http: HttpClient,
        parser: ParserPool,
        subscriber: Subscriber,
        outlet: str = "",
        bounds: Bounds | None = None,
        pages: FullText | None = None,
    ) -> None:
        super().__init__(url, http=http, parser=parser, outlet=outlet, bounds=bounds, pages=pages)
        self._subscriber = subscriber

    async def pushed(self, position: bytes | None) -> None:
        """Wait until the hub has sent something."""
        subscription = restored(position, self._url).subscription
        if subscription is not None:
            self._subscriber.resume(self._url, subscription)
        await self._subscriber.pushed(self._url)

    async def fetch(self, position: bytes | None, now: datetime) -> Batch:
        """What the hub sent and, where it sent nothing, what the feed shows."""
        before = restored(position, self._url)
        standing = self._subscriber.standing(self._url) or before.subscription
        before = msgspec.structs.replace(before, subscription=standing)
        document = self._subscriber.take(self._url)
        if document is not None:
            return await self._sent(before, document, now)
        batch = await super().fetch(msgspec.json.encode(before), now)
        return await self._kept(batch)

    async def _sent(self, before: Position, document: Document, now: datetime) -> Batch:
        """A document of the hub.  One that cannot be read changes nothing: the next poll sees what it showed."""
        job = Job(
            data=document.body,
            arrived=now,
            url=before.url,
            content_type=document.content_type,
            now=now,
        )
        parsed = await self._parser.parse_soon(job)
        if parsed.fault is not None or parsed.cut:
            return self._went_well(before, None, "unchanged", now)
        parsed = msgspec.structs.replace(parsed, ttl=before.ttl, quiet=before.quiet, entries=before.entries)
        return await self._taken(before, parsed, None, now)

    async def _kept(self, batch: Batch) -> Batch:
        """The batch of a poll, after the hub that it names was asked where need be."""
        after = msgspec.json.decode(batch.position, type=Position)
        if after.hub is None or after.topic is None:
            return batch
        subscription, failure = await self._subscriber.keep(
            self._url, after.hub, after.topic, after.subscription
        )
        problems = batch.problems
        if failure is not None:
            says = f"{self._shown}: {failure.says}"
            problems = (*problems, Problem(cause="hub", says=says, lost=False))
        position = msgspec.json.encode(msgspec.structs.replace(after, subscription=subscription))
        return msgspec.structs.replace(batch, position=position, problems=problems)
