"""A stage on this worker: its life in its consumer group, and the events of its topic worked as many as have come.

The order of effects makes what happens at least once look as if it happened once: outputs are sent and acknowledged,
then the table is written, then the offset is committed.  Whoever is killed in between is followed by one who derives
the same outputs, under the same ids, from the same state; what they reach has a mark of them already.

Faust's agent only hands its events over; a task takes those that have come, as many as there are, and works them as
one: waiting for the brokers once for all of them is what makes it fast.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar, cast

import aiokafka
import faust
import structlog
from faust.types import TP, EventT

from streams import faust_app
from streams.embedded import Observer, Taken
from streams.faust_app import Cluster
from streams.kafka.partition import Sent, Work
from streams.kafka.pulse import Pulse
from streams.kafka.workers.inbox import Came, Inbox
from streams.kafka.workers.intake import Intake
from streams.kafka.workers.outlet import Horn, Tick, send
from streams.topology import Stage
from tallywire.records import Alert, Update

P = TypeVar("P")  # what a worker keeps of each of its partitions

R = TypeVar("R")

log = structlog.get_logger("tallywire.worker")

#: All stages of a process step in one thread, one after the other.  Python would run one at a time in any case, and to
#: hand over among several costs a quarter of the processor's time (docs/benchmarks.md).
_executor = ThreadPoolExecutor(1, thread_name_prefix="stepping")

RETRY = (0.5, 15.0)  # seconds before work that the brokers refused is tried again: first, longest
RESTLESS = 0.25  # seconds: how often what waits for its turn is looked at


class Worker(ABC, Generic[P]):
    """What keyed stages and `assign` have in common."""

    def __init__(
        self, cluster: Cluster, stage: Stage, intake: Intake, *, observer: Observer, fans_out: bool
    ) -> None:
        """`fans_out` where the next stage goes by another key than this one."""
        self.stage = stage
        self.app = faust_app.create_app(cluster, stage)
        self._cluster = cluster
        self._intake = intake
        self._observer = observer
        self._horn = Horn(stage, cluster.partitions, fans_out=fans_out)
        self._pulse = Pulse(cluster.session_timeout)
        #: Called when the brokers refuse work.
        self.refused: Callable[[], None] = lambda: None
        self._fault: str | None = None
        self._partitions: dict[int, P] = {}
        self._generation = 0  # of partitions: what came before a rebalance comes again after it, in order
        self._stepping = asyncio.Lock()
        self._inbox = Inbox(faust_app.BUFFER)
        self._tasks: list[asyncio.Task[None]] = []
        topic = faust_app.topic(self.app, cluster, stage.source)
        self.app.agent(topic, name=stage.name)(self._hand_over)
        self.app.on_partitions_revoked.connect(cast(Any, self._on_revoked), weak=False)

    # -- life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Join the group and begin to work."""
        self.app.finalize()
        self._tasks = [asyncio.create_task(self._pulse.run())]
        await self.app.start()
        self._tasks.append(asyncio.create_task(self._work(), name=self.stage.name))

    async def stop(self) -> None:
        """Leave the group; what is under way is worked again by whoever comes next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.app.stop()

    async def ended(self) -> None:
        """Until the stage ends by itself, which it should not; raises what ended it."""
        over = asyncio.ensure_future(self.app.wait_until_stopped())
        done, _ = await asyncio.wait({*self._tasks, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        for task in done - {over}:
            if not task.cancelled():
                task.result()
        if (reason := self.app.crash_reason) is not None:
            raise reason

    def faults(self) -> list[str]:
        """What keeps the stage from its work, in words; its partitions may not be known, nor their tables recovered."""
        if self._fault is not None:
            return [f"{self.stage.name}: brokers refuse work: {self._fault}"]
        if self.app.started and self.app.rebalancing is False and self.app.consumer.assignment():
            return []
        return [f"{self.stage.name} waits for its partitions"]

    async def _hand_over(self, stream: Any) -> None:
        async for event in stream.noack().events():
            await self._inbox.put(self._generation, event)

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        """All partitions are given out anew: others may have those that were ours, before we have them again.

        What is being stepped in a thread comes to its end first: Faust closes tables next, which it may be reading.
        """
        self._generation += 1
        async with self._stepping:
            self._forget()

    def _forget(self) -> None:
        """What is known of our partitions is not true any longer, nor is what was stepped and could not be sent."""
        self._partitions.clear()
        self._horn.forget()

    # -- work ------------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            came: Sequence[Came] = await self._inbox.gather(RESTLESS if self._restless() else None)
            wait = RETRY[0]
            while True:
                try:
                    came = self._still_due(came)
                    came = came[await self._worked([event for _, event in came]) :]
                except (aiokafka.errors.KafkaError, faust.exceptions.FaustError, OSError) as error:
                    self._fault = f"{type(error).__name__}: {error}"
                    log.error("brokers refuse work", stage=self.stage.name, error=self._fault, again_in=wait)
                    self.refused()
                    self._forget()
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, RETRY[1])
                    continue
                self._fault = None
                if not came:
                    break

    def _still_due(self, came: Sequence[Came]) -> Sequence[Came]:
        """What is ours to work."""
        return [
            (generation, event)
            for generation, event in came
            if generation == self._generation and self._owned(event.message.partition)
        ]

    @abstractmethod
    def _restless(self) -> bool:
        """Whether something waits that time alone may let go on."""

    def _owned(self, partition: int) -> bool:
        tp = TP(self._cluster.prefix + self.stage.source, partition)
        return tp in self.app.consumer.assignment()

    @abstractmethod
    async def _worked(self, events: Sequence[EventT[Any]]) -> int:
        """Some events, the first of these, and all that comes of them; how many they are."""

    async def _in_thread(self, work: Callable[..., R], *arguments: Any) -> R:
        """Have stages stepped beside the loop, which a long article must not hold up."""
        return await asyncio.get_running_loop().run_in_executor(_executor, work, *arguments)

    async def _send(self, sends: Sequence[Sent | Tick]) -> None:
        """Send, in order; returns once the brokers have all of it, and it is certain whether they were ours to send."""
        await send(self.app.producer, self._cluster.prefix, sends)
        await self._pulse.certain()

    def _tell(self, work: Work) -> None:
        """The metrics, once what was done is written down."""
        name = self.stage.name
        self._observer(
            Taken(
                updates=[record for record in work.told if isinstance(record, Update)],
                alerts=[record for record in work.told if isinstance(record, Alert)],
                dead=list(work.dead),
                entered=Counter({name: work.entered}),
                done=Counter({(name, reason): count for reason, count in work.done.items()}),
                out=Counter({name: len(work.told)}),
                seconds=[(name, seconds) for seconds in work.seconds],
            )
        )
