"""Articles put onto Kafka: what sources bring goes to the topic `articles`, behind it word of the time.

One batch at a time, in the order that it came: its articles, a tick to every partition, all of it acknowledged; then
where the source goes on.  Whoever is killed in between asks the source again, and the articles that went twice are
told once.  While the brokers are away everything waits, and sources are asked no more: nothing is dropped.

What is known of the sources is on Kafka, too (topic `feeds`), so that a connector keeps nothing on its own disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from streams import codec
from streams.embedded import FEED
from streams.following import Brought, pause
from streams.kafka import wire
from streams.kafka.topics import ARTICLES, FEEDS
from streams.kafka.wire import Stamp
from streams.letters import SHOWN, cause, fitting, letter, payload
from streams.operators.revise import address
from streams.store import SourceRow
from streams.topology import DEAD_LETTERS
from tallywire.errors import BrokerError
from tallywire.metrics import Metrics
from tallywire.ports import Clock
from tallywire.records import Article, DeadLetter

log = structlog.get_logger("tallywire.connect")

TICK = 1.0  # seconds: so often word of the time goes out where no article does …
FANNED = 1000  # … or more seldom: two stages tell each partition of the next on each of theirs, so many times a second
AHEAD = timedelta(
    minutes=1
)  # so far the time told may be ahead of the clock, for it was set right by a little
RETRY = (0.5, 5.0)  # seconds between tries of what the brokers refused: first, longest


class Outgoing(msgspec.Struct, frozen=True):
    """A record on its way to a topic."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]] = []
    partition: int | None = None  #: None: by its key


class Producer(Protocol):
    """Who puts records onto Kafka."""

    async def send(self, records: Sequence[Outgoing]) -> Mapping[int, str]:
        """Send, in order, and wait until the brokers have them; the places of those too large for them, with words.

        Raises `BrokerError` where it is not known that all others are there: they are to be sent again.
        """
        ...


class Connector:
    """Puts what sources bring onto the topics."""

    def __init__(
        self,
        producer: Producer,
        *,
        prefix: str,
        partitions: int,
        largest: int,
        stop: asyncio.Event,
        clock: Clock,
        metrics: Metrics,
        articles_clock: bool = False,
    ) -> None:
        """`largest` is how many bytes a record may have; `articles_clock` lets articles tell the time."""
        self._producer = producer
        self._prefix = prefix
        self._partitions = partitions
        self._largest = largest
        self._stop = stop
        self._clock = clock
        self._metrics = metrics
        self._articles_clock = articles_clock
        self._time: datetime | None = None  # how far the pipeline's time has come
        self._every = max(TICK, partitions**2 / FANNED)
        self._turn = 0  # of articles sent
        self._one_by_one = asyncio.Lock()
        self._fault: str | None = None

    def faults(self) -> list[str]:
        """Why nothing goes out at present, or time stands still, in words."""
        found = [self._fault] if self._fault else []
        if not self._articles_clock and self._time is not None:
            ahead = self._time - self._clock.now()
            if ahead > AHEAD:
                found.append(
                    f"the clock went back: time was told {ahead} ahead of it, and stands still until then"
                )
        return found

    async def take(self, brought: Brought) -> bool:
        """Put a batch onto the topics; waits as long as the brokers are away.  False at a stop."""
        async with self._one_by_one:
            letters = self._unread(brought)
            fit, unfit = self._weighed(brought.articles)
            records = [self._article(article, value) for article, value in fit]
            if (
                records and self._every == TICK
            ):  # word of the time that waits for nobody, where it costs little
                records += self._ticks()
            refused = await self._sent(records)
            if refused is None:
                return False
            letters += unfit
            letters += [self._refusal(fit[place][0], says) for place, says in refused.items()]
            last = [*(self._buried(one) for one in letters), self._position(brought.row)]
            if not await self._put(last):
                return False
        for one in letters:
            self._metrics.count_dead(one.stage, one.cause)
            log.warning("refused", key=one.key, cause=one.cause)
        return True

    async def keep(self, rows: Sequence[SourceRow]) -> bool:
        """Put where sources stand onto their topic, in the same way."""
        async with self._one_by_one:
            return await self._put([self._position(row) for row in rows])

    async def tell_time(self) -> None:
        """Word of the time, every second until the stop; more seldom where there are many partitions to tell."""
        while not self._stop.is_set():
            async with self._one_by_one:
                if await self._sent(self._ticks()) is not None:
                    self._metrics.heartbeat.labels("connect").set(self._clock.now().timestamp())
            await pause(self._stop, self._every)

    # -- records ---------------------------------------------------------------------------------------------------

    def _weighed(self, articles: Sequence[Article]) -> tuple[list[tuple[Article, bytes]], list[DeadLetter]]:
        """The articles that a record can hold, each with its record; the others buried."""
        fit: list[tuple[Article, bytes]] = []
        unfit: list[DeadLetter] = []
        for article in articles:
            try:
                value = codec.encode(article)
            except (ValueError, OverflowError) as error:  # text that JSON cannot hold
                unfit.append(self._letter(article.id, cause(error), payload(article)))
                continue
            if len(value) <= self._largest:
                fit.append((article, value))
            else:
                unfit.append(
                    self._refusal(article, f"it has {len(value)} bytes, a record at most {self._largest}")
                )
        return fit, unfit

    def _article(self, article: Article, value: bytes) -> Outgoing:
        self._time = max(article.arrived, self._time or article.arrived)
        self._turn += 1
        stamp = Stamp(kind=Article.__name__, clock=self._time, cause=article.id, turn=self._turn)
        return Outgoing(
            self._prefix + ARTICLES, address(article).encode(), value, headers=wire.headers(stamp)
        )

    def _ticks(self) -> list[Outgoing]:
        """Word of the time for every partition: none where articles tell it, and none has."""
        if not self._articles_clock:
            now = self._clock.now()
            self._time = max(now, self._time or now)
        if self._time is None:
            return []
        topic, headers = self._prefix + ARTICLES, wire.headers(wire.tick(self._time))
        return [Outgoing(topic, wire.NO_KEY, None, headers, number) for number in range(self._partitions)]

    def _position(self, row: SourceRow) -> Outgoing:
        return Outgoing(self._prefix + FEEDS, row.name.encode(), codec.encode(row))

    # -- dead letters ----------------------------------------------------------------------------------------------

    def _unread(self, brought: Brought) -> list[DeadLetter]:
        """What no article could be made of."""
        return [
            self._letter(brought.row.name, f"{one.cause}: {one.says}", one.payload)
            for one in brought.problems
            if one.payload is not None
        ]

    def _refusal(self, article: Article, says: str) -> DeadLetter:
        """The letter of an article too large for any topic, this one included: with the beginning of its text."""
        shown = msgspec.structs.replace(article, body=article.body[:SHOWN], second=None)
        return self._letter(article.id, f"too_large: {says}: see [kafka] message_limit", payload(shown))

    def _letter(self, key: str, cause: str, payload: str) -> DeadLetter:
        return fitting(letter(FEED, key, cause, payload, self._time or self._clock.now()), self._largest)

    def _buried(self, letter: DeadLetter) -> Outgoing:
        headers = wire.headers(Stamp(kind=DeadLetter.__name__, clock=letter.at))
        return Outgoing(self._prefix + DEAD_LETTERS, letter.id.encode(), codec.encode(letter), headers)

    # -- sending ---------------------------------------------------------------------------------------------------

    async def _put(self, records: Sequence[Outgoing]) -> bool:
        """Send what no letter can stand for; what the brokers refuse of it is told, and gone.  False at a stop."""
        refused = await self._sent(records)
        for place, says in (refused or {}).items():
            log.error("refused", topic=records[place].topic, key=records[place].key.decode(), says=says)
        return refused is not None

    async def _sent(self, records: Sequence[Outgoing]) -> Mapping[int, str] | None:
        """Send until the brokers have all of it; the places of those they refuse for good.  None at a stop."""
        wait = RETRY[0]
        while True:
            try:
                refused = await self._producer.send(records)
            except BrokerError as error:
                self._fault = str(error)
                self._metrics.refusals.inc()
                log.error("brokers take nothing", error=str(error), again_in=wait)
                await pause(self._stop, wait)
                if self._stop.is_set():
                    return None
                wait = min(2 * wait, RETRY[1])
            else:
                self._fault = None
                return refused


def schedule(kept: Mapping[str, bytes]) -> dict[str, SourceRow]:
    """What the topic `feeds` holds: where each source goes on, by its name; what is no row is passed by.

    Raises `BrokerError` for a row of a later version.
    """
    rows: dict[str, SourceRow] = {}
    for name, value in kept.items():
        try:
            rows[name] = codec.decode(value, SourceRow)
        except codec.LaterVersionError as error:
            raise BrokerError(f"topic {FEEDS}, {name}: {error}") from error
        except codec.CodecError as error:
            log.error("passed by", topic=FEEDS, feed=name, error=str(error))
    return rows
